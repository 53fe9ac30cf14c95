//! The waits of an execution, for callers that show or complete them.

use std::fmt;

use smol_str::SmolStr;

use crate::execution::cursor::{Cursor, OpenTask, OpenTaskStage, TaskExecutor, Waiting};
use crate::execution::step_loop::Execution;
use crate::history::ScopeNames as _;
use crate::history::WaitEvents;
use crate::program::{Kind, Task};
use crate::task::{Integration, NestedStart};
use crate::timestamp::Timestamp;
use crate::wait_id::WaitId;

/// One wait of a running execution: a state that waits, and the event that ends the wait.
///
/// A Parallel or an inline Map waits for the states inside, which have their own waits.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Wait {
    /// The name of the state.
    pub state: String,
    /// The enclosing Map iterations (`Map[2]`) and Parallel branches (`Parallel/FirstState`),
    /// outermost first, as [`Event::scope`](crate::history::Event::scope) returns them.
    pub scope: Vec<String>,
    /// When the wait began: a timer with the entry of its state, a retry with the failure, a task
    /// with its scheduling. `None` for tasks and retries if no history is recorded.
    pub since: Option<Timestamp>,
    /// What ends the wait.
    pub kind: WaitKind,
    id: WaitId,
}

impl Wait {
    /// Returns the id of the wait, which the [inputs](crate::execution::Input) of the interpreter
    /// contain.
    pub fn id(&self) -> WaitId {
        self.id
    }
}

/// What ends a [`Wait`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WaitKind {
    /// A Wait state ends at this time.
    Timer {
        /// When it ends.
        until: Timestamp,
    },
    /// The state failed, and a retrier repeats it.
    Retry {
        /// When the next attempt starts.
        until: Timestamp,
        /// The number of the next attempt: 2 after the first failure.
        attempt: u32,
    },
    /// The task ends when its token is answered: a task with `.waitForTaskToken`, or a `.sync` job
    /// that runs elsewhere.
    Token {
        /// The token.
        token: TaskToken,
        /// When `TimeoutSeconds` has passed.
        timeout_at: Option<Timestamp>,
        /// When `HeartbeatSeconds` has passed since the last heartbeat.
        heartbeat_at: Option<Timestamp>,
    },
    /// A worker of the activity completes the task.
    Activity {
        /// The ARN of the activity.
        arn: String,
        /// The token, as soon as a worker has polled the task. Until then
        /// `ExecutionHandle::take_activity_task` takes the task from the queue of its activity, and
        /// returns it with its token.
        token: Option<TaskToken>,
        /// The name of the worker, if it has one and a history is recorded.
        worker: Option<String>,
        /// When `TimeoutSeconds` has passed.
        timeout_at: Option<Timestamp>,
        /// When `HeartbeatSeconds` has passed since the last heartbeat.
        heartbeat_at: Option<Timestamp>,
    },
    /// The handler of the task runs, or the delayed result of a mock is not due yet.
    Task {
        /// The state's `Resource`.
        resource: String,
        /// The function or state machine that the parameters name.
        target: Option<String>,
        /// When `TimeoutSeconds` has passed.
        timeout_at: Option<Timestamp>,
        /// When `HeartbeatSeconds` has passed since the last heartbeat.
        heartbeat_at: Option<Timestamp>,
    },
    /// No handler of the task is registered: the task waits for an engine that has it.
    Handler {
        /// The state's `Resource`.
        resource: String,
        /// The function or state machine that the parameters name.
        target: Option<String>,
    },
    /// A nested execution ends the task.
    Execution {
        /// Its ARN.
        arn: String,
    },
    /// The child executions of a Distributed Map run.
    MapRun {
        /// The ARN of the Map Run.
        arn: String,
    },
}

/// A task token. Its holder can complete the task, so it is secret: [`Debug`](fmt::Debug) does not
/// print it.
#[derive(Clone, PartialEq, Eq)]
pub struct TaskToken(SmolStr);

impl TaskToken {
    /// Returns the text of the token.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for TaskToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TaskToken(secret)")
    }
}

