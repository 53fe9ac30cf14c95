//! Timers on virtual time, for callers that step executions without a clock.

use crate::timestamp::Timestamp;
use crate::wait_id::{TimerKind, WaitId};

/// The armed timers of an execution on virtual time, for callers without a clock. Timers of one
/// moment fire in the order in which they were armed, as on the clock of an engine.
#[derive(Clone, Debug, Default)]
pub struct VirtualTimers {
    armed: Vec<VirtualTimer>,
}

/// A timer that [`Command::Arm`](super::Command::Arm) requested.
#[derive(Clone, Copy, Debug)]
pub struct VirtualTimer {
    /// When it fires.
    pub at: Timestamp,
    /// The wait that it ends.
    pub wait_id: WaitId,
    /// Which of the timers of the wait.
    pub kind: TimerKind,
}

impl VirtualTimers {
    /// Arms a timer. It replaces the timer of the same kind of the wait.
    pub fn arm(&mut self, timer: VirtualTimer) {
        self.disarm(timer.wait_id, timer.kind);
        self.armed.push(timer);
    }

    /// Cancels one timer of a wait.
    pub fn disarm(&mut self, wait_id: WaitId, kind: TimerKind) {
        let is_it = |timer: &VirtualTimer| timer.wait_id == wait_id && timer.kind == kind;
        self.armed.retain(|timer| !is_it(timer));
    }

    /// Cancels the timers of a wait that has ended.
    pub fn release(&mut self, wait_id: WaitId) {
        self.armed.retain(|timer| timer.wait_id != wait_id);
    }

    /// Returns the timer that fires next.
    pub fn next(&self) -> Option<VirtualTimer> {
        self.armed.iter().min_by_key(|timer| timer.at).copied()
    }

    /// Takes the timers of the next moment in the order in which they fire, unless it is later than
    /// `end`.
    pub fn take_next(&mut self, end: Timestamp) -> Vec<VirtualTimer> {
        let Some(next) = self.next().filter(|next| next.at <= end) else {
            return Vec::new();
        };
        let is_due = |timer: &mut VirtualTimer| timer.at == next.at;
        self.armed.extract_if(.., is_due).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::wait_id::CursorId;

    use super::*;

    #[test]
    fn timers_of_one_moment_fire_together_in_the_order_in_which_they_were_armed() {
        let mut timers = VirtualTimers::default();
        let time = Timestamp::from_unix_micros;
        let timer = |wait, at| VirtualTimer {
            at: time(at),
            wait_id: WaitId {
                cursor: CursorId::at(0),
                wait,
            },
            kind: TimerKind::Wait,
        };
        for (wait, at) in [(1, 20), (2, 10), (3, 10), (4, 30), (2, 10)] {
            timers.arm(timer(wait, at));
        }
        timers.release(timer(4, 30).wait_id);
        let mut fire = |end| {
            let due = timers.take_next(time(end));
            let waits = due.iter().map(|timer| timer.wait_id.wait);
            waits.collect::<Vec<_>>()
        };
        assert!(fire(9).is_empty());
        assert_eq!(fire(10), [3, 2]);
        assert_eq!(fire(30), [1]);
        assert!(fire(30).is_empty());
    }
}
