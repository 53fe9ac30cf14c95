//! Counts the running, succeeded, failed and aborted iterations of an inline Map.

use stepwright_interpreter::history::EventKind;

/// The numbers of the iterations of an inline Map, in its last attempt.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Iterations {
    /// All iterations, also those that have not started.
    pub total: u64,
    /// Started iterations that have not ended.
    pub running: u64,
    /// Iterations that succeeded.
    pub succeeded: u64,
    /// Iterations that failed.
    pub failed: u64,
    /// Iterations that were aborted.
    pub aborted: u64,
}

impl Iterations {
    pub(super) fn of_total(total: u64) -> Self {
        Self {
            total,
            ..Self::default()
        }
    }

    /// Counts an event of an iteration.
    pub(super) fn count(&mut self, kind: EventKind) {
        let ended = match kind {
            EventKind::MapIterationStarted => {
                self.running += 1;
                return;
            }
            EventKind::MapIterationSucceeded => &mut self.succeeded,
            EventKind::MapIterationFailed => &mut self.failed,
            EventKind::MapIterationAborted => &mut self.aborted,
            _ => return,
        };
        *ended += 1;
        self.running = self.running.saturating_sub(1);
    }

    /// Ends the running iterations with their Map.
    pub(super) fn stop(&mut self) {
        self.aborted += std::mem::take(&mut self.running);
    }

    /// Forgets the iterations that a redrive starts again.
    pub(super) fn redrive(&mut self) {
        (self.running, self.failed, self.aborted) = (0, 0, 0);
    }
}
