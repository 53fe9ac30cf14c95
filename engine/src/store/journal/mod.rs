//! Group commit: many submitters, one thread that writes.
//!
//! The thread `stepwright-journal` takes the submissions that were queued during the last
//! transaction, commits them as one transaction, and wakes all their waiters. So one sync of the
//! disk serves all executions that wait for it.
//!
//! In an outage the store cannot commit (`outage.rs`). After a failed commit, `outcome.rs` reads
//! whether it was applied. Steps of accepted executions are repeated (`OnOutage::Retry`). Requests
//! that a caller can repeat fail immediately (`OnOutage::Fail`), so that a failure means that the
//! request had no effect. An execution that waits for its commit accepts no messages except
//! requests for its history.

mod outage;
mod outcome;
mod queue;
#[cfg(test)]
mod tests;
mod writer;

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{JoinHandle, Thread};

use tokio::sync::oneshot;

pub use self::outage::Outage;
pub(crate) use self::queue::OnOutage;
use self::queue::{CapacityWait, Commit, Queue, Submission};
use super::{Change, Store, StoreError, StoreLease, StoreReader};
use crate::statistics::StoreStatistics;

/// Owns a store. Clones refer to the same journal; when the last one is dropped, the queue is
/// committed and the thread ends.
///
/// **Order.** [`commit`](Self::commit) adds a submission to the queue during the call, if the queue
/// has capacity. It is committed whether or not its future is awaited. Submissions become durable
/// in the order of the queue.
///
/// **Failure.** When a transaction fails because the names of some starts exist, these starts fail,
/// and the others are one transaction. When it fails because of another one of its changes
/// ([`StoreError::is_of_a_change`]) or for lack of space, each submission in it is tried
/// separately, so that the others succeed. Any other error applies to all submissions in the
/// transaction. A [transient](StoreError::may_pass) error (a full disk, another program's lock)
/// begins an [`Outage`]: submissions of [`commit`](Self::commit) fail immediately until the store
/// commits again, and those of [`commit_with_retry`](Self::commit_with_retry) are repeated, with
/// delays that grow to two seconds. The outcome of a transaction that failed with a transient error
/// is unknown until the journal has read the store: a transaction that is in the store succeeded,
/// and another one is repeated or fails. If the store cannot be read, its submissions wait. After a
/// [permanent](StoreError::is_lasting) error, and after a panic of the store, the store is not used
/// again, and all submissions fail with that error.
///
/// **Backpressure.** A [`CommitHandle`] is pending until its changes are durable. The queue has a
/// capacity of 16,384 submissions and 64 MiB. Further submissions wait for capacity in their
/// [`CommitHandle`], in the order of the calls, and are queued then. A submission that is dropped
/// during this wait is not committed.
#[derive(Clone)]
pub struct Journal {
    handle: Arc<JournalHandle>,
}

impl Journal {
    /// Starts the journal's thread.
    ///
    /// # Errors
    ///
    /// [`StoreError::Io`] when the operating system cannot create a thread.
    pub fn new(store: Box<dyn Store>) -> Result<Self, StoreError> {
        let queue = Arc::new(Queue::of(&*store));
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
            handle: Arc::new(JournalHandle { queue, thread }),
        })
    }

    /// Submits changes, which are applied together or not at all.
    pub fn commit(&self, changes: Vec<Change>) -> CommitHandle {
        self.submit(changes, OnOutage::Fail)
    }

    /// Submits changes, which are applied together, as soon as the store can commit. They fail when
    /// a change has a conflict, when the store fails permanently, and when the journal is closed
    /// before it could commit.
    pub fn commit_with_retry(&self, changes: Vec<Change>) -> CommitHandle {
        self.submit(changes, OnOutage::Retry)
    }

    pub(crate) fn submit(&self, changes: Vec<Change>, on_outage: OnOutage) -> CommitHandle {
        let (commit, outcome) = submission(changes, on_outage);
        let queue = &self.handle.queue;
        let waits = queue.commit(commit);
        CommitHandle {
            waits: waits.map_or(CommitWait::Store, CommitWait::Capacity),
            outcome,
            lease: queue.lease.clone(),
        }
    }

    /// Returns the lease of a store that another engine may take over.
    pub(crate) fn lease(&self) -> Option<&StoreLease> {
        self.handle.queue.lease.as_ref()
    }

    /// Returns the outage of the store; `None` if the last attempt to commit succeeded.
    pub fn outage(&self) -> Option<Outage> {
        self.handle.queue.outage()
    }

    /// Returns the numbers of the store.
    pub(crate) fn statistics(&self) -> StoreStatistics {
        let lease = || Some(self.lease()?.outage()?.1);
        let outage = self.outage().map(|outage| outage.duration()).or_else(lease);
        self.handle.queue.meter.statistics(outage)
    }

    /// Stops the retries: submissions that could not be committed because of an outage fail.
    pub fn end_retries(&self) {
        self.handle.queue.end_retries();
    }

    /// Returns a handle that submits to this journal and does not keep it open.
    pub(crate) fn submitter(&self) -> Submitter {
        Submitter {
            queue: self.handle.queue.clone(),
        }
    }

    /// Waits for all earlier submissions.
    ///
    /// # Errors
    ///
    /// The permanent error of the store, if there is one. The failure of an earlier submission is
    /// no error here.
    pub fn flush(&self) -> CommitHandle {
        self.commit(Vec::new())
    }

    /// Returns a reader of the store, which sees all earlier submissions.
    ///
    /// # Errors
    ///
    /// The error of opening a reader; [`StoreError::Closed`].
    pub fn reader(
        &self,
    ) -> impl Future<Output = Result<Box<dyn StoreReader>, StoreError>> + Send + 'static {
        let (done, reader) = oneshot::channel();
        self.handle.queue.push(Submission::Reader(done));
        async move { reader.await.unwrap_or(Err(StoreError::Closed)) }
    }

    /// Commits the queue and ends the thread; blocks until then. Later submissions fail with
    /// [`StoreError::Closed`].
    pub fn close(&self) {
        self.handle.close();
    }
}

