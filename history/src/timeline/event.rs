//! The events from which a timeline is built, with the same fields for the engine and recordings.

use smol_str::SmolStr;
use stepwright_interpreter::Timestamp;
use stepwright_interpreter::history::Event;
use stepwright_interpreter::value::Value;

use crate::recorded_kind::RecordedKind;

/// An event of a history, of the engine or recorded.
#[derive(Debug, Clone)]
pub(crate) struct TimelineEvent {
    pub(crate) id: u32,
    /// Its type.
    pub(crate) kind: RecordedKind,
    /// The state that it belongs to.
    pub(crate) state: Option<SmolStr>,
    /// The enclosing iterations and branches, outermost first.
    pub(crate) scope: Vec<String>,
    /// The API's details, with data as values.
    pub(crate) details: Value,
    /// The ARN of the Map Run.
    pub(crate) map_run: Option<String>,
    pub(crate) at: Timestamp,
}

impl From<&Event> for TimelineEvent {
    fn from(event: &Event) -> Self {
        let details = event.details();
        let map_run = details.get("mapRunArn").and_then(Value::as_str);
        Self {
            id: event.id(),
            kind: RecordedKind::Known(event.kind()),
            state: event.state_name().map(SmolStr::from),
            scope: event.scope(),
            map_run: map_run.map(str::to_owned),
            details,
            at: event.timestamp(),
        }
    }
}

impl TimelineEvent {
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.details.get(name)?.as_str().map(str::to_owned)
    }

    pub(super) fn value(&self, name: &str) -> Option<Value> {
        self.details.get(name).cloned()
    }

    /// Returns the error and the cause, if it has at least one of them.
    pub(super) fn failure(&self) -> Option<(Option<String>, Option<String>)> {
        let cause = self.text("cause").filter(|cause| !cause.is_empty());
        match (self.text("error"), cause) {
            (None, None) => None,
            failure => Some(failure),
        }
    }
}
