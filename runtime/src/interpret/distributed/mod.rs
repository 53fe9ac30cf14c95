mod plan;

use std::sync::Arc;

use smol_str::SmolStr;
use stepwright_asl::errors;
use stepwright_asl::model::MachineType;

use super::cursor::{Cursor, Waiting};
use super::execution::Execution;
use super::failure::Failure;
use super::host::{ChildStart, Cx, Host};
use super::step::{Done, Stepped};

use super::batch::{Batch, Next};
use super::map_run::{MapRun, Stage};
use crate::distributed::source::{NextItem, SourceRequest, SourceResponse};
use crate::distributed::{ChildResult, Item, MapRunCounts, WriteResponse};
use crate::execution_info::{ExecutionInfo, MachineInfo, Names};

use crate::history::{EventKind, Payload};
use crate::program::{Distributed, Entry, Kind, Map};
use crate::query::QueryError;
use crate::status::Status;
use crate::value::Value;
use crate::wait_id::CursorId;
use crate::wait_id::WaitId;

/// How many children a run starts before it lets them, and others, have a turn.
const AT_ONCE: u32 = 64;

/// What a run does next.
enum Turn {
    Again,
    Waits,
    /// Children that just started should run first.
    GivesWay,
    Ends(Result<(), Failure>),
}

/// Why the next child's input cannot be made.
pub(super) enum Trouble {
    /// The ItemReader.
    Reading(String),
    /// The ItemSelector.
    Selecting(QueryError),
}

impl Execution {
    /// Goes on with a run that was taken out of its cursor.
    pub(super) fn run_on(
        &mut self,
        id: CursorId,
        mut run: Box<MapRun>,
        cx: &mut Cx<'_>,
    ) -> Stepped {
        let Some(cursor) = self.cursors.get(id) else {
            return Ok(Done::Waits);
        };
        let wait_id = WaitId {
            cursor: id,
            wait: cursor.wait,
        };
        let Kind::Map(map) = &cx.program.state(cursor.state).kind else {
            return Ok(Done::Waits);
        };
        let Some(distributed) = &map.distributed else {
            return Ok(Done::Waits);
        };
        run.is_ready = false;
        if !std::mem::replace(&mut run.is_open, true) {
            cx.host.open_run(wait_id, run.view.clone());
        }
        let ends = loop {
            match self.turn(wait_id, map, distributed, &mut run, cx) {
                Turn::Again => {}
                Turn::Ends(result) => break result,
                turn @ (Turn::Waits | Turn::GivesWay) => {
                    run.is_ready = matches!(turn, Turn::GivesWay);
                    self.gives_way = run.is_ready;
                    cx.host.report_run(wait_id, run.tally, None);
                    self.cursors.put_run(id, run);
                    return Ok(Done::Waits);
                }
            }
        };
        // The wait for the run is over, and with it the cursor is another.
        if let Some(cursor) = self.cursors.get_mut(id) {
            cursor.waiting = Waiting::Busy;
        }
        let status = match &ends {
            Ok(()) => Status::Succeeded,
            Err(_) => Status::Failed,
        };
        cx.host.report_run(wait_id, run.tally, Some(status));
        cx.host.forget(wait_id);
        match ends {
            Ok(()) => {
                let MapRun {
                    results,
                    layout,
                    files,
                    ..
                } = *run;
                let output = match files {
                    Some(files) => files.output(),
                    None => results.into_output(layout),
                };
                self.joined(id, output, cx)
            }
            Err(failure) => {
                let payload = Payload::failure(failure.error.clone(), failure.cause.clone());
                self.write(id, EventKind::MapRunFailed, payload);
                self.note_run(id, run);
                Err(failure.inner())
            }
        }
    }

    /// Changes what UpdateMapRun changes of a run. Gives `false` when no run of this ARN is at work.
    pub(crate) fn update_run(
        &mut self,
        arn: &str,
        changes: crate::distributed::RunChanges,
        host: &mut dyn Host,
    ) -> bool {
        let is_it = |(id, cursor): (_, &Cursor)| match &cursor.waiting {
            Waiting::Run(run) if run.view.arn == arn => Some(id),
            _ => None,
        };
        let Some(id) = self.cursors.iter().find_map(is_it) else {
            return false;
        };
        let most = u64::from(self.limits.map_run_concurrency);
        // All of the run is written again: its parts have nothing of this.
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
        if !run.update(changes, most) {
            return false;
        }
        if run.is_open {
            host.open_run(wait_id, run.view.clone());
            host.report_run(wait_id, run.tally, None);
        }
        // It may bear less than before.
        run.judge(wait_id, host);
        self.runs_on(id);
        true
    }

