//! The calls of handlers: in the execution's task, in a spawned task, or on a thread for blocking
//! work.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use futures_util::FutureExt;
use stepwright_interpreter::value::Value;
use tokio::runtime::Handle;
use tokio::task::{JoinError, JoinHandle};
use tracing::{Instrument as _, Span};

use super::blocking_watcher::WatchedPoll;
use super::concurrency_limiter::with_permit;
use super::handler::{ErasedHandler, RunsOn};
use super::{RunningTask, TaskFailure, TaskFuture, TaskResult};
use crate::clock::{Clock, PendingGuard, note_sleep, while_watched};

/// The error of work that its runtime did not finish.
const SHUT_DOWN: &str = "Stepwright.ShutDown";

impl ErasedHandler {
    /// Calls it. Nothing runs before the future is polled. `watched` is set when polls are watched
    /// outside of the execution's task.
    pub(crate) fn call(
        &self,
        clock: &Clock,
        attempt: Option<Arc<RunningTask>>,
        payload: Value,
        watched: Option<WatchedPoll>,
    ) -> TaskFuture {
        let work = (self.call)(attempt, payload);
        let Some(queue) = &self.queue else {
            return run_on(self.runs_on, clock, work, watched);
        };
        let (runs_on, clock) = (self.runs_on, clock.clone());
        Box::pin(with_permit(queue.permit(), move |permit| {
            // A blocking call continues after it is cancelled. It retains its permit, and holds
            // virtual time for the queued calls.
            let pending = (runs_on == RunsOn::Thread).then(|| PendingGuard::new(clock.clone()));
            let work = async move {
                let _kept = (permit, pending);
                work.await
            };
            run_on(runs_on, &clock, Box::pin(work), watched)
        }))
    }
}

/// Moves work to where it must run.
fn run_on(
    runs_on: RunsOn,
    clock: &Clock,
    work: TaskFuture,
    watched: Option<WatchedPoll>,
) -> TaskFuture {
    match runs_on {
        RunsOn::Task => Box::pin(spawned(clock.clone(), work, watched)),
        RunsOn::Thread => Box::pin(blocking(work)),
        RunsOn::Execution => work,
    }
}

/// Runs blocking work on a thread for blocking work; without a tokio runtime, in place. Virtual
/// time does not advance during the work, as for each pending handler.
///
/// It cannot be cancelled: when the result is not awaited any more, it is dropped, and the context
/// notifies the work.
async fn blocking(work: TaskFuture) -> TaskResult {
    let Ok(runtime) = Handle::try_current() else {
        return work.await;
    };
    let inner = runtime.clone();
    let work = in_current_span(work);
    let done = runtime.spawn_blocking(move || inner.block_on(work)).await;
    done.unwrap_or_else(|error| Err(join_failure(error)))
}

/// Runs work in a spawned task; without a tokio runtime, in place. Dropping the future cancels the
/// work at its next await.
async fn spawned(clock: Clock, work: TaskFuture, watched: Option<WatchedPoll>) -> TaskResult {
    let Ok(runtime) = Handle::try_current() else {
        return work.await;
    };
    let cancelling = Arc::<OnceLock<PendingGuard>>::default();
    let spawned = SpawnedWork {
        work: in_current_span(work),
        watched,
        pending: Some(PendingGuard::new(clock.clone())),
        clock: clock.clone(),
        _cancelling: cancelling.clone(),
    };
    let joined = AbortOnDrop {
        handle: runtime.spawn(spawned),
        clock,
        cancelling,
    };
    let joined = joined.await;
    let (done, _pending) = joined.map_err(join_failure)?;
    done.unwrap_or_else(|panic| resume_unwind(panic))
}

/// Runs work that moves to another task in the span of the attempt that polls it now.
fn in_current_span(work: TaskFuture) -> TaskFuture {
    let span = Span::current();
    if span.is_none() {
        work
    } else {
        Box::pin(work.instrument(span))
    }
}

/// Converts the error of a join. Resumes a panic, which the caller turns into a failure.
fn join_failure(error: JoinError) -> TaskFailure {
    match error.try_into_panic() {
        Ok(panic) => resume_unwind(panic),
        Err(_) => {
            TaskFailure::with_message(SHUT_DOWN, "the runtime that ran the task was shut down")
        }
    }
}

/// The result or the panic of work. The `PendingGuard` next to it holds virtual time until the
/// execution has the result.
type WorkOutcome = Result<TaskResult, Box<dyn Any + Send>>;

/// Work in a spawned task, which holds virtual time itself.
struct SpawnedWork {
    work: TaskFuture,
    watched: Option<WatchedPoll>,
    clock: Clock,
    /// Held while it waits for anything but the clock.
    pending: Option<PendingGuard>,
    /// Set when the work is cancelled. It is dropped after the work, which may have a permit that
    /// other executions wait for.
    _cancelling: Arc<OnceLock<PendingGuard>>,
}

impl Future for SpawnedWork {
    type Output = (WorkOutcome, PendingGuard);

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        // Hold time during the poll, until it is known what the work waits for, even if the work
        // wakes other tasks.
        let pending = match this.pending.take() {
            Some(pending) => pending,
            None => PendingGuard::new(this.clock.clone()),
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

/// Waits for [`SpawnedWork`], and aborts it when dropped. The runtime drops the aborted work later;
/// virtual time does not advance until then.
struct AbortOnDrop {
    handle: JoinHandle<(WorkOutcome, PendingGuard)>,
    clock: Clock,
    cancelling: Arc<OnceLock<PendingGuard>>,
}

impl Future for AbortOnDrop {
    type Output = Result<(WorkOutcome, PendingGuard), JoinError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let joined = self.handle.poll_unpin(cx);
        if joined.is_pending() {
            // The spawned task holds virtual time.
            note_sleep();
        }
        joined
    }
}

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        if !self.handle.is_finished() {
            self.cancelling
                .get_or_init(|| PendingGuard::new(self.clock.clone()));
            self.handle.abort();
        }
    }
}
