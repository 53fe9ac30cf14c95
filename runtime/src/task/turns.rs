//! Handlers that wait for their turn: no more are at work at a time than the engine was told.

use std::collections::{BTreeMap, HashMap};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use crate::clock::{Clock, Pending, note_sleep};

/// Who is at work in an engine, and who waits until fewer are.
///
/// A turn is given in the order in which they came. Who waits for its own line alone does not keep those of other lines waiting.
/// Whoever ends gives its turn to the next: at any time nobody waits who may work.
pub(crate) struct Turns {
    state: Mutex<State>,
    clock: Clock,
}

#[derive(Default)]
struct State {
    all: Count,
    lines: Vec<(Count, BTreeMap<u64, Waker>)>,
    /// Those that may work and do not know it yet. Virtual time stands until they do.
    called: HashMap<u64, Pending>,
    next: u64,
}

/// How many are at work, and how many may be.
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
    /// Takes a place of a line, if there is one.
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

    /// Gives a place back.
    fn give_back(&mut self, line: usize) {
        if let Some((own, _)) = self.lines.get_mut(line) {
            own.running -= 1;
            self.all.running -= 1;
        }
    }

    /// Who came first of those that may work now.
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
    /// Turns of an engine in which `most` may work at a time.
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

    /// A line of its own, in which `most` may work at a time.
    pub(crate) fn line(self: &Arc<Self>, most: Option<usize>) -> Line {
        let count = most.map_or_else(Count::default, Count::up_to);
        let mut state = self.lock();
        state.lines.push((count, BTreeMap::new()));
        Line {
            turns: self.clone(),
            number: state.lines.len() - 1,
        }
    }

    /// Changes what is there, and calls who may work then. What the change takes out is dropped when the lock is free.
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

/// Where the calls of one handler wait.
#[derive(Clone)]
pub(crate) struct Line {
    turns: Arc<Turns>,
    number: usize,
}

impl Line {
    /// A turn that is still to come.
    pub(crate) fn turn(&self) -> Turn {
        Turn {
            line: self.clone(),
            stage: Stage::Away,
        }
    }
}

/// The turn of one call. It ends when this is dropped.
pub(crate) struct Turn {
    line: Line,
    stage: Stage,
}

enum Stage {
    /// It does not wait yet.
    Away,
    /// In the line, under this number.
    Waits(u64),
    Works,
}

impl Turn {
    /// Waits until it has come. What comes back keeps virtual time until the work was begun.
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
        // Time goes on meanwhile, so that those at work come to their end.
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
                    // It does not come.
                    state.give_back(*number);
                }
                let line = state.lines.get_mut(*number);
                (called, line.and_then(|(_, waiting)| waiting.remove(&own)))
            }),
        }
    }
}

/// Work that begins when its turn comes. `begin` is given the turn, which is to be dropped with the work.
pub(crate) async fn in_turn<F: Future + Unpin>(
    mut turn: Turn,
    begin: impl FnOnce(Turn) -> F,
) -> F::Output {
    let mut called = turn.comes().await;
    let mut work = begin(turn);
    poll_fn(move |cx| {
        let polled = Pin::new(&mut work).poll(cx);
        // From here on the work itself keeps virtual time, or not.
        drop(called.take());
        polled
    })
    .await
}
