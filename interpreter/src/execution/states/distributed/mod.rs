//! Runs Distributed Maps: reads the items, starts the children and writes the results.

mod plan;

use std::sync::Arc;

use smol_str::SmolStr;
use stepwright_asl::errors;
use stepwright_asl::model::MachineType;

use crate::distributed::{
    ChildResult, Item, MapRunCounts, NextItem, SourceRequest, SourceResponse, TransferError,
    WriteResponse,
};
use crate::execution::command::{ChildStart, Command};
use crate::execution::cursor::{Cursor, Waiting};
use crate::execution::failure::Failure;
use crate::execution::map_run::batch::{Batch, NextInput};
use crate::execution::map_run::{MapRun, MapRunStage};
use crate::execution::step::{StateProgress, StateResult};
use crate::execution::step_context::StepContext;
use crate::execution::step_loop::Execution;
use crate::execution_info::{ExecutionInfo, MachineInfo, Names};
use crate::history::{EventKind, Payload};
use crate::program::{Distributed, Entry, Kind, Map};
use crate::query::{QueryError, TimeBudget};
use crate::status::Status;
use crate::value::Value;
use crate::wait_id::{CursorId, WaitId};

/// The number of children that a run starts before it yields.
const STARTS_BEFORE_YIELD: u32 = 64;

/// The next action of a run.
enum RunProgress {
    Continue,
    Wait,
    /// End the step, so that the new children can run.
    Yield,
    End(Result<(), Failure>),
}

/// The error that prevents the input of the next child.
pub(super) enum ItemError {
    /// The ItemReader failed.
    Read(String),
    /// The ItemSelector could not be evaluated.
    Select(QueryError),
}

impl Execution {
    /// Advances a run that was taken out of its cursor.
    pub(crate) fn step_run(
        &mut self,
        id: CursorId,
        mut run: Box<MapRun>,
        cx: &mut StepContext<'_>,
    ) -> StateResult {
        let Some(cursor) = self.cursors.get(id) else {
            return Ok(StateProgress::Wait);
        };
        let wait_id = WaitId {
            cursor: id,
            wait: cursor.wait,
        };
        let Kind::Map(map) = &cx.program.state(cursor.state).kind else {
            return Ok(StateProgress::Wait);
        };
        let Some(distributed) = &map.distributed else {
            return Ok(StateProgress::Wait);
        };
        run.is_ready = false;
        if !std::mem::replace(&mut run.is_open, true) {
            let view = Box::new(run.view.clone());
            cx.command(Command::OpenRun { wait_id, view });
        }
        let ends = loop {
            match self.advance_run(wait_id, map, distributed, &mut run, cx) {
                RunProgress::Continue => {}
                RunProgress::End(result) => break result,
                progress @ (RunProgress::Wait | RunProgress::Yield) => {
                    run.is_ready = matches!(progress, RunProgress::Yield);
                    self.yields = run.is_ready;
                    report_run(wait_id, &run, None, cx);
                    self.cursors.put_run(id, run);
                    return Ok(StateProgress::Wait);
                }
            }
        };
        // Marks the whole cursor as changed, because it no longer waits for the run.
        if let Some(cursor) = self.cursors.get_mut(id) {
            cursor.waiting = Waiting::Busy;
        }
        let status = match &ends {
            Ok(()) => Status::Succeeded,
            Err(_) => Status::Failed,
        };
        report_run(wait_id, &run, Some(status), cx);
        cx.release(wait_id);
        match ends {
            Ok(()) => {
                let MapRun {
                    results,
                    layout,
                    export,
                    ..
                } = *run;
                let output = match export {
                    Some(export) => export.output(),
                    None => results.into_output(layout),
                };
                self.exit_joined(id, output, cx)
            }
            Err(failure) => {
                let payload = Payload::failure(failure.error.clone(), failure.cause.clone());
                self.write(id, EventKind::MapRunFailed, payload);
                self.save_run(id, run);
                Err(failure.inner())
            }
        }
    }

