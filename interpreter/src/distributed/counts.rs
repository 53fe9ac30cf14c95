//! Counts the items and the child executions of a Map Run by their status.

use crate::record::record;
use serde_json::{Value as Json, json};

/// The numbers of items, or of child executions, of a Map Run by their status.
///
/// Source: the API's `MapRunItemCounts` and `MapRunExecutionCounts`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct MapRunCounts {
    /// Not started.
    pub pending: u64,
    /// Running.
    pub running: u64,
    /// Ended with an output.
    pub succeeded: u64,
    /// Ended with an error.
    pub failed: u64,
    /// Timed out.
    pub timed_out: u64,
    /// Stopped, by a request or because the Map Run as a whole failed.
    pub aborted: u64,
    /// The total that is known so far. While the Map Run is running, an ItemReader finds more.
    pub total: u64,
    /// Items or executions whose results the ResultWriter wrote.
    pub results_written: u64,
    /// Items or executions that did not succeed before a redrive and have not started again yet.
    pub pending_redrive: u64,
}

impl MapRunCounts {
    /// Returns the counts as `DescribeMapRun` reports them.
    pub fn to_json(self) -> Json {
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

    /// Returns the number that is not pending.
    fn started_count(&self) -> u64 {
        self.running + self.pending_redrive + self.ended()
    }

    fn ended(&self) -> u64 {
        self.succeeded + self.failed + self.timed_out + self.aborted
    }
}

/// The counts of a Map Run: in items and in child executions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub(crate) items: MapRunCounts,
    pub(crate) executions: MapRunCounts,
}

impl Tally {
    /// Counts a child with this many items that starts.
    pub(crate) fn started(&mut self, items: u64) {
        for (counts, number) in self.both(items) {
            counts.running += number;
            counts.total = counts.total.max(counts.started_count());
        }
        self.items.pending = self.items.total - self.items.started_count();
    }

    /// Counts all children that did not succeed as pending redrive.
    pub(crate) fn redriven(&mut self) {
        for (counts, _) in self.both(0) {
            let counters = [
                &mut counts.running,
                &mut counts.failed,
                &mut counts.timed_out,
                &mut counts.aborted,
            ];
            for counter in counters {
                counts.pending_redrive += std::mem::take(counter);
            }
            counts.results_written = 0;
        }
    }

    /// Counts a child with this many items that is restarted.
    pub(crate) fn restarted(&mut self, items: u64) {
        for (counts, number) in self.both(items) {
            counts.pending_redrive = counts.pending_redrive.saturating_sub(number);
            counts.running += number;
        }
    }

    /// Counts a child with this many items that ended; `counter` selects the counter of its status.
    pub(crate) fn ended(&mut self, items: u64, counter: fn(&mut MapRunCounts) -> &mut u64) {
        for (counts, number) in self.both(items) {
            counts.running = counts.running.saturating_sub(number);
            *counter(counts) += number;
        }
    }

    /// Counts a child with this many items that could not be started and will therefore not report
    /// an end.
    pub(crate) fn start_failed(&mut self, items: u64) {
        self.ended(items, |counts| &mut counts.aborted);
    }

    /// Sets the known number of items, unless it is smaller than before.
    pub(crate) fn set_known_total(&mut self, items: u64) {
        self.items.total = self.items.total.max(items);
        self.items.pending = self.items.total - self.items.started_count();
    }

    /// Counts all running children as aborted.
    pub fn abort(&mut self) {
        for (counts, _) in self.both(0) {
            counts.aborted += std::mem::take(&mut counts.running);
        }
    }

    /// Records that the results were written.
    pub(crate) fn written(&mut self) {
        self.items.results_written = self.items.ended();
        self.executions.results_written = self.executions.ended();
    }

    fn both(&mut self, items: u64) -> [(&mut MapRunCounts, u64); 2] {
        [(&mut self.items, items), (&mut self.executions, 1)]
    }
}

record!(struct MapRunCounts {
    1 => pending, 2 => running, 3 => succeeded, 4 => failed, 5 => timed_out, 6 => aborted, 7 => total,
    8 => results_written, 9 => pending_redrive,
});
record!(struct Tally { 1 => items, 2 => executions });
