//! A task before its start, and the caller's answer about its executor.

use std::time::Duration;

use smol_str::SmolStr;

use crate::task::{NestedStart, TaskResult};
use crate::value::Value;
use crate::wait_id::WaitId;

/// A task that is about to start. It is in the queue of commands until the reply comes, so that the
/// execution does not store it.
#[derive(Clone, Debug)]
pub struct TaskRequest {
    /// The future wait for the result.
    pub wait_id: WaitId,
    pub(super) parameters: Value,
    /// How often the state has called before.
    pub(super) call: u32,
    /// `None` if all settings have their defaults.
    pub(super) settings: Option<Box<TaskSettings>>,
    /// The result is the response to a request, and a token or a job completes the task.
    pub(super) is_submission: bool,
}

/// The evaluated fields of a Task, without its parameters.
#[derive(Clone, Debug, Default)]
pub(super) struct TaskSettings {
    pub(super) timeout: Option<u64>,
    pub(super) heartbeat: Option<u64>,
    pub(super) role: Option<SmolStr>,
}

impl TaskRequest {
    pub(super) fn timeout(&self) -> Option<u64> {
        self.settings.as_ref()?.timeout
    }

    pub(super) fn heartbeat(&self) -> Option<u64> {
        self.settings.as_ref()?.heartbeat
    }
}

/// Who executes a task, and what its events show.
#[derive(Debug)]
pub struct ResolvedTask {
    /// Who executes it.
    pub executor: ResolvedExecutor,
    /// Details that most tasks do not have. They are boxed because a task is moved several times
    /// before it starts.
    pub details: Option<Box<ResolvedDetails>>,
}

/// Details of a task that few tasks have.
#[derive(Debug, Default)]
pub struct ResolvedDetails {
    /// The payload of TaskSubmitted; an empty object unless set.
    pub submitted: Option<Value>,
    /// The worker's name in ActivityStarted.
    pub worker: Option<SmolStr>,
    /// How long a known result is delayed.
    pub delay: Duration,
}

impl ResolvedTask {
    /// Returns how long a known result is delayed.
    pub(super) fn delay(&self) -> Duration {
        let details = self.details.as_ref();
        details.map_or(Duration::ZERO, |details| details.delay)
    }
}

/// Who executes a task.
#[derive(Debug)]
pub enum ResolvedExecutor {
    /// Nobody: the result is known.
    Result(TaskResult),
    /// A handler. `submits` is whether its result is the response to a request, which TaskSubmitted
    /// shows.
    Handler {
        /// Whether the history has TaskSubmitted: the handler's result is the response of the
        /// service.
        submits: bool,
        /// Whether it is work of a source that the engine consults last. Only such a source then
        /// follows the job of the task.
        by_fallback: bool,
    },
    /// Another execution, which starts. `submits` is as above.
    Execution {
        /// The start.
        start: Box<NestedStart>,
        /// Whether the history has TaskSubmitted.
        submits: bool,
    },
    /// The holder of the token.
    Token,
    /// A worker of the activity, which is the state's resource.
    Activity,
    /// Nobody ever; the state ends by its timeout.
    Never,
    /// Nobody, because the integration rejects these parameters. Nothing is scheduled.
    Refused(String),
    /// Nobody yet: the task waits for its handler.
    Unhandled,
}
