//! Reports to the caller that the store of an engine cannot commit at the moment, or that another
//! engine may have it.

use std::time::Duration;

use crate::Engine;
use crate::store::{StoreError, StoreLease};

/// A time in which the engine's store cannot commit: its disk is full, another program holds its
/// lock, its file is gone, or its lease cannot be renewed.
///
/// Executions wait: each continues from where it was when the store commits again. Until then
/// starts, redrives and changes of state machines and activities fail, and answers to task tokens
/// and stops wait.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoreOutage {
    /// The error of the newest attempt.
    pub error: StoreError,
    /// How long the store has not been able to commit.
    pub duration: Duration,
    /// Whether the engine tries again. Otherwise executions wait until an engine is built again.
    pub is_retried: bool,
}

impl Engine {
    /// Returns the outage of the store; `None` without a store, and while the last commit
    /// succeeded.
    pub fn store_outage(&self) -> Option<StoreOutage> {
        let journal = &self.shared.durable.as_ref()?.journal;
        if let Some(outage) = journal.outage() {
            return Some(StoreOutage {
                error: outage.error().clone(),
                duration: outage.duration(),
                is_retried: !outage.is_lasting(),
            });
        }
        let (error, duration) = journal.lease()?.outage()?;
        Some(StoreOutage {
            is_retried: !error.is_lasting(),
            error,
            duration,
        })
    }

    /// Returns the lease of a store that another engine can take over; `None` without such a store.
    /// While it is not [trusted](StoreLease::is_trusted), what this engine has in memory may be
    /// older than what the other one has done.
    pub fn store_lease(&self) -> Option<&StoreLease> {
        self.shared.durable.as_ref()?.journal.lease()
    }
}
