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
use crate::record::{DamagedRecord, Record, RecordReader, RecordWriter, record};
use crate::wait_id::WaitId;

/// A running Map Run, as plain data. Its children are separate executions, which the host starts and whose ends it
/// reports.
#[derive(Clone, Debug)]
pub(crate) struct MapRun {
    pub(super) items: Items,
    pub(super) batch: Option<Batch>,
    /// The maximum number of concurrent children.
    pub(super) concurrency: u64,
    pub(super) tolerance: Tolerance,
    pub(super) tally: Tally,
    pub(super) results: Results,
    /// The output format of a ResultWriter without an export location.
    pub(super) layout: Option<Layout>,
    /// The state machine in the ARNs of the children.
    pub(super) machine_id: SmolStr,
    pub(super) machine_name: SmolStr,
    /// The export of the results to files.
    pub(super) export: Option<Export>,
    pub(super) stage: MapRunStage,
    /// A read request is in flight.
    pub(super) is_reading: bool,
    /// Whether the run can advance.
    pub(super) is_ready: bool,
    /// The public description of the run.
    pub(super) view: RunView,
    /// Whether the run is registered with the host.
    pub(super) is_open: bool,
    /// The children that a redrive restarts.
    pub(super) retry_cursor: RetryCursor,
    /// Why the input of the next child cannot be created. It remains after a redrive.
    pub(super) input_failure: Option<Failure>,
}

/// The stage of a Map Run.
#[derive(Clone, Debug)]
pub(super) enum MapRunStage {
    /// The run starts children up to its concurrency.
    Starting,
    /// An object is being read.
    Reading,
    /// All items have been started.
    Started,
    /// The run failed; its running children are being stopped.
    Stopping(Failure),
    /// The remaining results are being written; then the run ends with this result.
    Writing(Result<(), Failure>),
    /// The run ends with this result.
    Over(Result<(), Failure>),
}

impl MapRun {
    /// Redrives the run: restarts the children that did not succeed, then starts the remaining items.
    pub(super) fn redriven(mut self, now: Timestamp) -> Self {
        self.view.redrive_count += 1;
        self.view.redriven = Some(now);
        self.tally.redriven();
        self.retry_cursor = self.results.redriven();
        if let Some(export) = &mut self.export {
            export.prepare_for_resume();
        }
        self.stage = MapRunStage::Starting;
        self.is_reading = false;
        self.is_open = false;
        self.is_ready = true;
        self
    }

    /// Returns the children that another process was running, by number. Express children start from the beginning,
    /// because they are not durable.
    pub(super) fn running_children(
        &mut self,
        machine_type: MachineType,
        now: Timestamp,
    ) -> Vec<(u32, Arc<ExecutionInfo>)> {
        let running_children = self.results.running_children();
        let mut running_children: Vec<_> = running_children
            .map(|(number, about)| (number, about.clone()))
            .collect();
        if machine_type == MachineType::Express {
            let restart_info = |about: &ExecutionInfo| about.begun_anew(now);
            for (number, about) in &mut running_children {
                if let Some((restarted, _)) = self.results.restart(*number, restart_info) {
                    *about = restarted;
                }
            }
        }
        running_children
    }

    /// Resumes the run in a new process. Requests of the previous process to the object store get no response.
    pub(super) fn resumed(&mut self) {
        self.is_reading = false;
        if matches!(self.stage, MapRunStage::Reading) {
            self.stage = MapRunStage::Starting;
        }
        // The requests are sent again, with the same content.
        if let Some(export) = &mut self.export {
            export.prepare_for_resume();
        }
    }

    /// Handles a read after the run failed, which lists the inputs that were not started. If the read fails, they are
    /// not listed, and the run ends with its first failure.
    pub(super) fn continue_reading(&mut self, read: Result<SourceResponse, String>) {
        if read.and_then(|supply| self.items.supply(supply)).is_err() {
            self.items.end();
        }
    }

