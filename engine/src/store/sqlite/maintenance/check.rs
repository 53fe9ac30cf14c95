//! Checks of a store's tables that need no interpretation of its records.

use std::path::Path;

use crate::store::sqlite::reader::SqliteReader;
use crate::store::sqlite::store_path::StorePath;
use crate::store::sqlite::{continuity, row};
use crate::store::{OutboxQueue, StoreError, StoreReader as _, StoredMachine, StoredMapRun};

/// A row that refers to a missing row, found by [`SqliteReader::broken_references`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BrokenReference {
    /// The ARN of the execution, if the row is one, or belongs to one.
    pub(crate) execution: Option<String>,
    pub(crate) why: String,
}

/// The queries for references to missing rows: the ARN of an execution, and the reason. References
/// of the columns `version` and `origin` are checked when the row of the execution is read.
const REFERENCES: &[&str] = &[
    "SELECT arn, 'its Map Run, number ' || map_run || ', is missing' FROM executions
     WHERE map_run IS NOT NULL AND map_run NOT IN (SELECT id FROM map_runs)",
    "SELECT arn, 'it is listed with another state machine than that of its version' FROM executions
     JOIN versions ON versions.id = executions.version WHERE versions.machine <> executions.machine",
    "SELECT NULL, 'the Map Run `' || arn || '` belongs to the missing execution ' || execution FROM map_runs
     WHERE execution NOT IN (SELECT key FROM executions)",
    "SELECT NULL, 'there are ' || count(*) || ' records of the missing execution ' || execution FROM records
     WHERE execution NOT IN (SELECT key FROM executions) GROUP BY execution",
];

/// The findings of SQLite that are reported; one damaged page causes many.
const FINDINGS: u32 = 100;

/// The messages of the outbox that are read together.
const MESSAGES: usize = 64;

impl SqliteReader {
    /// Checks that the log of a store belongs to its file and has all acknowledged commits. An
    /// engine may have the store open.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::ForeignLog`] and [`StoreError::MissingLog`] for a log
    /// that an engine refuses; [`StoreError::NotAStore`]; [`StoreError::Io`].
    pub fn check_log(path: impl AsRef<Path>) -> Result<(), StoreError> {
        continuity::check_concurrently(&StorePath::resolve(path.as_ref())?)
    }

    /// Returns why an engine would refuse the log of this store, if it would.
    pub(crate) fn damage_of_log(&self) -> Result<Option<String>, StoreError> {
        match continuity::check_concurrently(&self.place) {
            Ok(()) => Ok(None),
            Err(StoreError::Corrupt { why, .. }) => Ok(Some(why)),
            Err(error @ (StoreError::ForeignLog { .. } | StoreError::MissingLog { .. })) => {
                Ok(Some(error.to_string()))
            }
            Err(error) => Err(error),
        }
    }

    /// Returns the findings of SQLite's `integrity_check`. A file that is too damaged for it has
    /// one finding.
    pub(crate) fn integrity(&self) -> Result<Vec<String>, StoreError> {
        let query = format!("PRAGMA integrity_check({FINDINGS})");
        match self.rows(&query, [], |row| row.get::<_, String>(0)) {
            Ok(findings) => Ok(findings
                .into_iter()
                .filter(|finding| finding != "ok")
                .collect()),
            Err(StoreError::Corrupt { why, .. }) => Ok(vec![why]),
            Err(error) => Err(error),
        }
    }

    /// Returns the number of executions, with children of Map Runs.
    pub(crate) fn execution_count(&self) -> Result<u64, StoreError> {
        let rows = self.rows("SELECT count(*) FROM executions", [], |row| {
            row::key(row, 0)
        })?;
        Ok(rows.first().copied().unwrap_or(0))
    }

    /// Returns rows that refer to missing rows.
    pub(crate) fn broken_references(&self) -> Result<Vec<BrokenReference>, StoreError> {
        let mut all = Vec::new();
        for query in REFERENCES {
            all.extend(self.rows(query, [], |row| {
                Ok(BrokenReference {
                    execution: row.get(0)?,
                    why: row.get(1)?,
                })
            })?);
        }
        Ok(all)
    }

    /// Returns the keys of documents whose bytes do not match their checksums.
    pub(crate) fn damaged_documents(&self) -> Result<Vec<String>, StoreError> {
        let query = "SELECT key, data, checksum FROM documents ORDER BY key";
        let rows = self.rows(query, [], |row| {
            let (data, checksum): (Vec<u8>, u32) = (row.get(1)?, row.get(2)?);
            let key: String = row.get(0)?;
            Ok((key, crc32fast::hash(&data) == checksum))
        })?;
        let damaged = rows.into_iter().filter(|(_, is_whole)| !is_whole);
        Ok(damaged.map(|(key, _)| key).collect())
    }

    /// Returns the numbers of messages of the outbox that are damaged.
    pub(crate) fn damaged_messages(&mut self) -> Result<Vec<u64>, StoreError> {
        let mut damaged = Vec::new();
        for queue in OutboxQueue::ALL {
            let mut after = 0;
            loop {
                let page = self.outbox(queue, after, MESSAGES)?;
                let Some(last) = page.last() else { break };
                after = last.number;
                let lost = page.iter().filter(|message| message.data.is_none());
                damaged.extend(lost.map(|message| message.number));
            }
        }
        Ok(damaged)
    }

    /// Calls a function for each version of a state machine, or the reason why its row cannot be
    /// interpreted.
    pub(crate) fn scan_machines(
        &self,
        mut check: impl FnMut(Result<StoredMachine, String>),
    ) -> Result<(), StoreError> {
        let query = format!("SELECT {} FROM machines ORDER BY id", row::MACHINE);
        self.rows(&query, [], |row| {
            check(row::machine(row).map_err(|error| error.to_string()));
            Ok(())
        })
        .map(drop)
    }

    /// Calls a function for each Map Run, or the reason why its row cannot be interpreted.
    pub(crate) fn scan_map_runs(
        &self,
        mut check: impl FnMut(Result<StoredMapRun, String>),
    ) -> Result<(), StoreError> {
        let query = format!("SELECT {} FROM map_runs ORDER BY id", row::MAP_RUN);
        self.rows(&query, [], |row| {
            check(row::map_run(row).map_err(|error| error.to_string()));
            Ok(())
        })
        .map(drop)
    }
}
