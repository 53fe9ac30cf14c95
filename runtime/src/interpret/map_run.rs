use std::collections::VecDeque;

use smol_str::SmolStr;

use super::batch::Batch;
use super::failure::Failure;
use super::host::Host;
use super::tolerance::Tolerance;
use crate::clock::Timestamp;
use crate::distributed::source::Items;
use crate::distributed::{Layout, Results, RunView, Tally, Written};
use crate::record::record;
use crate::wait_id::WaitId;

/// A Map Run at work: plain data, as all of an execution is. Its children are executions of their own, which the
/// host starts and tells the end of.
#[derive(Clone, Debug)]
pub(crate) struct MapRun {
    pub(super) items: Items,
    pub(super) batch: Option<Batch>,
    /// The most children at a time.
    pub(super) concurrency: u64,
    pub(super) tolerance: Tolerance,
    pub(super) tally: Tally,
    pub(super) results: Results,
    /// What a WriterConfig says that nothing is exported by.
    pub(super) layout: Option<Layout>,
    /// The state machine that the children are executions of.
    pub(super) machine_id: SmolStr,
    pub(super) machine_name: SmolStr,
    /// The files that the results are exported to.
    pub(super) files: Option<Written>,
    pub(super) stage: Stage,
    /// There is something to do.
    pub(super) is_ready: bool,
    /// What others see of it.
    pub(super) view: RunView,
    /// Whether the host knows of it.
    pub(super) is_open: bool,
    /// The numbers of the children that are to be started again.
    pub(super) again: VecDeque<u32>,
    /// Why no further child can be started, whatever is done again.
    pub(super) broken: Option<Failure>,
}

/// What a Map Run is at.
#[derive(Clone, Debug)]
pub(super) enum Stage {
    /// Children are started as long as there is room.
    Starting,
    /// An object is being read.
    Reading,
    /// All items were started.
    Started,
    /// It failed; the children that run are being stopped.
    Stopping(Failure),
    /// The results are being written, and it ends with this.
    Writing(Result<(), Failure>),
}

impl MapRun {
    /// The same run, redriven: the children that did not succeed start again, then those that were never started.
    pub(super) fn redriven(mut self, now: Timestamp) -> Self {
        self.view.redrive_count += 1;
        self.view.redriven = Some(now);
        self.tally.redriven();
        self.again = self.results.unsuccessful();
        if let Some(files) = &mut self.files {
            files.begin_again();
        }
        self.stage = Stage::Starting;
        self.is_open = false;
        self.is_ready = true;
        self
    }

    pub(super) fn is_ready(&self) -> bool {
        self.is_ready
    }

    pub(super) fn fail(&mut self, failure: Failure, wait_id: WaitId, host: &mut dyn Host) {
        self.stage = Stage::Stopping(failure);
        host.stop_children(wait_id);
    }

    /// Fails when more items failed than it bears.
    pub(super) fn judge(&mut self, wait_id: WaitId, host: &mut dyn Host) {
        let counts = self.tally.items;
        // A child that somebody stopped has no result either.
        let failed = counts.failed + counts.timed_out + counts.aborted;
        let is_exceeded = self.tolerance.is_exceeded(failed, self.items.known_total());
        let is_open = matches!(
            self.stage,
            Stage::Starting | Stage::Reading | Stage::Started
        );
        if is_open && is_exceeded {
            self.fail(Failure::exceeds_threshold(), wait_id, host);
        }
    }
}

record!(struct MapRun {
    items, batch, concurrency, tolerance, tally, results, layout, machine_id, machine_name, files, stage, is_ready, view,
    is_open, again, broken,
});
record!(enum Stage { 0 => Starting, 1 => Reading, 2 => Started, 3 => Stopping(failure), 4 => Writing(ends) });
