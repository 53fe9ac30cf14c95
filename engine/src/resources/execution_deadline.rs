//! The timeout of a whole execution, with a timer that is set only when it is needed.

use std::sync::Arc;

use crate::clock::{ArmedTimer, Clock, Timer, TimerFired, Timestamp};
use crate::execution::execution_state::ExecutionState;

/// The deadline of a whole execution.
///
/// Its timer is set when the execution waits and no earlier timer of it is set. Most executions end
/// without it.
#[derive(Debug)]
pub(crate) struct ExecutionDeadline {
    timer: DeadlineTimer,
    /// When the first other timer fires, if known; else the end of time.
    wakes: Timestamp,
}

#[derive(Debug, Default)]
enum DeadlineTimer {
    /// No deadline except the maximum lifetime.
    #[default]
    None,
    /// A deadline without a timer.
    Due(Timestamp),
    Armed(ArmedTimer),
}

/// A time at which no timer fires.
const NEVER: Timestamp = Timestamp::from_unix_micros(i64::MAX);

impl Default for ExecutionDeadline {
    fn default() -> Self {
        Self {
            timer: DeadlineTimer::None,
            wakes: NEVER,
        }
    }
}

impl ExecutionDeadline {
    pub(crate) fn at(due: Timestamp) -> Self {
        Self {
            timer: DeadlineTimer::Due(due),
            wakes: NEVER,
        }
    }

    /// Whether the deadline has passed, where no timer reports it.
    pub(crate) fn is_over(&self, clock: &Clock) -> bool {
        matches!(self.timer, DeadlineTimer::Due(due) if due <= clock.now())
    }

    /// Prepares for another timer of the execution, which is about to be set. The deadline's timer
    /// is set first unless it fires later: of timers for the same time, it fires first.
    pub(crate) fn note_timer_armed(
        &mut self,
        clock: &Clock,
        state: &Arc<ExecutionState>,
        at: Timestamp,
    ) {
        if let DeadlineTimer::Due(due) = self.timer
            && due <= at
        {
            self.timer = DeadlineTimer::Armed(clock.arm(due, deadline_timer(state)));
        }
        self.wakes = self.wakes.min(at);
    }

    /// Records that another timer fired or was cancelled: the earliest timer is not known any more.
    pub(crate) fn note_timer_disarmed(&mut self) {
        self.wakes = NEVER;
    }

    /// Sets the timer for a waiting execution, unless an earlier timer is set. Without its own
    /// deadline, the maximum lifetime is the bound.
    pub(crate) fn arm_if_next(
        &mut self,
        clock: &Clock,
        state: &Arc<ExecutionState>,
        bound: Timestamp,
    ) {
        let wakes_before = |due| self.wakes < due;
        self.timer = DeadlineTimer::Armed(match self.timer {
            DeadlineTimer::Due(due) if !wakes_before(due) => clock.arm(due, deadline_timer(state)),
            DeadlineTimer::None if !wakes_before(bound) => {
                clock.arm_bound(bound, deadline_timer(state))
            }
            _ => return,
        });
    }

    pub(crate) fn disarm(&mut self, clock: &Clock) {
        if let DeadlineTimer::Armed(alarm) = std::mem::take(&mut self.timer) {
            clock.disarm(alarm);
        }
    }
}

fn deadline_timer(state: &Arc<ExecutionState>) -> Timer {
    Timer::new(state, TimerFired::Deadline)
}
