//! Sends results, heartbeats and other events to a waiting state of an execution.

use std::fmt;
use std::sync::{Arc, Weak};

use smol_str::SmolStr;
use stepwright_interpreter::WaitId;
use stepwright_interpreter::distributed::ChildResult;
use tokio::sync::oneshot;

use super::{TaskFailure, TaskResult};

/// An event for one wait of an execution.
#[derive(Debug)]
pub(crate) enum WaitEvent {
    /// The result of the task.
    Answer(TaskResult, Option<Acknowledgement>),
    /// A worker took the activity.
    Started(Option<SmolStr>, Option<Acknowledgement>),
    /// A heartbeat.
    Heartbeat(Option<Acknowledgement>),
    /// A child of the Map Run ended: its number and result.
    Child(u32, ChildResult),
    /// A child of the Map Run was suspended, with the reason.
    Suspended(TaskFailure),
}

/// Reports to the sender whether the event was accepted.
pub(crate) type Acknowledgement = oneshot::Sender<bool>;

/// The mailbox of an execution.
pub(crate) trait Mailbox: Send + Sync {
    /// Delivers an event. It is dropped when the execution has ended.
    fn deliver(&self, wait_id: WaitId, event: WaitEvent);
}

/// Sends events to one wait of one execution.
#[derive(Clone)]
pub(crate) struct Responder {
    mailbox: Weak<dyn Mailbox>,
    wait_id: WaitId,
}

impl Responder {
    pub(crate) fn new<I: Mailbox + 'static>(mailbox: &Arc<I>, wait_id: WaitId) -> Self {
        let mailbox: Weak<I> = Arc::downgrade(mailbox);
        Self { mailbox, wait_id }
    }

    /// Returns whether it sends events to this wait of this execution.
    pub(crate) fn is_of<I: Mailbox + 'static>(&self, mailbox: &Arc<I>, wait_id: WaitId) -> bool {
        let is_same = std::ptr::addr_eq(self.mailbox.as_ptr(), Arc::as_ptr(mailbox));
        is_same && self.wait_id == wait_id
    }

    fn deliver(&self, event: WaitEvent) {
        if let Some(mailbox) = self.mailbox.upgrade() {
            mailbox.deliver(self.wait_id, event);
        }
    }

    pub(crate) fn answer(&self, result: TaskResult) {
        self.deliver(WaitEvent::Answer(result, None));
    }

    /// Answers the task. Returns whether the execution accepted the answer: not if the task ended
    /// before.
    pub(crate) async fn answer_and_wait(&self, result: TaskResult) -> bool {
        let (acknowledgement, answer) = oneshot::channel();
        self.deliver(WaitEvent::Answer(result, Some(acknowledgement)));
        answer.await.unwrap_or(false)
    }

    pub(crate) fn started(&self, worker: Option<SmolStr>) {
        self.deliver(WaitEvent::Started(worker, None));
    }

    /// Reports that a worker takes the activity. Returns whether it may: not if the task ended, or
    /// the start could not be committed.
    pub(crate) async fn started_and_wait(&self, worker: Option<SmolStr>) -> bool {
        let (acknowledgement, answer) = oneshot::channel();
        self.deliver(WaitEvent::Started(worker, Some(acknowledgement)));
        answer.await.unwrap_or(false)
    }

    pub(crate) fn child_ended(&self, number: u32, ended: ChildResult) {
        self.deliver(WaitEvent::Child(number, ended));
    }

    pub(crate) fn suspended(&self, failure: TaskFailure) {
        self.deliver(WaitEvent::Suspended(failure));
    }

    pub(crate) fn heartbeat(&self) {
        self.deliver(WaitEvent::Heartbeat(None));
    }

    /// Restarts the heartbeat timeout. Returns whether the task was still running.
    pub(crate) async fn heartbeat_and_wait(&self) -> bool {
        let (acknowledgement, answer) = oneshot::channel();
        self.deliver(WaitEvent::Heartbeat(Some(acknowledgement)));
        answer.await.unwrap_or(false)
    }
}

impl fmt::Debug for Responder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Responder").field(&self.wait_id).finish()
    }
}
