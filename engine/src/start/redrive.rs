//! Redrives executions: checks whether it is allowed, and continues at the failed states.

use std::sync::Arc;
use std::time::Duration;

use stepwright_interpreter::execution::RecordEncoder;
use stepwright_interpreter::value::Value;
use stepwright_interpreter::{ExecutionInfo, Status};

use crate::Engine;
use crate::drive::execution_task::{Driver, ExecutionTask, INTERNAL};
use crate::error::RedriveError;
use crate::execution::execution_state::ExecutionState;
use crate::execution::pending_execution::{ChildKind, PendingExecution, StartPoint};
use crate::execution::redrive_data::RedriveData;
use crate::execution::report::ExecutionReport;
use crate::execution_handle::ExecutionHandle;
use crate::journaled_execution::{FirstChange, JournaledExecution};
use crate::shared::EngineShared;

/// How long after its end an execution can be redriven: 14 days.
const PERIOD: Duration = Duration::from_secs(14 * 86_400);
/// The most redrives of one execution.
const MOST: u32 = 1_000;

impl Engine {
    /// Redrives a Standard execution that failed, was stopped or timed out: it continues at the
    /// states that did not succeed, with the same input and the same definition. States that
    /// succeeded are not run again, nor are branches and iterations. Retriers start to count again,
    /// and so does the machine's timeout. The history continues with `ExecutionRedriven`.
    ///
    /// A Map Run continues, too: children that succeeded are not run again, Standard children that
    /// did not succeed are redriven, Express children that did not succeed start again, and items
    /// that were not started are started.
    ///
    /// ```
    /// # extern crate stepwright_engine as stepwright_runtime;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::sync::atomic::{AtomicBool, Ordering};
    ///
    /// use serde_json::{Value, json};
    /// use stepwright_runtime::task::TaskFailure;
    /// use stepwright_runtime::{Engine, MachineType, StartOptions};
    ///
    /// let text = r#"{"StartAt": "Charge", "States": {"Charge": {
    ///     "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge", "End": true
    /// }}}"#;
    /// static IS_OPEN: AtomicBool = AtomicBool::new(false);
    /// let charge = async |_: Value| {
    ///     let is_open = IS_OPEN.swap(true, Ordering::SeqCst);
    ///     if is_open { Ok("receipt") } else { Err(TaskFailure::new("BankIsClosed", "until tomorrow")) }
    /// };
    /// let engine = Engine::builder()
    ///     .register_json("orders", text, MachineType::Standard)
    ///     .function("charge", charge)
    ///     .virtual_time()
    ///     .build()?;
    /// let run = engine.start_machine("orders", json!({}), StartOptions::new()).await?;
    /// let id = run.id().to_owned();
    /// assert!(run.await.is_err());
    ///
    /// let again = engine.redrive(&id).await?;
    /// assert_eq!(again.await?.to_text(), r#""receipt""#);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// When the execution is unknown, or AWS would not redrive it either, with the reason that AWS
    /// returns. [`RedriveError::Store`] when the store cannot be read, or cannot commit the
    /// redrive: then the execution stays closed as before.
    pub async fn redrive(&self, execution: &str) -> Result<ExecutionHandle<Value>, RedriveError> {
        self.redrive_by(execution, None).await
    }

    /// Redrives an execution as [`redrive`](Self::redrive) does, at most once for a token: a
    /// repeated call returns the execution without another redrive, also when it has ended again,
    /// and after a restart. An execution remembers its last 10 tokens for 15 minutes, as on AWS;
    /// [`ExecutionInfo::redriven_with`] returns the time of the redrive.
    ///
    /// # Errors
    ///
    /// As [`redrive`](Self::redrive).
    pub async fn redrive_once(
        &self,
        execution: &str,
        token: &str,
    ) -> Result<ExecutionHandle<Value>, RedriveError> {
        self.redrive_by(execution, Some(token)).await
    }

    async fn redrive_by(
        &self,
        execution: &str,
        token: Option<&str>,
    ) -> Result<ExecutionHandle<Value>, RedriveError> {
        let runtime = self
            .shared
            .start_runtimes
            .choose()
            .map_err(|_| RedriveError::NoRuntime)?;
        if self.shared.is_over(execution) {
            // The children of its Map Runs were stopped, and may still be stopping.
            for child in self.shared.runs.at_work(execution) {
                child.finished().await;
            }
        }
        // The same applies to the children of an earlier process.
        if let Some(durable) = &self.shared.durable {
            for left in durable.orphans() {
                left.finished().await;
            }
        }
        let redriven = {
            // Until it is in memory, another request would read it from the store, too.
            let durable = self.shared.durable.as_ref();
            let _turn = match durable.map(|durable| durable.redrive_turns.of(execution)) {
                Some(turn) => Some(turn.lock().await),
                None => None,
            };
            let found = self.shared.find(execution).await;
            let known = found.map_err(RedriveError::Store)?;
            self.shared.redrive(execution, known, token)?
        };
        let state = match redriven {
            Redriven::Before(state) => state,
            Redriven::Now(pending_execution) => {
                let state = pending_execution.state.clone();
                Driver::begin(
                    ExecutionTask::new(self.shared.clone(), *pending_execution),
                    &runtime,
                );
                state
            }
        };
        let accepted = state.accepted().await;
        if accepted.is_err() {
            // Its Map Runs are read from the store again.
            self.shared.runs.forget(execution);
        }
        accepted.map_err(|error| RedriveError::of_store(error, execution))?;
        Ok(ExecutionHandle::new(
            state,
            |output| Ok(output.clone()),
            &self.handle,
        ))
    }
}