    fn turn(
        &mut self,
        wait_id: WaitId,
        map: &Map,
        distributed: &Distributed,
        run: &mut MapRun,
        cx: &mut Cx<'_>,
    ) -> Turn {
        if let Err(cause) = self.write_results(wait_id, run, cx) {
            if let Stage::Writing(ends) = &run.stage {
                return Turn::Ends(unwritten(ends.clone(), cause));
            }
            run.fail(no_results(cause), wait_id, cx.host);
        }
        let is_idle = run.tally.executions.running == 0 && !run.is_being_written();
        match &mut run.stage {
            Stage::Starting => self.start_children(wait_id, map, distributed, run, cx),
            Stage::Started if is_idle => {
                run.stage = Stage::Writing(Ok(()));
                Turn::Again
            }
            Stage::Stopping(failure) if is_idle && !run.reads => {
                let failure = failure.clone();
                if run.files.is_some() {
                    let noted = self.note_pending(wait_id.cursor, map, run);
                    if let Some(request) = noted
                        && run.items.goes_on()
                    {
                        match cx.host.read_object(wait_id, request) {
                            None => {
                                run.reads = true;
                                return Turn::Waits;
                            }
                            Some(read) => run.read_on(read),
                        }
                        return Turn::Again;
                    }
                }
                run.stage = Stage::Writing(Err(failure));
                Turn::Again
            }
            Stage::Writing(ends) if is_idle => {
                if run.files.is_some() {
                    run.tally.written();
                }
                Turn::Ends(ends.clone())
            }
            Stage::Over(ends) => Turn::Ends(ends.clone()),
            Stage::Reading | Stage::Started | Stage::Stopping(_) | Stage::Writing(_) => Turn::Waits,
        }
    }

    /// Gives the object store what is there of the results, up to a request that it does not answer at once.
    fn write_results(
        &mut self,
        wait_id: WaitId,
        run: &mut MapRun,
        cx: &mut Cx<'_>,
    ) -> Result<(), String> {
        let is_over = match run.stage {
            Stage::Writing(_) => true,
            Stage::Starting | Stage::Started => false,
            // There is one request at a time. What fails writes the rest when its children are over.
            Stage::Reading | Stage::Stopping(_) | Stage::Over(_) => return Ok(()),
        };
        let Some(files) = &mut run.files else {
            return Ok(());
        };
        let state = self.cursors.get(wait_id.cursor);
        let state = state.map_or("", |cursor| &cx.program.state(cursor.state).name);
        while let Some(write) = files.next_write(&mut run.results, is_over) {
            match cx.host.write_object(wait_id, state, write) {
                None => break,
                Some(Ok(wrote)) => files.wrote(wrote),
                Some(Err(cause)) => {
                    files.was_refused();
                    return Err(cause);
                }
            }
        }
        Ok(())
    }

    fn start_children(
        &mut self,
        wait_id: WaitId,
        map: &Map,
        distributed: &Distributed,
        run: &mut MapRun,
        cx: &mut Cx<'_>,
    ) -> Turn {
        let mut started = 0;
        while run.tally.executions.running < run.concurrency {
            if started == AT_ONCE {
                return Turn::GivesWay;
            }
            if run.is_behind() {
                return Turn::Waits;
            }
            if let Some(number) = run.results.next_again(&mut run.again) {
                started += 1;
                if let Err(failure) = self.start_again(wait_id, map, distributed, run, number, cx) {
                    run.fail(failure, wait_id, cx.host);
                    return Turn::Again;
                }
                continue;
            }
            if let Some((input, items)) = run.results.take_pending() {
                started += 1;
                let child = (input, items);
                if let Err(failure) = self.start_child(wait_id, map, distributed, run, child, cx) {
                    run.fail(failure, wait_id, cx.host);
                    return Turn::Again;
                }
                continue;
            }
            if let Some(failure) = run.broken.clone() {
                run.fail(failure, wait_id, cx.host);
                return Turn::Again;
            }
            let next = self.next_input(wait_id.cursor, map, run);
            if let Some(total) = run.items.known_total() {
                run.tally.found(total);
            }
            match next {
                Ok(Next::Child { input, items }) => {
                    started += 1;
                    let child =
                        self.start_child(wait_id, map, distributed, run, (input, items), cx);
                    if let Err(failure) = child {
                        run.fail(failure, wait_id, cx.host);
                        return Turn::Again;
                    }
                }
                // One request at a time.
                Ok(Next::Needs(_)) if run.is_being_written() => return Turn::Waits,
                Ok(Next::Needs(request)) => match cx.host.read_object(wait_id, request) {
                    None => {
                        run.reads = true;
                        run.stage = Stage::Reading;
                        return Turn::Waits;
                    }
                    Some(read) => {
                        if let Err(cause) = read.and_then(|supply| run.items.supply(supply)) {
                            run.fail(unread(cause), wait_id, cx.host);
                            return Turn::Again;
                        }
                    }
                },
                Ok(Next::End) => {
                    run.stage = Stage::Started;
                    // Now that it is known how many there are, the failed may be too many.
                    run.judge(wait_id, cx.host);
                    return Turn::Again;
                }
                Err(trouble) => {
                    let failure = self.troubled(wait_id.cursor, &trouble);
                    run.broken = Some(failure.clone());
                    run.fail(failure, wait_id, cx.host);
                    return Turn::Again;
                }
            }
        }
        Turn::Waits
    }