impl Execution {
    /// Returns the open waits, in the order in which their states were entered; none after the end.
    pub fn waits(&self) -> Vec<Wait> {
        let mut waiting: Vec<(WaitId, &Cursor)> = self
            .cursors
            .iter()
            .filter(|(_, cursor)| cursor.waiting.is_shown())
            .map(|(id, cursor)| {
                let wait = cursor.wait;
                (WaitId { cursor: id, wait }, cursor)
            })
            .collect();
        waiting.sort_by_key(|(_, cursor)| cursor.entered);
        let keys = waiting
            .iter()
            .map(|(_, cursor)| (cursor.state, cursor.scope));
        let mut events = self.recorder.wait_events(keys);
        waiting
            .into_iter()
            .filter_map(|(id, cursor)| {
                let events = events.remove(&(cursor.state, cursor.scope));
                self.open_wait(id, cursor, events.unwrap_or_default())
            })
            .collect()
    }

    fn open_wait(&self, id: WaitId, cursor: &Cursor, events: WaitEvents) -> Option<Wait> {
        let state = self.program.state(cursor.state);
        let task = match &state.kind {
            Kind::Task(task) => Some(task),
            _ => None,
        };
        let entered = Some(cursor.entered_at);
        let (since, kind) = match (&cursor.waiting, task) {
            (Waiting::Until { due, .. }, _) => (entered, WaitKind::Timer { until: *due }),
            (Waiting::Pause { due }, _) => {
                let kind = WaitKind::Retry {
                    until: *due,
                    attempt: cursor.attempt_state.retry_count().saturating_add(1),
                };
                (events.latest, kind)
            }
            (Waiting::Handler { target }, Some(task)) => {
                let kind = WaitKind::Handler {
                    resource: task.resource.as_str().to_owned(),
                    target: target.as_ref().map(SmolStr::to_string),
                };
                (entered, kind)
            }
            (Waiting::Run(run), _) => {
                let arn = run.view.arn.to_string();
                let since = run.view.redriven.unwrap_or(run.view.started);
                (Some(since), WaitKind::MapRun { arn })
            }
            (Waiting::Task(open), Some(task)) => {
                let token = cursor.attempt_state.token().cloned().map(TaskToken);
                let scheduled = events.scheduled;
                (scheduled, kind_of_task(open, task, token, events.worker))
            }
            _ => return None,
        };
        Some(Wait {
            state: state.name.to_string(),
            scope: self
                .recorder
                .scope_path(&self.program, cursor.scope)
                .names(),
            since,
            kind,
            id,
        })
    }
}

impl Waiting {
    /// Returns whether it waits for an event from outside of the execution.
    fn is_shown(&self) -> bool {
        matches!(
            self,
            Self::Until { .. }
                | Self::Pause { .. }
                | Self::Handler { .. }
                | Self::Task(_)
                | Self::Run(_)
        )
    }
}

fn kind_of_task(
    open: &OpenTask,
    task: &Task,
    token: Option<TaskToken>,
    worker: Option<SmolStr>,
) -> WaitKind {
    let (timeout_at, heartbeat_at) = (open.timeout_due, open.heartbeat_due);
    let token = token.filter(|_| open.takes_token);
    let has_result = open.answer.is_some();
    match (&open.executor, token) {
        (TaskExecutor::Activity { .. }, token) => WaitKind::Activity {
            arn: task.resource.as_str().to_owned(),
            token: token.filter(|_| open.stage != OpenTaskStage::Queued),
            worker: worker.map(|name| name.to_string()),
            timeout_at,
            heartbeat_at,
        },
        (TaskExecutor::Execution { start }, None) => execution(start),
        (TaskExecutor::Execution { start }, Some(_)) if start.integration != Integration::Token => {
            execution(start)
        }
        (
            TaskExecutor::External | TaskExecutor::Execution { .. } | TaskExecutor::Job { .. },
            Some(token),
        ) if open.stage == OpenTaskStage::Started && !has_result => WaitKind::Token {
            token,
            timeout_at,
            heartbeat_at,
        },
        (executor, _) => WaitKind::Task {
            resource: task.resource.as_str().to_owned(),
            target: match executor {
                TaskExecutor::Handler { input, .. } => {
                    task.resource.target_in(input).map(str::to_owned)
                }
                _ => None,
            },
            timeout_at,
            heartbeat_at,
        },
    }
}

fn execution(start: &NestedStart) -> WaitKind {
    WaitKind::Execution {
        arn: start.execution.to_string(),
    }
}
