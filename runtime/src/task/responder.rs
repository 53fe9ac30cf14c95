use std::fmt;
use std::sync::{Arc, Weak};

use smol_str::SmolStr;
use tokio::sync::oneshot;

use super::failure::{TaskFailure, TaskResult};
use crate::distributed::Ended;
use crate::wait_id::WaitId;

/// An event for one wait of an execution.
#[derive(Debug)]
pub(crate) enum News {
    /// The result of the task.
    Answer(TaskResult, Option<Taken>),
    /// A worker took the activity.
    Started(Option<SmolStr>, Option<Taken>),
    /// A heartbeat.
    Heartbeat(Option<Taken>),
    /// A child of the Map Run ended: its number and result.
    Child(u32, Ended),
    /// A child of the Map Run was suspended, with the reason.
    Parked(TaskFailure),
}

/// Reports to the sender whether the event was accepted.
pub(crate) type Taken = oneshot::Sender<bool>;

/// The mailbox of an execution.
pub(crate) trait Inbox: Send + Sync {
    /// Delivers an event. It is dropped when the execution has ended.
    fn bring(&self, wait_id: WaitId, news: News);
}

/// Sends events to one wait of one execution.
#[derive(Clone)]
pub(crate) struct Responder {
    inbox: Weak<dyn Inbox>,
    wait_id: WaitId,
}

impl Responder {
    pub(crate) fn new<I: Inbox + 'static>(inbox: &Arc<I>, wait_id: WaitId) -> Self {
        let inbox: Weak<I> = Arc::downgrade(inbox);
        Self { inbox, wait_id }
    }

    fn bring(&self, news: News) {
        if let Some(inbox) = self.inbox.upgrade() {
            inbox.bring(self.wait_id, news);
        }
    }

    pub(crate) fn answer(&self, result: TaskResult) {
        self.bring(News::Answer(result, None));
    }

    /// Answers the task. Returns whether the execution accepted the answer: not if the task ended before.
    pub(crate) async fn answer_and_wait(&self, result: TaskResult) -> bool {
        let (taken, answer) = oneshot::channel();
        self.bring(News::Answer(result, Some(taken)));
        answer.await.unwrap_or(false)
    }

    pub(crate) fn started(&self, worker: Option<SmolStr>) {
        self.bring(News::Started(worker, None));
    }

    /// Reports that a worker takes the activity. Returns whether it may: not if the task ended, or the start could not be committed.
    pub(crate) async fn started_and_wait(&self, worker: Option<SmolStr>) -> bool {
        let (taken, answer) = oneshot::channel();
        self.bring(News::Started(worker, Some(taken)));
        answer.await.unwrap_or(false)
    }

    pub(crate) fn child_ended(&self, number: u32, ended: Ended) {
        self.bring(News::Child(number, ended));
    }

    pub(crate) fn parked(&self, failure: TaskFailure) {
        self.bring(News::Parked(failure));
    }

    pub(crate) fn heartbeat(&self) {
        self.bring(News::Heartbeat(None));
    }

    /// Restarts the heartbeat timeout. Returns whether the task was still running.
    pub(crate) async fn heartbeat_and_wait(&self) -> bool {
        let (taken, answer) = oneshot::channel();
        self.bring(News::Heartbeat(Some(taken)));
        answer.await.unwrap_or(false)
    }
}

impl fmt::Debug for Responder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Responder").field(&self.wait_id).finish()
    }
}
