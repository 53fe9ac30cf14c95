//! The commands that a step returns for its caller, and the queue that holds them.

use std::sync::Arc;

use smallvec::SmallVec;
use smol_str::SmolStr;

use super::span_change::SpanChange;
use super::task_request::{ResolvedTask, TaskRequest};
use crate::distributed::{RunView, SourceRequest, Tally, WriteRequest};
use crate::execution_info::ExecutionInfo;
use crate::program::{Entry, StateIx};
use crate::status::Status;
use crate::task::{NestedStart, TaskResult};
use crate::timestamp::Timestamp;
use crate::value::Value;
use crate::wait_id::{CursorId, TimerKind, WaitId};

/// What the caller of the interpreter does for an execution.
///
/// The effects that others can see (tasks, children, writes) wait until the step that asks for them
/// is durable.
#[derive(Debug)]
pub enum Command {
    /// Adds the task to an activity's queue. Its token is open.
    Queue {
        /// The wait of the task.
        wait_id: WaitId,
        /// The task.
        task: Box<QueuedInput>,
    },
    /// Continues the task of a handler after a restart: calls an idempotent handler again, fails
    /// the task of another handler, and waits if no handler is registered.
    ResumeTask(Box<TaskRequest>),
    /// Starts a task that an earlier process [held](super::Input::TaskHeld), after the commit, and
    /// replies [`Input::HeldTaskStarted`](super::Input::HeldTaskStarted). Reports the task as
    /// unhandled if there is no handler.
    StartHeldTask(Box<HeldTask>),
    /// Waits for the end of a job that a `.sync` task has started, if the caller can, and delivers
    /// it as [`Input::WorkCompleted`](super::Input::WorkCompleted). Otherwise the holder of the
    /// task's token completes the task.
    FollowJob(Box<StartedJob>),
    /// Continues a nested start after a restart: delivers the end of the nested execution and,
    /// unless it `is_begun`, the response of the start.
    FollowExecution {
        /// The wait of the task.
        wait_id: WaitId,
        /// The state of the task.
        state: StateIx,
        /// The start.
        start: Box<NestedStart>,
        /// Whether the execution was started before.
        is_begun: bool,
    },
    /// Looks for the handler of a waiting task. Replies
    /// [`Input::HandlerFound`](super::Input::HandlerFound), or reports the task as unhandled.
    FindHandler {
        /// The wait of the task.
        wait_id: WaitId,
        /// The state of the task.
        state: StateIx,
        /// The target in the parameters, if there is one.
        target: Option<SmolStr>,
    },
    /// Registers a token: from now on its holder may complete the task. The job of a `.sync` task
    /// can complete it, too; then `is_awaited` is false, because the execution does not wait for an
    /// external caller.
    OpenToken {
        /// The wait of the token.
        wait_id: WaitId,
        /// The token.
        token: SmolStr,
        /// Whether the execution waits for it now.
        is_awaited: bool,
    },
    /// Arms a timer that fires at `at`. When it is delivered, it is not armed any more, and a wait
    /// without other resources is not released.
    Arm {
        /// The wait that the timer ends.
        wait_id: WaitId,
        /// Which of its timers.
        kind: TimerKind,
        /// When it fires.
        at: Timestamp,
    },
    /// Cancels one timer.
    Disarm {
        /// The wait of the timer.
        wait_id: WaitId,
        /// Which of its timers.
        kind: TimerKind,
    },
    /// Registers a Map Run. Its children and its end are reported under `wait_id`.
    OpenRun {
        /// The wait of the Map Run.
        wait_id: WaitId,
        /// Its description.
        view: Box<RunView>,
    },
    /// Registers a Map Run of an earlier process, with its counts.
    ResumeRun {
        /// The wait of the Map Run.
        wait_id: WaitId,
        /// Its description and its counts.
        run: Box<(RunView, Tally)>,
    },
    /// Starts a child of a Map Run and delivers its end, or replies
    /// [`Input::ChildRefused`](super::Input::ChildRefused).
    StartChild {
        /// The wait of the Map Run.
        wait_id: WaitId,
        /// The child.
        child: Box<ChildStart>,
    },
    /// Continues a child that an earlier process ran, and delivers its end.
    ResumeChild {
        /// The wait of the Map Run.
        wait_id: WaitId,
        /// The child.
        child: Box<ChildStart>,
    },
    /// Stops the running children of a Map Run. The end of each is delivered.
    StopChildren {
        /// The wait of the Map Run.
        wait_id: WaitId,
    },
    /// Reports the counts of a Map Run, and its status if it has ended.
    ReportRun {
        /// The wait of the Map Run.
        wait_id: WaitId,
        /// Its counts.
        tally: Box<Tally>,
        /// How it ended, if it has ended.
        ended: Option<Status>,
    },
    /// Reads from the object store, and delivers [`Input::ObjectRead`](super::Input::ObjectRead).
    Read {
        /// The wait of the Map Run.
        wait_id: WaitId,
        /// What to read.
        request: Box<SourceRequest>,
    },
    /// Writes to the object store, and delivers
    /// [`Input::ObjectWritten`](super::Input::ObjectWritten).
    Write {
        /// The wait of the Map Run.
        wait_id: WaitId,
        /// The state of the Map Run.
        state: StateIx,
        /// What to write.
        request: Box<WriteRequest>,
    },
    /// Opens or closes a span of a cursor.
    ChangeSpan {
        /// The cursor that changed.
        cursor: CursorId,
        /// The change.
        change: SpanChange,
    },
    /// Ends the wait: releases its children, timers, handler and token.
    Release {
        /// The wait that has ended.
        wait_id: WaitId,
    },
}

