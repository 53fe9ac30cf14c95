//! Reads from the store the executions that the index must contain.

use std::path::Path;

use stepwright_asl::redaction::Redaction;

use crate::StoredExecutions;
use crate::search::execution_search::searched_texts;
use crate::store::{ScannedExecution, SqliteReader, StoreError, StoreReader, StoredExecution};

/// What the index reads of a store, with its own connections.
pub(super) struct StoreView {
    reader: SqliteReader,
    executions: StoredExecutions,
    redaction: Redaction,
    /// The version of the file's content at the last call of `has_changed`.
    version: Option<i64>,
}

impl StoreView {
    /// Opens a store. [`texts`](Self::texts) masks what `redaction` does.
    pub(super) fn open(path: &Path, redaction: &Redaction) -> Result<Self, StoreError> {
        Ok(Self {
            reader: SqliteReader::open(path)?,
            executions: StoredExecutions::new(Box::new(SqliteReader::open(path)?)),
            redaction: redaction.clone(),
            version: None,
        })
    }

    /// Returns whether a commit may have changed the store since the last call.
    pub(super) fn has_changed(&mut self) -> Result<bool, StoreError> {
        let version = self.reader.data_version()?;
        Ok(self.version.replace(version) != Some(version))
    }

    /// Returns the executions after a key in the order of keys, with the children of Map Runs.
    pub(super) fn scan(
        &mut self,
        after: i64,
        limit: usize,
    ) -> Result<Vec<ScannedExecution>, StoreError> {
        self.reader.scan(after, limit)
    }

    /// Returns the largest key of an execution.
    pub(super) fn last_key(&mut self) -> Result<i64, StoreError> {
        let last = self.reader.last_key()?;
        Ok(i64::try_from(last).unwrap_or(i64::MAX))
    }

    /// Returns an execution of the lists by its key; `None` if there is none, or its row is
    /// damaged.
    pub(super) fn execution(&mut self, key: i64) -> Result<Option<StoredExecution>, StoreError> {
        let found = self.reader.scan(key.saturating_sub(1), 1)?.pop();
        let found = found.filter(|found| found.key == key);
        let row = found.and_then(|found| found.execution.ok());
        Ok(row.filter(|row| row.child_of.is_none()))
    }

    /// Returns the keys of the running executions of the lists.
    pub(super) fn open_keys(&mut self) -> Result<Vec<i64>, StoreError> {
        self.reader.open_keys()
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
