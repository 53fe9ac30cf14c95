use std::sync::Arc;

use super::state::ExecutionState;
use crate::clock::{Alarm, Clock, Rang, Ring, Timestamp};

/// The deadline of a whole execution.
///
/// Its timer is set when the execution waits and no earlier timer of it is set. Most executions end without it.
#[derive(Debug)]
pub(in crate::engine) struct Deadline {
    stage: Stage,
    /// When the first other timer fires, if known; else the end of time.
    wakes: Timestamp,
}

#[derive(Debug, Default)]
enum Stage {
    /// No deadline except the maximum lifetime.
    #[default]
    None,
    /// A deadline without a timer.
    Due(Timestamp),
    Armed(Alarm),
}

/// A time at which no timer fires.
const NEVER: Timestamp = Timestamp::from_unix_micros(i64::MAX);

impl Default for Deadline {
    fn default() -> Self {
        Self {
            stage: Stage::None,
            wakes: NEVER,
        }
    }
}

impl Deadline {
    pub(in crate::engine) fn at(due: Timestamp) -> Self {
        Self {
            stage: Stage::Due(due),
            wakes: NEVER,
        }
    }

    /// Whether the deadline has passed, where no timer reports it.
    pub(in crate::engine) fn is_over(&self, clock: &Clock) -> bool {
        matches!(self.stage, Stage::Due(due) if due <= clock.now())
    }

    /// Prepares for another timer of the execution, which is about to be set. The deadline's timer is set first unless it fires later: of
    /// timers for the same time, it fires first.
    pub(in crate::engine) fn other_armed(
        &mut self,
        clock: &Clock,
        state: &Arc<ExecutionState>,
        at: Timestamp,
    ) {
        if let Stage::Due(due) = self.stage
            && due <= at
        {
            self.stage = Stage::Armed(clock.arm(due, ring(state)));
        }
        self.wakes = self.wakes.min(at);
    }

    /// Records that another timer fired or was cancelled: the earliest timer is not known any more.
    pub(in crate::engine) fn other_disarmed(&mut self) {
        self.wakes = NEVER;
    }

    /// Sets the timer for a waiting execution, unless an earlier timer is set. Without its own deadline, the maximum lifetime is the bound.
    pub(in crate::engine) fn rest(
        &mut self,
        clock: &Clock,
        state: &Arc<ExecutionState>,
        bound: Timestamp,
    ) {
        let wakes_before = |due| self.wakes < due;
        self.stage = Stage::Armed(match self.stage {
            Stage::Due(due) if !wakes_before(due) => clock.arm(due, ring(state)),
            Stage::None if !wakes_before(bound) => clock.arm_bound(bound, ring(state)),
            _ => return,
        });
    }

    pub(in crate::engine) fn disarm(&mut self, clock: &Clock) {
        if let Stage::Armed(alarm) = std::mem::take(&mut self.stage) {
            clock.disarm(alarm);
        }
    }
}

fn ring(state: &Arc<ExecutionState>) -> Ring {
    Ring::new(state, Rang::Deadline)
}
