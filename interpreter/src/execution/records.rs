//! Encodes idle executions as records, decodes them, and resumes them.
//!
//! - The size of a record depends only on the changes since the previous one (`TrackedList`,
//!   `TrackedQueue`). A Map Run is the partial record of its cursor (`PartialRecord`): children
//!   that start and end write neither the cursor nor the other children.
//! - The content of an object is not written, only the position up to which it was read
//!   (`ObjectRows`). Results that wait for the object store are written as the text of their rows
//!   (`UploadBuffer`), and a part is uploaded after that is durable: each process uploads the same
//!   part.
//! - The record of the end is complete if the earlier records are much larger than the history
//!   (`RecordEncoder::ends_with_complete_record`): readers of an ended Map Run with many Express
//!   children read only this record. It has the format of the first record of a redrive.
//! - A property test encodes and decodes random executions whenever they are idle, and compares the
//!   histories.

use std::sync::Arc;
use std::time::Duration;

use stepwright_asl::model::MachineType;

use super::command::{ChildStart, Command, CommandQueue, QueuedInput};
use super::cursor::{OpenTask, OpenTaskStage, TaskExecutor, Waiting};
use super::map_run::MapRunStage;
use super::resume_point::StoppedScope;
use super::states::distributed;
use super::step_context::{Environment, StepContext};
use super::step_loop::Execution;
use super::tasks::held_task::start_held;
use super::tasks::open_task::{request_of, started_job};
use crate::execution_info::ExecutionInfo;
use crate::history::WrittenEvents;
use crate::program::{Entry, Kind, StateIx, Task};
use crate::query::Entropy;
use crate::record::{
    DamagedRecord, DecodeError, ReadNodes, Record, RecordReader, RecordWriter, record,
};
use crate::task::NestedStart;
use crate::wait_id::{TimerKind, WaitId};

/// The version of the records of executions.
const VERSION: u8 = 1;
/// The maximum number of values of earlier records that a record may refer to. They stay in memory.
const NODES: usize = 4_096;
/// An execution that wrote more bytes than this ends with a complete record, if its history is much
/// smaller: children of a Map Run that have ended cost nothing for its readers.
const COMPLETED_BYTES: u32 = 1_048_576;
/// A complete record is written if the history is smaller than the records by this factor.
const COMPLETED_FACTOR: u64 = 4;

/// Encodes the records of an execution. Each record contains the changes since the previous record,
/// so that the cost of a commit does not grow with the length of the execution.
#[derive(Debug, Default)]
pub struct RecordEncoder {
    writer: RecordWriter,
    events: WrittenEvents,
    has_begun: bool,
    /// The next record must not refer to values of earlier records, because they are not in memory.
    forgets: bool,
    /// The bytes of the records from the last complete one on.
    written: u32,
}

impl RecordEncoder {
    /// Returns whether an execution has changed since the last record.
    pub fn has_changes(&self, execution: &Execution) -> bool {
        !self.has_begun
            || execution.outcome.is_some()
            || execution.cursors.has_changes()
            || self.events.lacks_events_of(&execution.recorder)
    }

    /// Returns the number of events in the records.
    pub fn events(&self) -> usize {
        self.events.count()
    }

    /// Returns the next record of an execution that is idle or has ended. Its program and limits
    /// are not part of it.
    pub fn record(&mut self, execution: &mut Execution) -> Vec<u8> {
        execution.changed_bytes = 0;
        let is_first = !std::mem::replace(&mut self.has_begun, true);
        let is_complete = is_first || self.ends_with_complete_record(execution);
        let to = &mut self.writer;
        if is_complete || std::mem::take(&mut self.forgets) || to.nodes() > NODES {
            to.forget_nodes();
        }
        is_complete.write(to);
        if is_complete {
            (self.events, self.written) = (WrittenEvents::default(), 0);
            execution.cursors.mark_all();
            execution.calls.mark_all();
            let Entry {
                start,
                machine_type,
                timeout,
            } = execution.entry();
            let stored = StoredStart {
                start,
                is_express: machine_type == MachineType::Express,
                timeout,
                about: execution.about.clone(),
            };
            stored.write(to);
        }
        to.field(1, |to| execution.cursors.write_changes(to));
        to.field(2, |to| execution.runnable.write(to));
        to.field(3, |to| execution.recorder.write_new(&mut self.events, to));
        to.field(4, |to| execution.entropy.state().write(to));
        to.field(5, |to| execution.calls.write_changes(to));
        to.field(6, |to| execution.now.write(to));
        to.field(7, |to| execution.waits.write(to));
        to.field(8, |to| execution.transitions.write(to));
        to.field(9, |to| execution.is_redrivable.write(to));
        to.field(10, |to| execution.outcome.write(to));
        to.field(11, |to| match &execution.cold {
            Some(cold) => cold.stopped.write(to),
            None => None::<Box<StoppedScope>>.write(to),
        });
        to.end_fields();
        let record = to.finish(VERSION);
        self.written = added(self.written, &record);
        record
    }

