use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use smol_str::SmolStr;
use stepwright_asl::model::MachineType;
use tokio::sync::oneshot;

use super::cell::{Message, RunCell, Taken};
use super::redrive::Redrivable;
use super::report::{ExecutionReport, Status};
use super::shared::Shared;
use super::wires::{Arrived, Wires};
use crate::clock::Alarm;
use crate::history::History;
use crate::interpret::{Execution, Failure, Inspection, Outcome, Resume, Start, Step, Ticket};
use crate::panics::guarded;
use crate::program::{Entry, Program};
use crate::record::Damaged;
use crate::task::TaskSource;
use crate::value::Value;

/// How many transitions an execution makes before it lets others run.
const BUDGET: u32 = 256;

/// The error of an execution that a mistake of this crate ended.
pub(super) const INTERNAL: &str = "Stepwright.Internal";
/// The error of an execution whose tokio runtime went away.
pub(super) const SHUT_DOWN: &str = "Stepwright.ShutDown";

/// Drives one execution: brings it news, steps it, and rests when it waits.
///
/// The execution is made, grown and dropped in the task that drives it.
pub(super) struct Drive {
    program: Arc<Program>,
    entry: Entry,
    is_child: bool,
    seed: u64,
    execution: Option<Execution>,
    wires: Wires,
    deadline: Option<Alarm>,
    /// The state that it tests, before it begins.
    test: Option<(Start, Inspection)>,
    /// Where it goes on, when it is redriven.
    resume: Option<(History, Resume)>,
    /// What was seen of the state, when it is over.
    pub(super) inspected: Option<Box<Inspection>>,
    /// How many events whoever watches was told of.
    written: u32,
    /// Who waits for events behind this one.
    readers: Vec<(u32, oneshot::Sender<History>)>,
    is_closed: bool,
    span: tracing::Span,
}

impl Drive {
    pub(super) fn new(
        engine: Arc<Shared>,
        cell: Arc<RunCell>,
        program: Arc<Program>,
        source: Option<Arc<dyn TaskSource>>,
        seed: u64,
        depth: u32,
    ) -> Self {
        let entry = program.entry();
        let span = tracing::info_span!(
            "execution",
            machine = %cell.about.machine_name,
            name = %cell.about.name
        );
        Self {
            program: program.clone(),
            entry,
            is_child: false,
            seed,
            execution: None,
            wires: Wires::new(engine, program, cell, source, depth),
            deadline: None,
            test: None,
            resume: None,
            inspected: None,
            written: 0,
            readers: Vec::new(),
            is_closed: false,
            span,
        }
    }

    /// The same for a child of a Distributed Map, which is a part of the program.
    pub(super) fn of_child(mut self, entry: Entry) -> Self {
        self.entry = entry;
        self.is_child = true;
        self
    }

    /// The same for one state of the program, which is all that runs.
    pub(super) fn of_state(mut self, start: Start, inspection: Inspection) -> Self {
        self.test = Some((start, inspection));
        self
    }

    /// The same for an execution that goes on where it came to no good end.
    pub(super) fn of_redrive(mut self, history: History, resume: Resume) -> Self {
        self.resume = Some((history, resume));
        self
    }

    /// What it shares with everybody else.
    pub(super) fn cell(&self) -> &Arc<RunCell> {
        &self.wires.cell
    }

    /// Makes the execution and starts the clock of its whole life, where the definition or the type sets one.
    fn begin(&mut self) -> Execution {
        let engine = &self.wires.engine;
        let about = self.wires.cell.about.clone();
        let (program, limits, keeps) = (
            self.program.clone(),
            engine.limits.clone(),
            engine.history(self.entry.machine_type),
        );
        let execution = match self.resume.take() {
            Some((history, resume)) => Execution::redriven(
                program,
                about.clone(),
                limits,
                self.entry,
                &history,
                keeps,
                resume,
            ),
            None => {
                let execution = Execution::new(program, about.clone(), limits, keeps, self.seed);
                let mut execution = execution.entering(self.entry);
                match self.test.take() {
                    Some((start, inspection)) => execution.begin_inspection(start, inspection),
                    None => execution.begin(),
                }
                execution
            }
        };
        let express = (self.entry.machine_type == MachineType::Express)
            .then_some(engine.limits.express_duration);
        let life: Option<Duration> = match (self.entry.timeout, express) {
            (Some(declared), Some(express)) => Some(declared.min(express)),
            (declared, express) => declared.or(express),
        };
        if let Some(life) = life {
            let ring = self.ring_deadline();
            // A redrive sets it back.
            let from = about.redriven.unwrap_or(about.started);
            self.deadline = Some(self.wires.engine.clock.arm(from + life, ring));
        }
        tracing::info!("started");
        execution
    }

