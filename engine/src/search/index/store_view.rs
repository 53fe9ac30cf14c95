//! Reads from the store the executions that the index must contain.

use stepwright_asl::redaction::Redaction;

use super::index_storage::{IndexStorage, IndexedStore};
use crate::StoredExecutions;
use crate::search::execution_search::searched_texts;
use crate::store::{StoreError, StoredExecution};

/// What the index reads of a store, with its own connections.
pub(super) struct StoreView {
    store: Box<dyn IndexedStore>,
    executions: StoredExecutions,
    redaction: Redaction,
}

impl StoreView {
    /// Opens a store. [`texts`](Self::texts) masks what `redaction` does.
    pub(super) fn open(
        storage: &dyn IndexStorage,
        redaction: &Redaction,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            store: storage.store()?,
            executions: StoredExecutions::new(storage.reader()?),
            redaction: redaction.clone(),
        })
    }

    /// Returns whether a commit may have changed the store since the last call.
    pub(super) fn has_changed(&mut self) -> Result<bool, StoreError> {
        self.store.has_changed()
    }

    /// Returns the executions after a key in the order of keys, with the children of Map Runs.
    pub(super) fn scan(
        &mut self,
        after: i64,
        limit: usize,
    ) -> Result<Vec<(i64, Option<StoredExecution>)>, StoreError> {
        self.store.scan(after, limit)
    }

    /// Returns the largest key of an execution.
    pub(super) fn last_key(&mut self) -> Result<i64, StoreError> {
        let last = self.executions.reader().last_key()?;
        Ok(i64::try_from(last).unwrap_or(i64::MAX))
    }

    /// Returns the executions of the lists among those with these keys.
    pub(super) fn executions(&mut self, keys: &[i64]) -> Result<Vec<StoredExecution>, StoreError> {
        let mut rows = self.store.executions(keys)?;
        rows.retain(|row| row.child_of.is_none());
        Ok(rows)
    }

    /// Returns the keys of the running executions of the lists.
    pub(super) fn open_keys(&mut self) -> Result<Vec<i64>, StoreError> {
        self.store.open_keys()
    }

    /// Reads the [texts](searched_texts) of an execution; empty texts if it cannot be read.
    pub(super) fn texts(&mut self, row: &StoredExecution) -> Result<[String; 4], StoreError> {
        match self.executions.data_of(row) {
            Ok(data) => Ok(searched_texts(&data, &self.redaction)),
            Err(error @ StoreError::Unreadable { .. }) => {
                tracing::debug!(%error, "an execution has no texts in the index");
                Ok(Default::default())
            }
            Err(error) => Err(error),
        }
    }
}
