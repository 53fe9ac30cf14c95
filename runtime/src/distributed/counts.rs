use crate::record::record;
use serde_json::{Value as Json, json};

/// How many items, or child executions, of a Map Run stand where.
///
/// Source: the API's `MapRunItemCounts` and `MapRunExecutionCounts`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct MapRunCounts {
    /// Not started.
    pub pending: u64,
    /// At work.
    pub running: u64,
    /// Ended with an output.
    pub succeeded: u64,
    /// Ended with an error.
    pub failed: u64,
    /// Ended because their time ran out.
    pub timed_out: u64,
    /// Stopped, by a request or because the Map Run as a whole failed.
    pub aborted: u64,
    /// All that were found so far. An ItemReader finds them while the Map Run is at work.
    pub total: u64,
    /// How many the ResultWriter wrote.
    pub results_written: u64,
    /// Those that did not succeed before a redrive and were not started again yet.
    pub pending_redrive: u64,
}

impl MapRunCounts {
    pub(crate) fn to_json(self) -> Json {
        json!({
            "pending": self.pending,
            "running": self.running,
            "succeeded": self.succeeded,
            "failed": self.failed,
            "timedOut": self.timed_out,
            "aborted": self.aborted,
            "total": self.total,
            "resultsWritten": self.results_written,
            "failuresNotRedrivable": 0,
            "pendingRedrive": self.pending_redrive,
        })
    }

    /// Those that are not pending.
    fn begun(&self) -> u64 {
        self.running + self.pending_redrive + self.ended()
    }

    fn ended(&self) -> u64 {
        self.succeeded + self.failed + self.timed_out + self.aborted
    }
}

/// The counts of a Map Run: in items and in child executions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) items: MapRunCounts,
    pub(crate) executions: MapRunCounts,
}

impl Tally {
    /// A child with so many items starts.
    pub(crate) fn started(&mut self, items: u64) {
        for (counts, number) in self.both(items) {
            counts.running += number;
            counts.total = counts.total.max(counts.begun());
        }
        self.items.pending = self.items.total - self.items.begun();
    }

    /// All that did not succeed are to be started again.
    pub(crate) fn redriven(&mut self) {
        for (counts, _) in self.both(0) {
            let places = [
                &mut counts.running,
                &mut counts.failed,
                &mut counts.timed_out,
                &mut counts.aborted,
            ];
            for place in places {
                counts.pending_redrive += std::mem::take(place);
            }
            counts.results_written = 0;
        }
    }

    /// A child with so many items starts again.
    pub(crate) fn started_again(&mut self, items: u64) {
        for (counts, number) in self.both(items) {
            counts.pending_redrive = counts.pending_redrive.saturating_sub(number);
            counts.running += number;
        }
    }

    /// A child with so many items ended; `place` says where it counts now.
    pub(crate) fn ended(&mut self, items: u64, place: fn(&mut MapRunCounts) -> &mut u64) {
        for (counts, number) in self.both(items) {
            counts.running = counts.running.saturating_sub(number);
            *place(counts) += number;
        }
    }

    /// Counts a child with this many items that could not be started and will therefore not report an end.
    pub(crate) fn not_begun(&mut self, items: u64) {
        self.ended(items, |counts| &mut counts.aborted);
    }

    /// So many items there are in all.
    pub(crate) fn found(&mut self, items: u64) {
        self.items.total = self.items.total.max(items);
        self.items.pending = self.items.total - self.items.begun();
    }

    /// All that run are stopped.
    pub(crate) fn abort(&mut self) {
        for (counts, _) in self.both(0) {
            counts.aborted += std::mem::take(&mut counts.running);
        }
    }

    /// The results were written.
    pub(crate) fn written(&mut self) {
        self.items.results_written = self.items.ended();
        self.executions.results_written = self.executions.ended();
    }

    fn both(&mut self, items: u64) -> [(&mut MapRunCounts, u64); 2] {
        [(&mut self.items, items), (&mut self.executions, 1)]
    }
}

record!(struct MapRunCounts {
    pending, running, succeeded, failed, timed_out, aborted, total, results_written,
    pending_redrive,
});
record!(struct Tally { items, executions });
