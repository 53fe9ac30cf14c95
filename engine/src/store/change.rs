//! The changes that an engine writes to a store in its transactions.

use std::sync::Arc;

use bytes::Bytes;

use super::{
    OutboxQueue, StoreError, StoredActivity, StoredDocument, StoredExecution, StoredListing,
    StoredMachine, StoredMapRun,
};
use crate::Status;
use crate::clock::Timestamp;

/// A change that [`Store::commit`](super::Store::commit) applies.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// Adds a version of a state machine, which becomes the newest of its name. Replaces the
    /// version with the same name and hash, if any.
    Machine(StoredMachine),
    /// Adds an execution that starts.
    ///
    /// [`StoreError::Exists`] when its ARN exists, [`StoreError::Conflict`] when its key exists, or
    /// when it is a child of a Map Run that does not exist.
    Start {
        /// The execution.
        execution: StoredExecution,
        /// Its record with `seq` 0.
        data: Bytes,
    },
    /// Adds or replaces a Map Run. [`StoreError::Conflict`] when no execution has the key, or
    /// another execution's run has the ARN.
    MapRun(StoredMapRun),
    /// Adds the next record of an execution. [`StoreError::Conflict`] unless the execution has
    /// exactly the records before `seq`.
    Append {
        /// The execution's key.
        key: u64,
        /// The record's number: 1 for the first after the start.
        seq: u32,
        /// The record.
        data: Bytes,
    },
    /// Closes an execution. [`StoreError::Conflict`] when no execution has the key, or `status` is
    /// [`Status::Running`].
    Close {
        /// The execution's key.
        key: u64,
        /// The final status.
        status: Status,
        /// When it ended.
        stopped: Timestamp,
    },
    /// Reopens a redriven execution. [`StoreError::Conflict`] when no execution has the key.
    Reopen {
        /// The execution's key.
        key: u64,
        /// Its columns for lists, with the redrive.
        listing: StoredListing,
    },
    /// Deletes a version of a state machine. [`StoreError::Conflict`] when there is no such
    /// version.
    DeleteMachine {
        /// The state machine's name.
        name: String,
        /// The version's hash.
        hash: String,
    },
    /// Deletes a closed execution, with its records, its Map Runs, and their children.
    /// [`StoreError::Conflict`] when no execution has the key, or the execution or one of these
    /// children is running.
    Delete {
        /// The execution's key.
        key: u64,
    },
    /// Adds an activity. Replaces the activity with the same ARN, if any.
    Activity(StoredActivity),
    /// Deletes an activity, if it exists.
    DeleteActivity {
        /// Its ARN.
        arn: String,
    },
    /// Writes a document. Replaces the document with the same key, if any.
    Document(StoredDocument),
    /// Deletes a document, if it exists.
    DeleteDocument {
        /// Its key.
        key: String,
    },
    /// Adds a message to the end of a queue of the outbox. Its number is larger than those of all
    /// messages in the store, and of all messages since the store was opened.
    Send {
        /// The queue.
        queue: OutboxQueue,
        /// The message.
        data: Bytes,
    },
    /// Adds a message with the number that it has in another store, of which this one becomes a
    /// copy. Replaces the message with this number, if any.
    PutMessage {
        /// The queue.
        queue: OutboxQueue,
        /// Its number: from 1 to 2⁶².
        number: u64,
        /// The message.
        data: Bytes,
    },
    /// Deletes a message of the outbox, if it exists.
    DeleteMessage {
        /// The queue.
        queue: OutboxQueue,
        /// Its number.
        number: u64,
    },
}

impl Change {
    /// Returns about how many bytes of memory it occupies.
    pub(super) fn size(&self) -> usize {
        let texts = match self {
            Self::Machine(machine) => {
                machine.definition.len() + machine.name.len() + machine.hash.len()
            }
            Self::Start { execution, data } => {
                let StoredExecution {
                    arn,
                    name,
                    machine,
                    machine_hash,
                    child_of,
                    ..
                } = execution;
                let child_of = child_of.as_ref();
                let map_run = child_of.map_or(0, |child| child.map_run.len());
                map_run + arn.len() + name.len() + machine.len() + machine_hash.len() + data.len()
            }
            Self::DeleteMachine { name, hash } => name.len() + hash.len(),
            Self::MapRun(run) => run.arn.len() + run.data.len(),
            Self::Append { data, .. } => data.len(),
            Self::Activity(StoredActivity { arn, .. }) | Self::DeleteActivity { arn } => arn.len(),
            Self::Document(document) => document.key.len() + document.data.len(),
            Self::DeleteDocument { key } => key.len(),
            Self::Send { data, .. } | Self::PutMessage { data, .. } => data.len(),
            Self::Close { .. }
            | Self::Reopen { .. }
            | Self::Delete { .. }
            | Self::DeleteMessage { .. } => 0,
        };
        size_of::<Self>() + texts
    }

    /// Returns the ARN of the execution that it adds.
    pub(super) fn started_arn(&self) -> Option<&Arc<str>> {
        match self {
            Self::Start { execution, .. } => Some(&execution.arn),
            _ => None,
        }
    }

    /// Whether it only deletes, so that the store needs less space afterwards.
    pub(super) fn is_deletion(&self) -> bool {
        match self {
            Self::Delete { .. }
            | Self::DeleteMachine { .. }
            | Self::DeleteActivity { .. }
            | Self::DeleteDocument { .. }
            | Self::DeleteMessage { .. } => true,
            Self::Machine(_)
            | Self::Start { .. }
            | Self::MapRun(_)
            | Self::Append { .. }
            | Self::Close { .. }
            | Self::Reopen { .. }
            | Self::Activity(_)
            | Self::Document(_)
            | Self::Send { .. }
            | Self::PutMessage { .. } => false,
        }
    }

    /// Fails for a change that no store can apply, whatever its content is. A store calls this
    /// before it applies a change.
    ///
    /// # Errors
    ///
    /// [`StoreError::Conflict`].
    pub fn check(&self) -> Result<(), StoreError> {
        let conflict = |why: String| Err(StoreError::conflict(why));
        match self {
            Self::Start { execution, .. } if i64::try_from(execution.key).is_err() => conflict(
                format!("the key {} is larger than {}", execution.key, i64::MAX),
            ),
            Self::Close {
                key,
                status: Status::Running,
                ..
            } => conflict(format!("execution {key} is closed with the status RUNNING")),
            Self::PutMessage { number, .. } if !(1..=1 << 62).contains(number) => {
                conflict(format!("{number} is no number of a message"))
            }
            _ => Ok(()),
        }
    }
}
