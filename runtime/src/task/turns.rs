//! A limit on the number of handlers that run concurrently.

use std::collections::{BTreeMap, HashMap};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use crate::clock::{Clock, Pending, note_sleep};

/// FIFO concurrency limiter.
///
/// Permits are granted in the order of the requests. A call that waits only for its own queue's limit does not block other queues.
/// Releasing a permit wakes the oldest waiter whose limits allow it to run.
pub(crate) struct Turns {
    state: Mutex<State>,
    clock: Clock,
}

#[derive(Default)]
struct State {
    all: Count,
    lines: Vec<(Count, BTreeMap<u64, Waker>)>,
    /// Waiters with a permit that have not been polled yet. Virtual time does not advance until then.
    called: HashMap<u64, Pending>,
    next: u64,
}

/// How many calls run, and how many may.
#[derive(Clone, Copy)]
struct Count {
    running: usize,
    most: usize,
}

impl Default for Count {
    fn default() -> Self {
        Self::up_to(usize::MAX)
    }
}

impl Count {
    fn up_to(most: usize) -> Self {
        Self { running: 0, most }
    }

    fn has_room(self) -> bool {
        self.running < self.most
    }
}

impl State {
    /// Takes a permit of a queue, if one is free.
    fn take(&mut self, line: usize) -> bool {
        let Some((own, _)) = self.lines.get_mut(line) else {
            return true;
        };
        let may_work = self.all.has_room() && own.has_room();
        if may_work {
            self.all.running += 1;
            own.running += 1;
        }
        may_work
    }

    /// Returns a permit.
    fn give_back(&mut self, line: usize) {
        if let Some((own, _)) = self.lines.get_mut(line) {
            own.running -= 1;
            self.all.running -= 1;
        }
    }

    /// Takes the oldest waiter that may run now.
    fn next(&mut self) -> Option<(u64, Waker)> {
        let lines = self.lines.iter().enumerate();
        let firsts = lines.filter_map(|(line, (own, waiting))| {
            let (number, _) = waiting.first_key_value()?;
            own.has_room().then_some((*number, line))
        });
        let (_, line) = firsts.min()?;
        self.take(line).then(|| self.lines[line].1.pop_first())?
    }
}

impl Turns {
    /// Creates a limiter in which `most` calls may run at a time.
    pub(crate) fn new(most: Option<usize>, clock: Clock) -> Self {
        let all = most.map_or_else(Count::default, Count::up_to);
        Self {
            state: Mutex::new(State {
                all,
                ..State::default()
            }),
            clock,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a separate queue, in which `most` calls may run at a time.
    pub(crate) fn line(self: &Arc<Self>, most: Option<usize>) -> Line {
        let count = most.map_or_else(Count::default, Count::up_to);
        let mut state = self.lock();
        state.lines.push((count, BTreeMap::new()));
        Line {
            turns: self.clone(),
            number: state.lines.len() - 1,
        }
    }

    /// Applies a change, and wakes the waiters that may run after it. The result of the change is dropped after the lock is released.
    fn settle<T>(&self, change: impl FnOnce(&mut State) -> T) {
        let mut wakers = Vec::new();
        let mut state = self.lock();
        let _taken_out = change(&mut state);
        while let Some((number, waker)) = state.next() {
            let pending = Pending::new(self.clock.clone());
            state.called.insert(number, pending);
            wakers.push(waker);
        }
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
    }
}

/// The queue of the calls of one handler.
#[derive(Clone)]
pub(crate) struct Line {
    turns: Arc<Turns>,
    number: usize,
}

impl Line {
    /// Creates a permit that is not acquired yet.
    pub(crate) fn turn(&self) -> Turn {
        Turn {
            line: self.clone(),
            stage: Stage::Away,
        }
    }
}

/// The permit of one call. Dropping it releases the permit.
pub(crate) struct Turn {
    line: Line,
    stage: Stage,
}

enum Stage {
    /// It was not requested yet.
    Away,
    /// It is queued, with this number.
    Waits(u64),
    Works,
}

impl Turn {
    /// Waits until the permit is granted. The returned guard holds virtual time until the work was started.
    pub(crate) fn comes(&mut self) -> impl Future<Output = Option<Pending>> {
        poll_fn(move |cx| self.poll(cx))
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Pending>> {
        let mut state = self.line.turns.lock();
        let number = match self.stage {
            Stage::Works => return Poll::Ready(None),
            Stage::Away if state.take(self.line.number) => {
                self.stage = Stage::Works;
                return Poll::Ready(None);
            }
            Stage::Away => {
                state.next += 1;
                state.next
            }
            Stage::Waits(number) => {
                if let Some(pending) = state.called.remove(&number) {
                    self.stage = Stage::Works;
                    return Poll::Ready(Some(pending));
                }
                number
            }
        };
        self.stage = Stage::Waits(number);
        let line = state.lines.get_mut(self.line.number);
        let before = line.and_then(|(_, waiting)| waiting.insert(number, cx.waker().clone()));
        drop(state);
        drop(before);
        // Virtual time may advance during the wait, so that the running calls can end.
        note_sleep();
        Poll::Pending
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let Line { turns, number } = &self.line;
        match self.stage {
            Stage::Away => {}
            Stage::Works => turns.settle(|state| state.give_back(*number)),
            Stage::Waits(own) => turns.settle(|state| {
                let called = state.called.remove(&own);
                if called.is_some() {
                    // It was granted a permit and does not use it.
                    state.give_back(*number);
                }
                let line = state.lines.get_mut(*number);
                (called, line.and_then(|(_, waiting)| waiting.remove(&own)))
            }),
        }
    }
}

/// Runs work when its permit is granted. `begin` gets the permit, which must be dropped with the work.
pub(crate) async fn in_turn<F: Future + Unpin>(
    mut turn: Turn,
    begin: impl FnOnce(Turn) -> F,
) -> F::Output {
    let mut called = turn.comes().await;
    let mut work = begin(turn);
    poll_fn(move |cx| {
        let polled = Pin::new(&mut work).poll(cx);
        // From here on the work itself decides whether to hold virtual time.
        drop(called.take());
        polled
    })
    .await
}
