//! The clock of an engine, which all waits, retries, timeouts and heartbeats use.
//!
//! Production runs on real time. Tests run on virtual time, which advances only when nothing else can happen: the clock jumps to the next
//! timer when no execution is runnable, no handler is pending and no guard holds it. While a handler is pending, virtual time passes at
//! real speed, so that a handler that hangs still reaches its timeout.
//!
//! An open task token or activity does not hold the clock. A program that answers from outside takes [`Clock::hold`]
//! before the execution starts, or sleeps on [`Clock::sleep`], and retains the guard until it has answered. A token that a
//! test answers (`Mock::token()`) and an activity's task that a worker has do hold it, while the test or the worker is awake.
//!
//! A clock belongs to no async runtime. Each clock has a thread, `stepwright-clock`, for timers that fire in real time: all timers on real
//! time, and on virtual time the timeouts of pending handlers. It starts with the first timer and ends with the clock. So any number of tokio
//! runtimes can share an engine. They need no `enable_time` and may shut down in any order, and a runtime with paused time changes nothing.

mod asked;
mod driver;
mod hold;
mod listeners;
mod owner;
mod pending;
mod real_time;
mod ring;
mod sleep;
mod sleeper;
mod stillness;
mod system_time;
mod timers;
mod timestamp;

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

pub(crate) use self::asked::Asked;
pub use self::hold::Hold;
pub(crate) use self::listeners::Listeners;
pub(crate) use self::pending::Pending;
pub(crate) use self::ring::{Rang, Ring, Rings};
pub use self::sleep::Sleep;
pub(crate) use self::sleeper::{note_sleep, while_watched};
pub(crate) use self::stillness::Stillness;
pub(crate) use self::timers::TimerKey;
pub use self::timestamp::Timestamp;

use self::driver::Driver;
use self::owner::Owner;
use self::sleeper::Sleeper;
use self::timers::Timers;

/// The start of virtual time unless the builder sets it: 2026-01-01T00:00:00Z, so that all runs are identical.
pub const VIRTUAL_START: Timestamp = Timestamp::from_unix_micros(1_767_225_600_000_000);

/// The capacity that is retained for timers that fire at the same time.
const ROOM: usize = 64;

/// The clock of one engine. Clones refer to the same clock.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// use std::time::Duration;
/// use stepwright_runtime::clock::{Clock, Timestamp};
///
/// let clock = Clock::virtual_from(Timestamp::default());
/// let _held = clock.sleep(Duration::from_secs(86_400)).await; // at once
/// assert_eq!(clock.now() - Timestamp::default(), Duration::from_secs(86_400));
/// # }
/// ```
#[derive(Clone)]
pub struct Clock {
    shared: Arc<Shared>,
}

struct Shared {
    is_virtual: bool,
    /// The time of a clock on real time, if a test sets it.
    #[cfg(test)]
    test_time: Option<Arc<AtomicI64>>,
    /// Virtual time in microseconds, for reading without the lock; it changes with [`State::now`].
    now: AtomicI64,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Virtual time; unused on real time.
    now: Timestamp,
    timers: Timers<Target>,
    /// Timers that only bound waits without a timeout (an execution's maximum lifetime). Virtual time does not jump to them while an answer
    /// from outside is possible.
    bounds: Timers<Target>,
    /// Timers that virtual time never jumps to: they fire when it passes them for another reason.
    marks: Timers<Target>,
    /// The number of executions that are being stepped, and of timers that are being delivered.
    busy: usize,
    /// The number of pending handlers.
    handlers: usize,
    /// The number of guards of [`Clock::hold`] and of sleepers that woke.
    holds: usize,
    /// Owners that hold virtual time while they are awake: tests that answer tokens, workers that have activities.
    asked: HashMap<Owner, usize>,
    /// The number of concurrent sleeps of each owner on this clock.
    asleep: HashMap<Owner, usize>,
    /// Groups of futures that may listen for tokens.
    listeners: Vec<Arc<Listeners>>,
    /// The number of futures that wait for the end of an execution.
    ends_awaited: usize,
    /// The number of tokens and activities that may be answered from outside.
    open: usize,
    /// The instant since which virtual time has not advanced, while handlers are pending.
    pending_since: Option<Instant>,
    /// Fires timers in real time; started with the first such timer.
    driver: Option<Driver>,
    /// A reused buffer for the timers that are being delivered.
    room: Vec<Target>,
}

/// The action of a timer.
pub(crate) enum Target {
    Ring(Ring),
    Run(Box<dyn FnOnce() + Send>),
    Sleeper(Arc<Sleeper>),
}

/// Identifies an armed timer and its heap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Alarm {
    key: TimerKey,
    sort: Sort,
}

/// The heap of a timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Timer,
    Bound,
    Mark,
}

impl Clock {
    /// Returns a clock on real time: the wall clock as it was when the process first read it, and the time that has passed since. Later steps
    /// of the wall clock change nothing; see [`Timestamp::system`].
    pub fn real() -> Self {
        Self::new(false, Timestamp::default())
    }

