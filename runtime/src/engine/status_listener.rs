use std::sync::Arc;

use stepwright_interpreter::value::Value;
use stepwright_interpreter::{ExecutionInfo, Status};

use super::completion::report::ExecutionReport;
use crate::clock::Timestamp;

/// Receives the changes of the status of Standard executions, for example to publish them as events:
/// [`EngineBuilder::status_listener`](super::EngineBuilder::status_listener).
pub trait StatusListener: Send + Sync {
    /// Called when an execution was started or redriven, and when it has ended. With a store, the change is durable then. The calls for one execution
    /// are made one after the other, in the order of its changes.
    ///
    /// The execution waits for the return, so a listener must not block: it passes the change to a queue.
    ///
    /// A process that ends between the commit and the call does not repeat the call when it starts again.
    fn status_changed(&self, change: StatusChange);
}

/// A change of the status of a Standard execution.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StatusChange {
    /// The execution: its ids, names and input.
    pub execution: Arc<ExecutionInfo>,
    /// The new status. [`Status::Running`] after a start and a redrive.
    pub status: Status,
    /// When it changed.
    pub at: Timestamp,
    /// The output, when it succeeded.
    pub output: Option<Value>,
    /// The error, when it failed or was stopped with one.
    pub error: Option<String>,
    /// The cause.
    pub cause: Option<String>,
    /// Whether it is the child of a Map Run.
    pub is_map_run_child: bool,
    /// Whether the engine has the states from which a redrive continues.
    pub is_redrivable: bool,
}

impl StatusChange {
    pub(in crate::engine) fn running(
        execution: Arc<ExecutionInfo>,
        is_map_run_child: bool,
    ) -> Self {
        Self {
            status: Status::Running,
            at: execution.redriven().unwrap_or(execution.started),
            execution,
            output: None,
            error: None,
            cause: None,
            is_map_run_child,
            is_redrivable: false,
        }
    }

    pub(in crate::engine) fn ended(
        execution: Arc<ExecutionInfo>,
        report: &ExecutionReport,
        is_map_run_child: bool,
        is_redrivable: bool,
    ) -> Self {
        Self {
            execution,
            status: report.status,
            at: report.stopped,
            output: report.output.clone(),
            error: report.error.clone(),
            cause: report.cause.clone(),
            is_map_run_child,
            is_redrivable,
        }
    }

    /// Returns the ARN of the version of the state machine, if a version was started.
    pub fn version_arn(&self) -> Option<&str> {
        self.execution.origin()?.version.as_deref()
    }

    /// Returns the ARN of the alias that chose the version.
    pub fn alias_arn(&self) -> Option<&str> {
        self.execution.origin()?.alias.as_deref()
    }

    /// Returns the input as JSON: the original text, if a server started the execution.
    pub fn input_text(&self) -> String {
        self.execution.input_text()
    }
}