    /// Applies UpdateMapRun to a run. Returns `false` if no run with this ARN is running.
    pub(crate) fn update_run(
        &mut self,
        arn: &str,
        changes: crate::distributed::RunChanges,
        cx: &mut StepContext<'_>,
    ) -> bool {
        let is_run = |(id, cursor): (_, &Cursor)| match &cursor.waiting {
            Waiting::Run(run) if run.view.arn == arn => Some(id),
            _ => None,
        };
        let Some(id) = self.cursors.iter().find_map(is_run) else {
            return false;
        };
        let max = u64::from(self.limits.map_run_concurrency);
        // Marks the whole run as changed; its partial record does not contain these fields.
        let Some(cursor) = self.cursors.get_mut(id) else {
            return false;
        };
        let wait_id = WaitId {
            cursor: id,
            wait: cursor.wait,
        };
        let Waiting::Run(run) = &mut cursor.waiting else {
            return false;
        };
        if !run.update(changes, max) {
            return false;
        }
        if run.is_open {
            let view = Box::new(run.view.clone());
            cx.command(Command::OpenRun { wait_id, view });
            report_run(wait_id, run, None, cx);
        }
        // The new tolerance may be lower.
        run.check_tolerance(wait_id, cx);
        self.mark_runnable(id);
        true
    }

    fn advance_run(
        &mut self,
        wait_id: WaitId,
        map: &Map,
        distributed: &Distributed,
        run: &mut MapRun,
        cx: &mut StepContext<'_>,
    ) -> RunProgress {
        self.write_results(wait_id, run, cx);
        let is_idle = run.tally.executions.running == 0 && !run.is_being_written();
        match &mut run.stage {
            MapRunStage::Starting => self.start_children(wait_id, map, distributed, run, cx),
            MapRunStage::Started if is_idle => {
                run.stage = MapRunStage::Writing(Ok(()));
                RunProgress::Continue
            }
            MapRunStage::Stopping(failure) if is_idle && !run.is_reading => {
                let failure = failure.clone();
                if run.export.is_some() {
                    let noted = self.save_pending_inputs(wait_id.cursor, map, run);
                    if let Some(request) = noted
                        && run.items.has_unread_rows()
                    {
                        run.read(wait_id, request, cx);
                        return RunProgress::Wait;
                    }
                }
                run.stage = MapRunStage::Writing(Err(failure));
                RunProgress::Continue
            }
            MapRunStage::Writing(ends) if is_idle => {
                if run.export.is_some() {
                    run.tally.written();
                }
                RunProgress::End(ends.clone())
            }
            MapRunStage::Over(ends) => RunProgress::End(ends.clone()),
            MapRunStage::Reading
            | MapRunStage::Started
            | MapRunStage::Stopping(_)
            | MapRunStage::Writing(_) => RunProgress::Wait,
        }
    }

    /// Writes the next available result to the object store. Only one request is in flight at a
    /// time.
    fn write_results(&self, wait_id: WaitId, run: &mut MapRun, cx: &mut StepContext<'_>) {
        let is_over = match run.stage {
            MapRunStage::Writing(_) => true,
            MapRunStage::Starting | MapRunStage::Started => false,
            // A failed run writes the remaining results after its children have ended.
            MapRunStage::Reading | MapRunStage::Stopping(_) | MapRunStage::Over(_) => return,
        };
        let (Some(export), Some(cursor)) = (&mut run.export, self.cursors.get(wait_id.cursor))
        else {
            return;
        };
        if let Some(request) = export.next_write(&mut run.results, is_over) {
            cx.request(Command::Write {
                wait_id,
                state: cursor.state,
                request: Box::new(request),
            });
        }
    }