    /// Returns whether the record of the end is complete, so that a reader needs no other one.
    fn ends_with_complete_record(&self, execution: &Execution) -> bool {
        execution.outcome.is_some()
            && self.written > COMPLETED_BYTES
            && execution.recorder.bytes() < u64::from(self.written) / COMPLETED_FACTOR
    }
}

/// Adds the bytes of a record.
fn added(written: u32, record: &[u8]) -> u32 {
    written.saturating_add(u32::try_from(record.len()).unwrap_or(u32::MAX))
}

/// What the first record of an execution or of a redrive, and a complete record, contain in
/// addition.
struct StoredStart {
    start: StateIx,
    is_express: bool,
    timeout: Option<Duration>,
    about: Arc<ExecutionInfo>,
}

record!(struct StoredStart { 1 => start, 2 => is_express, 3 => timeout, 4 => about });

/// Decodes an execution from its records.
#[derive(Debug, Default)]
pub struct RecordDecoder {
    execution: Option<Execution>,
    nodes: ReadNodes,
    /// The bytes of the records from the last complete one on.
    read: u32,
}

impl RecordDecoder {
    /// Reads the next record. `new` creates an execution that has not started; the first record
    /// calls it.
    ///
    /// # Errors
    ///
    /// If the record is damaged, of another version, or does not continue the ones before it.
    pub fn read(
        &mut self,
        bytes: &[u8],
        new: impl FnOnce(Arc<ExecutionInfo>) -> Execution,
    ) -> Result<(), DecodeError> {
        let mut reader = RecordReader::new(std::mem::take(&mut self.nodes), bytes, VERSION)?;
        let from = &mut reader;
        let is_first = bool::read(from)?;
        let mut execution = match self.execution.take() {
            // A later record with this flag starts a redrive, or is complete.
            _ if is_first => {
                self.read = 0;
                let stored = StoredStart::read(from)?;
                let entry = Entry {
                    start: stored.start,
                    machine_type: if stored.is_express {
                        MachineType::Express
                    } else {
                        MachineType::Standard
                    },
                    timeout: stored.timeout,
                };
                new(stored.about).with_entry(entry)
            }
            Some(execution) => execution,
            None => return Err(DamagedRecord.into()),
        };
        let states = execution.program.len();
        from.of_states(states);
        from.fields(|number, from| match number {
            1 => execution.cursors.read_changes(from),
            2 => from.replace(&mut execution.runnable),
            3 => execution.recorder.read_new(from),
            4 => {
                execution.entropy = Entropy::new(u64::read(from)?);
                Ok(())
            }
            5 => execution.calls.read_changes(states, from),
            6 => from.replace(&mut execution.now),
            7 => from.replace(&mut execution.waits),
            8 => from.replace(&mut execution.transitions),
            9 => from.replace(&mut execution.is_redrivable),
            10 => from.replace(&mut execution.outcome),
            11 => {
                let stopped: Option<Box<StoppedScope>> = Record::read(from)?;
                if stopped.is_some() || execution.cold.is_some() {
                    execution.cold().stopped = stopped;
                }
                Ok(())
            }
            _ => from.skip(),
        })?;
        if !from.is_at_end() {
            return Err(DamagedRecord.into());
        }
        self.execution = Some(execution);
        self.nodes = reader.into_nodes();
        self.read = added(self.read, bytes);
        Ok(())
    }

    /// Returns the execution as of the last record, and the encoder for its next record.
    ///
    /// # Errors
    ///
    /// If there was no record, or the execution that they describe cannot exist.
    pub fn finish(self) -> Result<(Execution, RecordEncoder), DecodeError> {
        let execution = self.execution.ok_or(DamagedRecord)?;
        execution.check()?;
        let written = RecordEncoder {
            events: WrittenEvents::of(&execution.recorder),
            has_begun: true,
            forgets: true,
            written: self.read,
            ..RecordEncoder::default()
        };
        Ok((execution, written))
    }
}

