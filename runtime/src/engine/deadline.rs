use std::sync::Arc;

use super::state::ExecutionState;
use crate::clock::{Alarm, Clock, Rang, Ring, Timestamp};

/// When the time of a whole execution is over.
///
/// The alarm is set when the execution waits and none of its other alarms comes before: most executions come to their end
/// without it.
#[derive(Debug)]
pub(super) struct Deadline {
    stage: Stage,
    /// When the first of the other alarms rings, as far as that is known; else the end of time.
    wakes: Timestamp,
}

#[derive(Debug, Default)]
enum Stage {
    /// There is none, but for the longest life of all.
    #[default]
    None,
    /// It has no alarm.
    Due(Timestamp),
    Armed(Alarm),
}

/// No time that an alarm has.
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
    pub(super) fn at(due: Timestamp) -> Self {
        Self {
            stage: Stage::Due(due),
            wakes: NEVER,
        }
    }

    /// Whether it is over, where no alarm says so.
    pub(super) fn is_over(&self, clock: &Clock) -> bool {
        matches!(self.stage, Stage::Due(due) if due <= clock.now())
    }

    /// Another alarm of the execution is about to be set. The deadline's is set first where it does not ring later: of one moment, it
    /// rings first.
    pub(super) fn other_armed(
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

    /// Another alarm rang or was taken back: it is not known any more which is the first.
    pub(super) fn other_disarmed(&mut self) {
        self.wakes = NEVER;
    }

    /// Sets the alarm of an execution that waits, unless another comes before. Without a deadline of its own, the longest life of all is its
    /// bound.
    pub(super) fn rest(&mut self, clock: &Clock, state: &Arc<ExecutionState>, bound: Timestamp) {
        let wakes_before = |due| self.wakes < due;
        self.stage = Stage::Armed(match self.stage {
            Stage::Due(due) if !wakes_before(due) => clock.arm(due, ring(state)),
            Stage::None if !wakes_before(bound) => clock.arm_bound(bound, ring(state)),
            _ => return,
        });
    }

    pub(super) fn disarm(&mut self, clock: &Clock) {
        if let Stage::Armed(alarm) = std::mem::take(&mut self.stage) {
            clock.disarm(alarm);
        }
    }
}

fn ring(state: &Arc<ExecutionState>) -> Ring {
    Ring::new(state, Rang::Deadline)
}
