use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use smol_str::SmolStr;

use super::error::{ExecutionFailed, StartError};
use super::events::Events;
use super::handle::LastHandle;
use super::report::ExecutionReport;
use super::state::{ExecutionState, Message};
use crate::execution_info::ExecutionInfo;
use crate::history::History;
use crate::interpret::Failure;
use crate::status::Status;
use crate::value::Value;

/// Turns an execution's output into what its caller asked for.
pub(super) type Decode<T> = fn(&Value) -> Result<T, String>;

/// A handle of an execution. Awaiting it gives the output.
///
/// Dropping it changes nothing: the execution goes on.
pub struct Run<T> {
    state: Arc<ExecutionState>,
    /// The ARN, once somebody has asked this handle for it: an execution that waits needs none.
    id: OnceLock<SmolStr>,
    decode: Decode<T>,
    _engine: Arc<LastHandle>,
}

impl<T> Run<T> {
    /// Waits until the start is kept.
    pub(super) async fn accepted(&self) -> Result<(), StartError> {
        let kept = self.state.accepted().await;
        kept.map_err(|error| StartError::of_store(error, self.state.about.name()))
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
            _engine: engine.clone(),
        }
    }

    /// The execution's ARN.
    pub fn id(&self) -> &str {
        self.id.get_or_init(|| self.state.about.to_arn())
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.state.about.name()
    }

    /// Its ids, names and input.
    pub fn execution(&self) -> &ExecutionInfo {
        &self.state.about
    }

    /// Returns the execution's status.
    pub fn status(&self) -> Status {
        self.state.status()
    }

    /// Its events, from the first that is kept, as they are written; the stream ends with the execution.
    pub fn events(&self) -> Events {
        Events::new(self.state.clone())
    }

    /// The history so far.
    pub async fn history(&self) -> History {
        match self.state.history_after(0).await {
            Ok(history) => history,
            // It ended in between.
            Err(_) => self.state.finished().await.history.clone(),
        }
    }

    /// Stops the execution, as StopExecution does, and waits until that is durable. An execution that is over stays as it is. Where the
    /// store cannot commit, this waits until it can; when the engine suspends the execution before, the report [is not
    /// over](ExecutionReport::is_over), and the execution is not stopped.
    pub async fn stop(&self, error: Option<&str>, cause: Option<&str>) -> Arc<ExecutionReport> {
        let failure = Failure::stopped(error.map(SmolStr::new), cause.map(SmolStr::new));
        self.state.send_or_answer(Message::Stop(failure));
        self.state.finished().await
    }

    /// How it ended, if it did.
    #[cfg(feature = "serve")]
    pub(crate) fn ended(&self) -> Option<&Arc<ExecutionReport>> {
        self.state.final_report()
    }

    /// What is shared with the execution.
    #[cfg(feature = "serve")]
    pub(super) fn state(&self) -> &Arc<ExecutionState> {
        &self.state
    }

    /// Waits for the end, whatever it is.
    pub async fn report(&self) -> Arc<ExecutionReport> {
        self.state.finished().await
    }
}

/// The output of a finished execution as the caller's type.
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

impl<T: 'static> IntoFuture for Run<T> {
    type Output = Result<T, ExecutionFailed>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let report = self.state.finished().await;
            decoded(&report, self.decode)
        })
    }
}

impl<T> fmt::Debug for Run<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run")
            .field("id", &self.id())
            .field("status", &self.status())
            .finish_non_exhaustive()
    }
}