    fn start_child(
        &mut self,
        wait_id: WaitId,
        map: &Map,
        distributed: &Distributed,
        run: &mut MapRun,
        (input, items): (Value, u32),
        cx: &mut Cx<'_>,
    ) -> Result<(), Failure> {
        if !self.fits(&input) {
            let cursor = self.cursors.get(wait_id.cursor);
            let name = cursor.map(|cursor| &cx.program.state(cursor.state).name);
            let failure = Failure::too_large(name.map_or("", |name| name));
            run.broken = Some(failure.clone());
            return Err(failure);
        }
        let about = self.child_about(distributed, run, input);
        let number = run.results.started(&about, items);
        run.tally.started(items.into());
        let begun = self.begin_child(wait_id, map, distributed, (number, about, false), cx);
        begun.inspect_err(|_| {
            run.results.not_begun(number);
            run.tally.not_begun(items.into());
        })
    }

    /// Starts a child of a redriven run again. A Standard child goes on where it came to no good end, an Express child begins
    /// anew.
    fn start_again(
        &mut self,
        wait_id: WaitId,
        map: &Map,
        distributed: &Distributed,
        run: &mut MapRun,
        number: u32,
        cx: &mut Cx<'_>,
    ) -> Result<(), Failure> {
        let now = self.now;
        let anew = |about: &ExecutionInfo| match distributed.execution_type {
            MachineType::Standard => about.redriven_at(now),
            MachineType::Express => about.begun_anew(now),
        };
        let Some((about, items)) = run.results.starts_again(number, anew) else {
            return Ok(());
        };
        run.tally.started_again(items.into());
        let begun = self.begin_child(wait_id, map, distributed, (number, about, true), cx);
        begun.inspect_err(|_| {
            run.results.not_begun(number);
            run.tally.not_begun(items.into());
        })
    }

    fn begin_child(
        &mut self,
        wait_id: WaitId,
        map: &Map,
        distributed: &Distributed,
        (number, about, is_again): (u32, Arc<ExecutionInfo>, bool),
        cx: &mut Cx<'_>,
    ) -> Result<(), Failure> {
        let child = ChildStart {
            number,
            about,
            entry: entry(map, distributed),
            seed: self.entropy.next_u64(),
            is_again,
        };
        cx.host
            .start_child(wait_id, child)
            .map_err(|cause| Failure::new(errors::RUNTIME, cause))
    }

    /// A child's ids. Its names follow from the parent's, and are the same in every run on virtual time.
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

    /// The input of the next child: the next item, or the next batch, as the ItemSelector makes it.
    pub(super) fn next_input(
        &self,
        id: CursorId,
        map: &Map,
        run: &mut MapRun,
    ) -> Result<Next, Trouble> {
        loop {
            let item = match run.items.pull() {
                NextItem::Item(item) => item,
                NextItem::Needs(request) => return Ok(Next::Needs(request)),
                NextItem::Failed(cause) => return Err(Trouble::Reading(cause)),
                NextItem::End => {
                    let rest = run.batch.as_mut().and_then(Batch::take);
                    return Ok(rest.unwrap_or(Next::End));
                }
            };
            let input = self
                .cursor(id)
                .and_then(|cursor| self.selected(cursor, map, &item))
                .map_err(Trouble::Selecting)?;
            match &mut run.batch {
                None => return Ok(Next::Child { input, items: 1 }),
                Some(batch) => {
                    if let Some(full) = batch.push(input) {
                        return Ok(full);
                    }
                }
            }
        }
    }

