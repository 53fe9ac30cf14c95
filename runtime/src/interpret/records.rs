//! Encodes idle executions as records, decodes them, and resumes them.

use std::sync::Arc;
use std::time::Duration;

use smol_str::SmolStr;
use stepwright_asl::model::MachineType;

use super::cursor::{OpenTask, OpenTaskStage, TaskExecutor, Waiting};
use super::distributed;
use super::execution::Execution;
use super::host::{CallSite, ChildStart, Host};
use super::map_run::MapRunStage;
use super::resume_point::StoppedScope;
use crate::execution_info::ExecutionInfo;
use crate::history::WrittenEvents;
use crate::program::{Entry, Kind, State, StateIx, Task};
use crate::query::Entropy;
use crate::record::{DamagedRecord, ReadNodes, Record, RecordReader, RecordWriter};
use crate::task::{NestedStart, TaskCall};
use crate::wait_id::{TimerKind, WaitId};

/// The layout version, the first byte of each record.
const VERSION: u8 = 5;
/// The maximum number of values of earlier records that a record may refer to. They stay in memory.
const NODES: usize = 4_096;

/// Encodes the records of an execution. Each record contains the changes since the previous record, so that the cost of
/// a commit does not grow with the length of the execution.
#[derive(Default)]
pub(crate) struct RecordEncoder {
    writer: RecordWriter,
    events: WrittenEvents,
    has_begun: bool,
    /// The next record must not refer to values of earlier records, because they are not in memory.
    forgets: bool,
}

impl RecordEncoder {
    /// Returns whether an execution has changed since the last record.
    pub(crate) fn has_changes(&self, execution: &Execution) -> bool {
        !self.has_begun
            || execution.outcome.is_some()
            || execution.cursors.has_changes()
            || self.events.lacks_events_of(&execution.recorder)
    }

    /// Returns the number of events in the records.
    pub(crate) fn events(&self) -> usize {
        self.events.count()
    }

    /// Returns the next record of an execution that is idle or has ended. Its program and limits are not part of it.
    pub(crate) fn record(&mut self, execution: &mut Execution) -> Vec<u8> {
        let to = &mut self.writer;
        to.byte(VERSION);
        (!self.has_begun).write(to);
        if !self.has_begun {
            self.has_begun = true;
            execution.cursors.mark_all();
            execution.calls.mark_all();
            let Entry {
                start,
                machine_type,
                timeout,
            } = execution.entry();
            start.write(to);
            (machine_type == MachineType::Express).write(to);
            timeout.write(to);
            execution.about.write(to);
        }
        let forgets = std::mem::take(&mut self.forgets) || to.nodes() > NODES;
        forgets.write(to);
        if forgets {
            to.forget_nodes();
        }
        execution.cursors.write_changes(to);
        execution.runnable.write(to);
        execution.recorder.write_new(&mut self.events, to);
        execution.entropy.state().write(to);
        execution.calls.write_changes(to);
        execution.now.write(to);
        execution.waits.write(to);
        execution.transitions.write(to);
        execution.is_redrivable.write(to);
        execution.outcome.write(to);
        match &execution.cold {
            Some(cold) => cold.stopped.write(to),
            None => None::<Box<StoppedScope>>.write(to),
        }
        to.finish()
    }
}

/// The error when the records of an execution cannot be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DecodeError {
    #[error(transparent)]
    Damaged(#[from] DamagedRecord),
    /// A different version of this library wrote the record.
    #[error(
        "it is stored in layout {0}, and this version of stepwright-runtime reads layout {VERSION}; open the store with the version that wrote it, and let it end there"
    )]
    Version(u8),
}

/// Decodes an execution from its records.
#[derive(Default)]
pub(crate) struct RecordDecoder {
    execution: Option<Execution>,
    nodes: ReadNodes,
}

impl RecordDecoder {
    /// Reads the next record. `new` creates an execution that has not started; the first record calls it.
    pub(crate) fn read(
        &mut self,
        bytes: &[u8],
        new: impl FnOnce(Arc<ExecutionInfo>) -> Execution,
    ) -> Result<(), DecodeError> {
        let mut reader = RecordReader::new(std::mem::take(&mut self.nodes), bytes);
        let from = &mut reader;
        let version = from.byte()?;
        if version != VERSION {
            return Err(DecodeError::Version(version));
        }
        let is_first = bool::read(from)?;
        let mut execution = match self.execution.take() {
            // A later record with this flag starts a redrive.
            _ if is_first => {
                from.forget_nodes();
                let entry = Entry {
                    start: Record::read(from)?,
                    machine_type: match bool::read(from)? {
                        true => MachineType::Express,
                        false => MachineType::Standard,
                    },
                    timeout: Record::read(from)?,
                };
                new(Arc::new(Record::read(from)?)).with_entry(entry)
            }
            Some(execution) => execution,
            None => return Err(DamagedRecord.into()),
        };
        from.of_states(execution.program.len());
        if bool::read(from)? {
            from.forget_nodes();
        }
        execution.cursors.read_changes(from)?;
        execution.runnable = Record::read(from)?;
        execution.recorder.read_new(from)?;
        execution.entropy = Entropy::new(u64::read(from)?);
        let states = execution.program.len();
        execution.calls.read_changes(states, from)?;
        execution.now = Record::read(from)?;
        execution.waits = Record::read(from)?;
        execution.transitions = Record::read(from)?;
        execution.is_redrivable = Record::read(from)?;
        execution.outcome = Record::read(from)?;
        let stopped: Option<Box<StoppedScope>> = Record::read(from)?;
        if stopped.is_some() || execution.cold.is_some() {
            execution.cold().stopped = stopped;
        }
        if !from.is_at_end() {
            return Err(DamagedRecord.into());
        }
        self.execution = Some(execution);
        self.nodes = reader.into_nodes();
        Ok(())
    }

