//! Starts the executions that an event starts.

use std::sync::Arc;

use stepwright_engine::clock::Timestamp;
use stepwright_events::bus::{EventBuses, EventStart};
use stepwright_events::event::Event;
use tokio::task::JoinSet;

use crate::error::ApiError;
use crate::operations::executions::start_named;
use crate::response::print_seconds;
use crate::service::Service;

/// What became of a start.
enum StartResult {
    Started,
    /// It cannot succeed later either.
    Dropped(String),
    /// It can succeed later.
    Failed(String),
}

/// Starts what an event starts, and waits until it is durable.
///
/// A start that can never succeed is dropped, with a line in the log: EventBridge sends such an
/// event to the target's dead-letter queue.
///
/// # Errors
///
/// A start that can succeed later. The sender repeats the entry, which is then another event, so
/// that the other targets of the event start again: as on AWS, an event arrives at least once.
pub(super) async fn deliver(
    service: &Arc<Service>,
    buses: &EventBuses,
    bus: &str,
    event: &Event,
    received: Timestamp,
) -> Result<(), String> {
    let mut starts = JoinSet::new();
    for start in buses.starts(bus, event, &print_seconds(received)) {
        let about = StartLine::of(&start, event);
        let (machine, name) = (start.target.machine.clone(), start.execution_name);
        let (service, input) = (service.clone(), start.input);
        starts.spawn(async move {
            let result = match input {
                Ok(input) => result_of(start_named(&service, &machine, &name, &input).await),
                Err(error) => StartResult::Dropped(error.to_string()),
            };
            about.log(&result);
            result
        });
    }
    let mut failed = None;
    while let Some(ended) = starts.join_next().await {
        match ended {
            Ok(StartResult::Failed(reason)) => failed = Some(reason),
            Ok(StartResult::Started | StartResult::Dropped(_)) => {}
            Err(error) => failed = Some(error.to_string()),
        }
    }
    failed.map_or(Ok(()), Err)
}

fn result_of(started: Result<String, ApiError>) -> StartResult {
    let Err(error) = started else {
        return StartResult::Started;
    };
    let reason = format!("{}: {}", error.code(), error.message());
    match error.code() {
        // The event was delivered before.
        "ExecutionAlreadyExists" => StartResult::Started,
        // EventBridge does not repeat these either.
        "InvalidArn"
        | "InvalidName"
        | "InvalidExecutionInput"
        | "StateMachineDeleting"
        | "StateMachineDoesNotExist"
        | "ValidationException" => StartResult::Dropped(reason),
        _ => StartResult::Failed(reason),
    }
}

/// The fields of a line in the log about a start. The content of the event is not among them.
struct StartLine {
    rule: String,
    target: String,
    machine: String,
    event: String,
    source: String,
    detail_type: String,
}

impl StartLine {
    fn of(start: &EventStart<'_>, event: &Event) -> Self {
        Self {
            rule: start.rule.name.clone(),
            target: start.target.id.clone(),
            machine: start.target.machine.clone(),
            event: event.id().to_owned(),
            source: event.source().to_owned(),
            detail_type: event.detail_type().to_owned(),
        }
    }

    fn log(&self, result: &StartResult) {
        let Self {
            rule,
            target,
            machine,
            event,
            source,
            detail_type,
        } = self;
        match result {
            StartResult::Started => tracing::info!(
                rule,
                target,
                machine,
                event,
                source,
                detail_type,
                "the event started an execution"
            ),
            StartResult::Dropped(reason) => tracing::warn!(
                rule,
                target,
                machine,
                event,
                source,
                detail_type,
                reason,
                "the event started nothing, and is not repeated"
            ),
            StartResult::Failed(reason) => tracing::warn!(
                rule,
                target,
                machine,
                event,
                source,
                detail_type,
                reason,
                "the event started nothing, and its sender must repeat it"
            ),
        }
    }
}
