//! The running work of an execution: handlers and requests to the object store.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use stepwright_asl::errors::TASK_PANICKED;
use stepwright_interpreter::WaitId;
use stepwright_interpreter::distributed::{SourceResponse, WriteResponse};

use crate::clock::{Clock, PendingGuard, while_watched};
use crate::panics::guarded;
use crate::statistics::RunningTaskGuard;
use crate::task::blocking_watcher::WatchedPoll;
use crate::task::{TaskFailure, TaskFuture, TaskResult};

/// Running work.
pub(crate) enum WorkFuture {
    Task(TaskFuture),
    Read(StoreFuture<SourceResponse>),
    Write(StoreFuture<WriteResponse>),
    /// It has finished, or was cancelled.
    Done,
}

impl WorkFuture {
    /// Polls the work, and puts its result into `arrived`: a result that is returned would be moved
    /// several times. Returns whether the work waits for the engine's clock. A panic is a failure.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>, arrived: &mut Option<WorkResult>) -> bool {
        let failed: fn(String) -> WorkResult = match self {
            Self::Task(_) | Self::Done => |message| WorkResult::Task(Err(panicked(&message))),
            Self::Read(_) => |message| WorkResult::Read(Err(message)),
            Self::Write(_) => |message| WorkResult::Written(Err(message)),
        };
        let (polled, sleeps) = while_watched(|| {
            guarded(|| {
                match self {
                    Self::Task(work) => {
                        if let Poll::Ready(result) = work.as_mut().poll(cx) {
                            *arrived = Some(WorkResult::Task(result));
                        }
                    }
                    Self::Read(work) => {
                        if let Poll::Ready(result) = work.as_mut().poll(cx) {
                            *arrived = Some(WorkResult::Read(result));
                        }
                    }
                    Self::Write(work) => {
                        if let Poll::Ready(result) = work.as_mut().poll(cx) {
                            *arrived = Some(WorkResult::Written(result));
                        }
                    }
                    Self::Done => {}
                }
                if arrived.is_some() {
                    // Dropping its fields here makes a panic of their drop its failure, too.
                    self.end();
                }
            })
        });
        if let Err(message) = polled {
            self.cancel();
            *arrived = Some(failed(message));
        }
        sleeps
    }

    /// Drops its fields.
    fn end(&mut self) {
        *self = Self::Done;
    }

    /// Drops its fields; a panic of that is ignored.
    fn cancel(&mut self) {
        if matches!(self, Self::Done) {
            return;
        }
        if let Err(message) = guarded(|| self.end()) {
            tracing::warn!(message, "cancelled work panicked when it was dropped");
        }
    }
}

/// A request to the object store. A failure is the cause of the state's failure.
pub(crate) type StoreFuture<T> = Pin<Box<dyn Future<Output = Result<T, String>> + Send>>;

/// The result of a [`WorkFuture`].
pub(crate) enum WorkResult {
    Task(TaskResult),
    Read(Result<SourceResponse, String>),
    Written(Result<WriteResponse, String>),
}

/// The future of a handler, with the wait that it belongs to.
pub(crate) struct RunningWork {
    wait_id: WaitId,
    job: WorkFuture,
    clock: Clock,
    /// Held while it is pending for another reason than the engine's clock.
    pending: Option<PendingGuard>,
    /// Set if its polls are watched for blocking.
    watched: Option<WatchedPoll>,
    /// Whether it waited for the engine's clock at the last poll.
    sleeps: bool,
    /// Set for the work of a handler: the statistics count it as running.
    _running: Option<RunningTaskGuard>,
}

impl RunningWork {
    /// Creates work that was polled and is pending, or is about to be polled; `sleeps` is whether
    /// it waited for the engine's clock.
    pub(crate) fn pending(
        wait_id: WaitId,
        job: WorkFuture,
        clock: Clock,
        watched: Option<WatchedPoll>,
        sleeps: bool,
        running: Option<RunningTaskGuard>,
    ) -> Self {
        let mut work = Self {
            wait_id,
            job,
            clock,
            pending: None,
            watched,
            sleeps,
            _running: running,
        };
        work.note_whether_it_sleeps();
        work
    }

    /// Polls the work; a panic is a failure.
    fn poll_guarded(&mut self, cx: &mut Context<'_>) -> Option<WorkResult> {
        let (job, mut arrived) = (&mut self.job, None);
        self.sleeps = match &self.watched {
            Some(watched) => watched.poll(|| job.poll(cx, &mut arrived)),
            None => job.poll(cx, &mut arrived),
        };
        arrived
    }

    /// Lets virtual time advance while a handler sleeps on the engine's clock, and holds it while
    /// the handler waits for anything else.
    fn note_whether_it_sleeps(&mut self) {
        if self.sleeps {
            self.pending = None;
        } else if self.pending.is_none() {
            self.pending = Some(PendingGuard::new(self.clock.clone()));
        }
    }
}

impl Drop for RunningWork {
    fn drop(&mut self) {
        self.job.cancel();
    }
}

impl Future for RunningWork {
    type Output = (WaitId, WorkResult);

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.poll_guarded(cx) {
            Some(arrived) => {
                self.pending = None;
                Poll::Ready((self.wait_id, arrived))
            }
            None => {
                self.note_whether_it_sleeps();
                Poll::Pending
            }
        }
    }
}

/// Returns the failure of a handler that panicked.
pub(crate) fn panicked(message: &str) -> TaskFailure {
    TaskFailure::with_message(TASK_PANICKED, message)
}
