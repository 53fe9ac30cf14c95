//! How an execution ends, or is suspended.

use std::sync::Arc;

use stepwright_asl::model::MachineType;
use stepwright_interpreter::Status;
use stepwright_interpreter::execution::{Execution, Failure, Input, Outcome, StatusRecord};
use stepwright_interpreter::history::History;
use stepwright_interpreter::value::Value;

use super::{Counting, ExecutionTask, SHUT_DOWN, TaskStage};
use crate::execution::pending_execution::ChildKind;
use crate::execution::redrive_data::RedriveData;
use crate::execution::report::ExecutionReport;
use crate::nested::notify_parent;
use crate::panics::guarded;
use crate::store::StoreError;

impl ExecutionTask {
    /// Ends the execution, and reports its end.
    pub(super) fn finish(&mut self, mut execution: Execution) {
        // An execution without an outcome ran out of time.
        let outcome = execution.take_outcome().unwrap_or(Outcome::TimedOut);
        if let Some(inspection) = execution.take_inspection() {
            self.cold().inspected = Some(inspection);
        } else if let Some(resume) = execution.take_resume() {
            self.resources.state.set_redrive_data(RedriveData {
                program: self.resources.program.clone(),
                source: self.resources.source().cloned(),
                resume,
                place: self
                    .journaled
                    .as_ref()
                    .map(|journaled| journaled.position().clone()),
            });
        }
        let history = execution.into_history();
        let status = outcome.status();
        let (output, failure) = outcome.into_parts();
        self.close(status, output, failure, history);
    }

    /// Suspends the execution: this engine does not drive it any more. The store has it as it was
    /// committed last, and the next engine continues it.
    pub(super) fn suspend(&mut self, failure: Failure) {
        let cause = failure.cause.as_deref();
        match failure.error.as_deref() {
            Some(SHUT_DOWN) => tracing::info!(cause, "the engine suspends the execution"),
            // The caller gets the error of the start. Nothing of the execution is in the store.
            _ if !self.resources.state.is_accepted() => {
                tracing::info!(cause, "the start is refused")
            }
            error => tracing::warn!(
                execution = %self.resources.state.about.arn(),
                error,
                cause,
                "the engine suspends the execution; an engine that opens the store later continues it"
            ),
        }
        self.resources.suspend(&failure);
        let state = &self.resources.state;
        state.accept(Err(StoreError::Closed));
        // Events that are not durable have not happened.
        if let (TaskStage::Running(execution), Some(journaled)) = (&mut self.stage, &self.journaled)
        {
            execution.recorder().cut(journaled.committed_events());
        }
        self.close_without_outcome(Status::Running, failure);
    }

    /// Ends or suspends the execution without an outcome: the interpreter panicked, its runtime was
    /// shut down, or its commit failed.
    pub(super) fn close_without_outcome(&mut self, status: Status, failure: Failure) {
        let history = match self.stage.take() {
            TaskStage::Running(execution) => execution.into_history(),
            _ => History::empty(
                self.resources.program.program().clone(),
                self.resources.state.about.clone(),
            ),
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
        self.resources.cancel_work();
        self.spawn_pending_executions();
        let clock = &self.resources.engine.clock;
        self.resources.deadline.disarm(clock);
        // The store and the report in memory have the same time.
        let recorded = self
            .journaled
            .as_ref()
            .and_then(|journaled| journaled.ended());
        let begun = self.resources.state.about.started;
        let stopped = recorded.unwrap_or_else(|| clock.now().max(history.latest()).max(begun));
        let report = ExecutionReport::new(status, output, failure, stopped, history);
        if let Counting::Counted = self.counting {
            let about = &self.resources.state.about;
            let time = stopped - about.redriven().unwrap_or(about.started);
            self.with_meter(|meter| meter.ends(status, time));
        }
        tracing::info!(status = status.as_str(), error = report.error, "ended");
        if let Some(spans) = self.resources.take_spans() {
            spans.end(status, report.error.as_deref());
        }
        let report = Arc::new(report);
        if let Some(observer) = &self.resources.engine.observer
            && !self.is_inspected()
        {
            observer.ended(
                self.resources.program.program(),
                &report,
                self.child != ChildKind::None,
            );
        }
        if let Counting::Counted = self.counting
            && report.is_over()
        {
            let is_redrivable = self.resources.state.is_redrivable();
            self.report_status(|running| StatusRecord {
                status: report.status,
                at: report.stopped,
                output: report.output.clone(),
                error: report.error.clone(),
                cause: report.cause.clone(),
                is_redrivable,
                ..running
            });
        }
        if self.resources.is_suspended() {
            self.resources.engine.running.remove(&self.resources.state);
            // It is still listed, as an open execution, unless its start was never committed.
            if !self.resources.state.is_accepted() {
                self.resources
                    .engine
                    .executions()
                    .withdraw(&self.resources.state);
                // A Map Run that its first steps opened is not in the store either.
                self.resources
                    .engine
                    .runs
                    .forget(self.resources.state.about.arn());
            }
        } else if self.child == ChildKind::None {
            // A child is retained by its run.
            let is_described = self.machine_type == MachineType::Standard;
            self.resources
                .engine
                .execution_closed(&self.resources.state, is_described.then_some(&*report));
            if self.resources.state.about.depth == 0 && !self.is_inspected() {
                let is_failure = status != Status::Succeeded;
                self.resources
                    .engine
                    .sources
                    .notify(|| notify_parent::one_line_summary(&report), is_failure);
            }
        }
        let engine = &self.resources.engine;
        let is_suspended = self.resources.is_suspended();
        self.resources.state.close(report.clone(), |link| {
            if is_suspended {
                notify_parent::notify_suspended(&link, &report)
            } else {
                engine.notify_parent(link, &report)
            }
        });
        self.resources.engine.running.ended(self.machine_type);
    }
}

impl Drop for ExecutionTask {
    fn drop(&mut self) {
        self.close_dropped();
        self.release_start_permit();
    }
}

impl ExecutionTask {
    /// Ends or suspends an execution that is dropped before its end.
    fn close_dropped(&mut self) {
        if self.is_closed {
            return;
        }
        let cause = "the runtime that drove the execution was shut down";
        let failure = Failure::new(SHUT_DOWN, cause);
        if self.continues_elsewhere() {
            self.suspend(failure);
            return;
        }
        // It is stopped as by StopExecution: a redrive continues where it was.
        let _panicked = guarded(|| {
            if let Some(mut execution) = self.take_started() {
                let stopped = Input::Stopped(Box::new(failure.clone()));
                self.resources.deliver(&mut execution, stopped);
                self.finish(execution);
            }
        });
        if !self.is_closed {
            self.close_without_outcome(Status::Aborted, failure);
        }
    }
}