/// A redrive that was requested.
enum Redriven {
    /// It begins now.
    Now(Box<PendingExecution>),
    /// An earlier request had the same token.
    Before(Arc<ExecutionState>),
}

/// Returns why an execution that did not succeed has no state to continue from.
pub(crate) fn missing_resume_point(report: &ExecutionReport) -> &'static str {
    if report.error.as_deref() == Some(INTERNAL) {
        "Execution was ended by a bug in stepwright-runtime, and the state to continue from is unknown"
    } else {
        "Execution history event limit exceeded"
    }
}

impl EngineShared {
    fn is_over(&self, id: &str) -> bool {
        let executions = self.executions();
        let known = executions.get(id);
        known.is_some_and(|state| state.final_report().is_some())
    }

    fn redrive(
        &self,
        id: &str,
        known: Option<Arc<ExecutionState>>,
        token: Option<&str>,
    ) -> Result<Redriven, RedriveError> {
        let refused = |reason: &str| Err(RedriveError::ExecutionNotRedrivable(reason.to_owned()));
        let mut executions = self.executions();
        if self.running.is_shut_down() {
            return Err(RedriveError::ShutDown);
        }
        let Some(known) = executions.get(id).cloned().or(known) else {
            return Err(RedriveError::ExecutionDoesNotExist(id.to_owned()));
        };
        // The name of the state machine of a child is `<machine>/<label>`.
        if known.about.machine_name().contains('/') {
            return refused(
                "Execution is a child of a Map Run; redrive the execution that the Map Run belongs to",
            );
        }
        if token.is_some_and(|token| {
            let now = self.clock.now();
            known.about.redriven_with(token, now).is_some()
        }) {
            return Ok(Redriven::Before(known));
        }
        let Some(report) = known.final_report() else {
            return refused("Execution is RUNNING and cannot be redriven");
        };
        if report.status == Status::Succeeded {
            return refused("Execution is SUCCEEDED and cannot be redriven");
        }
        let Some(redrivable) = known.redrivable() else {
            return refused(missing_resume_point(report));
        };
        let about = self.again(&known.about, report, &redrivable, token)?;
        let open = executions.open_count();
        if open >= self.limits.open_executions {
            return Err(RedriveError::ExecutionLimitExceeded(open));
        }
        let state = match redrivable.place {
            Some(_) => ExecutionState::uncommitted(about, &self.clock),
            None => ExecutionState::new(about, &self.clock),
        };
        if !self.running.open(&state) {
            drop(executions);
            state.cancel_start();
            return Err(RedriveError::ShutDown);
        }
        executions.reopen(&state);
        drop(executions);
        let RedriveData {
            program,
            source,
            resume,
            place,
        } = redrivable;
        let journaled = place.map(|place| {
            let journaled =
                JournaledExecution::new(place, FirstChange::Redrive, RecordEncoder::default());
            Box::new(journaled.failing_in_outage())
        });
        Ok(Redriven::Now(Box::new(PendingExecution {
            state,
            entry: program.entry(),
            program,
            child: ChildKind::None,
            source,
            begin: StartPoint::Redrive(Box::new((report.history.clone(), resume))),
            journaled,
        })))
    }

    /// Returns the info of the execution for its next run, if it may be redriven.
    pub(crate) fn again(
        &self,
        about: &ExecutionInfo,
        report: &ExecutionReport,
        redrivable: &RedriveData,
        token: Option<&str>,
    ) -> Result<Arc<ExecutionInfo>, RedriveError> {
        let now = self.clock.now();
        let count = about.redrive_count().unwrap_or_default();
        let reason = if now - report.stopped > PERIOD {
            "Execution redrivable period exceeded"
        } else if now - about.started > self.limits.standard_duration {
            "Execution has exceeded the max execution time"
        } else if redrivable.resume.events.saturating_add(2) > self.limits.events {
            // There must be capacity for ExecutionRedriven and one more event.
            "Execution history event limit exceeded"
        } else if count >= MOST {
            "Execution redrive limit exceeded"
        } else {
            // The clock of the process that ended the execution may have been ahead.
            let at = now.max(report.stopped);
            return Ok(Arc::new(ExecutionInfo {
                counts_redrives: true,
                ..about.redriven_at(at, token)
            }));
        };
        Err(RedriveError::ExecutionNotRedrivable(reason.to_owned()))
    }
}
