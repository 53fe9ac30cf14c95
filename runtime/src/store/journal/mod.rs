//! Commits in groups: many submitters, one thread that writes.
//!
//! The thread `stepwright-journal` takes what has queued up while the last transaction was being made durable, commits it as one,
//! and wakes all who wait. So one sync of the disk serves as many executions as wait for it.

mod outage;
mod queue;
#[cfg(test)]
mod tests;
mod writer;

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{JoinHandle, Thread};

use tokio::sync::oneshot;

pub use self::outage::Outage;
pub(crate) use self::queue::OnOutage;
use self::queue::{Commit, Queue, Submission, Waits};
use super::{Change, Store, StoreError, StoreReader};

/// Owns a store. Clones are the same journal; when the last one is dropped, what is queued is committed and the thread ends.
///
/// **Order.** A submission takes its place in the queue in the call of [`commit`](Self::commit), if there is room, and is committed whether or
/// not somebody awaits it. Submissions become durable in the order of the queue.
///
/// **Failure.** When a transaction fails by one of its changes ([`StoreError::is_of_a_change`]) or for want of room, each
/// submission in it is tried by itself, so that only those fail that must. Any other error is that of all submissions in the
/// transaction. An error that [may pass](StoreError::may_pass) (a full disk, another program's lock) begins an [`Outage`]: submissions of
/// [`commit`](Self::commit) fail at once until the store commits again, and those of [`commit_with_retry`](Self::commit_with_retry) are
/// repeated, with pauses that grow to two seconds. After an error that [lasts](StoreError::is_lasting), and after a panic of the store, the
/// store is not tried again, and all submissions have that error.
///
/// **Backpressure.** A [`Committed`] is pending until its changes are durable. At most 16,384 submissions and 64 MiB wait for the
/// thread; a submission beyond waits for room in its [`Committed`], in the order of the calls, and takes its place in the queue then. One that is
/// dropped meanwhile is not committed.
#[derive(Clone)]
pub struct Journal {
    handle: Arc<Handle>,
}

impl Journal {
    /// Starts the journal's thread.
    ///
    /// # Errors
    ///
    /// [`StoreError::Io`] when the operating system gives no thread.
    pub fn new(store: Box<dyn Store>) -> Result<Self, StoreError> {
        let queue = Arc::new(Queue::default());
        let taken = queue.clone();
        let thread = std::thread::Builder::new()
            .name("stepwright-journal".to_owned())
            .spawn(move || writer::write(store, &taken))
            .map_err(|error| StoreError::Io {
                path: None,
                doing: "start the journal's thread".to_owned(),
                why: error.to_string(),
            })?;
        let thread = Mutex::new(Some(thread));
        Ok(Self {
            handle: Arc::new(Handle { queue, thread }),
        })
    }

    /// Submits changes, which are applied together or not at all.
    pub fn commit(&self, changes: Vec<Change>) -> Committed {
        self.submit(changes, OnOutage::Fail)
    }

    /// Submits changes, which are applied together, as soon as the store can commit. They fail when a change does not fit, when the
    /// store fails for good, and when the journal ends before it could commit.
    pub fn commit_with_retry(&self, changes: Vec<Change>) -> Committed {
        self.submit(changes, OnOutage::Retry)
    }

    pub(crate) fn submit(&self, changes: Vec<Change>, on_outage: OnOutage) -> Committed {
        let (commit, outcome) = submission(changes, on_outage);
        let waits = self.handle.queue.commit(commit);
        Committed { waits, outcome }
    }

    /// The outage of the store; `None` while it can commit, as far as the last attempt says.
    pub fn outage(&self) -> Option<Outage> {
        self.handle.queue.outage()
    }

    /// Ends the repetition of commits: those that a store in trouble could not commit fail.
    pub fn end_retries(&self) {
        self.handle.queue.end_retries();
    }

    /// What submits to this journal and does not keep it open.
    pub(crate) fn submitter(&self) -> Submitter {
        Submitter {
            queue: self.handle.queue.clone(),
        }
    }

    /// Waits for all that is submitted before.
    ///
    /// # Errors
    ///
    /// The one after which the store is not asked again. That an earlier submission failed is none.
    pub fn flush(&self) -> Committed {
        self.commit(Vec::new())
    }