    fn start_children(
        &mut self,
        wait_id: WaitId,
        map: &Map,
        distributed: &Distributed,
        run: &mut MapRun,
        cx: &mut StepContext<'_>,
    ) -> RunProgress {
        let mut started = 0;
        while run.tally.executions.running < run.concurrency {
            // Each input has its ItemSelector. The next step has its own time.
            if started == STARTS_BEFORE_YIELD || (started > 0 && TimeBudget::is_low()) {
                return RunProgress::Yield;
            }
            if run.has_backlog() {
                return RunProgress::Wait;
            }
            if let Some(number) = run.results.next_retry(&mut run.retry_cursor) {
                started += 1;
                self.restart_child(wait_id, map, distributed, run, number, cx);
                continue;
            }
            if let Some((input, items)) = run.results.take_pending() {
                started += 1;
                let child = (input, items);
                if let Err(failure) = self.start_child(wait_id, map, distributed, run, child, cx) {
                    run.fail(failure, wait_id, cx);
                    return RunProgress::Continue;
                }
                continue;
            }
            if let Some(failure) = run.input_failure.clone() {
                run.fail(failure, wait_id, cx);
                return RunProgress::Continue;
            }
            let next = self.next_input(wait_id.cursor, map, run);
            if let Some(total) = run.items.known_total() {
                run.tally.set_known_total(total);
            }
            match next {
                Ok(NextInput::Child { input, items }) => {
                    started += 1;
                    let child =
                        self.start_child(wait_id, map, distributed, run, (input, items), cx);
                    if let Err(failure) = child {
                        run.fail(failure, wait_id, cx);
                        return RunProgress::Continue;
                    }
                }
                // Only one request is in flight at a time.
                Ok(NextInput::Needs(_)) if run.is_being_written() => return RunProgress::Wait,
                Ok(NextInput::Needs(request)) => {
                    run.stage = MapRunStage::Reading;
                    run.read(wait_id, request, cx);
                    return RunProgress::Wait;
                }
                Ok(NextInput::End) => {
                    run.stage = MapRunStage::Started;
                    // The number of items is known now, so the failures may exceed the tolerated
                    // percentage.
                    run.check_tolerance(wait_id, cx);
                    return RunProgress::Continue;
                }
                Err(item_error) => {
                    let failure = self.item_failed(wait_id.cursor, &item_error);
                    run.input_failure = Some(failure.clone());
                    run.fail(failure, wait_id, cx);
                    return RunProgress::Continue;
                }
            }
        }
        RunProgress::Wait
    }

    fn start_child(
        &mut self,
        wait_id: WaitId,
        map: &Map,
        distributed: &Distributed,
        run: &mut MapRun,
        (input, items): (Value, u32),
        cx: &mut StepContext<'_>,
    ) -> Result<(), Failure> {
        if !self.is_within_limits(&input) {
            let cursor = self.cursors.get(wait_id.cursor);
            let name = cursor.map(|cursor| &cx.program.state(cursor.state).name);
            let failure = Failure::too_large(name.map_or("", |name| name));
            run.input_failure = Some(failure.clone());
            return Err(failure);
        }
        let about = self.child_about(distributed, run, input);
        let number = run.results.started(&about, items);
        run.tally.started(items.into());
        self.launch_child(wait_id, map, distributed, (number, about, false), cx);
        Ok(())
    }

    /// Restarts a child of a redriven run. A Standard child resumes where it stopped, an Express
    /// child starts from the beginning.
    fn restart_child(
        &self,
        wait_id: WaitId,
        map: &Map,
        distributed: &Distributed,
        run: &mut MapRun,
        number: u32,
        cx: &mut StepContext<'_>,
    ) {
        let now = self.not_before_history(self.now);
        let restart_info = |about: &ExecutionInfo| match distributed.execution_type {
            MachineType::Standard => about.redriven_at(now, None),
            MachineType::Express => about.begun_anew(now),
        };
        if let Some((about, items)) = run.results.restart(number, restart_info) {
            run.tally.restarted(items.into());
            self.launch_child(wait_id, map, distributed, (number, about, true), cx);
        }
    }

    fn launch_child(
        &self,
        wait_id: WaitId,
        map: &Map,
        distributed: &Distributed,
        (number, about, is_restart): (u32, Arc<ExecutionInfo>, bool),
        cx: &mut StepContext<'_>,
    ) {
        let child = Box::new(ChildStart {
            number,
            about,
            entry: entry(map, distributed),
            seed: self.entropy.next_u64(),
            is_restart,
        });
        cx.command(Command::StartChild { wait_id, child });
    }

