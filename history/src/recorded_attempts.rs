//! The attempts of tasks in a recorded history, with their answers.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::Value as Json;
use stepwright_asl::errors::TaskFailure;
use stepwright_interpreter::Timestamp;
use stepwright_interpreter::history::EventGroup;

use crate::recorded_event::RecordedEvent;

/// The origin of a task's call: its scope and its state.
pub type CallKey = (Vec<String>, String);

/// The recorded attempts of the tasks of one execution, each list in the order of the events.
pub type RecordedAttempts = HashMap<CallKey, Vec<RecordedAttempt>>;

/// One recorded attempt.
#[derive(Clone, Debug, Default)]
pub struct RecordedAttempt {
    /// When it was scheduled.
    pub scheduled: Timestamp,
    /// The resource of the call: the ARN of a function or an activity, or `service:action` with its
    /// pattern.
    pub resource: String,
    /// The input of the call; `None` in a history without it.
    pub arguments: Option<Json>,
    /// The timeout of the call, if it had one.
    pub timeout: Option<Duration>,
    /// When a worker or the service took the task.
    pub started: Option<Timestamp>,
    /// The name of the worker.
    pub worker: Option<String>,
    /// The response to the request of a task that waits for a job or a token.
    pub submitted: Option<Json>,
    /// Its end.
    pub end: AttemptEnd,
    /// The time from the scheduling to its last event.
    pub took: Duration,
}

/// The end of an attempt.
#[derive(Clone, Debug, Default)]
pub enum AttemptEnd {
    /// It succeeded with this output.
    Output(Json),
    /// It failed.
    Failure(TaskFailure),
    /// It timed out.
    TimedOut,
    /// The history has no end: the task runs, or ended with its execution or its branch.
    #[default]
    None,
}

/// Returns the attempts of the tasks in a history.
pub fn recorded_attempts(events: &[RecordedEvent]) -> RecordedAttempts {
    let mut attempts = RecordedAttempts::new();
    for event in events {
        let Some(state) = &event.state else { continue };
        let attempts = attempts
            .entry((event.scope.clone(), state.clone()))
            .or_default();
        let group = event.kind.group();
        if group == Some(EventGroup::Scheduled) {
            attempts.push(RecordedAttempt {
                scheduled: event.at,
                resource: resource(&event.details),
                arguments: ["parameters", "input"]
                    .into_iter()
                    .find_map(|field| event.details.get(field).cloned()),
                timeout: event.details["timeoutInSeconds"]
                    .as_u64()
                    .map(Duration::from_secs),
                ..RecordedAttempt::default()
            });
            continue;
        }
        let Some(attempt) = attempts.last_mut() else {
            continue;
        };
        let text = |field: &str| event.details[field].as_str().map(Into::into);
        match group {
            Some(EventGroup::Started) => {
                attempt.started = Some(event.at);
                attempt.worker = event.details["workerName"].as_str().map(str::to_owned);
            }
            Some(EventGroup::Submitted) => {
                attempt.submitted = Some(event.details["output"].clone());
            }
            Some(EventGroup::Succeeded) => {
                attempt.end = AttemptEnd::Output(event.details["output"].clone());
            }
            Some(EventGroup::Failed) if event.kind.is_timeout() => {
                attempt.end = AttemptEnd::TimedOut;
            }
            Some(EventGroup::Failed) => {
                attempt.end = AttemptEnd::Failure(TaskFailure {
                    error: text("error"),
                    cause: text("cause"),
                });
            }
            // An event of the state.
            _ => continue,
        }
        attempt.took = event.at.since(attempt.scheduled);
    }
    attempts
}

/// Returns the resource in the details of a Scheduled event: `lambda:invoke.waitForTaskToken` of a
/// service, otherwise the ARN.
pub fn resource(details: &Json) -> String {
    let resource = details["resource"].as_str().unwrap_or_default();
    match details["resourceType"].as_str() {
        Some(service) => format!("{service}:{resource}"),
        None => resource.to_owned(),
    }
}
