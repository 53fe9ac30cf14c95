use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use stepwright_asl::model::MachineType;

use super::cell::{Message, RunCell};
use super::report::{ExecutionReport, Status};
use super::shared::Shared;
use super::wires::Wires;
use crate::clock::Alarm;
use crate::interpret::{Execution, Failure, Outcome, Step};
use crate::program::Program;
use crate::task::TaskSource;

/// How many transitions an execution makes before it lets others run.
const BUDGET: u32 = 256;

/// Drives one execution: brings it news, steps it, and rests when it waits.
///
/// The execution is made, grown and dropped in the task that drives it.
pub(super) struct Drive {
    program: Arc<Program>,
    seed: u64,
    execution: Option<Execution>,
    wires: Wires,
    deadline: Option<Alarm>,
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
        let span = tracing::info_span!(
            "execution",
            machine = %cell.about.machine_name,
            name = %cell.about.name
        );
        Self {
            program,
            seed,
            execution: None,
            wires: Wires::new(engine, cell, source, depth),
            deadline: None,
            span,
        }
    }

    /// Makes the execution and starts the clock of its whole life, where the definition or the type sets one.
    fn begin(&mut self) -> Execution {
        let engine = &self.wires.engine;
        let about = self.wires.cell.about.clone();
        let mut execution = Execution::new(
            self.program.clone(),
            about.clone(),
            engine.limits.clone(),
            engine.keeps_history,
            self.seed,
        );
        execution.begin();
        let express = (self.program.machine_type == MachineType::Express)
            .then_some(engine.limits.express_duration);
        let life: Option<Duration> = match (self.program.timeout, express) {
            (Some(declared), Some(express)) => Some(declared.min(express)),
            (declared, express) => declared.or(express),
        };
        if let Some(life) = life {
            let ring = self.ring_deadline();
            self.deadline = Some(self.wires.engine.clock.arm(about.started + life, ring));
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
            Message::Answer(ticket, result) => {
                execution.outside_answered(ticket, result, &mut self.wires);
            }
            Message::Started(ticket, worker) => {
                execution.started(ticket, worker, &mut self.wires);
            }
            Message::Heartbeat(ticket) => execution.heartbeat(ticket, &mut self.wires),
            Message::Deadline => execution.time_out(&mut self.wires),
            Message::Stop(failure) => execution.abort(failure, &mut self.wires),
            Message::Listen(listener) => execution.recorder().listen(listener),
            // Whoever asked may have gone.
            Message::History(asker) => drop(asker.send(execution.recorder().history())),
        }
    }

    /// Tells everybody how it ended.
    fn finish(&mut self, mut execution: Execution) {
        if let Some(deadline) = self.deadline.take() {
            self.wires.engine.clock.disarm(deadline);
        }
        let outcome = execution.outcome().cloned();
        let stopped = self.wires.engine.clock.now();
        let history = execution.recorder().finish();
        let text = |text: Option<smol_str::SmolStr>| text.map(String::from);
        let (status, output, failure) = match outcome {
            Some(Outcome::Succeeded(output)) => (Status::Succeeded, Some(output), None),
            Some(Outcome::Failed(failure)) => (Status::Failed, None, Some(failure)),
            Some(Outcome::Aborted(failure)) => (Status::Aborted, None, Some(failure)),
            Some(Outcome::TimedOut) | None => (Status::TimedOut, None, None),
        };
        let (error, cause) = failure.map_or((None, None), |Failure { error, cause, .. }| {
            (text(error), text(cause))
        });
        tracing::info!(status = status.as_str(), error, "ended");
        drop(execution);
        let report = Arc::new(ExecutionReport {
            status,
            output,
            error,
            cause,
            stopped,
            history,
        });
        self.wires.engine.closed(&self.wires.cell);
        self.wires.cell.close(report);
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
        let mut execution = match this.execution.take() {
            Some(execution) => execution,
            None => this.begin(),
        };
        loop {
            for message in this.wires.cell.take() {
                this.receive(&mut execution, message);
            }
            while let Poll::Ready((ticket, result)) = this.wires.poll_work(cx) {
                execution.work_answered(ticket, result, &mut this.wires);
            }
            match execution.step(&mut this.wires, BUDGET) {
                Step::Ended => {
                    this.finish(execution);
                    return Poll::Ready(());
                }
                Step::Budget => {
                    this.execution = Some(execution);
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Step::Waits => {}
            }
            // What was begun just now must be polled once with this task's waker; what is given up, dropped.
            if let Poll::Ready((ticket, result)) = this.wires.poll_work(cx) {
                execution.work_answered(ticket, result, &mut this.wires);
                continue;
            }
            this.bound();
            if this.wires.cell.rest() {
                this.execution = Some(execution);
                return Poll::Pending;
            }
        }
    }
}