    /// Returns the execution as of the last record, and the encoder for its next record.
    pub(crate) fn finish(self) -> Result<(Execution, RecordEncoder), DecodeError> {
        let execution = self.execution.ok_or(DamagedRecord)?;
        execution.check()?;
        let written = RecordEncoder {
            events: WrittenEvents::of(&execution.recorder),
            has_begun: true,
            forgets: true,
            ..RecordEncoder::default()
        };
        Ok((execution, written))
    }
}

/// Reads the information about the execution from one record, without its definition. Returns `None` unless the record
/// is the first of the execution or of a redrive.
pub(crate) fn read_about(record: &[u8]) -> Result<Option<ExecutionInfo>, DecodeError> {
    let mut reader = RecordReader::new(ReadNodes::default(), record);
    let from = &mut reader;
    let version = from.byte()?;
    if version != VERSION {
        return Err(DecodeError::Version(version));
    }
    if !bool::read(from)? {
        return Ok(None);
    }
    let _start: StateIx = Record::read(from)?;
    let _is_express = bool::read(from)?;
    let _timeout: Option<Duration> = Record::read(from)?;
    Ok(Some(Record::read(from)?))
}

impl Execution {
    /// Checks that all states, scopes and cursors that the record refers to exist.
    fn check(&self) -> Result<(), DamagedRecord> {
        let is_state = |state: StateIx| state.index() < self.program.len();
        let scopes = self.recorder.check()?;
        let mut cursors = self.cursors.iter();
        let are_sound = cursors.all(|(id, cursor)| {
            // A cursor must not be its own parent. Indices do not order parents and children, because slots are reused.
            let has_parent = |(parent, _)| parent != id && self.cursors.get(parent).is_some();
            is_state(cursor.state)
                && (cursor.scope.0 as usize) < scopes
                && cursor.parent.is_none_or(has_parent)
        });
        match is_state(self.entry().start) && are_sound {
            true => Ok(()),
            false => Err(DamagedRecord),
        }
    }

    /// Returns whether a handler, worker or child of this process is running for the execution.
    pub(crate) fn has_local_work(&self) -> bool {
        let mut cursors = self.cursors.iter();
        cursors.any(|(_, cursor)| cursor.waiting.has_local_work())
    }

    /// Restores the resources that the execution waits for: timers with their deadlines, tokens, queued tasks.
    pub(crate) fn reattach(&mut self, host: &mut dyn Host) {
        let mut wait_ids: Vec<WaitId> = self.cursors.wait_ids().collect();
        // In the order in which they were created.
        wait_ids.sort_unstable_by_key(|wait_id| wait_id.wait);
        let program = self.program.clone();
        for wait_id in wait_ids {
            if self.cursors.run(wait_id.cursor).is_some() {
                self.reattach_run(wait_id, host);
                continue;
            }
            let Some(cursor) = self.cursors.get(wait_id.cursor) else {
                continue;
            };
            match &cursor.waiting {
                Waiting::Until { due, .. } | Waiting::Pause { due } => {
                    host.arm(wait_id, TimerKind::Wait, *due);
                }
                Waiting::Task(open) => {
                    let state = program.state(cursor.state);
                    if let Kind::Task(task) = &state.kind {
                        let token = cursor.attempt_state.token().filter(|_| open.takes_token);
                        if let Some(token) = token {
                            let is_awaited = !task.resource.pattern().is_sync();
                            host.open_token(wait_id, token, is_awaited);
                        }
                        rearm_timers(wait_id, open, host);
                        self.resume_task(wait_id, state, task, open, host);
                    }
                }
                Waiting::Handler { .. } => self.look_for_handler(wait_id, host),
                // The branches and iterations of a container have their own cursors.
                _ => {}
            }
        }
    }