    fn ring_deadline(&self) -> Box<dyn FnOnce() + Send> {
        let cell = Arc::downgrade(&self.wires.cell);
        Box::new(move || {
            if let Some(cell) = cell.upgrade() {
                let _ = cell.send(Message::Deadline);
            }
        })
    }

    /// An execution that waits for the first time gets the longest life of all as its bound.
    fn bound(&mut self) {
        if self.deadline.is_none() {
            let life = self.wires.engine.limits.standard_duration;
            let at = self.wires.cell.about.started + life;
            let ring = self.ring_deadline();
            self.deadline = Some(self.wires.engine.clock.arm_bound(at, ring));
        }
    }

    fn receive(&mut self, execution: &mut Execution, message: Message) {
        match message {
            Message::Ring(ticket, ring) => {
                self.wires.rang(ticket, ring);
                execution.ring(ticket, ring, &mut self.wires);
            }
            Message::Answer(ticket, result, taken) => {
                if result.is_ok() {
                    self.wires.succeeded_by_token(ticket);
                }
                let is_taken = execution.outside_answered(ticket, result, &mut self.wires);
                tell(taken, is_taken);
            }
            Message::Started(ticket, worker) => {
                execution.started(ticket, worker, &mut self.wires);
            }
            Message::Child(ticket, number, ended) => {
                execution.child_execution_ended(ticket, number, ended, &mut self.wires);
            }
            Message::Heartbeat(ticket, taken) => {
                let is_taken = execution.heartbeat(ticket, &mut self.wires);
                tell(taken, is_taken);
            }
            Message::Deadline => execution.time_out(&mut self.wires),
            Message::Stop(failure) => execution.abort(failure, &mut self.wires),
            Message::History(read, reader) => {
                execution.recorder().watch();
                self.readers.push((read, reader));
            }
        }
    }

    /// Something that was at work is ready.
    fn take_in(&mut self, execution: &mut Execution, ticket: Ticket, arrived: Arrived) {
        let host = &mut self.wires;
        match arrived {
            Arrived::Task(result) => execution.work_answered(ticket, result, host),
            Arrived::Read(read) => execution.object_was_read(ticket, read, host),
            Arrived::Written(written) => execution.object_was_written(ticket, written, host),
        }
    }

    /// Tells everybody how it ended.
    fn finish(&mut self, mut execution: Execution) {
        let outcome = execution.outcome().cloned();
        self.inspected = execution.take_inspection();
        if self.inspected.is_none()
            && let Some(resume) = execution.take_resume()
        {
            self.wires.cell.keep(Redrivable {
                program: self.program.clone(),
                source: self.wires.source.clone(),
                depth: self.wires.depth,
                resume,
            });
        }
        let history = execution.recorder().finish();
        drop(execution);
        let (status, output, failure) = match outcome {
            Some(Outcome::Succeeded(output)) => (Status::Succeeded, Some(output), None),
            Some(Outcome::Failed(failure)) => (Status::Failed, None, Some(failure)),
            Some(Outcome::Aborted(failure)) => (Status::Aborted, None, Some(failure)),
            Some(Outcome::TimedOut) | None => (Status::TimedOut, None, None),
        };
        self.close(status, output, failure, history);
    }

    /// It ends without having come to its end: the interpreter panicked, or the runtime it ran on was shut down.
    fn break_off(&mut self, status: Status, failure: Failure) {
        let history = match self.execution.take() {
            Some(mut execution) => execution.recorder().finish(),
            None => History::empty(self.program.clone(), self.wires.cell.about.clone()),
        };
        self.close(status, None, Some(failure), history);
    }

    fn close(
        &mut self,
        status: Status,
        output: Option<Value>,
        failure: Option<Failure>,
        history: History,
    ) {
        self.is_closed = true;
        let clock = &self.wires.engine.clock;
        if let Some(deadline) = self.deadline.take() {
            clock.disarm(deadline);
        }
        let text = |text: Option<SmolStr>| text.map(String::from);
        let (error, cause) = failure.map_or((None, None), |Failure { error, cause, .. }| {
            (text(error), text(cause))
        });
        tracing::info!(status = status.as_str(), error, "ended");
        let report = Arc::new(ExecutionReport {
            status,
            output,
            error,
            cause,
            stopped: clock.now(),
            history,
        });
        if let Some(observer) = &self.wires.engine.observer
            && self.inspected.is_none()
        {
            observer.ended(&self.program, &report, self.is_child);
        }
        if !self.is_child {
            // A child is remembered by its run.
            self.wires.engine.closed(&self.wires.cell, &report);
        }
        let engine = &self.wires.engine;
        self.wires
            .cell
            .close(report.clone(), |follower| follower.tell(engine, &report));
    }

