//! The handle with which a caller follows, stops or awaits one execution.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use smol_str::SmolStr;
use stepwright_interpreter::execution::{Failure, Wait, WaitKind};
use stepwright_interpreter::history::History;
use stepwright_interpreter::value::Value;
use stepwright_interpreter::{ExecutionInfo, Status};

use super::activities::{ActivityTask, QueuedTask};
use super::error::{ActivityError, ExecutionFailed, StartError};
use super::events::Events;
use super::last_handle::LastHandle;
use crate::execution::execution_state::ExecutionState;
use crate::execution::message::Message;
use crate::execution::report::ExecutionReport;

/// Converts an execution's output to the caller's type.
pub(crate) type Decode<T> = fn(&Value) -> Result<T, String>;

/// A handle of an execution. Awaiting it returns the output.
///
/// Dropping it does not stop the execution.
pub struct ExecutionHandle<T> {
    state: Arc<ExecutionState>,
    /// The ARN, built on the first request: an execution that waits needs none.
    id: OnceLock<SmolStr>,
    decode: Decode<T>,
    engine: Arc<LastHandle>,
}

impl<T> ExecutionHandle<T> {
    /// Waits until the start is committed.
    pub(super) async fn accepted(&self) -> Result<(), StartError> {
        let accepted = self.state.accepted().await;
        accepted.map_err(|error| StartError::of_store(error, self.state.about.name()))
    }

    pub(super) fn new(
        state: Arc<ExecutionState>,
        decode: Decode<T>,
        engine: &Arc<LastHandle>,
    ) -> Self {
        Self {
            state,
            id: OnceLock::new(),
            decode,
            engine: engine.clone(),
        }
    }

    /// Returns the execution's ARN.
    pub fn id(&self) -> &str {
        self.id.get_or_init(|| self.state.about.to_arn())
    }

    /// Returns its name.
    pub fn name(&self) -> &str {
        self.state.about.name()
    }

    /// Returns its ids, names and input.
    pub fn execution(&self) -> &ExecutionInfo {
        &self.state.about
    }

    /// Returns the execution's status.
    pub fn status(&self) -> Status {
        self.state.status()
    }

    /// Returns a stream of its events, from the first retained one, as they are written. The stream
    /// ends with the execution.
    pub fn events(&self) -> Events {
        Events::new(self.state.clone())
    }

    /// Returns the history so far.
    pub async fn history(&self) -> History {
        match self.state.history_after(0).await {
            Ok(history) => history,
            // It ended concurrently.
            Err(_) => self.state.finished().await.history.clone(),
        }
    }

    /// Returns what the execution waits for: one [`Wait`] for each state that waits, in the order
    /// in which the states were entered. A closed or suspended execution waits for nothing.
    ///
    /// A wait is shown when it is durable. While the store cannot commit, this call waits. The
    /// execution is not changed: if it is parked, it is parked again.
    ///
    /// ```
    /// # extern crate stepwright_engine as stepwright_runtime;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use serde_json::json;
    /// use stepwright_runtime::{Engine, MachineType, StartOptions, WaitKind};
    ///
    /// let text = r#"{"StartAt": "Cool", "States": {"Cool": {"Type": "Wait", "Seconds": 60, "End": true}}}"#;
    /// let engine = Engine::builder().register_json("cool", text, MachineType::Standard).build()?;
    /// let run = engine.start_machine("cool", json!({}), StartOptions::new()).await?;
    /// let waits = run.waits().await;
    /// assert_eq!(waits[0].state, "Cool");
    /// assert!(matches!(waits[0].kind, WaitKind::Timer { until } if until > engine.clock().now()));
    /// # run.stop(None, None).await;
    /// # assert!(run.waits().await.is_empty());
    /// # Ok(()) }
    /// ```
    pub async fn waits(&self) -> Vec<Wait> {
        self.state.waits().await.unwrap_or_default()
    }

    /// Takes the queued task of an activity from its queue, as if a worker with this name had
    /// polled it, and returns it with its token: with the token, an operator completes or fails the
    /// task, whether the activity has workers or not.
    ///
    /// `state` and `scope` are those of the [`Wait`]. The task is taken before older tasks of other
    /// executions.
    ///
    /// # Errors
    ///
    /// [`ActivityError::NoQueuedTask`]: the execution has no task in a queue there, or a worker took it before. Then its token is in
    /// [`waits`](Self::waits).
    pub async fn take_activity_task(
        &self,
        state: &str,
        scope: &[String],
        worker: Option<&str>,
    ) -> Result<ActivityTask, ActivityError> {
        let waits = self.waits().await;
        let queued = waits.iter().find_map(|wait| match &wait.kind {
            WaitKind::Activity { arn, token, .. }
                if token.is_none() && wait.state == state && wait.scope == scope =>
            {
                Some((arn, wait.id()))
            }
            _ => None,
        });
        let engine = self.engine.shared();
        let taken = match queued {
            Some((arn, wait_id)) => {
                let (activities, clock) = (&engine.activities, &engine.clock);
                let is_task = |task: &QueuedTask| task.responder.is_of(&self.state, wait_id);
                activities.take_matching(arn, worker, clock, is_task).await
            }
            None => None,
        };
        taken.ok_or_else(|| ActivityError::NoQueuedTask(state.to_owned()))
    }

    /// Stops the execution, as StopExecution does, and waits until that is durable. A closed
    /// execution stays unchanged. While the store cannot commit, this waits. When the engine
    /// suspends the execution before, the report [is not over](ExecutionReport::is_over), and the
    /// execution is not stopped.
    pub async fn stop(&self, error: Option<&str>, cause: Option<&str>) -> Arc<ExecutionReport> {
        let failure = Failure::stopped(error.map(SmolStr::new), cause.map(SmolStr::new));
        self.state.send_or_answer(Message::Stop(failure));
        self.state.finished().await
    }

    /// Returns the report, if the execution has ended; [`report`](Self::report) waits for it.
    pub fn final_report(&self) -> Option<&Arc<ExecutionReport>> {
        self.state.final_report()
    }

    /// Returns the state that the handle shares with the execution.
    pub(super) fn state(&self) -> &Arc<ExecutionState> {
        &self.state
    }

    /// Waits for the end, whatever its status is.
    pub async fn report(&self) -> Arc<ExecutionReport> {
        self.state.finished().await
    }
}

/// Converts the output of a finished execution to the caller's type.
pub(super) fn decoded<T>(
    report: &ExecutionReport,
    decode: Decode<T>,
) -> Result<T, ExecutionFailed> {
    match (&report.status, &report.output) {
        (Status::Succeeded, Some(output)) => {
            decode(output).map_err(|cause| ExecutionFailed::mismatch(report, cause))
        }
        _ => Err(ExecutionFailed::new(report)),
    }
}

impl<T: 'static> IntoFuture for ExecutionHandle<T> {
    type Output = Result<T, ExecutionFailed>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let report = self.state.finished().await;
            decoded(&report, self.decode)
        })
    }
}

impl<T> fmt::Debug for ExecutionHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExecutionHandle")
            .field("id", &self.id())
            .field("status", &self.status())
            .finish_non_exhaustive()
    }
}