    /// Returns a clock on virtual time that begins at `start`.
    pub fn virtual_from(start: Timestamp) -> Self {
        Self::new(true, start)
    }

    /// Returns a clock on real time that shows these microseconds since 1970. Its timers are not armed again when a test sets the time.
    #[cfg(test)]
    pub(crate) fn of_test(time: Arc<AtomicI64>) -> Self {
        let mut clock = Self::real();
        if let Some(shared) = Arc::get_mut(&mut clock.shared) {
            shared.test_time = Some(time);
        }
        clock
    }

    fn new(is_virtual: bool, now: Timestamp) -> Self {
        Self {
            shared: Arc::new(Shared {
                is_virtual,
                #[cfg(test)]
                test_time: None,
                now: AtomicI64::new(now.unix_micros()),
                state: Mutex::new(State {
                    now,
                    ..State::default()
                }),
            }),
        }
    }

    /// Whether this clock jumps instead of waiting.
    pub fn is_virtual(&self) -> bool {
        self.shared.is_virtual
    }

    /// Returns the time.
    pub fn now(&self) -> Timestamp {
        #[cfg(test)]
        if let Some(time) = &self.shared.test_time {
            return Timestamp::from_unix_micros(time.load(Ordering::SeqCst));
        }
        if self.shared.is_virtual {
            Timestamp::from_unix_micros(self.shared.now.load(Ordering::SeqCst))
        } else {
            Timestamp::system()
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.shared
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Arms a timer that fires at `at`, without the lock of the clock.
    pub(crate) fn arm(&self, at: Timestamp, ring: Ring) -> Alarm {
        self.arm_target(at, Target::Ring(ring), Sort::Timer)
    }

    /// Arms a timer for the maximum time that something may last.
    pub(crate) fn arm_bound(&self, at: Timestamp, ring: Ring) -> Alarm {
        self.arm_target(at, Target::Ring(ring), Sort::Bound)
    }

    /// Arms a timer for periodic work: calls `run` without the lock of the clock. Virtual time does not jump to it.
    pub(crate) fn arm_mark(&self, at: Timestamp, run: Box<dyn FnOnce() + Send>) -> Alarm {
        self.arm_target(at, Target::Run(run), Sort::Mark)
    }

    fn arm_target(&self, at: Timestamp, target: Target, sort: Sort) -> Alarm {
        let mut state = self.lock();
        let heap = state.heap(sort);
        let first = heap.earliest().is_none_or(|next| at < next);
        let key = heap.arm(at, target);
        if first {
            self.wake_driver(&mut state);
        }
        Alarm { key, sort }
    }

    pub(crate) fn disarm(&self, alarm: Alarm) {
        let mut state = self.lock();
        let target = state.heap(alarm.sort).cancel(alarm.key);
        drop(state);
        drop(target);
    }

    /// Counts something that became runnable: virtual time does not advance until [`Clock::leave`].
    pub(crate) fn enter(&self) {
        if self.shared.is_virtual {
            self.lock().busy += 1;
        }
    }

    /// Counts something that waits or is done after [`Clock::enter`].
    pub(crate) fn leave(&self) {
        if self.shared.is_virtual {
            let mut state = self.lock();
            state.busy = state.busy.saturating_sub(1);
            self.settle_from(state);
        }
    }

    /// Like [`Clock::leave`], for a caller that can continue in place. If the next timer is the only one of its moment and belongs to `sink`,
    /// it is returned instead of fired, and `sink` counts as runnable again. Nothing else is runnable then, so the order of timers is preserved.
    pub(crate) fn leave_or_ring(&self, sink: &dyn Rings) -> Option<Rang> {
        if !self.shared.is_virtual {
            return None;
        }
        let mut state = self.lock();
        state.busy = state.busy.saturating_sub(1);
        let mut due = self.jump(&mut state)?;
        if let [Target::Ring(ring)] = &due[..]
            && let Some(rang) = ring.of(sink)
        {
            due.clear();
            state.room = due;
            return Some(rang);
        }
        drop(state);
        self.settle_from(self.deliver(due));
        None
    }

    /// Counts a pending handler.
    pub(crate) fn handler_pends(&self) {
        if self.shared.is_virtual {
            let mut state = self.lock();
            state.handlers += 1;
            if state.handlers == 1 {
                state.pending_since = Some(Instant::now());
                self.wake_driver(&mut state);
            }
        }
    }

    /// Counts a pending handler that answered or was dropped.
    pub(crate) fn handler_ended(&self) {
        if self.shared.is_virtual {
            let mut state = self.lock();
            state.handlers = state.handlers.saturating_sub(1);
            if state.handlers == 0 {
                state.pending_since = None;
            }
            self.settle_from(state);
        }
    }

    /// Counts a token or an activity that may be answered from outside.
    pub(crate) fn opened(&self) {
        if self.shared.is_virtual {
            self.lock().open += 1;
        }
    }

    /// Counts a token or an activity that cannot be answered from outside any more.
    pub(crate) fn closed(&self) {
        if self.shared.is_virtual {
            let mut state = self.lock();
            state.open = state.open.saturating_sub(1);
            drop(state);
            self.settle();
        }
    }

    /// Returns whether running executions can make progress without the test.
    pub(crate) fn stillness(&self) -> Stillness {
        let mut state = self.lock();
        // On real time nothing is counted, and timers fire by themselves.
        if !self.is_virtual() || state.busy + state.handlers + state.holds > 0 {
            return Stillness::Moves;
        }
        if state.asked.keys().any(|owner| *owner != Owner::Test) {
            return Stillness::Moves;
        }
        if !state.is_asked() && state.next_moment().is_some() {
            return Stillness::Moves;
        }
        let by_test = state.asked.get(&Owner::Test).copied().unwrap_or_default();
        if state.open > by_test {
            Stillness::WaitsOutside
        } else {
            Stillness::Waits
        }
    }

    fn release_hold(&self) {
        if self.shared.is_virtual {
            let mut state = self.lock();
            state.holds = state.holds.saturating_sub(1);
            self.settle_from(state);
        }
    }

    /// Jumps virtual time to the next timer, repeatedly, as long as nothing else can happen.
    ///
    /// The timers of one moment are delivered together. They count as busy until then, so only one thread delivers at a time.
    fn settle(&self) {
        self.settle_from(self.lock());
    }

    fn settle_from<'c>(&'c self, mut state: MutexGuard<'c, State>) {
        while let Some(due) = self.jump(&mut state) {
            drop(state);
            state = self.deliver(due);
        }
    }

    /// Jumps virtual time to the next timer, unless something else can happen. Returns the timers of that moment, which count as busy.
    fn jump(&self, state: &mut State) -> Option<Vec<Target>> {
        if state.busy + state.handlers + state.holds > 0 || state.is_asked() {
            return None;
        }
        let next = state.next_moment()?;
        let now = state.now.max(next);
        self.come_to(state, now);
        Some(state.take_due())
    }

    /// Sets the virtual time.
    fn come_to(&self, state: &mut State, now: Timestamp) {
        state.now = now;
        self.shared.now.store(now.unix_micros(), Ordering::SeqCst);
    }

    /// Fires the timers that [`State::take_due`] took.
    fn deliver(&self, mut due: Vec<Target>) -> MutexGuard<'_, State> {
        let mut delivered = Delivered {
            clock: self,
            count: due.len(),
        };
        for target in due.drain(..) {
            match target {
                Target::Ring(ring) => ring.ring(),
                Target::Run(run) => run(),
                Target::Sleeper(sleeper) => {
                    // The sleeper may have been dropped after its timer was taken; then the hold has no owner.
                    if !sleeper.ring() {
                        self.release_hold();
                    }
                }
            }
        }
        let mut state = delivered.end();
        if due.capacity() <= ROOM {
            state.room = due;
        }
        state
    }
}