/// Returns whether a record is complete: the first one of the execution or of a redrive, or the
/// last one of an execution whose other records need not be read.
pub fn is_complete_record(record: &[u8]) -> bool {
    let reader = RecordReader::of_fields(record, VERSION);
    reader.is_ok_and(|mut reader| bool::read(&mut reader) == Ok(true))
}

impl Execution {
    /// Checks that all states, scopes and cursors that the record refers to exist.
    fn check(&self) -> Result<(), DamagedRecord> {
        let is_state = |state: StateIx| state.index() < self.program.len();
        let scopes = self.recorder.check()?;
        let mut cursors = self.cursors.iter();
        let are_sound = cursors.all(|(id, cursor)| {
            // A cursor must not be its own parent. Indices do not order parents and children,
            // because slots are reused.
            let has_parent = |(parent, _)| parent != id && self.cursors.get(parent).is_some();
            is_state(cursor.state)
                && (cursor.scope.0 as usize) < scopes
                && cursor.parent.is_none_or(has_parent)
        });
        if is_state(self.entry().start) && are_sound {
            Ok(())
        } else {
            Err(DamagedRecord)
        }
    }

    /// Returns whether a handler, worker or child of this process is running for the execution.
    pub fn has_local_work(&self) -> bool {
        let mut cursors = self.cursors.iter();
        cursors.any(|(_, cursor)| cursor.waiting.has_local_work())
    }

    /// Requests the resources that the execution waits for: timers with their deadlines, tokens,
    /// queued tasks. `is_new_process` is whether the handlers and children of the process that
    /// wrote the records have ended.
    pub fn reattach(
        &mut self,
        is_new_process: bool,
        environment: Environment<'_>,
        commands: &mut CommandQueue,
    ) {
        let mut wait_ids: Vec<WaitId> = self.cursors.wait_ids().collect();
        // In the order in which they were created.
        wait_ids.sort_unstable_by_key(|wait_id| wait_id.wait);
        debug_assert!(std::ptr::eq(&*self.program, environment.program));
        let program = environment.program;
        let cx = &mut StepContext::new(environment, commands);
        for wait_id in wait_ids {
            if self.cursors.run(wait_id.cursor).is_some() {
                if is_new_process {
                    self.resume_run(wait_id, cx);
                }
                continue;
            }
            let Some(cursor) = self.cursors.get(wait_id.cursor) else {
                continue;
            };
            match &cursor.waiting {
                Waiting::Until { due, .. } | Waiting::Pause { due } => {
                    cx.arm(wait_id, TimerKind::Wait, *due);
                }
                Waiting::Task(open) => {
                    let state = program.state(cursor.state);
                    if let Kind::Task(task) = &state.kind {
                        let token = cursor.attempt_state.token().filter(|_| open.takes_token);
                        if let Some(token) = token {
                            cx.command(Command::OpenToken {
                                wait_id,
                                token: token.clone(),
                                is_awaited: !task.resource.pattern().is_sync(),
                            });
                        }
                        rearm_timers(wait_id, open, cx);
                        if !open.is_held {
                            resume_task(wait_id, cursor.state, task, open, cx);
                        } else if is_new_process {
                            // Until another process is there, it remains held.
                            start_held(wait_id, open, cx);
                        }
                    }
                }
                Waiting::Handler { .. } => self.look_for_handler(wait_id, cx),
                // The branches and iterations of a container have their own cursors.
                _ => {}
            }
        }
    }

    /// Resumes a Map Run of another process, and its child executions.
    fn resume_run(&mut self, wait_id: WaitId, cx: &mut StepContext<'_>) {
        let id = wait_id.cursor;
        let Some(cursor) = self.cursors.get(id) else {
            return;
        };
        let Kind::Map(map) = &cx.program.state(cursor.state).kind else {
            return;
        };
        let (Some(distributed), Some((_, run))) = (&map.distributed, self.cursors.run_mut(id))
        else {
            return;
        };
        // A run that was not opened is opened by its next step.
        if !run.is_open {
            return;
        }
        cx.command(Command::ResumeRun {
            wait_id,
            run: Box::new((run.view.clone(), run.tally)),
        });
        let entry = distributed::entry(map, distributed);
        for (number, about) in run.running_children(entry.machine_type, cx.environment.now) {
            let child = Box::new(ChildStart {
                number,
                entry,
                // A child that starts from the beginning needs its own seed.
                seed: Entropy::of_text(about.arn()).next_u64(),
                about,
                is_restart: true,
            });
            cx.command(Command::ResumeChild { wait_id, child });
        }
        run.resumed();
        if matches!(run.stage, MapRunStage::Stopping(_)) {
            cx.command(Command::StopChildren { wait_id });
        }
        if !std::mem::replace(&mut run.is_ready, true) {
            self.runnable.push_back(id);
        }
    }

