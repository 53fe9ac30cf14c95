use bytes::Bytes;

use super::{
    StoreError, StoredActivity, StoredDocument, StoredExecution, StoredListing, StoredMachine,
    StoredMapRun,
};
use crate::Status;
use crate::clock::Timestamp;

/// What [`Store::commit`](super::Store::commit) changes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// A version of a state machine, which becomes the newest of its name. One with this name and hash that is there is replaced.
    Machine(StoredMachine),
    /// An execution starts.
    ///
    /// [`StoreError::Exists`] when its ARN is there, [`StoreError::Conflict`] when its key is, or when it is a child of a Map Run
    /// that is not there.
    Start {
        /// The execution.
        execution: StoredExecution,
        /// Its record of `seq` 0.
        data: Bytes,
    },
    /// A Map Run begins, or stands otherwise than before. [`StoreError::Conflict`] when no execution has the key, or the ARN is that of
    /// another execution's run.
    MapRun(StoredMapRun),
    /// The next record of an execution. [`StoreError::Conflict`] unless it has exactly the records before `seq`.
    Append {
        /// The execution's key.
        key: u64,
        /// The record's number: 1 for the first after the start.
        seq: u32,
        /// The record.
        data: Bytes,
    },
    /// An execution is over. [`StoreError::Conflict`] when no execution has the key, or `status` is [`Status::Running`].
    Close {
        /// The execution's key.
        key: u64,
        /// How it ended.
        status: Status,
        /// When it ended.
        stopped: Timestamp,
    },
    /// A redriven execution runs again. [`StoreError::Conflict`] when no execution has the key.
    Reopen {
        /// The execution's key.
        key: u64,
        /// Its columns for lists, with the redrive.
        listing: StoredListing,
    },
    /// Fills the columns for lists of an execution that an older version of this library wrote. Does nothing when no execution has the key,
    /// or the execution has them.
    List {
        /// The execution's key.
        key: u64,
        /// The columns.
        listing: StoredListing,
    },
    /// A version of a state machine is forgotten. [`StoreError::Conflict`] when there is no such version.
    DeleteMachine {
        /// The state machine's name.
        name: String,
        /// The version's hash.
        hash: String,
    },
    /// An execution that is over is forgotten, with its records, its Map Runs, and their children. [`StoreError::Conflict`] when no execution has
    /// the key, or it runs, or one of these children does.
    Delete {
        /// The execution's key.
        key: u64,
    },
    /// An activity is created. One with this ARN that is there is replaced.
    Activity(StoredActivity),
    /// An activity is deleted, if it is there.
    DeleteActivity {
        /// Its ARN.
        arn: String,
    },
    /// A document is written. One with this key that is there is replaced.
    Document(StoredDocument),
    /// A document is deleted, if it is there.
    DeleteDocument {
        /// Its key.
        key: String,
    },
}

impl Change {
    /// The bytes that it holds in memory, about.
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
            Self::Close { .. } | Self::Reopen { .. } | Self::List { .. } | Self::Delete { .. } => 0,
        };
        size_of::<Self>() + texts
    }

    /// Whether it only deletes, so that the store needs less room afterwards.
    pub(super) fn is_deletion(&self) -> bool {
        match self {
            Self::Delete { .. }
            | Self::DeleteMachine { .. }
            | Self::DeleteActivity { .. }
            | Self::DeleteDocument { .. } => true,
            Self::Machine(_)
            | Self::Start { .. }
            | Self::MapRun(_)
            | Self::Append { .. }
            | Self::Close { .. }
            | Self::Reopen { .. }
            | Self::List { .. }
            | Self::Activity(_)
            | Self::Document(_) => false,
        }
    }

    /// What no store can apply, whatever it holds.
    pub(super) fn check(&self) -> Result<(), StoreError> {
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
            _ => Ok(()),
        }
    }
}
