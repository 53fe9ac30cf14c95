//! The stored state of a running Map Run, from its first child to its result.

pub(super) mod batch;
pub(super) mod tolerance;

use std::fmt::Write as _;
use std::sync::Arc;

use smol_str::SmolStr;
use stepwright_asl::model::MachineType;

use self::batch::Batch;
use self::tolerance::Tolerance;
use super::command::Command;
use super::failure::Failure;
use super::step_context::StepContext;
use crate::distributed::{
    Export, Items, Layout, Results, RetryCursor, RunChanges, RunView, SourceRequest,
    SourceResponse, Tally, TransferError,
};
use crate::execution_info::ExecutionInfo;
use crate::record::{DamagedRecord, Record, RecordReader, RecordWriter, record};
use crate::timestamp::Timestamp;
use crate::value::Value;
use crate::wait_id::WaitId;

/// A running Map Run, as plain data. Its children are separate executions, which the caller of the
/// interpreter starts and whose ends it reports.
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
    /// Whether the run was registered.
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
    /// Redrives the run: restarts the children that did not succeed, then starts the remaining
    /// items.
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

    /// Returns the children that another process was running, by number. Express children start
    /// from the beginning, because they are not durable.
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

    /// Resumes the run in a new process. Requests of the previous process to the object store get
    /// no response.
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

    /// Handles a read after the run failed, which lists the inputs that were not started. If the
    /// read fails, they are not listed, and the run ends with its first failure.
    pub(super) fn continue_reading(&mut self, read: Result<SourceResponse, TransferError>) {
        if read.and_then(|supply| self.items.supply(supply)).is_err() {
            self.items.end();
        }
    }

    /// Writes the fields that change while children start and end.
    pub(super) fn write_part(&mut self, to: &mut RecordWriter) {
        to.field(1, |to| self.tally.write(to));
        to.field(2, |to| self.stage.write(to));
        to.field(3, |to| self.is_reading.write(to));
        to.field(4, |to| self.is_ready.write(to));
        to.field(5, |to| self.is_open.write(to));
        to.field(6, |to| self.retry_cursor.write(to));
        to.field(7, |to| self.input_failure.write(to));
        let is_over = self.is_over();
        if let Some(export) = &mut self.export {
            to.field(8, |to| export.write_changes(is_over, to));
        }
        to.field(9, |to| self.items.write_changes(to));
        to.field(10, |to| self.results.write_changes(to));
        if let Some(batch) = &self.batch {
            to.field(11, |to| batch.write_part(to));
        }
        to.end_fields();
    }

    /// Reads the fields that [`write_part`](Self::write_part) wrote.
    pub(super) fn read_part(&mut self, from: &mut RecordReader<'_>) -> Result<(), DamagedRecord> {
        from.fields(|number, from| match number {
            1 => from.replace(&mut self.tally),
            2 => from.replace(&mut self.stage),
            3 => from.replace(&mut self.is_reading),
            4 => from.replace(&mut self.is_ready),
            5 => from.replace(&mut self.is_open),
            6 => from.replace(&mut self.retry_cursor),
            7 => from.replace(&mut self.input_failure),
            8 => match &mut self.export {
                Some(export) => export.read_changes(from),
                None => from.skip(),
            },
            9 => self.items.read_changes(from),
            10 => self.results.read_changes(from),
            11 => match &mut self.batch {
                Some(batch) => batch.read_part(from),
                None => from.skip(),
            },
            _ => from.skip(),
        })
    }

    /// Writes what decides how the run continues, without its ids and times: the items that are
    /// left, and the children with their results. The content of result files is a function of
    /// them. `write_output` writes the output of the child with a number.
    pub(super) fn write_fingerprint(
        &self,
        write_output: &dyn Fn(u32, &Value, &mut String),
        to: &mut String,
    ) {
        let Self {
            stage,
            tally,
            tolerance,
            concurrency,
            is_reading,
            batch,
            items,
            input_failure,
            ..
        } = self;
        // Writing to a string never fails.
        let _ = write!(
            to,
            "{stage:?} {:?} {tolerance:?} {concurrency} {is_reading} {} {batch:?} {input_failure:?} ",
            tally.items,
            self.is_being_written(),
        );
        items.write_remaining(to);
        self.results.write_fingerprint(write_output, to);
    }

    /// Marks the whole run as written.
    pub(super) fn mark_written(&mut self) {
        self.items.mark_written();
        self.results.mark_written();
        if let Some(export) = &mut self.export {
            export.mark_written();
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

    /// Returns whether the run has not failed and has not ended.
    pub(super) fn is_open_for_children(&self) -> bool {
        matches!(
            self.stage,
            MapRunStage::Starting | MapRunStage::Reading | MapRunStage::Started
        )
    }

    pub(super) fn is_ready(&self) -> bool {
        self.is_ready
    }

    pub(super) fn fail(&mut self, failure: Failure, wait_id: WaitId, cx: &mut StepContext<'_>) {
        self.stage = MapRunStage::Stopping(failure);
        cx.command(Command::StopChildren { wait_id });
    }

    /// Sends a read request.
    pub(super) fn read(
        &mut self,
        wait_id: WaitId,
        request: SourceRequest,
        cx: &mut StepContext<'_>,
    ) {
        self.is_reading = true;
        cx.request(Command::Read {
            wait_id,
            request: Box::new(request),
        });
    }

    /// Applies UpdateMapRun. At most `max` children run concurrently in any case. Returns `false`
    /// and changes nothing if the run is already ending.
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
    pub(super) fn check_tolerance(&mut self, wait_id: WaitId, cx: &mut StepContext<'_>) {
        let counts = self.tally.items;
        // A child that was stopped counts as failed.
        let failed = counts.failed + counts.timed_out + counts.aborted;
        let is_exceeded = self.tolerance.is_exceeded(failed, self.items.known_total());
        if is_exceeded && self.is_open_for_children() {
            self.fail(Failure::exceeds_threshold(), wait_id, cx);
        }
    }
}

record!(struct MapRun {
    1 => items, 2 => batch, 3 => concurrency, 4 => tolerance, 5 => tally, 6 => results, 7 => layout, 8 => machine_id,
    9 => machine_name, 10 => export, 11 => stage, 12 => is_reading, 13 => is_ready, 14 => view, 15 => is_open,
    16 => retry_cursor, 17 => input_failure,
});
record!(enum MapRunStage { 0 => Starting, 1 => Reading, 2 => Started, 3 => Stopping(failure), 4 => Writing(ends), 5 => Over(ends) });
