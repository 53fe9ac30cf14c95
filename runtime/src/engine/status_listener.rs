use std::sync::Arc;

use stepwright_interpreter::execution::StatusRecord;
use stepwright_interpreter::value::Value;
use stepwright_interpreter::{ExecutionInfo, Status};

use super::completion::report::ExecutionReport;
use super::outbox::receipt::Receipt;
use crate::clock::Timestamp;

/// Receives the changes of the status of Standard executions, for example to publish them as events:
/// [`EngineBuilder::status_listener`](super::EngineBuilder::status_listener).
pub trait StatusListener: Send + Sync {
    /// Called when an execution was started or redriven, and when it has ended. The calls for one execution are made one after the other, in the
    /// order of its changes.
    ///
    /// The execution or the outbox waits for the return, so a listener must not block: it passes the change to a queue.
    ///
    /// With a store, the change is written in the same transaction as its cause, and passed to the listener after the commit until the listener
    /// [confirms](StatusChange::confirm) it. If the last clone of a change is dropped without a confirmation, the engine passes this change and
    /// those after it again two seconds later. If the process ends, an engine with a listener that opens the store does so. So a listener receives
    /// each change at least once, and always in order. At most 256 changes are passed and neither confirmed nor dropped; the others wait in the
    /// store.
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
    /// The message of the outbox, if the change is durable.
    pub(in crate::engine) receipt: Option<Arc<Receipt>>,
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
            receipt: None,
        }
    }

    /// Returns the change that a record contains.
    pub(in crate::engine) fn of_record(record: StatusRecord, receipt: Receipt) -> Self {
        let StatusRecord {
            about,
            status,
            at,
            output,
            error,
            cause,
            is_map_run_child,
            is_redrivable,
        } = record;
        Self {
            execution: about,
            status,
            at,
            output,
            error,
            cause,
            is_map_run_child,
            is_redrivable,
            receipt: Some(Arc::new(receipt)),
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
            receipt: None,
        }
    }

    /// Confirms that the change was processed. The store then deletes it, and no later process passes it to a listener again. Without a store it
    /// has no effect.
    pub fn confirm(&self) {
        if let Some(receipt) = &self.receipt {
            receipt.confirm();
        }
    }

    /// Whether the store retains the change until it is [confirmed](Self::confirm).
    pub fn is_durable(&self) -> bool {
        self.receipt.is_some()
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