    /// A reader of the store, which sees all that is submitted before.
    ///
    /// # Errors
    ///
    /// What the store meets when it opens one; [`StoreError::Closed`].
    pub fn reader(
        &self,
    ) -> impl Future<Output = Result<Box<dyn StoreReader>, StoreError>> + Send + 'static {
        let (done, reader) = oneshot::channel();
        self.handle.queue.push(Submission::Reader(done));
        async move { reader.await.unwrap_or(Err(StoreError::Closed)) }
    }

    /// Commits what is queued and ends the thread; blocks until then. Later submissions are [`StoreError::Closed`].
    pub fn close(&self) {
        self.handle.close();
    }
}

/// Changes for the queue, and where their outcome arrives.
fn submission(
    changes: Vec<Change>,
    on_outage: OnOutage,
) -> (Commit, oneshot::Receiver<Result<(), StoreError>>) {
    let (done, outcome) = oneshot::channel();
    // What the queue does not take is dropped, and with it the sender: the outcome is `Closed`.
    (Commit::new(changes, on_outage, done), outcome)
}

/// Submits to a journal that others keep open.
pub(crate) struct Submitter {
    queue: Arc<Queue>,
}

impl Submitter {
    /// Submits changes, as [`Journal::commit`] does, and never waits for room, so that they have their place in the queue when this returns. For
    /// who submits one thing after the other.
    pub(crate) fn commit(&self, changes: Vec<Change>) -> Committed {
        let (commit, outcome) = submission(changes, OnOutage::Fail);
        self.queue.push(Submission::Commit(commit));
        Committed {
            waits: None,
            outcome,
        }
    }
}

impl std::fmt::Debug for Journal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Journal").finish_non_exhaustive()
    }
}

/// What all clones of a journal share.
struct Handle {
    queue: Arc<Queue>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Handle {
    fn close(&self) {
        self.queue.close();
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(thread) = thread.take() else { return };
        // A waker that the thread itself calls may drop the last journal; the thread ends then without being waited for.
        if thread.thread().id() != std::thread::current().id() {
            // The thread catches the store's panics, and says so to all who wait.
            let _ended = thread.join();
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.close();
    }
}

/// Changes that were submitted; ready when they are durable, or failed. Dropping it takes nothing back, unless it waits for room.
#[must_use = "the changes are durable when this is ready"]
pub struct Committed {
    /// It has no room in the queue yet.
    waits: Option<Waits>,
    outcome: oneshot::Receiver<Result<(), StoreError>>,
}

impl Committed {
    /// Blocks the thread until the changes are durable, or failed. Not for use in asynchronous code.
    ///
    /// # Errors
    ///
    /// Why the changes are not applied.
    pub fn wait(self) -> Result<(), StoreError> {
        let mut committed = std::pin::pin!(self);
        let waker = Waker::from(Arc::new(Waking(std::thread::current())));
        let mut context = Context::from_waker(&waker);
        loop {
            match committed.as_mut().poll(&mut context) {
                Poll::Ready(outcome) => return outcome,
                Poll::Pending => std::thread::park(),
            }
        }
    }

    /// Blocks the thread until the changes are durable, or failed, or `is_over` is set and the thread is unparked. Returns `None` in the last
    /// case.
    pub(crate) fn wait_unless(self, is_over: &AtomicBool) -> Option<Result<(), StoreError>> {
        let mut committed = std::pin::pin!(self);
        let waker = Waker::from(Arc::new(Waking(std::thread::current())));
        let mut context = Context::from_waker(&waker);
        while !is_over.load(Ordering::SeqCst) {
            match committed.as_mut().poll(&mut context) {
                Poll::Ready(outcome) => return Some(outcome),
                Poll::Pending => std::thread::park(),
            }
        }
        None
    }
}

impl std::fmt::Debug for Committed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Committed")
            .field("has_room", &self.waits.is_none())
            .finish_non_exhaustive()
    }
}

/// Wakes a thread.
struct Waking(Thread);

impl Wake for Waking {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

impl Future for Committed {
    type Output = Result<(), StoreError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if let Some(waits) = &mut self.waits {
            std::task::ready!(waits.as_mut().poll(context));
            self.waits = None;
        }
        let outcome = Pin::new(&mut self.outcome).poll(context);
        outcome.map(|outcome| outcome.unwrap_or(Err(StoreError::Closed)))
    }
}