/// Creates a submission with the receiver of its outcome.
fn submission(
    changes: Vec<Change>,
    on_outage: OnOutage,
) -> (Commit, oneshot::Receiver<Result<(), StoreError>>) {
    let (done, outcome) = oneshot::channel();
    // A closed queue drops the submission, and the sender in it: the outcome is `Closed`.
    (Commit::new(changes, on_outage, done), outcome)
}

/// Submits to a journal without keeping it open.
pub(crate) struct Submitter {
    queue: Arc<Queue>,
}

impl Submitter {
    /// Submits changes, as [`Journal::commit`] does. It ignores the capacity of the queue, so the
    /// changes are queued when this returns. For callers with one submission at a time.
    pub(crate) fn commit(&self, changes: Vec<Change>) -> CommitHandle {
        let (commit, outcome) = submission(changes, OnOutage::Fail);
        self.queue.push(Submission::Commit(commit));
        CommitHandle {
            waits: CommitWait::Store,
            outcome,
            lease: self.queue.lease.clone(),
        }
    }
}

impl std::fmt::Debug for Journal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Journal").finish_non_exhaustive()
    }
}

/// Shared by all clones of a journal.
struct JournalHandle {
    queue: Arc<Queue>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl JournalHandle {
    fn close(&self) {
        self.queue.close();
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(thread) = thread.take() else { return };
        // A waker that the thread itself calls may drop the last journal; then the thread must not
        // join itself.
        if thread.thread().id() != std::thread::current().id() {
            // The thread catches the store's panics, and reports them to all waiters.
            let _ended = thread.join();
        }
    }
}

impl Drop for JournalHandle {
    fn drop(&mut self) {
        self.close();
    }
}

/// Submitted changes. The future is ready when they are durable, or failed. Dropping it cancels
/// nothing, unless it waits for capacity.
///
/// With a lease, it is ready only while the lease is trusted: an engine that was stopped after a
/// commit may not act on it before it knows that no other engine has done so.
#[must_use = "the changes are durable when this is ready"]
pub struct CommitHandle {
    waits: CommitWait,
    outcome: oneshot::Receiver<Result<(), StoreError>>,
    lease: Option<StoreLease>,
}

/// What submitted changes wait for.
enum CommitWait {
    /// Capacity in the queue.
    Capacity(CapacityWait),
    /// The outcome of the commit.
    Store,
    /// The lease of the store, after the commit.
    Lease(Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send>>),
}

impl CommitHandle {
    /// Blocks the thread until the changes are durable, or failed. Not for use in asynchronous
    /// code.
    ///
    /// # Errors
    ///
    /// Why the changes are not applied.
    pub fn wait(self) -> Result<(), StoreError> {
        let mut committed = std::pin::pin!(self);
        let waker = Waker::from(Arc::new(ThreadWaker(std::thread::current())));
        let mut context = Context::from_waker(&waker);
        loop {
            match committed.as_mut().poll(&mut context) {
                Poll::Ready(outcome) => return outcome,
                Poll::Pending => std::thread::park(),
            }
        }
    }
}

impl std::fmt::Debug for CommitHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CommitHandle")
            .field("has_room", &!matches!(self.waits, CommitWait::Capacity(_)))
            .finish_non_exhaustive()
    }
}

/// Wakes a thread.
struct ThreadWaker(Thread);

impl Wake for ThreadWaker {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

impl Future for CommitHandle {
    type Output = Result<(), StoreError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if let CommitWait::Capacity(capacity) = &mut self.waits {
            std::task::ready!(capacity.as_mut().poll(context));
            self.waits = CommitWait::Store;
        }
        if let CommitWait::Store = self.waits {
            let outcome = std::task::ready!(Pin::new(&mut self.outcome).poll(context));
            let outcome = outcome.unwrap_or(Err(StoreError::Closed));
            match self.lease.take_if(|lease| !lease.is_trusted()) {
                Some(lease) if outcome.is_ok() => {
                    let trusted = Box::pin(async move { lease.trusted().await });
                    self.waits = CommitWait::Lease(trusted);
                }
                _ => return Poll::Ready(outcome),
            }
        }
        match &mut self.waits {
            CommitWait::Lease(trusted) => trusted.as_mut().poll(context),
            CommitWait::Capacity(_) | CommitWait::Store => Poll::Pending,
        }
    }
}