/// What the caller of the interpreter does for the task that is about to start, after the other
/// commands of the step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskCommand {
    /// Finds who executes the task, [adds](CommandQueue::set_resolved) the answer to the queue, and
    /// replies [`Input::Resolved`](super::Input::Resolved). Nothing is started.
    Resolve,
    /// Starts the task that was resolved last, [adds](CommandQueue::set_result) its result to the
    /// queue if there is one already, and replies [`Input::Performed`](super::Input::Performed).
    /// Its events are written.
    Perform,
    /// Does both for a task whose handler is known, and replies
    /// [`Input::Performed`](super::Input::Performed). Its events are written.
    Call,
}

/// A task whose start is recorded, and that no process has started.
#[derive(Debug)]
pub enum HeldTask {
    /// The call of a handler.
    Call(TaskRequest),
    /// The start of a nested execution.
    Start(WaitId, NestedStart),
}

/// A job of a service that a `.sync` task has started.
#[derive(Debug)]
pub struct StartedJob {
    /// The task.
    pub request: TaskRequest,
    /// The response to its request, which TaskSubmitted shows.
    pub response: Value,
    /// Whether a source made the request that the engine consults last.
    pub by_fallback: bool,
}

/// The input of a task in an activity's queue.
#[derive(Debug)]
pub struct QueuedInput {
    /// The ARN of the activity.
    pub activity: SmolStr,
    /// The input of the task.
    pub input: Value,
}

/// A child execution of a Map Run.
#[derive(Debug)]
pub struct ChildStart {
    /// Its index among the children of the run.
    pub number: u32,
    /// The child.
    pub about: Arc<ExecutionInfo>,
    /// Where it starts in the program.
    pub entry: Entry,
    /// The seed of its random numbers.
    pub seed: u64,
    /// It was started before and did not succeed. It resumes where it stopped, if that is stored.
    pub is_restart: bool,
}

/// The commands that were not performed yet, oldest first. A step rarely has more than a few, which
/// need no allocation.
#[derive(Debug, Default)]
pub struct CommandQueue {
    slots: SmallVec<[Option<Command>; 4]>,
    /// The number of commands that were taken.
    taken: usize,
    /// The task that is about to start. It is here while the step waits for the reply, so that it
    /// is not moved.
    task: Option<TaskRequest>,
    /// The command for that task. No command of the step follows it.
    task_command: Option<TaskCommand>,
    /// Who executes that task. It is here for the same reason, between the caller's answer and the
    /// reply.
    resolved: Option<ResolvedTask>,
    /// The result of that task, if it is available at once. It is here for the same reason.
    result: Option<TaskResult>,
}

impl CommandQueue {
    /// Returns a queue without commands, in which a task is about to start.
    pub fn with_task(task: TaskRequest) -> Self {
        Self {
            task: Some(task),
            ..Self::default()
        }
    }

    #[inline]
    pub(crate) fn push(&mut self, command: Command) {
        self.slots.push(Some(command));
    }

    #[inline]
    pub(super) fn set_task(&mut self, command: TaskCommand, task: TaskRequest) {
        self.task_command = Some(command);
        self.task = Some(task);
    }

    #[inline]
    pub(super) fn take_task(&mut self) -> Option<TaskRequest> {
        self.task.take()
    }

    /// Adds who executes the task, before the reply to [`TaskCommand::Resolve`].
    #[inline]
    pub fn set_resolved(&mut self, resolved: ResolvedTask) {
        self.resolved = Some(resolved);
    }

    #[inline]
    pub(super) fn take_resolved(&mut self) -> Option<ResolvedTask> {
        self.resolved.take()
    }

    /// Sets the result of the task that was started, before the reply [`Input::Performed`]. Without
    /// a result, [`Input::WorkCompleted`] delivers it later.
    ///
    /// [`Input::Performed`]: super::Input::Performed
    /// [`Input::WorkCompleted`]: super::Input::WorkCompleted
    #[inline]
    pub fn set_result(&mut self, result: Option<TaskResult>) {
        self.result = result;
    }

    #[inline]
    pub(super) fn take_result(&mut self) -> Option<TaskResult> {
        self.result.take()
    }

    /// Drops the task if it has ended with its start, so that its input can be changed in place.
    /// Its result remains in the queue. Most tasks end so, and are not moved out of the queue.
    #[inline]
    pub(super) fn drop_ended_task(&mut self) -> Option<WaitId> {
        let task = self.task.as_ref().filter(|task| !task.is_submission)?;
        let wait_id = task.wait_id;
        self.result.as_ref()?;
        self.task = None;
        Some(wait_id)
    }

    /// Returns whether the queue has no command.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty() && self.task_command.is_none()
    }

    /// Takes the oldest command. Then [`pop_task`](Self::pop_task) takes the command for the task
    /// that is about to start.
    #[inline]
    pub fn pop(&mut self) -> Option<Command> {
        let command = self.slots.get_mut(self.taken)?.take();
        self.taken += 1;
        // The next command takes the first slot again.
        if self.taken == self.slots.len() {
            self.slots.clear();
            self.taken = 0;
        }
        command
    }

    /// Takes the command for the task that is about to start, and returns it with the task. It
    /// comes after all other commands.
    #[inline]
    pub fn pop_task(&mut self) -> Option<(TaskCommand, &TaskRequest)> {
        let command = self.task_command.take()?;
        Some((command, self.task.as_ref()?))
    }
}
