use stepwright_interpreter::history::Event;

use crate::clock::Timestamp;
use crate::value::Value;

/// An event of a history, of the engine or recorded.
#[derive(Debug, Clone)]
pub(crate) struct TimelineEvent {
    pub(crate) id: u32,
    /// Its type.
    pub(crate) kind: String,
    /// The state that it belongs to.
    pub(crate) state: Option<String>,
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
            kind: event.kind().name().to_owned(),
            state: event.state_name().map(str::to_owned),
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

    pub(super) fn is_entered(&self) -> bool {
        self.kind.ends_with("StateEntered")
    }

    /// Returns whether it starts an attempt of a task, or iterations or branches.
    pub(super) fn is_attempt(&self) -> bool {
        self.kind.ends_with("Scheduled")
            || ["MapStateStarted", "ParallelStateStarted", "MapRunRedriven"]
                .contains(&self.kind.as_str())
    }

    /// Returns whether such an attempt, or an evaluation, failed.
    pub(super) fn is_failure(&self) -> bool {
        self.kind.ends_with("Failed") || self.kind.ends_with("TimedOut")
    }
}