    /// What the ItemSelector makes of an item.
    pub(super) fn selected(
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

    pub(super) fn troubled(&mut self, id: CursorId, trouble: &Trouble) -> Failure {
        match trouble {
            Trouble::Reading(cause) => unread(cause.clone()),
            Trouble::Selecting(error) => {
                let name = self
                    .cursors
                    .get(id)
                    .map(|cursor| self.program.state(cursor.state).name.clone());
                self.query_failed(id, error, &name.unwrap_or_default())
            }
        }
    }

    /// Notes the inputs that nobody was started with, as far as they are known without reading more. Gives what would be read.
    fn note_pending(&self, id: CursorId, map: &Map, run: &mut MapRun) -> Option<SourceRequest> {
        loop {
            match self.next_input(id, map, run) {
                Ok(Next::Child { input, items }) => run.results.pending(input, items),
                Ok(Next::Needs(request)) => return Some(request),
                Ok(Next::End) | Err(_) => return None,
            }
        }
    }

    /// A child ended.
    pub(crate) fn child_execution_ended(
        &mut self,
        wait_id: WaitId,
        number: u32,
        ended: ChildResult,
        host: &mut dyn Host,
    ) {
        self.with_run(wait_id, host, |run, host| {
            let place: fn(&mut MapRunCounts) -> &mut u64 = match ended.status {
                Status::Succeeded => |counts| &mut counts.succeeded,
                Status::TimedOut => |counts| &mut counts.timed_out,
                Status::Aborted => |counts| &mut counts.aborted,
                Status::Failed | Status::Running => |counts| &mut counts.failed,
            };
            let Some(items) = run.results.ended(number, ended) else {
                return;
            };
            run.tally.ended(items, place);
            run.judge(wait_id, host);
        });
    }

    /// The object store gave what it was asked for, or not.
    pub(crate) fn object_was_read(
        &mut self,
        wait_id: WaitId,
        read: Result<SourceResponse, String>,
        host: &mut dyn Host,
    ) {
        self.with_run(wait_id, host, |run, host| {
            run.reads = false;
            match run.stage {
                Stage::Reading => match read.and_then(|supply| run.items.supply(supply)) {
                    Ok(()) => run.stage = Stage::Starting,
                    Err(cause) => run.fail(unread(cause), wait_id, host),
                },
                Stage::Stopping(_) if run.items.goes_on() => run.read_on(read),
                // It failed meanwhile.
                _ => {}
            }
        });
    }

    /// The object store took what it was given, or not.
    pub(crate) fn object_was_written(
        &mut self,
        wait_id: WaitId,
        written: Result<WriteResponse, String>,
        host: &mut dyn Host,
    ) {
        self.with_run(wait_id, host, |run, host| {
            let Some(files) = &mut run.files else {
                return;
            };
            let cause = match written {
                Ok(wrote) => return files.wrote(wrote),
                Err(cause) => cause,
            };
            files.was_refused();
            match &run.stage {
                Stage::Writing(ends) => run.stage = Stage::Over(unwritten(ends.clone(), cause)),
                // It failed before, and that is why it ends.
                Stage::Stopping(_) | Stage::Over(_) => {}
                _ => run.fail(no_results(cause), wait_id, host),
            }
        });
    }

    /// Lets a run know something, and go on.
    fn with_run(
        &mut self,
        wait_id: WaitId,
        host: &mut dyn Host,
        tell: impl FnOnce(&mut MapRun, &mut dyn Host),
    ) {
        self.now = host.now();
        let Some((wait, run)) = self.cursors.run_mut(wait_id.cursor) else {
            return;
        };
        if wait != wait_id.wait {
            return;
        }
        tell(run, host);
        if !std::mem::replace(&mut run.is_ready, true) {
            self.runnable.push_back(wait_id.cursor);
        }
    }
}

/// What of a machine the children of a Distributed Map run.
pub(super) fn entry(map: &Map, distributed: &Distributed) -> Entry {
    Entry {
        start: map.start,
        machine_type: distributed.execution_type,
        timeout: None,
    }
}

fn unread(cause: String) -> Failure {
    Failure::new(errors::ITEM_READER_FAILED, cause)
}

/// What a run ends with whose results cannot be written: that, unless it failed anyway.
fn unwritten(ends: Result<(), Failure>, cause: String) -> Result<(), Failure> {
    ends.and(Err(no_results(cause)))
}

fn no_results(cause: String) -> Failure {
    Failure::new(errors::RESULT_WRITER_FAILED, cause)
}