/// Timers that are being delivered. They stop counting as busy also when one of them panics.
struct Delivered<'c> {
    clock: &'c Clock,
    count: usize,
}

impl<'c> Delivered<'c> {
    fn end(&mut self) -> MutexGuard<'c, State> {
        let mut state = self.clock.lock();
        state.busy = state.busy.saturating_sub(std::mem::take(&mut self.count));
        state
    }
}

impl Drop for Delivered<'_> {
    fn drop(&mut self) {
        if self.count > 0 {
            drop(self.end());
        }
    }
}

impl State {
    fn heap(&mut self, sort: Sort) -> &mut Timers<Target> {
        match sort {
            Sort::Timer => &mut self.timers,
            Sort::Bound => &mut self.bounds,
            Sort::Mark => &mut self.marks,
        }
    }

    /// Whether an owner that is awake must still answer.
    fn is_asked(&self) -> bool {
        let mut asked = self.asked.keys();
        asked.any(|owner| match owner {
            Owner::Test => {
                let is_heard = self.ends_awaited == 0 || self.listeners.iter().any(|one| one.any());
                is_heard && self.asleep.is_empty()
            }
            worker => !self.asleep.contains_key(worker),
        })
    }

    /// Returns when the next timer fires if nothing else happens.
    fn next_moment(&mut self) -> Option<Timestamp> {
        let timer = self.timers.earliest();
        if self.open > 0 {
            return timer;
        }
        match (timer, self.bounds.earliest()) {
            (Some(timer), Some(bound)) => Some(timer.min(bound)),
            (timer, bound) => timer.or(bound),
        }
    }

    /// Takes all timers that are due now; each counts as busy until it is delivered.
    fn take_due(&mut self) -> Vec<Target> {
        let mut due = std::mem::take(&mut self.room);
        while let Some(target) = self.timers.pop_due(self.now) {
            due.push(target);
        }
        while let Some(target) = self.bounds.pop_due(self.now) {
            due.push(target);
        }
        while let Some(target) = self.marks.pop_due(self.now) {
            due.push(target);
        }
        self.busy += due.len();
        self.holds += due
            .iter()
            .filter(|target| matches!(target, Target::Sleeper(_)))
            .count();
        due
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clock")
            .field("virtual", &self.is_virtual())
            .field("now", &self.now())
            .finish_non_exhaustive()
    }
}
