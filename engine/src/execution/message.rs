//! The messages that the mailbox of an execution accepts.

use smol_str::SmolStr;
use stepwright_interpreter::WaitId;
use stepwright_interpreter::distributed::RunChanges;
use stepwright_interpreter::execution::{Command, Failure, Wait};
use stepwright_interpreter::history::History;
use tokio::sync::oneshot;

use crate::clock::TimerFired;
use crate::execution::drain::Drain;
use crate::task::WaitEvent;

/// A message for an execution.
pub(crate) enum Message {
    Timer(TimerFired),
    Event(WaitId, WaitEvent),
    Stop(Failure),
    /// The shutdown of the engine begins: the execution calls nothing any more, and drops the value
    /// when nothing works for it in this process.
    Drain(Drain),
    /// The shutdown ends: a durable execution is suspended, and continues in another process.
    /// Others are stopped.
    ShutDown,
    /// The execution must be suspended, because the store failed, with the cause.
    CommitFailed(String),
    /// The execution must be suspended, because its parent or a child was, with the reason.
    Suspended(Failure),
    /// A machine or an activity was added: it may be the missing handler of a task.
    LookForHandlers,
    /// A command that waited until the store can be read: the execution performs it again.
    Perform(Box<Command>),
    /// UpdateMapRun for the run with this ARN; the reply is whether the run was running.
    UpdateRun(SmolStr, RunChanges, oneshot::Sender<bool>),
    /// A request for the history as soon as it has more than this number of events.
    History(u32, oneshot::Sender<History>),
    /// A request for the open waits, as soon as the execution waits and its changes are durable.
    Waits(oneshot::Sender<Vec<Wait>>),
}
