//! The recorded end of an attempt as the end of a call of the run.

use std::time::Duration;

use indexmap::IndexMap;
use smol_str::SmolStr;
use stepwright_history::RecordedHistory;
use stepwright_history::runtime_support::{AttemptEnd, RecordedAttempt};
use stepwright_interpreter::Timestamp;
use stepwright_interpreter::execution::{ResolvedDetails, ResolvedExecutor, ResolvedTask};
use stepwright_interpreter::history::EventKind;
use stepwright_interpreter::task::{IntegrationPattern, ResourceKind, TaskCall};
use stepwright_interpreter::value::Value;

/// A recorded attempt ends this much later than its timeout before it counts as too late: the
/// service's own latency is part of the recorded time.
const TIMEOUT_SLACK: Duration = Duration::from_secs(1);

/// A task without a recorded answer waits, as one without a handler: without a timeout, so that the
/// run takes no path that only the missing answer causes.
pub(super) fn unanswered() -> ResolvedTask {
    ResolvedTask {
        executor: ResolvedExecutor::Unhandled,
        details: None,
    }
}

/// Whether the end of an attempt is not known: the recording was cut while it ran, or something
/// else ended its iteration or branch, and that was before a timeout of the new call.
pub(super) fn is_still_open(
    call: &TaskCall<'_>,
    attempt: &RecordedAttempt,
    cut: Option<Timestamp>,
) -> bool {
    let Some(cut) = cut.filter(|_| matches!(attempt.end, AttemptEnd::None)) else {
        return false;
    };
    let known = cut.since(attempt.scheduled);
    let bounds = [call.timeout(), call.heartbeat()];
    let mut bounds = bounds.into_iter().flatten();
    bounds.all(|bound| bound + TIMEOUT_SLACK > known)
}

/// Returns why an activity did not take the task, if it did not exist when the execution was
/// recorded: the service schedules no task then.
pub(super) fn missing_activity(call: &TaskCall<'_>, recorded: &RecordedHistory) -> Option<String> {
    if call.resource().kind() != ResourceKind::Activity {
        return None;
    }
    let reason = format!("The activity {} does not exist.", call.resource().as_str());
    let mut causes = recorded
        .events()
        .iter()
        .filter_map(|event| event.details["cause"].as_str());
    causes
        .any(|cause| cause.contains(&reason))
        .then_some(reason)
}

/// Returns the recorded end of an attempt as the end of a call, and whether it was in time for the
/// new call.
pub(super) fn resolved(call: &TaskCall<'_>, attempt: &RecordedAttempt) -> (ResolvedTask, bool) {
    let details = |delay| {
        Some(Box::new(ResolvedDetails {
            submitted: attempt.submitted.as_ref().map(Value::from),
            worker: attempt.worker.as_deref().map(SmolStr::new),
            delay,
        }))
    };
    let is_activity = call.resource().kind() == ResourceKind::Activity;
    let result = match &attempt.end {
        AttemptEnd::Output(output) => Ok(Value::from(output)),
        AttemptEnd::Failure(failure) => Err(failure.clone()),
        AttemptEnd::TimedOut if call.timeout().is_none() && call.heartbeat().is_none() => {
            return (unanswered(), false);
        }
        AttemptEnd::TimedOut | AttemptEnd::None => {
            let executor = if is_activity && attempt.started.is_none() {
                ResolvedExecutor::Activity
            } else {
                ResolvedExecutor::Never
            };
            let details = details(Duration::ZERO);
            return (ResolvedTask { executor, details }, false);
        }
    };
    // The timeout of an activity restarts when a worker takes the task.
    let ran = match attempt.started.filter(|_| is_activity) {
        Some(started) => (attempt.scheduled + attempt.took).since(started),
        None => attempt.took,
    };
    // The result was in time for the recorded timeout.
    let is_in_time = call.timeout().is_none_or(|timeout| {
        attempt.timeout.is_some_and(|recorded| recorded <= timeout) || ran < timeout + TIMEOUT_SLACK
    });
    let waits = call.resource().pattern() != IntegrationPattern::RequestResponse;
    // The request itself failed if it was never submitted.
    if result.is_err() && waits && attempt.submitted.is_none() {
        let executor = ResolvedExecutor::Handler {
            submits: true,
            by_fallback: false,
        };
        let details = None;
        return (ResolvedTask { executor, details }, is_in_time);
    }
    let executor = ResolvedExecutor::Result(result);
    let details = details(attempt.took);
    (ResolvedTask { executor, details }, is_in_time)
}

/// Returns which resources of the histories are activities or functions, for definitions whose
/// texts do not determine it.
pub(super) fn resource_kinds<'h>(
    histories: impl Iterator<Item = &'h RecordedHistory>,
) -> IndexMap<String, ResourceKind> {
    let mut kinds = IndexMap::new();
    for event in histories.flat_map(RecordedHistory::events) {
        let kind = match event.kind.known() {
            Some(EventKind::ActivityScheduled) => ResourceKind::Activity,
            Some(EventKind::LambdaFunctionScheduled) => ResourceKind::Lambda,
            _ => continue,
        };
        if let Some(resource) = event.details["resource"].as_str() {
            kinds.insert(resource.to_owned(), kind);
        }
    }
    kinds
}