    /// Returns the description of a new child. Its ids are derived from the parent's entropy, so
    /// they are equal in every run on virtual time.
    fn child_about(
        &self,
        distributed: &Distributed,
        run: &MapRun,
        input: Value,
    ) -> Arc<ExecutionInfo> {
        let parent = &self.about;
        let name = SmolStr::from(self.entropy.uuid());
        let (kind, unique) = match distributed.execution_type {
            MachineType::Standard => (":execution:", String::new()),
            MachineType::Express => (":express:", format!(":{}", self.entropy.uuid())),
        };
        let prefix = run.machine_id.replace(":stateMachine:", kind);
        Arc::new(ExecutionInfo {
            names: Names::new(format!("{prefix}:{name}{unique}"), name),
            root: Some(Box::new(parent.root_arn().clone())),
            machine: Arc::new(MachineInfo {
                id: run.machine_id.clone(),
                name: run.machine_name.clone(),
                ..MachineInfo::clone(&parent.machine)
            }),
            started: self.now,
            input,
            counts_redrives: parent.counts_redrives,
            redriven: None,
            depth: parent.depth,
        })
    }

    /// Returns the input of the next child: the next item or batch, after the ItemSelector.
    pub(super) fn next_input(
        &self,
        id: CursorId,
        map: &Map,
        run: &mut MapRun,
    ) -> Result<NextInput, ItemError> {
        loop {
            let item = match run.items.pull() {
                NextItem::Item(item) => item,
                NextItem::Needs(request) => return Ok(NextInput::Needs(request)),
                NextItem::Failed(cause) => return Err(ItemError::Read(cause)),
                NextItem::End => {
                    let rest = run.batch.as_mut().and_then(Batch::take);
                    return Ok(rest.unwrap_or(NextInput::End));
                }
            };
            let input = self
                .cursor(id)
                .and_then(|cursor| self.selected(cursor, map, &item))
                .map_err(ItemError::Select)?;
            match &mut run.batch {
                None => return Ok(NextInput::Child { input, items: 1 }),
                Some(batch) => {
                    if let Some(full) = batch.push(input) {
                        return Ok(full);
                    }
                }
            }
        }
    }

    /// Applies the ItemSelector to an item.
    pub(crate) fn selected(
        &self,
        cursor: &Cursor,
        map: &Map,
        item: &Item,
    ) -> Result<Value, QueryError> {
        let Some(selector) = &map.item_selector else {
            return Ok(item.input());
        };
        let effective = self.effective_input(cursor, self.program.state(cursor.state))?;
        let mut context = self.context(cursor);
        context.item = Some(item);
        selector.eval(&self.scope(cursor, &context, &effective))
    }

    pub(super) fn item_failed(&mut self, id: CursorId, item_error: &ItemError) -> Failure {
        match item_error {
            ItemError::Read(cause) => reader_failed(cause.clone()),
            ItemError::Select(error) => {
                let name = self
                    .cursors
                    .get(id)
                    .map(|cursor| self.program.state(cursor.state).name.clone());
                self.query_failed(id, error, &name.unwrap_or_default())
            }
        }
    }

    /// Stores the inputs of children that were not started, as far as they have been read. Returns
    /// the next read request, if any.
    fn save_pending_inputs(
        &self,
        id: CursorId,
        map: &Map,
        run: &mut MapRun,
    ) -> Option<SourceRequest> {
        loop {
            match self.next_input(id, map, run) {
                Ok(NextInput::Child { input, items }) => run.results.add_pending(input, items),
                Ok(NextInput::Needs(request)) => return Some(request),
                Ok(NextInput::End) | Err(_) => return None,
            }
        }
    }

    /// Handles the end of a child.
    pub(crate) fn child_execution_ended(
        &mut self,
        wait_id: WaitId,
        number: u32,
        ended: ChildResult,
        cx: &mut StepContext<'_>,
    ) {
        self.with_run(wait_id, |run| {
            let counter: fn(&mut MapRunCounts) -> &mut u64 = match ended.status {
                Status::Succeeded => |counts| &mut counts.succeeded,
                Status::TimedOut => |counts| &mut counts.timed_out,
                Status::Aborted => |counts| &mut counts.aborted,
                Status::Failed | Status::Running => |counts| &mut counts.failed,
            };
            let Some(items) = run.results.ended(number, ended) else {
                return;
            };
            run.tally.ended(items, counter);
            run.check_tolerance(wait_id, cx);
        });
    }

