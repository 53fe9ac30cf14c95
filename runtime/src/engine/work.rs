//! What an execution has under way in the world: handlers and requests to the object store.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::clock::{Clock, Pending, while_watched};
use crate::distributed::source::Supply;
use crate::panics::guarded;
use crate::task::handler::PANICKED;
use crate::task::watcher::{Polled, while_polled};
use crate::task::{TaskFailure, TaskFuture, TaskResult};
use crate::wait_id::WaitId;

/// What is under way in the world.
pub(super) enum Job {
    Task(TaskFuture),
    Read(StoreFuture<Supply>),
    Write(StoreFuture<()>),
    /// It is ready or given up.
    Done,
}

/// What a job is, also when it is done.
#[derive(Clone, Copy)]
enum JobKind {
    Task,
    Read,
    Write,
}

impl Job {
    fn kind(&self) -> JobKind {
        match self {
            Self::Read(_) => JobKind::Read,
            Self::Write(_) => JobKind::Write,
            Self::Task(_) | Self::Done => JobKind::Task,
        }
    }

    /// Drops what it holds.
    fn end(&mut self) {
        *self = Self::Done;
    }
}

/// The object store at work. A failure is the cause of the state's.
pub(super) type StoreFuture<T> = Pin<Box<dyn Future<Output = Result<T, String>> + Send>>;

/// What a [`Job`] came to.
pub(super) enum Arrived {
    Task(TaskResult),
    Read(Result<Supply, String>),
    Written(Result<(), String>),
}

/// A future, and whose it is.
pub(super) struct Work {
    wait_id: WaitId,
    job: Job,
    kind: JobKind,
    clock: Clock,
    /// Held while it is pending for another reason than the engine's clock.
    pending: Option<Pending>,
    /// Whose polls are watched.
    watched: Option<Polled>,
    /// It waited for the engine's clock when it was polled last.
    sleeps: bool,
}

impl Work {
    pub(super) fn new(wait_id: WaitId, job: Job, clock: Clock) -> Self {
        Self {
            wait_id,
            kind: job.kind(),
            job,
            clock,
            pending: None,
            watched: None,
            sleeps: false,
        }
    }

    pub(super) fn wait_id(&self) -> WaitId {
        self.wait_id
    }

    /// Tells of polls that take long.
    pub(super) fn watching(mut self, watched: Option<Polled>) -> Self {
        self.watched = watched;
        self
    }

    /// Polls; a panic is a failure.
    pub(super) fn poll_guarded(&mut self, cx: &mut Context<'_>) -> Poll<Arrived> {
        let job = &mut self.job;
        let watched = &mut self.watched;
        let (polled, sleeps) = while_watched(|| {
            while_polled(watched, || {
                guarded(|| {
                    let polled = match job {
                        Job::Task(work) => work.as_mut().poll(cx).map(Arrived::Task),
                        Job::Read(work) => work.as_mut().poll(cx).map(Arrived::Read),
                        Job::Write(work) => work.as_mut().poll(cx).map(Arrived::Written),
                        Job::Done => Poll::Pending,
                    };
                    if polled.is_ready() {
                        // What it holds is dropped here: a panic of that is its failure, too.
                        job.end();
                    }
                    polled
                })
            })
        });
        self.sleeps = sleeps;
        polled.unwrap_or_else(|message| {
            Poll::Ready(match self.kind {
                JobKind::Task => Arrived::Task(Err(panicked(&message))),
                JobKind::Read => Arrived::Read(Err(message)),
                JobKind::Write => Arrived::Written(Err(message)),
            })
        })
    }

    /// Virtual time goes on while a handler sleeps on the engine's clock, and stands while it waits for anything else.
    pub(super) fn note_whether_it_sleeps(&mut self) {
        if self.sleeps {
            self.pending = None;
        } else if self.pending.is_none() {
            self.pending = Some(Pending::new(self.clock.clone()));
        }
    }
}

/// What is given up is dropped; a panic of that is nobody's failure any more.
impl Drop for Work {
    fn drop(&mut self) {
        if matches!(self.job, Job::Done) {
            return;
        }
        if let Err(message) = guarded(|| self.job.end()) {
            tracing::warn!(
                message,
                "work that was given up panicked when it was dropped"
            );
        }
    }
}

impl Future for Work {
    type Output = (WaitId, Arrived);

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.poll_guarded(cx) {
            Poll::Ready(arrived) => {
                self.pending = None;
                Poll::Ready((self.wait_id, arrived))
            }
            Poll::Pending => {
                self.note_whether_it_sleeps();
                Poll::Pending
            }
        }
    }
}

/// The failure of a handler that panicked.
pub(super) fn panicked(message: &str) -> TaskFailure {
    TaskFailure::internal(PANICKED, message)
}
