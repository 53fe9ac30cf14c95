//! One event of a recorded history.

use serde_json::Value as Json;
use stepwright_interpreter::Timestamp;
use stepwright_interpreter::history::History;
use stepwright_interpreter::value::Value;

use crate::recorded_kind::RecordedKind;
use crate::timeline::TimelineEvent;

/// One event, recorded by the service or by this library.
#[derive(Clone, Debug)]
pub struct RecordedEvent {
    /// Its `id`.
    pub id: u32,
    /// Its type.
    pub kind: RecordedKind,
    /// The state that it belongs to.
    pub state: Option<String>,
    /// The enclosing iterations and branches, outermost first.
    pub scope: Vec<String>,
    /// The details, with decoded data, without the fields above.
    pub details: Json,
    /// The ARN of the Map Run, which differs between executions, so that it is not part of the
    /// details.
    pub map_run: Option<String>,
    /// Its `timestamp`.
    pub at: Timestamp,
}

impl RecordedEvent {
    pub(crate) fn timeline_event(&self) -> TimelineEvent {
        TimelineEvent {
            id: self.id,
            kind: self.kind.clone(),
            state: self.state.as_deref().map(Into::into),
            scope: self.scope.clone(),
            details: Value::from(&self.details),
            map_run: self.map_run.clone(),
            at: self.at,
        }
    }
}

/// Returns the events of a history as a recording has them.
pub fn recorded_events(history: &History) -> Vec<RecordedEvent> {
    history
        .events()
        .map(|event| {
            let details = event.details().to_json();
            RecordedEvent {
                id: event.id(),
                kind: RecordedKind::Known(event.kind()),
                state: event.state_name().map(str::to_owned),
                scope: event.scope(),
                map_run: details["mapRunArn"].as_str().map(str::to_owned),
                details: without_volatile_values(details),
                at: event.timestamp(),
            }
        })
        .collect()
}

/// Omits values that always differ between executions.
pub(crate) fn without_volatile_values(mut details: Json) -> Json {
    const OMITTED: [&str; 5] = [
        "roleArn",
        "stateMachineAliasArn",
        "stateMachineVersionArn",
        "mapRunArn",
        "region",
    ];
    if let Json::Object(members) = &mut details {
        members.retain(|key, _| !OMITTED.contains(&key.as_str()) && !key.ends_with("Details"));
    }
    details
}
