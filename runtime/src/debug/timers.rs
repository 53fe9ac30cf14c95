use stepwright_interpreter::{TimerKind, Timestamp, WaitId};

/// The armed timers of an execution. Timers of one moment fire in the order in which they were
/// armed, as on the clock of an engine.
#[derive(Clone, Debug, Default)]
pub(super) struct Timers {
    armed: Vec<DebugTimer>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct DebugTimer {
    pub(super) at: Timestamp,
    pub(super) wait_id: WaitId,
    pub(super) kind: TimerKind,
}

impl Timers {
    /// Arms a timer. It replaces the timer of the same kind of the wait.
    pub(super) fn arm(&mut self, timer: DebugTimer) {
        self.disarm(timer.wait_id, timer.kind);
        self.armed.push(timer);
    }

    pub(super) fn disarm(&mut self, wait_id: WaitId, kind: TimerKind) {
        let is_it = |timer: &DebugTimer| timer.wait_id == wait_id && timer.kind == kind;
        self.armed.retain(|timer| !is_it(timer));
    }

    /// Cancels the timers of a wait that has ended.
    pub(super) fn release(&mut self, wait_id: WaitId) {
        self.armed.retain(|timer| timer.wait_id != wait_id);
    }

    /// Returns the timer that fires next.
    pub(super) fn next(&self) -> Option<DebugTimer> {
        self.armed.iter().min_by_key(|timer| timer.at).copied()
    }

    /// Takes the timers of the next moment in the order in which they fire, unless it is later than
    /// `end`.
    pub(super) fn take_next(&mut self, end: Timestamp) -> Vec<DebugTimer> {
        let Some(next) = self.next().filter(|next| next.at <= end) else {
            return Vec::new();
        };
        let is_due = |timer: &mut DebugTimer| timer.at == next.at;
        self.armed.extract_if(.., is_due).collect()
    }
}

#[cfg(test)]
mod tests {
    use stepwright_interpreter::CursorId;

    use super::*;

    #[test]
    fn timers_of_one_moment_fire_together_in_the_order_in_which_they_were_armed() {
        let mut timers = Timers::default();
        let time = Timestamp::from_unix_micros;
        let timer = |wait, at| DebugTimer {
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