    /// Resumes a Map Run and its child executions.
    fn reattach_run(&mut self, wait_id: WaitId, host: &mut dyn Host) {
        let id = wait_id.cursor;
        let program = self.program.clone();
        let Some(cursor) = self.cursors.get(id) else {
            return;
        };
        let Kind::Map(map) = &program.state(cursor.state).kind else {
            return;
        };
        let (Some(distributed), Some((_, run))) = (&map.distributed, self.cursors.run_mut(id))
        else {
            return;
        };
        // A run that was not opened is opened by its next step.
        if !run.is_open || host.resume_run(wait_id, run.view.clone(), run.tally) {
            return;
        }
        let entry = distributed::entry(map, distributed);
        for (number, about) in run.running_children(entry.machine_type, host.now()) {
            let child = ChildStart {
                number,
                entry,
                // A child that starts from the beginning needs its own seed.
                seed: Entropy::of_text(about.arn()).next_u64(),
                about,
                is_restart: true,
            };
            host.resume_child(wait_id, child);
        }
        run.resumed();
        if matches!(run.stage, MapRunStage::Stopping(_)) {
            host.stop_children(wait_id);
        }
        if !std::mem::replace(&mut run.is_ready, true) {
            self.runnable.push_back(id);
        }
    }

    /// Continues the tasks whose missing handler, activity or state machine now exists.
    pub(crate) fn look_for_handlers(&mut self, host: &mut dyn Host) {
        let program = self.program.clone();
        let wait_ids: Vec<WaitId> = self.cursors.wait_ids().collect();
        for wait_id in wait_ids {
            self.look_for_handler(wait_id, host);
            let Some(cursor) = self.cursors.get(wait_id.cursor) else {
                continue;
            };
            // A nested start that was committed and whose state machine was missing.
            let state = program.state(cursor.state);
            if let (Waiting::Task(open), Kind::Task(task)) = (&cursor.waiting, &state.kind)
                && let TaskExecutor::Execution { start } = &open.executor
            {
                follow(wait_id, state, task, open, start, host);
            }
        }
    }

    fn look_for_handler(&mut self, wait_id: WaitId, host: &mut dyn Host) {
        let Some(cursor) = self.cursors.get(wait_id.cursor) else {
            return;
        };
        let state = self.program.state(cursor.state);
        let (Waiting::Handler { target }, Kind::Task(task)) = (&cursor.waiting, &state.kind) else {
            return;
        };
        let call_site = CallSite {
            state: &state.name,
            resource: &task.resource,
        };
        if host.has_handler(wait_id, call_site, target.as_deref()) {
            host.release(wait_id);
            self.resume(wait_id.cursor, Waiting::Attempt);
        }
    }

    /// Resumes the executor of a task.
    fn resume_task(
        &self,
        wait_id: WaitId,
        state: &State,
        task: &Task,
        open: &OpenTask,
        host: &mut dyn Host,
    ) {
        let call_site = CallSite {
            state: &state.name,
            resource: &task.resource,
        };
        match &open.executor {
            TaskExecutor::External => {}
            // The task timed out while the process was down; its timer fires now.
            TaskExecutor::Handler { .. } if open.is_due(host.now()) => {}
            TaskExecutor::Handler { input, call } => {
                let Some(cursor) = self.cursors.get(wait_id.cursor) else {
                    return;
                };
                let scope = self.recorder.scope_path(&self.program, cursor.scope);
                let call = TaskCall {
                    about: &self.about,
                    program: &self.program,
                    at: cursor.state,
                    state: &state.name,
                    resource: &task.resource,
                    handler: &task.handler,
                    parameters: input,
                    scope: &scope,
                    attempt: cursor.attempt_state.retry_count(),
                    call: *call,
                    token: cursor.attempt_state.token().map(SmolStr::as_str),
                    timeout: open.timeout.map(Duration::from_secs),
                    heartbeat: open.heartbeat.map(Duration::from_secs),
                };
                host.resume_work(wait_id, &call);
            }
            TaskExecutor::Activity { input } if open.stage == OpenTaskStage::Queued => {
                // If the activity was deleted, the task is reported as unhandled, and its queue waits for the activity.
                host.has_handler(wait_id, call_site, None);
                host.queue(wait_id, &task.resource.as_str().into(), input.clone());
            }
            TaskExecutor::Activity { .. } => {}
            TaskExecutor::Execution { start } => follow(wait_id, state, task, open, start, host),
        }
    }
}

/// Waits for the execution that a task starts, and starts it if necessary.
fn follow(
    wait_id: WaitId,
    state: &State,
    task: &Task,
    open: &OpenTask,
    start: &NestedStart,
    host: &mut dyn Host,
) {
    let call_site = CallSite {
        state: &state.name,
        resource: &task.resource,
    };
    // For a task with a token, only the response of the start is awaited.
    let is_begun =
        start.integration.is_submitted_by_start() && open.stage == OpenTaskStage::Started;
    if !is_begun || start.integration.waits() {
        host.follow(wait_id, call_site, start, is_begun);
    }
}

/// Arms the timers of a task with their stored deadlines.
fn rearm_timers(wait_id: WaitId, open: &OpenTask, host: &mut dyn Host) {
    let early = open.answer.as_ref().and_then(|answer| answer.due);
    let timers = [
        (TimerKind::Answer, early),
        (TimerKind::Timeout, open.timeout_due),
        (TimerKind::Heartbeat, open.heartbeat_due),
    ];
    for (ring, due) in timers {
        if let Some(due) = due {
            host.arm(wait_id, ring, due);
        }
    }
}
