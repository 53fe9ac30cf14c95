//! The clock of an engine, which all waits, retries, timeouts and heartbeats use.
//!
//! Production runs on real time. Tests run on virtual time, which advances only when nothing else
//! can happen: the clock jumps to the next timer when no execution is runnable, no handler is
//! pending and no guard holds it. While a handler is pending, virtual time passes at real speed, so
//! that a handler that hangs still reaches its timeout.
//!
//! An open task token or activity does not hold the clock. A program that answers from outside
//! takes [`Clock::hold`] before the execution starts, or sleeps on [`Clock::sleep`], and retains
//! the guard until it has answered. A token that a test answers (`Mock::token()`) and an activity's
//! task that a worker has do hold it, while the test or the worker is awake.
//!
//! A test in another process stops virtual time and advances it ([`Clock::stop`],
//! [`Clock::advance`]).
//!
//! A clock belongs to no async runtime. Each clock has a thread, `stepwright-clock`, for timers
//! that fire in real time: all timers on real time, and on virtual time the timeouts of pending
//! handlers. It starts with the first timer and ends with the clock. So any number of tokio
//! runtimes can share an engine. They need no `enable_time` and may shut down in any order, and a
//! runtime with paused time changes nothing.

mod answer_hold;
mod hold;
mod hold_owner;
mod listeners;
mod pending_guard;
mod progress_state;
mod real_time;
mod sleep;
mod sleeper;
mod stepping;
mod system_time;
mod time_limit;
mod timer;
mod timer_heap;
mod timer_thread;

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;
use web_time::Instant;

use self::hold_owner::HoldOwner;
use self::sleeper::Sleeper;
use self::time_limit::TimeLimit;
use self::timer_heap::TimerHeap;
use self::timer_thread::TimerThread;

pub(crate) use self::answer_hold::AnswerHold;
pub use self::hold::Hold;
#[doc(hidden)]
pub use self::listeners::Listeners;
pub(crate) use self::pending_guard::PendingGuard;
#[doc(hidden)]
pub use self::progress_state::ProgressState;
pub use self::sleep::Sleep;
pub(crate) use self::sleeper::{note_sleep, while_watched};
pub use self::system_time::{system_time, wall_time};
pub(crate) use self::timer::{Timer, TimerFired, TimerSink};
pub(crate) use self::timer_heap::TimerKey;
pub use stepwright_interpreter::Timestamp;

/// The start of virtual time unless the builder sets it: 2026-01-01T00:00:00Z, so that all runs are
/// identical.
pub const VIRTUAL_START: Timestamp = Timestamp::from_unix_micros(1_767_225_600_000_000);

/// The capacity that is retained for timers that fire at the same time.
const BUFFER_CAPACITY: usize = 64;

/// The clock of one engine. Clones refer to the same clock.
///
/// ```
/// # extern crate stepwright_engine as stepwright_runtime;
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
    shared: Arc<ClockShared>,
}

struct ClockShared {
    is_virtual: bool,
    /// The time of a clock on real time, if a test sets it.
    #[cfg(test)]
    test_time: Option<Arc<AtomicI64>>,
    /// Virtual time in microseconds, for reading without the lock; it changes with
    /// [`ClockState::now`].
    now: AtomicI64,
    state: Mutex<ClockState>,
}

#[derive(Default)]
struct ClockState {
    /// Virtual time; unused on real time.
    now: Timestamp,
    timers: TimerHeap<TimerAction>,
    /// Timers that only bound waits without a timeout (an execution's maximum lifetime). Virtual
    /// time does not jump to them while an answer from outside is possible.
    bounds: TimerHeap<TimerAction>,
    /// Timers that virtual time never jumps to: they fire when it passes them for another reason.
    marks: TimerHeap<TimerAction>,
    /// The number of executions that are being stepped, and of timers that are being delivered.
    busy: usize,
    /// The number of pending handlers.
    handlers: usize,
    /// The number of guards of [`Clock::hold`] and of sleepers that woke.
    holds: usize,
    /// Owners that hold virtual time while they are awake: tests that answer tokens, workers that
    /// have activities.
    answer_holds: HashMap<HoldOwner, usize>,
    /// The number of concurrent sleeps of each owner on this clock.
    asleep: HashMap<HoldOwner, usize>,
    /// Groups of futures that may listen for tokens.
    listeners: Vec<Arc<Listeners>>,
    /// The number of futures that wait for the end of an execution.
    ends_awaited: usize,
    /// The number of tokens and activities that may be answered from outside.
    open: usize,
    /// The instant since which virtual time has not advanced, while handlers are pending.
    pending_since: Option<Instant>,
    /// Limits virtual time while a test in another process controls it.
    limit: Option<TimeLimit>,
    /// Futures that wait until no execution can make progress.
    idle_waiters: Vec<oneshot::Sender<()>>,
    /// Fires timers in real time; started with the first such timer.
    timer_thread: Option<TimerThread>,
    /// A reused buffer for the timers that are being delivered.
    buffer: Vec<TimerAction>,
}