    /// Writes the fields that change while children start and end.
    pub(super) fn write_part(&mut self, to: &mut RecordWriter) {
        self.tally.write(to);
        self.stage.write(to);
        self.is_reading.write(to);
        self.is_ready.write(to);
        self.is_open.write(to);
        self.retry_cursor.write(to);
        self.input_failure.write(to);
        let is_over = self.is_over();
        if let Some(export) = &mut self.export {
            export.write_changes(is_over, to);
        }
        self.items.write_changes(to);
        self.results.write_changes(to);
        if let Some(batch) = &self.batch {
            batch.write_part(to);
        }
    }

    /// Reads the fields that [`write_part`](Self::write_part) wrote.
    pub(super) fn read_part(&mut self, from: &mut RecordReader<'_>) -> Result<(), DamagedRecord> {
        self.tally = Record::read(from)?;
        self.stage = Record::read(from)?;
        self.is_reading = Record::read(from)?;
        self.is_ready = Record::read(from)?;
        self.is_open = Record::read(from)?;
        self.retry_cursor = Record::read(from)?;
        self.input_failure = Record::read(from)?;
        let is_over = self.is_over();
        if let Some(export) = &mut self.export {
            export.read_changes(is_over, from)?;
        }
        self.items.read_changes(from)?;
        self.results.read_changes(from)?;
        match &mut self.batch {
            Some(batch) => batch.read_part(from),
            None => Ok(()),
        }
    }

    /// Marks the whole run as written.
    pub(super) fn was_written(&mut self) {
        self.items.were_written();
        self.results.were_written();
        if let Some(export) = &mut self.export {
            export.was_written();
        }
    }

    /// Returns whether only the results remain to be written.
    fn is_over(&self) -> bool {
        matches!(self.stage, MapRunStage::Writing(_) | MapRunStage::Over(_))
    }

    /// Returns whether a write request is in flight.
    pub(super) fn is_being_written(&self) -> bool {
        self.export.as_ref().is_some_and(Export::is_writing)
    }

    /// Returns whether results wait for the object store, so that no more children should start.
    pub(super) fn has_backlog(&self) -> bool {
        let export = self.export.as_ref();
        export.is_some_and(|export| export.has_backlog(&self.results))
    }

    pub(super) fn is_ready(&self) -> bool {
        self.is_ready
    }

    pub(super) fn fail(&mut self, failure: Failure, wait_id: WaitId, host: &mut dyn Host) {
        self.stage = MapRunStage::Stopping(failure);
        host.stop_children(wait_id);
    }

    /// Applies UpdateMapRun. At most `max` children run concurrently in any case. Returns `false` and changes nothing
    /// if the run is already ending.
    pub(super) fn update(&mut self, changes: RunChanges, max: u64) -> bool {
        if self.is_over() || matches!(self.stage, MapRunStage::Stopping(_)) {
            return false;
        }
        if let Some(declared) = changes.max_concurrency {
            self.view.max_concurrency = declared;
            self.concurrency = if declared == 0 {
                max
            } else {
                declared.min(max)
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

    /// Fails the run if more items failed than it tolerates.
    pub(super) fn check_tolerance(&mut self, wait_id: WaitId, host: &mut dyn Host) {
        let counts = self.tally.items;
        // A child that was stopped counts as failed.
        let failed = counts.failed + counts.timed_out + counts.aborted;
        let is_exceeded = self.tolerance.is_exceeded(failed, self.items.known_total());
        let is_open = matches!(
            self.stage,
            MapRunStage::Starting | MapRunStage::Reading | MapRunStage::Started
        );
        if is_open && is_exceeded {
            self.fail(Failure::exceeds_threshold(), wait_id, host);
        }
    }
}

record!(struct MapRun {
    items, batch, concurrency, tolerance, tally, results, layout, machine_id, machine_name, export, stage, is_reading, is_ready, view,
    is_open, retry_cursor, input_failure,
});
record!(enum MapRunStage { 0 => Starting, 1 => Reading, 2 => Started, 3 => Stopping(failure), 4 => Writing(ends), 5 => Over(ends) });
