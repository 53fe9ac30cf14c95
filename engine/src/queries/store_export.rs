//! Reads all content of the executions of a store, also of those that no engine can read.

use super::read_settings::ReadSettings;
use super::stored_executions::{ExecutionDescription, StoredExecutions};
use crate::durable::version_cache::VersionCache;
use crate::store::{
    ScannedExecution, ScannedRecord, StoreError, StoreReader, StoredExecution, StoredMachine,
};

/// The number of rows that are read together.
const PAGE: usize = 1_000;

/// The content of an execution, which [`StoredExecutions::export`] reads.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ExportedExecution {
    /// Its row.
    pub row: ScannedExecution,
    /// Its description with its history, or the reason why it cannot be read.
    pub description: Result<ExecutionDescription, StoreError>,
    /// The version of the state machine with which it started, if the store has it.
    pub machine: Option<StoredMachine>,
    /// Its records, if it cannot be read.
    pub records: Vec<ScannedRecord>,
}

impl StoredExecutions {
    /// Passes each execution of the store to a function, in the order of keys, with children of Map
    /// Runs. `arn` selects one. Returns their number.
    ///
    /// An engine may have the store open. Use a reader with [a
    /// snapshot](crate::store::SqliteReader::begin_snapshot).
    ///
    #[cfg_attr(feature = "sqlite", doc = "```")]
    #[cfg_attr(not(feature = "sqlite"), doc = "```ignore")]
    /// # extern crate stepwright_engine as stepwright_runtime;
    /// use stepwright_runtime::StoredExecutions;
    /// use stepwright_runtime::store::{SqliteReader, SqliteStore, StoreError};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("orders.db");
    /// drop(SqliteStore::open(&path)?);
    /// let mut reader = SqliteReader::open(&path)?;
    /// reader.begin_snapshot()?;
    /// let mut stored = StoredExecutions::new(Box::new(reader));
    /// let exported = stored.export(None, |execution| -> Result<(), StoreError> {
    ///     println!("{:?}", execution.row.arn);
    ///     Ok(())
    /// })?;
    /// assert_eq!(exported, 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The errors of reading the store, and those of the function.
    pub fn export<E: From<StoreError>>(
        &mut self,
        arn: Option<&str>,
        mut each: impl FnMut(ExportedExecution) -> Result<(), E>,
    ) -> Result<u64, E> {
        let reader = self.reader();
        let settings = ReadSettings::default();
        let mut versions = VersionCache::of_unchanged_store();
        if let Some(arn) = arn {
            let Some(row) = reader.scan_one(arn)? else {
                return Ok(0);
            };
            each(read(reader, &settings, &mut versions, row)?)?;
            return Ok(1);
        }
        let (mut count, mut after) = (0, i64::MIN);
        loop {
            let page = reader.scan(after, PAGE)?;
            let Some(last) = page.last() else {
                return Ok(count);
            };
            after = last.key;
            for row in page {
                each(read(reader, &settings, &mut versions, row)?)?;
                count += 1;
            }
        }
    }
}

fn read(
    reader: &mut dyn StoreReader,
    settings: &ReadSettings,
    versions: &mut VersionCache,
    row: ScannedExecution,
) -> Result<ExportedExecution, StoreError> {
    let mut describe = |execution: &StoredExecution| {
        let recovered = versions.restore(settings.reading(), reader, execution)?;
        Ok(ExecutionDescription::new(execution, recovered))
    };
    let description = match &row.execution {
        Ok(execution) => describe(execution),
        Err(error) => Err(error.clone()),
    };
    let (mut machine, mut records) = (None, Vec::new());
    if let Ok(execution) = &row.execution {
        match versions.stored(reader) {
            Ok(stored) => machine = stored.get(&*execution.machine_hash).cloned(),
            // The description has the error.
            Err(StoreError::Corrupt { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    match &description {
        Ok(_) => {}
        Err(StoreError::Corrupt { .. } | StoreError::Unreadable { .. }) => {
            records = reader.scan_records(row.key)?;
        }
        Err(error) => return Err(error.clone()),
    }
    Ok(ExportedExecution {
        row,
        description,
        machine,
        records,
    })
}
