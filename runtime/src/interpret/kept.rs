//! An execution that rests, as bytes, and how it goes on.

use std::collections::VecDeque;
use std::sync::Arc;

use stepwright_asl::model::MachineType;

use super::cursor::{Answerer, Cursors, OpenTask, Stage, Waiting};
use super::execution::Execution;
use super::host::Host;
use crate::execution_info::ExecutionInfo;
use crate::history::Recorder;
use crate::limits::Limits;
use crate::program::{Entry, Kind, Program};
use crate::query::Entropy;
use crate::record::{Damaged, Reader, Record, Writer};
use crate::wait_id::TimerKind;
use crate::wait_id::WaitId;

/// Before each record. Another layout has another version.
const VERSION: u8 = 1;

impl Execution {
    /// All of an execution that rests, but for its program, its limits and what it is.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        let to = &mut writer;
        to.byte(VERSION);
        let Entry {
            start,
            machine_type,
            timeout,
        } = self.entry;
        start.write(to);
        (machine_type == MachineType::Express).write(to);
        timeout.write(to);
        self.cursors.write(to);
        self.runnable.write(to);
        self.recorder.write_to(to);
        self.entropy.state().write(to);
        self.calls.write(to);
        self.now.write(to);
        self.waits.write(to);
        self.transitions.write(to);
        self.is_redrivable.write(to);
        writer.finish()
    }

    /// Reads what [`to_bytes`](Self::to_bytes) gave.
    pub(crate) fn from_bytes(
        program: Arc<Program>,
        about: Arc<ExecutionInfo>,
        limits: Arc<Limits>,
        bytes: &[u8],
    ) -> Result<Self, Damaged> {
        let mut reader = Reader::new(bytes);
        let from = &mut reader;
        if from.byte()? != VERSION {
            return Err(Damaged);
        }
        let entry = Entry {
            start: Record::read(from)?,
            machine_type: match bool::read(from)? {
                true => MachineType::Express,
                false => MachineType::Standard,
            },
            timeout: Record::read(from)?,
        };
        let cursors = Cursors::read(from)?;
        let runnable = VecDeque::read(from)?;
        let recorder = Recorder::read_from(program.clone(), about.clone(), from)?;
        let entropy = Entropy::new(u64::read(from)?);
        let mut execution = Self {
            cursors,
            runnable,
            recorder,
            entropy,
            calls: Record::read(from)?,
            now: Record::read(from)?,
            waits: Record::read(from)?,
            transitions: Record::read(from)?,
            ..Self::new(program, about, limits, 0, 0).entering(entry)
        };
        execution.is_redrivable = Record::read(from)?;
        if !from.is_at_end() {
            return Err(Damaged);
        }
        Ok(execution)
    }

    /// Puts into the world again what the execution waits for: timers with their deadlines, tokens, places in queues.
    pub(crate) fn reattach(&mut self, host: &mut dyn Host) {
        let mut wait_ids = self.cursors.wait_ids();
        // In the order in which they came about.
        wait_ids.sort_unstable_by_key(|wait_id| wait_id.wait);
        for wait_id in wait_ids {
            let Some(cursor) = self.cursors.get(wait_id.cursor) else {
                continue;
            };
            match &cursor.waiting {
                Waiting::Until { due, .. } | Waiting::Pause { due } => {
                    host.arm(wait_id, TimerKind::Wait, *due);
                }
                Waiting::Task(open) => {
                    if let Kind::Task(task) = &self.program.state(cursor.state).kind {
                        let resource = task.resource.as_str();
                        let token = cursor.token.as_ref().filter(|_| open.takes_token);
                        if let Some(token) = token {
                            let is_awaited = !task.resource.pattern().is_sync();
                            host.open_token(wait_id, token, is_awaited);
                        }
                        reattach_task(wait_id, open, resource, host);
                    }
                }
                // The children of a container have cursors of their own; those of a Map Run are the host's.
                _ => {}
            }
        }
    }
}

fn reattach_task(wait_id: WaitId, open: &OpenTask, resource: &str, host: &mut dyn Host) {
    match &open.answerer {
        Answerer::Outside => {}
        Answerer::Handler => host.resume_work(wait_id),
        Answerer::Activity { input } if open.stage == Stage::Queued => {
            host.queue(wait_id, &resource.into(), input.clone());
        }
        Answerer::Activity { .. } => {}
        Answerer::Execution { arn, integration } => host.follow(wait_id, arn, *integration),
    }
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