    /// Tells whoever watches what a child of a Map Run wrote, and stops it where that is enough.
    fn tell_written(&mut self, execution: &mut Execution) {
        let Some(observer) = &self.wires.engine.observer else {
            return;
        };
        if !self.is_child {
            return;
        }
        let count = execution.recorder().count();
        let written = count - std::mem::replace(&mut self.written, count);
        if !observer.child_goes_on(written) && execution.outcome().is_none() {
            execution.abort(Failure::stopped(None, None), &mut self.wires);
        }
    }

    /// The same execution, written and read again.
    fn through_bytes(&mut self, execution: &Execution) -> Result<Execution, Damaged> {
        let engine = &self.wires.engine;
        let mut same = Execution::from_bytes(
            self.program.clone(),
            self.wires.cell.about.clone(),
            engine.limits.clone(),
            &execution.to_bytes(),
        )?;
        self.wires.detach();
        same.reattach(&mut self.wires);
        Ok(same)
    }

    /// Gives the history to those who wait for more of it.
    fn tell_readers(&mut self, execution: &mut Execution) {
        if self.readers.is_empty() {
            return;
        }
        let recorder = execution.recorder();
        let count = recorder.count();
        let is_told = |(read, _): &mut (u32, oneshot::Sender<History>)| *read < count;
        for (_, reader) in self.readers.extract_if(.., is_told) {
            // Whoever asked may have gone.
            let _ = reader.send(recorder.history());
        }
    }

    /// Brings news, steps, and rests when there is nothing to do.
    fn advance(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.execution.is_none() {
            self.execution = Some(self.begin());
        }
        loop {
            // Taken out while it is at work: what panics is not stepped again.
            let Some(mut execution) = self.execution.take() else {
                return Poll::Ready(());
            };
            for message in self.wires.cell.take() {
                self.receive(&mut execution, message);
            }
            while let Poll::Ready((ticket, arrived)) = self.wires.poll_work(cx) {
                self.take_in(&mut execution, ticket, arrived);
            }
            self.tell_written(&mut execution);
            self.tell_readers(&mut execution);
            let step = execution.step(&mut self.wires, BUDGET);
            self.tell_written(&mut execution);
            self.tell_readers(&mut execution);
            if step == Step::Ended {
                self.finish(execution);
                return Poll::Ready(());
            }
            if step == Step::Budget {
                self.execution = Some(execution);
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            // What was begun just now must be polled once with this task's waker; what is given up, dropped.
            if let Poll::Ready((ticket, arrived)) = self.wires.poll_work(cx) {
                self.take_in(&mut execution, ticket, arrived);
                self.execution = Some(execution);
                continue;
            }
            if self.wires.engine.rests_as_bytes && !execution.is_inspected() {
                execution = match self.through_bytes(&execution) {
                    Ok(same) => same,
                    Err(error) => {
                        self.break_off(Status::Failed, Failure::new(INTERNAL, error.to_string()));
                        return Poll::Ready(());
                    }
                };
            }
            self.execution = Some(execution);
            self.bound();
            if self.wires.cell.rest() {
                return Poll::Pending;
            }
        }
    }
}

/// Tells whoever answered whether the answer counts; who does not wait for that is gone.
fn tell(taken: Option<Taken>, is_taken: bool) {
    if let Some(taken) = taken {
        let _ = taken.send(is_taken);
    }
}

impl Future for Drive {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        let span = this.span.clone();
        let _entered = span.enter();
        this.wires.cell.waker.register(cx.waker());
        this.wires.waker = cx.waker().clone();
        match guarded(|| this.advance(cx)) {
            Ok(polled) => polled,
            // A mistake of ours must not leave anybody waiting for ever.
            Err(_) => {
                let cause = "the runtime itself panicked; this is a bug of stepwright-runtime";
                this.break_off(Status::Failed, Failure::new(INTERNAL, cause));
                Poll::Ready(())
            }
        }
    }
}

impl Drop for Drive {
    fn drop(&mut self) {
        if self.is_closed {
            return;
        }
        let cause = "the runtime that drove the execution was shut down";
        let failure = Failure::new(SHUT_DOWN, cause);
        // It is stopped, as if somebody had asked for it: a redrive goes on where it was.
        let stopped = guarded(|| {
            let mut execution = self.execution.take().unwrap_or_else(|| self.begin());
            execution.abort(failure.clone(), &mut self.wires);
            self.finish(execution);
        });
        if stopped.is_err() && !self.is_closed {
            self.break_off(Status::Aborted, failure);
        }
    }
}
