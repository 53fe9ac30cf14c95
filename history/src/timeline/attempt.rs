//! The attempts of a visit of a state, with their times, results and errors.

use std::time::Duration;

use stepwright_interpreter::Timestamp;
use stepwright_interpreter::value::Value;

use super::event::TimelineEvent;
use super::failure_origin::FailureOrigin;

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AttemptOutcome {
    /// It has not ended.
    Running,
    /// The task, the branches or the iterations succeeded.
    Succeeded,
    /// It failed.
    Failed,
    /// It timed out, or its worker sent no heartbeat in time.
    TimedOut,
    /// Its state was stopped before it ended.
    Stopped,
}

impl AttemptOutcome {
    /// Returns the outcome in readable form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::TimedOut => "timed out",
            Self::Stopped => "stopped",
        }
    }
}

/// One attempt of a visit: a call of a task, or one run of the branches of a Parallel or the
/// iterations of a Map.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    pub(super) scheduled: Timestamp,
    pub(super) started: Option<Timestamp>,
    pub(super) ended: Option<Timestamp>,
    pub(super) outcome: AttemptOutcome,
    pub(super) retry_delay: Option<Duration>,
    /// Where the failure began that it retries.
    pub(super) retried: Option<FailureOrigin>,
    pub(super) is_redriven: bool,
    pub(super) arguments: Option<Value>,
    pub(super) result: Option<Value>,
    pub(super) error: Option<String>,
    pub(super) cause: Option<String>,
    pub(super) worker: Option<String>,
    pub(super) map_run: Option<String>,
    pub(super) nested: Option<String>,
    pub(super) resource: Option<String>,
}

impl Attempt {
    /// Creates an attempt that begins with this event.
    pub(super) fn new(event: &TimelineEvent) -> Self {
        let resource = match (event.text("resourceType"), event.text("resource")) {
            (Some(service), Some(action)) => Some(format!("{service}:{action}")),
            (service, resource) => resource.or(service),
        };
        Self {
            scheduled: event.at,
            started: None,
            ended: None,
            outcome: AttemptOutcome::Running,
            retry_delay: None,
            retried: None,
            is_redriven: false,
            arguments: event.value("parameters").or_else(|| event.value("input")),
            result: None,
            error: None,
            cause: None,
            worker: None,
            map_run: event.map_run.clone(),
            nested: None,
            resource,
        }
    }

    /// Records the ARN of a nested execution, which is a member of the response of its start and of
    /// its description.
    pub(super) fn started_execution(&mut self, response: Option<&Value>) {
        if self.starts_execution()
            && let Some(arn) = response.and_then(|response| response.get("ExecutionArn"))
        {
            self.nested = arn.as_str().map(str::to_owned);
        }
    }

    /// Returns whether the task starts an execution.
    pub(super) fn starts_execution(&self) -> bool {
        let resource = self.resource.as_deref().unwrap_or_default();
        ["startExecution", "startSyncExecution"]
            .iter()
            .any(|action| resource.contains(action))
    }

    pub(super) fn end(&mut self, at: Timestamp, outcome: AttemptOutcome) {
        self.ended = Some(at);
        self.outcome = outcome;
    }

    /// Returns when it was scheduled. A Parallel or Map starts at the same time.
    pub fn scheduled(&self) -> Timestamp {
        self.scheduled
    }

    /// Returns when it started: the task was sent, or a worker of the activity took it.
    pub fn started(&self) -> Option<Timestamp> {
        self.started
    }

    /// Returns when it ended.
    pub fn ended(&self) -> Option<Timestamp> {
        self.ended
    }

    /// Returns how it ended.
    pub fn outcome(&self) -> AttemptOutcome {
        self.outcome
    }

    /// Returns the time between the failure before and this attempt; `None` for a first attempt,
    /// also after a redrive.
    pub fn retry_delay(&self) -> Option<Duration> {
        self.retry_delay
    }

    /// Returns where the failure began that it retries; `None` for a first attempt, and after a
    /// redrive.
    pub(crate) fn retried(&self) -> Option<&FailureOrigin> {
        self.retried.as_ref()
    }

    /// Returns whether a redrive started it.
    pub fn is_redriven(&self) -> bool {
        self.is_redriven
    }

    /// Returns the arguments of the task; `None` for a Parallel or Map, and in a history without
    /// data.
    pub fn arguments(&self) -> Option<&Value> {
        self.arguments.as_ref()
    }

    /// Returns the result of the task; `None` for a Parallel or Map, and in a history without data.
    pub fn result(&self) -> Option<&Value> {
        self.result.as_ref()
    }

    /// Returns the error name of its failure.
    pub fn error(&self) -> Option<&str> {
        self.error.as_deref()
    }

    /// Returns the cause of its failure.
    pub fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    /// Returns the name that the worker of the activity sent.
    pub fn worker(&self) -> Option<&str> {
        self.worker.as_deref()
    }

    /// Returns the ARN of the Map Run that a Distributed Map started.
    pub fn map_run(&self) -> Option<&str> {
        self.map_run.as_deref()
    }

    /// Returns the ARN of the execution that the task started, also of one that failed.
    pub fn nested_execution(&self) -> Option<&str> {
        self.nested.as_deref()
    }

    /// Returns the resource of the task: an ARN, or the service and its action (`lambda:invoke`).
    pub fn resource(&self) -> Option<&str> {
        self.resource.as_deref()
    }
}
