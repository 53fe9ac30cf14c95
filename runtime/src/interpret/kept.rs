//! An execution that rests, as bytes, and how it goes on.

use std::sync::Arc;
use std::time::Duration;

use smol_str::SmolStr;
use stepwright_asl::model::MachineType;

use super::cursor::{Answerer, OpenTask, Stage, Waiting};
use super::distributed;
use super::execution::Execution;
use super::host::{Calling, ChildStart, Host};
use super::map_run::Stage as RunStage;
use super::resume::Open;
use crate::execution_info::ExecutionInfo;
use crate::history::WrittenEvents;
use crate::program::{Entry, Kind, State, StateIx, Task};
use crate::query::Entropy;
use crate::record::{Damaged, ReadNodes, Reader, Record, Writer};
use crate::task::{NestedStart, TaskCall};
use crate::wait_id::{TimerKind, WaitId};

/// Before each record. Another layout has another version.
const VERSION: u8 = 5;
/// How many values of the records before may be referred to. They stay in memory for that.
const NODES: usize = 4_096;

/// What is written of an execution. Each record has what changed since the one before it, so that a long execution costs no
/// more to keep than a short one.
#[derive(Default)]
pub(crate) struct RecordEncoder {
    writer: Writer,
    events: WrittenEvents,
    has_begun: bool,
    /// The values of the records before are not at hand any more.
    forgets: bool,
}

impl RecordEncoder {
    /// Whether an execution has changed since the last record.
    pub(crate) fn is_behind(&self, execution: &Execution) -> bool {
        !self.has_begun
            || execution.outcome.is_some()
            || execution.cursors.has_changes()
            || self.events.is_behind(&execution.recorder)
    }

    /// How many events the records have.
    pub(crate) fn events(&self) -> usize {
        self.events.count()
    }

    /// The next record of an execution that rests or is over: all but its program, its limits and what it is.
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
        execution.recorder.write_behind(&mut self.events, to);
        execution.entropy.state().write(to);
        execution.calls.write_changes(to);
        execution.now.write(to);
        execution.waits.write(to);
        execution.transitions.write(to);
        execution.is_redrivable.write(to);
        execution.outcome.write(to);
        match &execution.rare {
            Some(rare) => rare.stopped.write(to),
            None => None::<Box<Open>>.write(to),
        }
        to.finish()
    }
}

/// Why an execution cannot be read from its records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotRead {
    #[error(transparent)]
    Damaged(#[from] Damaged),
    /// Another version of this library wrote it.
    #[error(
        "it is kept in layout {0}, and this version of stepwright-runtime reads layout {VERSION}; open the store with the version that kept it, and let it end there"
    )]
    Version(u8),
}

/// An execution that is read from its records.
#[derive(Default)]
pub(crate) struct RecordDecoder {
    execution: Option<Execution>,
    nodes: ReadNodes,
}

