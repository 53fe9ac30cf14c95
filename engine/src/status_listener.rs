//! The interface of programs that receive each change of an execution's status.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use stepwright_interpreter::execution::StatusRecord;

use super::outbox::receipt::Receipt;

/// Receives the changes of the status of Standard executions, for example to publish them as
/// events: [`EngineBuilder::status_listener`](super::EngineBuilder::status_listener).
pub trait StatusListener: Send + Sync {
    /// Called when an execution was started or redriven, and when it has ended. The calls for one
    /// execution are made one after the other, in the order of its changes.
    ///
    /// The execution or the outbox waits for the return, so a listener must not block: it passes
    /// the change to a queue.
    ///
    /// With a store, the change is written in the same transaction as its cause, and passed to the
    /// listener after the commit until the listener [confirms](StatusChange::confirm) it. If the
    /// last clone of a change is dropped without a confirmation, the engine passes this change and
    /// those after it again two seconds later. If the process ends, an engine with a listener that
    /// opens the store does so. So a listener receives each change at least once, and always in
    /// order. At most 256 changes are passed and neither confirmed nor dropped; the others wait in
    /// the store.
    fn status_changed(&self, change: StatusChange);
}

/// A change of the status of a Standard execution: its fields are those of the [`StatusRecord`].
#[derive(Clone, Debug)]
pub struct StatusChange {
    record: StatusRecord,
    /// The message of the outbox, if the change is durable.
    receipt: Option<Arc<Receipt>>,
}

impl Deref for StatusChange {
    type Target = StatusRecord;

    fn deref(&self) -> &StatusRecord {
        &self.record
    }
}

impl DerefMut for StatusChange {
    fn deref_mut(&mut self) -> &mut StatusRecord {
        &mut self.record
    }
}

impl StatusChange {
    /// Creates a change that no store has.
    pub(crate) fn transient(record: StatusRecord) -> Self {
        Self {
            record,
            receipt: None,
        }
    }

    /// Creates a change that the outbox has.
    pub(crate) fn durable(record: StatusRecord, receipt: Receipt) -> Self {
        Self {
            record,
            receipt: Some(Arc::new(receipt)),
        }
    }

    /// Confirms that the change was processed. The store then deletes it, and no later process
    /// passes it to a listener again. Without a store it has no effect.
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
