//! An execution that rests, as bytes, and how it goes on.

use std::collections::VecDeque;
use std::sync::Arc;

use stepwright_asl::model::MachineType;

use super::cursor::{Answerer, Cursors, OpenTask, Stage, Waiting};
use super::execution::Execution;
use super::host::{Host, Ring, Ticket};
use crate::about::About;
use crate::history::Recorder;
use crate::limits::Limits;
use crate::program::{Entry, Kind, Program};
use crate::query::Entropy;
use crate::record::{Damaged, Reader, Record, Writer};

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
        about: Arc<About>,
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
        let mut tickets: Vec<Ticket> = self
            .cursors
            .iter()
            .map(|(cursor, at)| Ticket {
                cursor,
                wait: at.wait,
            })
            .collect();
        // In the order in which they came about.
        tickets.sort_unstable_by_key(|ticket| ticket.wait);
        for ticket in tickets {
            let Some(cursor) = self.cursors.get(ticket.cursor) else {
                continue;
            };
            match &cursor.waiting {
                Waiting::Until { due, .. } | Waiting::Pause { due } => {
                    host.arm(ticket, Ring::Wait, *due);
                }
                Waiting::Task(open) => {
                    if let Kind::Task(task) = &self.program.state(cursor.state).kind {
                        let resource = task.resource.as_str();
                        let token = cursor.token.as_ref().filter(|_| open.takes_token);
                        match token {
                            Some(token) if task.resource.pattern().is_sync() => {
                                host.open_job_token(ticket, token);
                            }
                            Some(token) => host.open_token(ticket, token),
                            None => {}
                        }
                        reattach_task(ticket, open, resource, host);
                    }
                }
                // The children of a container have cursors of their own; those of a Map Run are the host's.
                _ => {}
            }
        }
    }
}

fn reattach_task(ticket: Ticket, open: &OpenTask, resource: &str, host: &mut dyn Host) {
    match &open.answerer {
        Answerer::Outside => {}
        Answerer::Handler => host.resume_work(ticket),
        Answerer::Activity { input } if open.stage == Stage::Queued => {
            host.queue(ticket, &resource.into(), input.clone());
        }
        Answerer::Activity { .. } => {}
        Answerer::Execution { arn, integration } => host.follow(ticket, arn, *integration),
    }
    let early = open.answer.as_ref().and_then(|answer| answer.due);
    let timers = [
        (Ring::Answer, early),
        (Ring::Timeout, open.timeout_due),
        (Ring::Heartbeat, open.heartbeat_due),
    ];
    for (ring, due) in timers {
        if let Some(due) = due {
            host.arm(ticket, ring, due);
        }
    }
}