    /// Continues the tasks whose missing handler, activity or state machine now exists.
    pub(super) fn look_for_handlers(&self, cx: &mut StepContext<'_>) {
        let wait_ids: Vec<WaitId> = self.cursors.wait_ids().collect();
        for wait_id in wait_ids {
            self.look_for_handler(wait_id, cx);
            let Some(cursor) = self.cursors.get(wait_id.cursor) else {
                continue;
            };
            match &cursor.waiting {
                Waiting::Task(open) if open.is_held => start_held(wait_id, open, cx),
                // A nested start that was committed and whose state machine was missing.
                Waiting::Task(open) => {
                    if let TaskExecutor::Execution { start } = &open.executor {
                        follow(wait_id, cursor.state, open, start, cx);
                    }
                }
                _ => {}
            }
        }
    }

    fn look_for_handler(&self, wait_id: WaitId, cx: &mut StepContext<'_>) {
        if let Some(cursor) = self.cursors.get(wait_id.cursor)
            && let Waiting::Handler { target } = &cursor.waiting
        {
            cx.command(Command::FindHandler {
                wait_id,
                state: cursor.state,
                target: target.clone(),
            });
        }
    }

    /// Continues a task whose handler exists now.
    pub(super) fn handler_found(&mut self, wait_id: WaitId, cx: &mut StepContext<'_>) {
        let cursor = self.waiting_for(wait_id);
        if cursor.is_some_and(|cursor| matches!(cursor.waiting, Waiting::Handler { .. })) {
            cx.release(wait_id);
            self.resume(wait_id.cursor, Waiting::Attempt);
        }
    }
}

/// Resumes the executor of a task.
fn resume_task(
    wait_id: WaitId,
    state: StateIx,
    task: &Task,
    open: &OpenTask,
    cx: &mut StepContext<'_>,
) {
    match &open.executor {
        TaskExecutor::External => {}
        // The task timed out while the process was down; its timer fires now.
        TaskExecutor::Handler { .. } if open.is_due(cx.environment.now) => {}
        TaskExecutor::Handler { input, call, .. } => {
            let request = request_of(wait_id, open, input, *call);
            cx.command(Command::ResumeTask(Box::new(request)));
        }
        TaskExecutor::Job { .. } => {
            if let Some(job) = started_job(wait_id, open) {
                cx.command(Command::FollowJob(Box::new(job)));
            }
        }
        TaskExecutor::Activity { input } if open.stage == OpenTaskStage::Queued => {
            // If the activity was deleted, the task is reported as unhandled, and its queue waits
            // for the activity.
            cx.command(Command::FindHandler {
                wait_id,
                state,
                target: None,
            });
            let task = Box::new(QueuedInput {
                activity: task.resource.as_str().into(),
                input: input.clone(),
            });
            cx.command(Command::Queue { wait_id, task });
        }
        TaskExecutor::Activity { .. } => {}
        TaskExecutor::Execution { start } => follow(wait_id, state, open, start, cx),
    }
}

/// Waits for the execution that a task starts, and starts it if necessary.
fn follow(
    wait_id: WaitId,
    state: StateIx,
    open: &OpenTask,
    start: &NestedStart,
    cx: &mut StepContext<'_>,
) {
    // For a task with a token, only the response of the start is awaited.
    let is_begun =
        start.integration.is_submitted_by_start() && open.stage == OpenTaskStage::Started;
    if !is_begun || start.integration.waits() {
        cx.command(Command::FollowExecution {
            wait_id,
            state,
            start: Box::new(start.clone()),
            is_begun,
        });
    }
}

/// Arms the timers of a task with their stored deadlines.
fn rearm_timers(wait_id: WaitId, open: &OpenTask, cx: &mut StepContext<'_>) {
    let early = open.answer.as_ref().and_then(|answer| answer.due);
    let timers = [
        (TimerKind::Answer, early),
        (TimerKind::Timeout, open.timeout_due),
        (TimerKind::Heartbeat, open.heartbeat_due),
    ];
    for (kind, due) in timers {
        if let Some(due) = due {
            cx.arm(wait_id, kind, due);
        }
    }
}
