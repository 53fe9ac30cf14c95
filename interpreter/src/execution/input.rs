//! The messages that a caller delivers to an execution, such as results and timers.

use smol_str::SmolStr;

use super::failure::Failure;
use crate::distributed::{ChildResult, RunChanges, SourceResponse, TransferError, WriteResponse};
use crate::task::TaskResult;
use crate::wait_id::{TimerKind, WaitId};

/// A message for an execution. An input for a wait that has ended is ignored.
#[derive(Debug)]
pub enum Input {
    /// A timer fired.
    Timer(WaitId, TimerKind),
    /// Who executes a task: the reply to [`TaskCommand::Resolve`](super::TaskCommand::Resolve).
    Resolved,
    /// A task was started: the reply to [`TaskCommand::Perform`](super::TaskCommand::Perform) and
    /// [`TaskCommand::Call`](super::TaskCommand::Call). Its result is in the
    /// [queue](super::CommandQueue::set_result) already, or follows as
    /// [`WorkCompleted`](Self::WorkCompleted).
    Performed,
    /// The result of a handler, or of the request that starts a nested execution.
    WorkCompleted(WaitId, TaskResult),
    /// The result that a token or the end of a nested execution delivers.
    Answered(WaitId, TaskResult),
    /// A worker took the activity task; it may not be the first worker.
    WorkerStarted(WaitId, Option<SmolStr>),
    /// A heartbeat of the task.
    Heartbeat(WaitId),
    /// The handler for which a task waits exists now.
    HandlerFound(WaitId),
    /// The caller shuts down, and does not start a task whose start is recorded. The next process
    /// starts it.
    TaskHeld(WaitId),
    /// The reply to [`Command::StartHeldTask`](super::Command::StartHeldTask): the caller starts
    /// the task after the commit.
    HeldTaskStarted(WaitId),
    /// Handlers, activities or state machines were added.
    LookForHandlers,
    /// A child of a Map Run ended.
    ChildEnded(WaitId, u32, Box<ChildResult>),
    /// A child of a Map Run cannot start, for this reason.
    ChildRefused(WaitId, u32, String),
    /// The response to a read.
    ObjectRead(WaitId, Box<Result<SourceResponse, TransferError>>),
    /// The response to a write.
    ObjectWritten(WaitId, Box<Result<WriteResponse, TransferError>>),
    /// UpdateMapRun, for the run with this ARN.
    UpdateRun(SmolStr, Box<RunChanges>),
    /// The timeout of the whole execution has expired.
    TimedOut,
    /// The execution is stopped, with this error and cause.
    Stopped(Box<Failure>),
}
