//! Work that runs elsewhere than in the execution's task.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::FutureExt;
use tokio::runtime::Handle;
use tokio::task::{JoinError, JoinHandle};

use super::watcher::Polled;
use super::{TaskFailure, TaskFuture, TaskResult};
use crate::clock::{Clock, Pending, note_sleep, while_watched};

/// The error of work that its runtime did not finish.
const SHUT_DOWN: &str = "Stepwright.ShutDown";

/// Does work that awaits nothing on a thread for blocking work; without a tokio runtime, here. Virtual time stands meanwhile, as
/// for each handler that is pending.
///
/// It cannot be broken off: when nobody waits any more its result is dropped, and it learns of that from its context.
pub(super) async fn blocking(work: TaskFuture) -> TaskResult {
    let Ok(runtime) = Handle::try_current() else {
        return work.await;
    };
    let inner = runtime.clone();
    let done = runtime.spawn_blocking(move || inner.block_on(work)).await;
    done.unwrap_or_else(|error| Err(not_done(error)))
}

/// Does work in a task of its own; without a tokio runtime, here. Dropped, it breaks the work off at its next await.
pub(super) async fn spawned(clock: Clock, work: TaskFuture, watched: Option<Polled>) -> TaskResult {
    let Ok(runtime) = Handle::try_current() else {
        return work.await;
    };
    let beside = Beside {
        watched,
        pending: Some(Pending::new(clock.clone())),
        clock,
        work,
    };
    let joined = Joined(runtime.spawn(beside)).await;
    let (done, _pending) = joined.map_err(not_done)?;
    done.unwrap_or_else(|panic| resume_unwind(panic))
}

/// What panicked panics on, where it is made a failure.
fn not_done(error: JoinError) -> TaskFailure {
    match error.try_into_panic() {
        Ok(panic) => resume_unwind(panic),
        Err(_) => TaskFailure::internal(SHUT_DOWN, "the runtime that ran the task was shut down"),
    }
}

/// What work came to, or what it panicked with. Beside it stands what keeps virtual time until the execution has it.
type Done = Result<TaskResult, Box<dyn Any + Send>>;

/// Work in a task of its own, which keeps virtual time itself.
struct Beside {
    work: TaskFuture,
    watched: Option<Polled>,
    clock: Clock,
    /// Held while it waits for anything but the clock.
    pending: Option<Pending>,
}

impl Future for Beside {
    type Output = (Done, Pending);

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        // Whatever it lets go of meanwhile, time stands until it is known what it waits for.
        let pending = match this.pending.take() {
            Some(pending) => pending,
            None => Pending::new(this.clock.clone()),
        };
        let work = &mut this.work;
        let mut poll = || catch_unwind(AssertUnwindSafe(|| work.poll_unpin(cx)));
        let (polled, sleeps) = while_watched(|| match &this.watched {
            Some(watched) => watched.poll(poll),
            None => poll(),
        });
        match polled {
            Ok(Poll::Ready(result)) => Poll::Ready((Ok(result), pending)),
            Err(panic) => Poll::Ready((Err(panic), pending)),
            Ok(Poll::Pending) => {
                this.pending = (!sleeps).then_some(pending);
                Poll::Pending
            }
        }
    }
}

/// Waits for [`Beside`], and breaks it off when it is dropped.
struct Joined(JoinHandle<(Done, Pending)>);

impl Future for Joined {
    type Output = Result<(Done, Pending), JoinError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let joined = self.0.poll_unpin(cx);
        if joined.is_pending() {
            // Virtual time is kept there.
            note_sleep();
        }
        joined
    }
}

impl Drop for Joined {
    fn drop(&mut self) {
        self.0.abort();
    }
}