impl RecordDecoder {
    /// Reads the next record. `new` makes an execution that has not begun, which a first record needs.
    pub(crate) fn read(
        &mut self,
        bytes: &[u8],
        new: impl FnOnce(Arc<ExecutionInfo>) -> Execution,
    ) -> Result<(), NotRead> {
        let mut reader = Reader::new(std::mem::take(&mut self.nodes), bytes);
        let from = &mut reader;
        let version = from.byte()?;
        if version != VERSION {
            return Err(NotRead::Version(version));
        }
        let is_first = bool::read(from)?;
        let mut execution = match self.execution.take() {
            // Another first one begins a redrive.
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
                new(Arc::new(Record::read(from)?)).entering(entry)
            }
            Some(execution) => execution,
            None => return Err(Damaged.into()),
        };
        from.of_states(execution.program.len());
        if bool::read(from)? {
            from.forget_nodes();
        }
        execution.cursors.read_changes(from)?;
        execution.runnable = Record::read(from)?;
        execution.recorder.read_behind(from)?;
        execution.entropy = Entropy::new(u64::read(from)?);
        let states = execution.program.len();
        execution.calls.read_changes(states, from)?;
        execution.now = Record::read(from)?;
        execution.waits = Record::read(from)?;
        execution.transitions = Record::read(from)?;
        execution.is_redrivable = Record::read(from)?;
        execution.outcome = Record::read(from)?;
        let stopped: Option<Box<Open>> = Record::read(from)?;
        if stopped.is_some() || execution.rare.is_some() {
            execution.rare().stopped = stopped;
        }
        if !from.is_at_end() {
            return Err(Damaged.into());
        }
        self.execution = Some(execution);
        self.nodes = reader.into_nodes();
        Ok(())
    }

    /// The execution as the last record tells it, and what is written of it.
    pub(crate) fn finish(self) -> Result<(Execution, RecordEncoder), NotRead> {
        let execution = self.execution.ok_or(Damaged)?;
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

/// Reads from one record what the execution is. Returns `None` unless the record begins the execution or a redrive of it. The definition
/// is not needed for that.
pub(crate) fn read_about(record: &[u8]) -> Result<Option<ExecutionInfo>, NotRead> {
    let mut reader = Reader::new(ReadNodes::default(), record);
    let from = &mut reader;
    let version = from.byte()?;
    if version != VERSION {
        return Err(NotRead::Version(version));
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
    /// Whether all that was read refers to what is there.
    fn check(&self) -> Result<(), Damaged> {
        let is_state = |state: StateIx| state.index() < self.program.len();
        let scopes = self.recorder.check()?;
        let mut cursors = self.cursors.iter();
        let are_sound = cursors.all(|(id, cursor)| {
            // A cursor stands behind the one that it belongs to, or in a place that was free.
            let has_parent = |(parent, _)| parent != id && self.cursors.get(parent).is_some();
            is_state(cursor.state)
                && (cursor.scope.0 as usize) < scopes
                && cursor.parent.is_none_or(has_parent)
        });
        match is_state(self.entry().start) && are_sound {
            true => Ok(()),
            false => Err(Damaged),
        }
    }

    /// Whether somebody in this process is at work for it.
    pub(crate) fn is_at_work(&self) -> bool {
        let mut cursors = self.cursors.iter();
        cursors.any(|(_, cursor)| cursor.waiting.is_at_work())
    }

    /// Puts into the world again what the execution waits for: timers with their deadlines, tokens, places in queues.
    pub(crate) fn reattach(&mut self, host: &mut dyn Host) {
        let mut wait_ids: Vec<WaitId> = self.cursors.wait_ids().collect();
        // In the order in which they came about.
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
                        let token = cursor.visit.token().filter(|_| open.takes_token);
                        if let Some(token) = token {
                            let is_awaited = !task.resource.pattern().is_sync();
                            host.open_token(wait_id, token, is_awaited);
                        }
                        arm_again(wait_id, open, host);
                        self.go_on_with(wait_id, state, task, open, host);
                    }
                }
                Waiting::Handler { .. } => self.look_for_handler(wait_id, host),
                // The children of a container have cursors of their own.
                _ => {}
            }
        }
    }

    /// Goes on with a Map Run, whose children are executions of their own.
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
        // One that has not begun begins by itself.
        if !run.is_open || host.resume_run(wait_id, run.view.clone(), run.tally) {
            return;
        }
        let entry = distributed::entry(map, distributed);
        for (number, about) in run.children_at_work(entry.machine_type, host.now()) {
            let child = ChildStart {
                number,
                entry,
                // One that had not begun, or begins anew, takes chance of its own.
                seed: Entropy::of_text(about.arn()).next_u64(),
                about,
                is_again: true,
            };
            host.resume_child(wait_id, child);
        }
        run.resumed();
        if matches!(run.stage, RunStage::Stopping(_)) {
            host.stop_children(wait_id);
        }
        if !std::mem::replace(&mut run.is_ready, true) {
            self.runnable.push_back(id);
        }
    }

    /// Continues the tasks that wait for a handler, an activity or a state machine that the engine has now.
    pub(crate) fn look_for_handlers(&mut self, host: &mut dyn Host) {
        let program = self.program.clone();
        let wait_ids: Vec<WaitId> = self.cursors.wait_ids().collect();
        for wait_id in wait_ids {
            self.look_for_handler(wait_id, host);
            let Some(cursor) = self.cursors.get(wait_id.cursor) else {
                continue;
            };
            // A start that was decided on, and whose state machine was missing.
            let state = program.state(cursor.state);
            if let (Waiting::Task(open), Kind::Task(task)) = (&cursor.waiting, &state.kind)
                && let Answerer::Execution { start } = &open.answerer
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
        let calling = Calling {
            state: &state.name,
            resource: &task.resource,
        };
        if host.is_answered(wait_id, calling, target.as_deref()) {
            host.forget(wait_id);
            self.resume(wait_id.cursor, Waiting::Attempt);
        }
    }

    /// Goes on with what answers a task.
    fn go_on_with(
        &self,
        wait_id: WaitId,
        state: &State,
        task: &Task,
        open: &OpenTask,
        host: &mut dyn Host,
    ) {
        let calling = Calling {
            state: &state.name,
            resource: &task.resource,
        };
        match &open.answerer {
            Answerer::Outside => {}
            // Its time ran out meanwhile, which its timer tells.
            Answerer::Handler { .. } if open.is_due(host.now()) => {}
            Answerer::Handler { input, call } => {
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
                    attempt: cursor.visit.retry_count(),
                    call: *call,
                    token: cursor.visit.token().map(SmolStr::as_str),
                    timeout: open.timeout.map(Duration::from_secs),
                    heartbeat: open.heartbeat.map(Duration::from_secs),
                };
                host.resume_work(wait_id, &call);
            }
            Answerer::Activity { input } if open.stage == Stage::Queued => {
                // Where the activity is gone, its queue waits for it.
                host.is_answered(wait_id, calling, None);
                host.queue(wait_id, &task.resource.as_str().into(), input.clone());
            }
            Answerer::Activity { .. } => {}
            Answerer::Execution { start } => follow(wait_id, state, task, open, start, host),
        }
    }
}

/// Waits for the execution that a task starts, and starts it if it was not.
fn follow(
    wait_id: WaitId,
    state: &State,
    task: &Task,
    open: &OpenTask,
    start: &NestedStart,
    host: &mut dyn Host,
) {
    let calling = Calling {
        state: &state.name,
        resource: &task.resource,
    };
    // With a token, only the start itself answers.
    let is_begun = start.integration.is_submitted_by_start() && open.stage == Stage::Started;
    if !is_begun || start.integration.waits() {
        host.follow(wait_id, calling, start, is_begun);
    }
}

/// Arms the timers of a task, with their deadlines.
fn arm_again(wait_id: WaitId, open: &OpenTask, host: &mut dyn Host) {
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
