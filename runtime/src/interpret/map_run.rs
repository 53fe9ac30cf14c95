use std::sync::Arc;

use smol_str::SmolStr;
use stepwright_asl::model::MachineType;

use super::batch::Batch;
use super::failure::Failure;
use super::host::Host;
use super::tolerance::Tolerance;
use crate::clock::Timestamp;
use crate::distributed::RunChanges;
use crate::distributed::source::{Items, SourceResponse};
use crate::distributed::{Export, Layout, Results, RetryCursor, RunView, Tally};
use crate::execution_info::ExecutionInfo;
use crate::record::{Damaged, Reader, Record, Writer, record};
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
    pub(super) files: Option<Export>,
    pub(super) stage: Stage,
    /// The object store was asked to read something, and has not answered.
    pub(super) reads: bool,
    /// There is something to do.
    pub(super) is_ready: bool,
    /// What others see of it.
    pub(super) view: RunView,
    /// Whether the host knows of it.
    pub(super) is_open: bool,
    /// The children that are to be started again.
    pub(super) again: RetryCursor,
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
    /// The rest of the results is being written, and it ends with this.
    Writing(Result<(), Failure>),
    /// It ends with this.
    Over(Result<(), Failure>),
}

impl MapRun {
    /// The same run, redriven: the children that did not succeed start again, then those that were never started.
    pub(super) fn redriven(mut self, now: Timestamp) -> Self {
        self.view.redrive_count += 1;
        self.view.redriven = Some(now);
        self.tally.redriven();
        self.again = self.results.redriven();
        if let Some(files) = &mut self.files {
            files.begin_again();
        }
        self.stage = Stage::Starting;
        self.reads = false;
        self.is_open = false;
        self.is_ready = true;
        self
    }

    /// The children that another process had at work, by number. Express ones begin anew now: they are not kept.
    pub(super) fn children_at_work(
        &mut self,
        machine_type: MachineType,
        now: Timestamp,
    ) -> Vec<(u32, Arc<ExecutionInfo>)> {
        let at_work = self.results.at_work();
        let mut at_work: Vec<_> = at_work
            .map(|(number, about)| (number, about.clone()))
            .collect();
        if machine_type == MachineType::Express {
            let anew = |about: &ExecutionInfo| about.begun_anew(now);
            for (number, about) in &mut at_work {
                if let Some((again, _)) = self.results.starts_again(*number, anew) {
                    *about = again;
                }
            }
        }
        at_work
    }

    /// The same run in another process. What the one before had asked of the object store has no answer.
    pub(super) fn resumed(&mut self) {
        self.reads = false;
        if matches!(self.stage, Stage::Reading) {
            self.stage = Stage::Starting;
        }
        // What the store was asked for is asked for once more, with the same content.
        if let Some(files) = &mut self.files {
            files.begin_again();
        }
    }

    /// An object was read on, or again, after the run failed, for the inputs that were not started. Where that cannot be done,
    /// those are not listed: the run ends with the failure that it has.
    pub(super) fn read_on(&mut self, read: Result<SourceResponse, String>) {
        if read.and_then(|supply| self.items.supply(supply)).is_err() {
            self.items.end();
        }
    }

    /// Writes what changes while children start and end.
    pub(super) fn write_part(&mut self, to: &mut Writer) {
        self.tally.write(to);
        self.stage.write(to);
        self.reads.write(to);
        self.is_ready.write(to);
        self.is_open.write(to);
        self.again.write(to);
        self.broken.write(to);
        let is_over = self.is_over();
        if let Some(files) = &mut self.files {
            files.write_changes(is_over, to);
        }
        self.items.write_changes(to);
        self.results.write_changes(to);
        if let Some(batch) = &self.batch {
            batch.write_part(to);
        }
    }

    /// Takes over what [`write_part`](Self::write_part) wrote.
    pub(super) fn read_part(&mut self, from: &mut Reader<'_>) -> Result<(), Damaged> {
        self.tally = Record::read(from)?;
        self.stage = Record::read(from)?;
        self.reads = Record::read(from)?;
        self.is_ready = Record::read(from)?;
        self.is_open = Record::read(from)?;
        self.again = Record::read(from)?;
        self.broken = Record::read(from)?;
        let is_over = self.is_over();
        if let Some(files) = &mut self.files {
            files.read_changes(is_over, from)?;
        }
        self.items.read_changes(from)?;
        self.results.read_changes(from)?;
        match &mut self.batch {
            Some(batch) => batch.read_part(from),
            None => Ok(()),
        }
    }

    /// All of it was written.
    pub(super) fn was_written(&mut self) {
        self.items.were_written();
        self.results.were_written();
        if let Some(files) = &mut self.files {
            files.was_written();
        }
    }

    /// Whether nothing of it is left but to write its results.
    fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Writing(_) | Stage::Over(_))
    }

    /// Whether the object store has not answered yet what it was asked to write.
    pub(super) fn is_being_written(&self) -> bool {
        self.files.as_ref().is_some_and(Export::is_asked)
    }

    /// Whether results wait for the object store, so that no further children should start.
    pub(super) fn is_behind(&self) -> bool {
        let files = self.files.as_ref();
        files.is_some_and(|files| files.is_behind(&self.results))
    }

    pub(super) fn is_ready(&self) -> bool {
        self.is_ready
    }

    pub(super) fn fail(&mut self, failure: Failure, wait_id: WaitId, host: &mut dyn Host) {
        self.stage = Stage::Stopping(failure);
        host.stop_children(wait_id);
    }

    /// Changes what UpdateMapRun changes; `most` children may be at work in any case. Gives `false`, and changes nothing, when the run comes to
    /// its end already.
    pub(super) fn update(&mut self, changes: RunChanges, most: u64) -> bool {
        if self.is_over() || matches!(self.stage, Stage::Stopping(_)) {
            return false;
        }
        if let Some(declared) = changes.max_concurrency {
            self.view.max_concurrency = declared;
            self.concurrency = if declared == 0 {
                most
            } else {
                declared.min(most)
            };
        }
        if changes.tolerated_count.is_some() {
            self.view.tolerated_count = changes.tolerated_count;
            self.tolerance.count = changes.tolerated_count;
        }
        if changes.tolerated_percentage.is_some() {
            self.view.tolerated_percentage = changes.tolerated_percentage;
            self.tolerance.percentage = changes.tolerated_percentage;
        }
        self.is_ready = true;
        true
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
    items, batch, concurrency, tolerance, tally, results, layout, machine_id, machine_name, files, stage, reads, is_ready, view,
    is_open, again, broken,
});
record!(enum Stage { 0 => Starting, 1 => Reading, 2 => Started, 3 => Stopping(failure), 4 => Writing(ends), 5 => Over(ends) });
