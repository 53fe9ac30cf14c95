//! A limit on the number of handlers that run concurrently.

#[cfg(all(test, shuttle))]
mod model_tests;

use std::collections::{BTreeMap, HashMap};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, PoisonError};
use std::task::{Context, Poll, Waker};

use crate::clock::{Clock, PendingGuard, note_sleep};
use crate::sync::{Mutex, MutexGuard};

/// FIFO concurrency limiter.
///
/// Permits are granted in the order of the requests. A call that waits only for its own queue's
/// limit does not block other queues. Releasing a permit wakes the oldest waiter whose limits allow
/// it to run.
pub(crate) struct ConcurrencyLimiter {
    state: Mutex<LimiterState>,
    clock: Clock,
}

#[derive(Default)]
struct LimiterState {
    all: RunningCount,
    queues: Vec<(RunningCount, BTreeMap<u64, Waker>)>,
    /// Waiters with a permit that have not been polled yet. Virtual time does not advance until
    /// then.
    granted: HashMap<u64, PendingGuard>,
    next: u64,
}

/// The number of running calls, and its limit.
#[derive(Clone, Copy)]
struct RunningCount {
    running: usize,
    max: usize,
}

impl Default for RunningCount {
    fn default() -> Self {
        Self::up_to(usize::MAX)
    }
}

impl RunningCount {
    fn up_to(max: usize) -> Self {
        Self { running: 0, max }
    }

    fn has_capacity(self) -> bool {
        self.running < self.max
    }
}

impl LimiterState {
    /// Takes a permit of a queue, if one is free.
    fn try_acquire(&mut self, queue: usize) -> bool {
        let Some((count, _)) = self.queues.get_mut(queue) else {
            return true;
        };
        let may_work = self.all.has_capacity() && count.has_capacity();
        if may_work {
            self.all.running += 1;
            count.running += 1;
        }
        may_work
    }

    /// Returns a permit.
    fn release(&mut self, queue: usize) {
        if let Some((count, _)) = self.queues.get_mut(queue) {
            count.running -= 1;
            self.all.running -= 1;
        }
    }

    /// Takes the oldest waiter that may run now.
    fn next(&mut self) -> Option<(u64, Waker)> {
        let queues = self.queues.iter().enumerate();
        let firsts = queues.filter_map(|(queue, (count, waiting))| {
            let (number, _) = waiting.first_key_value()?;
            count.has_capacity().then_some((*number, queue))
        });
        let (_, queue) = firsts.min()?;
        self.try_acquire(queue)
            .then(|| self.queues[queue].1.pop_first())?
    }
}

impl ConcurrencyLimiter {
    /// Creates a limiter in which `max` calls may run concurrently.
    pub(crate) fn new(max: Option<usize>, clock: Clock) -> Self {
        let all = max.map_or_else(RunningCount::default, RunningCount::up_to);
        Self {
            state: Mutex::new(LimiterState {
                all,
                ..LimiterState::default()
            }),
            clock,
        }
    }

    fn lock(&self) -> MutexGuard<'_, LimiterState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a separate queue, in which `max` calls may run concurrently.
    pub(crate) fn queue(self: &Arc<Self>, max: Option<usize>) -> WaitQueue {
        let count = max.map_or_else(RunningCount::default, RunningCount::up_to);
        let mut state = self.lock();
        state.queues.push((count, BTreeMap::new()));
        WaitQueue {
            limiter: self.clone(),
            number: state.queues.len() - 1,
        }
    }

    /// Applies a change, and wakes the waiters that may run after it. The result of the change is
    /// dropped after the lock is released.
    fn update_and_wake<T>(&self, change: impl FnOnce(&mut LimiterState) -> T) {
        let mut wakers = Vec::new();
        let mut state = self.lock();
        let _taken_out = change(&mut state);
        while let Some((number, waker)) = state.next() {
            let pending = PendingGuard::new(self.clock.clone());
            state.granted.insert(number, pending);
            wakers.push(waker);
        }
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
    }
}

/// The queue of the calls of one handler.
#[derive(Clone)]
pub(crate) struct WaitQueue {
    limiter: Arc<ConcurrencyLimiter>,
    number: usize,
}

impl WaitQueue {
    /// Creates a permit that is not acquired yet.
    pub(crate) fn permit(&self) -> Permit {
        Permit {
            queue: self.clone(),
            stage: PermitStage::NotRequested,
        }
    }
}

/// The permit of one call. Dropping it releases the permit.
pub(crate) struct Permit {
    queue: WaitQueue,
    stage: PermitStage,
}

enum PermitStage {
    /// It was not requested.
    NotRequested,
    /// It is queued, with this number.
    Queued(u64),
    Acquired,
}

impl Permit {
    /// Waits until the permit is granted. The returned guard holds virtual time until the work was
    /// started.
    pub(crate) fn acquire(&mut self) -> impl Future<Output = Option<PendingGuard>> {
        poll_fn(move |cx| self.poll(cx))
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<PendingGuard>> {
        let mut state = self.queue.limiter.lock();
        let number = match self.stage {
            PermitStage::Acquired => return Poll::Ready(None),
            PermitStage::NotRequested if state.try_acquire(self.queue.number) => {
                self.stage = PermitStage::Acquired;
                return Poll::Ready(None);
            }
            PermitStage::NotRequested => {
                state.next += 1;
                state.next
            }
            PermitStage::Queued(number) => {
                if let Some(pending) = state.granted.remove(&number) {
                    self.stage = PermitStage::Acquired;
                    return Poll::Ready(Some(pending));
                }
                number
            }
        };
        self.stage = PermitStage::Queued(number);
        let queue = state.queues.get_mut(self.queue.number);
        let before = queue.and_then(|(_, waiting)| waiting.insert(number, cx.waker().clone()));
        drop(state);
        drop(before);
        // Virtual time may advance during the wait, so that the running calls can end.
        note_sleep();
        Poll::Pending
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let WaitQueue { limiter, number } = &self.queue;
        match self.stage {
            PermitStage::NotRequested => {}
            PermitStage::Acquired => limiter.update_and_wake(|state| state.release(*number)),
            PermitStage::Queued(ticket) => limiter.update_and_wake(|state| {
                let granted = state.granted.remove(&ticket);
                if granted.is_some() {
                    // It was granted a permit that it does not use.
                    state.release(*number);
                }
                let queue = state.queues.get_mut(*number);
                (
                    granted,
                    queue.and_then(|(_, waiting)| waiting.remove(&ticket)),
                )
            }),
        }
    }
}

/// Runs work when its permit is granted. `begin` gets the permit, which must be dropped with the
/// work.
pub(crate) async fn with_permit<F: Future + Unpin>(
    mut permit: Permit,
    begin: impl FnOnce(Permit) -> F,
) -> F::Output {
    let mut granted = permit.acquire().await;
    let mut work = begin(permit);
    poll_fn(move |cx| {
        let polled = Pin::new(&mut work).poll(cx);
        // From here on the work itself decides whether to hold virtual time.
        drop(granted.take());
        polled
    })
    .await
}
