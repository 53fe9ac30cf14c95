//! Reads rows that may be damaged: one row that cannot be interpreted does not hide the others.

use rusqlite::Row;

use super::reader::SqliteReader;
use super::row::{self, RawExecution};
use crate::store::{ScannedExecution, ScannedRecord, StoreError};

impl SqliteReader {
    /// Makes all later calls of this reader see the store as it is now, while an engine continues
    /// to write. The log of the store cannot restart until the reader is dropped, and grows with
    /// each commit. A reader with a snapshot takes no backup.
    ///
    /// ```
    /// # extern crate stepwright_engine as stepwright_runtime;
    /// use stepwright_runtime::store::{SqliteReader, SqliteStore, Store, StoreReader};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("orders.db");
    /// let store = SqliteStore::open(&path)?;
    /// let mut reader = SqliteReader::open(&path)?;
    /// reader.begin_snapshot()?;
    /// assert!(reader.open_executions()?.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The errors of reading the store.
    pub fn begin_snapshot(&mut self) -> Result<(), StoreError> {
        // The first read of a transaction sets its snapshot.
        self.read(|connection| connection.execute_batch("BEGIN; SELECT count(*) FROM session;"))
    }

    /// Returns the executions after this key, in the order of keys, at most `limit`. Begin with
    /// [`i64::MIN`]. Children of Map Runs are included.
    ///
    /// # Errors
    ///
    /// The errors of reading the store; [`StoreError::Corrupt`] when a page of the file is damaged.
    pub(crate) fn scan(
        &mut self,
        after: i64,
        limit: usize,
    ) -> Result<Vec<ScannedExecution>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let query = format!(
            "SELECT {} FROM executions WHERE key > ? ORDER BY key LIMIT ?",
            row::EXECUTION
        );
        let rows = self.rows(&query, [after, limit], |row| {
            let arn = row.get_ref(1)?.as_str().ok().map(str::to_owned);
            Ok((row.get::<_, i64>(0)?, arn, RawExecution::read(row)))
        })?;
        let rows = rows.into_iter().map(|(key, arn, row)| ScannedExecution {
            key,
            arn,
            execution: match row {
                Ok(row) => self.finish(row),
                Err(error) => Err(self.error(error)),
            },
        });
        Ok(rows.collect())
    }

    /// Returns the keys of the running executions, without children of Map Runs.
    pub(crate) fn open_keys(&self) -> Result<Vec<i64>, StoreError> {
        let query = "SELECT key FROM executions INDEXED BY executions_open WHERE status = 'RUNNING' AND map_run IS NULL";
        self.rows(query, [], |row| row.get(0))
    }

    /// Returns a number that differs from the last one if another connection has committed in
    /// between.
    pub(crate) fn data_version(&self) -> Result<i64, StoreError> {
        let rows = self.rows("PRAGMA data_version", [], |row| row.get(0))?;
        Ok(rows.first().copied().unwrap_or_default())
    }

    /// Returns the execution with this ARN, also if its row cannot be interpreted.
    ///
    /// # Errors
    ///
    /// Those of [`Self::scan`].
    pub(crate) fn scan_one(&mut self, arn: &str) -> Result<Option<ScannedExecution>, StoreError> {
        let query = "SELECT key FROM executions WHERE arn = ?";
        match self.rows(query, [arn], |row| row.get::<_, i64>(0))?.pop() {
            Some(key) => Ok(self.scan(key.saturating_sub(1), 1)?.pop()),
            None => Ok(None),
        }
    }

    /// Returns the records of an execution as they are in the file, also if some are missing or
    /// damaged.
    ///
    /// # Errors
    ///
    /// The errors of reading the store.
    pub(super) fn scan_records(&mut self, key: i64) -> Result<Vec<ScannedRecord>, StoreError> {
        self.rows(row::RECORDS, [key], |row| {
            let (seq, data): (i64, Vec<u8>) = (row.get(0)?, bytes(row, 1)?);
            let checksum: Option<u32> = row.get(2).ok();
            Ok(ScannedRecord {
                seq,
                is_whole: checksum == Some(row::checksum(key, seq, &data)),
                data: data.into(),
            })
        })
    }
}

/// Returns the bytes of a column of any type.
fn bytes(row: &Row<'_>, column: usize) -> Result<Vec<u8>, rusqlite::Error> {
    use rusqlite::types::ValueRef;
    Ok(match row.get_ref(column)? {
        ValueRef::Blob(bytes) | ValueRef::Text(bytes) => bytes.to_vec(),
        ValueRef::Null => Vec::new(),
        ValueRef::Integer(number) => number.to_string().into_bytes(),
        ValueRef::Real(number) => number.to_string().into_bytes(),
    })
}
