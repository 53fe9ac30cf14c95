//! The data of an execution in a store, without its history.

use std::sync::Arc;

use super::{ListPosition, StoredChild, StoredListing};
use crate::Status;
use crate::clock::Timestamp;

/// An execution, without its records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredExecution {
    /// Its unique number, which the engine assigns: from 1 to 2⁶³ - 1.
    pub key: u64,
    /// Its ARN; no other execution in the store has it.
    pub arn: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// The state machine's name.
    pub machine: Arc<str>,
    /// The [hash](super::StoredMachine::hash) of the state machine's version with which it started.
    pub machine_hash: Arc<str>,
    /// Its status.
    pub status: Status,
    /// When it started.
    pub started: Timestamp,
    /// When it ended; `None` while it runs.
    pub stopped: Option<Timestamp>,
    /// The Map Run and the number, if it is a child of a Map Run.
    pub child_of: Option<StoredChild>,
    /// The columns that lists read.
    pub listing: StoredListing,
}

impl StoredExecution {
    /// Returns its position in lists.
    pub fn position(&self) -> ListPosition {
        let order = match &self.child_of {
            Some(child) => i64::from(child.number),
            None => self.started.unix_micros(),
        };
        ListPosition {
            order,
            key: self.key,
        }
    }
}
