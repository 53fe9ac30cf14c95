use std::fmt;
use std::sync::{Arc, Weak};

use smol_str::SmolStr;
use tokio::sync::oneshot;

use super::failure::{TaskFailure, TaskResult};
use crate::distributed::Ended;
use crate::wait_id::WaitId;

/// What an execution is told about one of its waits.
#[derive(Debug)]
pub(crate) enum News {
    /// The task is answered.
    Answer(TaskResult, Option<Taken>),
    /// A worker took the activity.
    Started(Option<SmolStr>, Option<Taken>),
    /// The work goes on.
    Heartbeat(Option<Taken>),
    /// A child of the Map Run ended, by its number.
    Child(u32, Ended),
    /// A child of the Map Run is not gone on with in this process, and why.
    Parked(TaskFailure),
}

/// Tells the sender whether the news count.
pub(crate) type Taken = oneshot::Sender<bool>;

/// An execution that can be told news.
pub(crate) trait Inbox: Send + Sync {
    /// Brings news. They are dropped when the execution is over.
    fn bring(&self, wait_id: WaitId, news: News);
}

/// Reaches one wait of one execution.
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

    /// Answers, and says whether the execution took the answer: not when the task ended otherwise before.
    pub(crate) async fn answer_and_wait(&self, result: TaskResult) -> bool {
        let (taken, answer) = oneshot::channel();
        self.bring(News::Answer(result, Some(taken)));
        answer.await.unwrap_or(false)
    }

    pub(crate) fn started(&self, worker: Option<SmolStr>) {
        self.bring(News::Started(worker, None));
    }

    /// A worker is about to take the activity; says whether it may: not when the task ended, or could not be kept.
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

    /// Starts the heartbeat's time anew, and says whether the task was still at work.
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