/// The action of a timer.
pub(crate) enum TimerAction {
    Timer(Timer),
    Callback(Box<dyn FnOnce() + Send>),
    Sleeper(Arc<Sleeper>),
}

/// Identifies an armed timer and its heap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ArmedTimer {
    key: TimerKey,
    heap_kind: HeapKind,
}

/// The heap of a timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum HeapKind {
    Timer,
    Bound,
    Mark,
}

impl Clock {
    /// Returns a clock on real time: the wall clock as it was when the process first read it, and
    /// the time that has passed since. Later steps of the wall clock change nothing; see
    /// [`system_time`].
    pub fn real() -> Self {
        Self::new(false, Timestamp::default())
    }

    /// Returns a clock on virtual time that begins at `start`.
    pub fn virtual_from(start: Timestamp) -> Self {
        Self::new(true, start)
    }

    /// Returns a clock on real time that shows these microseconds since 1970. Its timers are not
    /// armed again when a test sets the time.
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
            shared: Arc::new(ClockShared {
                is_virtual,
                #[cfg(test)]
                test_time: None,
                now: AtomicI64::new(now.unix_micros()),
                state: Mutex::new(ClockState {
                    now,
                    ..ClockState::default()
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
            system_time()
        }
    }

    fn lock(&self) -> MutexGuard<'_, ClockState> {
        self.shared
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Arms a timer that fires at `at`, without the lock of the clock.
    pub(crate) fn arm(&self, at: Timestamp, timer: Timer) -> ArmedTimer {
        self.arm_target(at, TimerAction::Timer(timer), HeapKind::Timer)
    }

    /// Arms a timer for the maximum time that something may last.
    pub(crate) fn arm_bound(&self, at: Timestamp, timer: Timer) -> ArmedTimer {
        self.arm_target(at, TimerAction::Timer(timer), HeapKind::Bound)
    }

    /// Arms a timer for periodic work: calls `run` without the lock of the clock. Virtual time does
    /// not jump to it.
    pub(crate) fn arm_mark(&self, at: Timestamp, run: Box<dyn FnOnce() + Send>) -> ArmedTimer {
        self.arm_target(at, TimerAction::Callback(run), HeapKind::Mark)
    }

    fn arm_target(&self, at: Timestamp, target: TimerAction, heap_kind: HeapKind) -> ArmedTimer {
        let mut state = self.lock();
        let heap = state.heap(heap_kind);
        let first = heap.earliest().is_none_or(|next| at < next);
        let key = heap.arm(at, target);
        if first {
            self.wake_timer_thread(&mut state);
        }
        ArmedTimer { key, heap_kind }
    }

    pub(crate) fn disarm(&self, alarm: ArmedTimer) {
        let mut state = self.lock();
        let target = state.heap(alarm.heap_kind).cancel(alarm.key);
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

    /// Like [`Clock::leave`], for a caller that can continue in place. If the next timer is the
    /// only one of its moment and belongs to `sink`, it is returned instead of fired, and `sink`
    /// counts as runnable again. Nothing else is runnable then, so the order of timers is
    /// preserved.
    pub(crate) fn leave_or_take_timer(&self, sink: &dyn TimerSink) -> Option<TimerFired> {
        if !self.shared.is_virtual {
            return None;
        }
        let mut state = self.lock();
        state.busy = state.busy.saturating_sub(1);
        let mut due = self.jump(&mut state)?;
        if let [TimerAction::Timer(timer)] = &due[..]
            && let Some(fired) = timer.of(sink)
        {
            due.clear();
            state.buffer = due;
            return Some(fired);
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
                self.wake_timer_thread(&mut state);
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
    #[doc(hidden)]
    pub fn progress_state(&self) -> ProgressState {
        let mut state = self.lock();
        // On real time nothing is counted, and timers fire by themselves.
        if !self.is_virtual() || state.busy + state.handlers + state.holds > 0 {
            return ProgressState::Running;
        }
        if state
            .answer_holds
            .keys()
            .any(|owner| *owner != HoldOwner::Test)
        {
            return ProgressState::Running;
        }
        if !state.awaits_answer() && state.next_moment().is_some() {
            return ProgressState::Running;
        }
        let by_test = state
            .answer_holds
            .get(&HoldOwner::Test)
            .copied()
            .unwrap_or_default();
        if state.open > by_test {
            ProgressState::WaitsForOutside
        } else {
            ProgressState::WaitsForTest
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
    /// The timers of one moment are delivered together. They count as busy until then, so only one
    /// thread delivers at a time.
    fn settle(&self) {
        self.settle_from(self.lock());
    }

    fn settle_from<'c>(&'c self, mut state: MutexGuard<'c, ClockState>) {
        while let Some(due) = self.jump(&mut state) {
            drop(state);
            state = self.deliver(due);
        }
    }

    /// Jumps virtual time to the next timer, unless something else can happen. Returns the timers
    /// of that moment, which count as busy.
    fn jump(&self, state: &mut ClockState) -> Option<Vec<TimerAction>> {
        if state.busy + state.handlers + state.holds > 0 {
            return None;
        }
        let Some(next) = state.next_jump() else {
            state.report_idle();
            return None;
        };
        let now = state.now.max(next);
        self.set_now(state, now);
        Some(state.take_due())
    }

    /// Sets the virtual time.
    fn set_now(&self, state: &mut ClockState, now: Timestamp) {
        state.now = now;
        self.shared.now.store(now.unix_micros(), Ordering::SeqCst);
    }

    /// Fires the timers that [`ClockState::take_due`] took.
    fn deliver(&self, mut due: Vec<TimerAction>) -> MutexGuard<'_, ClockState> {
        let mut delivered = TimerDelivery {
            clock: self,
            count: due.len(),
        };
        for target in due.drain(..) {
            match target {
                TimerAction::Timer(timer) => timer.fire(),
                TimerAction::Callback(run) => run(),
                TimerAction::Sleeper(sleeper) => {
                    // The sleeper may have been dropped after its timer was taken; then the hold
                    // has no owner.
                    if !sleeper.fire() {
                        self.release_hold();
                    }
                }
            }
        }
        let mut state = delivered.end();
        if due.capacity() <= BUFFER_CAPACITY {
            state.buffer = due;
        }
        state
    }
}

/// Timers that are being delivered. They stop counting as busy also when one of them panics.
struct TimerDelivery<'c> {
    clock: &'c Clock,
    count: usize,
}

impl<'c> TimerDelivery<'c> {
    fn end(&mut self) -> MutexGuard<'c, ClockState> {
        let mut state = self.clock.lock();
        state.busy = state.busy.saturating_sub(std::mem::take(&mut self.count));
        state
    }
}

impl Drop for TimerDelivery<'_> {
    fn drop(&mut self) {
        if self.count > 0 {
            drop(self.end());
        }
    }
}

impl ClockState {
    fn heap(&mut self, heap_kind: HeapKind) -> &mut TimerHeap<TimerAction> {
        match heap_kind {
            HeapKind::Timer => &mut self.timers,
            HeapKind::Bound => &mut self.bounds,
            HeapKind::Mark => &mut self.marks,
        }
    }

    /// Whether an owner that is awake must still answer.
    fn awaits_answer(&self) -> bool {
        let mut answer_holds = self.answer_holds.keys();
        answer_holds.any(|owner| match owner {
            HoldOwner::Test => {
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
    fn take_due(&mut self) -> Vec<TimerAction> {
        let mut due = std::mem::take(&mut self.buffer);
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
            .filter(|target| matches!(target, TimerAction::Sleeper(_)))
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