    /// Handles the response to a read request.
    pub(crate) fn object_was_read(
        &mut self,
        wait_id: WaitId,
        read: Result<SourceResponse, TransferError>,
        cx: &mut StepContext<'_>,
    ) {
        self.with_run(wait_id, |run| {
            run.is_reading = false;
            match run.stage {
                MapRunStage::Reading => match read.and_then(|supply| run.items.supply(supply)) {
                    Ok(()) => run.stage = MapRunStage::Starting,
                    Err(error) => run.fail(reader_failed(error.cause), wait_id, cx),
                },
                MapRunStage::Stopping(_) if run.items.has_unread_rows() => {
                    run.continue_reading(read)
                }
                // The run failed while the request was in flight.
                _ => {}
            }
        });
    }

    /// Handles the response to a write request.
    pub(crate) fn object_was_written(
        &mut self,
        wait_id: WaitId,
        written: Result<WriteResponse, TransferError>,
        cx: &mut StepContext<'_>,
    ) {
        self.with_run(wait_id, |run| {
            let Some(export) = &mut run.export else {
                return;
            };
            let cause = match written {
                Ok(wrote) => return export.handle_response(wrote),
                Err(error) => error.cause,
            };
            export.request_failed();
            match &run.stage {
                MapRunStage::Writing(ends) => {
                    run.stage = MapRunStage::Over(with_writer_failure(ends.clone(), cause))
                }
                // The run ends with its first failure.
                MapRunStage::Stopping(_) | MapRunStage::Over(_) => {}
                _ => run.fail(writer_failed(cause), wait_id, cx),
            }
        });
    }

    /// Handles the refusal to start a child.
    pub(crate) fn child_refused(
        &mut self,
        wait_id: WaitId,
        number: u32,
        cause: String,
        cx: &mut StepContext<'_>,
    ) {
        self.with_run(wait_id, |run| {
            if let Some(items) = run.results.start_failed(number) {
                run.tally.start_failed(items);
            }
            // The run ends with its first failure.
            if run.is_open_for_children() {
                run.fail(Failure::new(errors::RUNTIME, cause), wait_id, cx);
            }
        });
    }

    /// Applies an event to a run, and makes its cursor runnable.
    fn with_run(&mut self, wait_id: WaitId, handle: impl FnOnce(&mut MapRun)) {
        let id = wait_id.cursor;
        let Some((wait, run)) = self.cursors.run_mut(id) else {
            return;
        };
        if wait != wait_id.wait {
            return;
        }
        handle(run);
        if !std::mem::replace(&mut run.is_ready, true) {
            self.mark_runnable(id);
        }
    }
}

/// Reports the counts of a run, and its status if it has ended.
fn report_run(wait_id: WaitId, run: &MapRun, ended: Option<Status>, cx: &mut StepContext<'_>) {
    cx.command(Command::ReportRun {
        wait_id,
        tally: Box::new(run.tally),
        ended,
    });
}

/// Returns the first state and type of the child executions of a Distributed Map.
pub(crate) fn entry(map: &Map, distributed: &Distributed) -> Entry {
    Entry {
        start: map.start,
        machine_type: distributed.execution_type,
        timeout: None,
    }
}

fn reader_failed(cause: String) -> Failure {
    Failure::new(errors::ITEM_READER_FAILED, cause)
}

/// Returns the end of a run whose results cannot be written: an earlier failure, or the failure of
/// the writer.
fn with_writer_failure(ends: Result<(), Failure>, cause: String) -> Result<(), Failure> {
    ends.and(Err(writer_failed(cause)))
}

fn writer_failed(cause: String) -> Failure {
    Failure::new(errors::RESULT_WRITER_FAILED, cause)
}
