//! Checks of a store's tables that need no interpretation of its records.

use std::path::Path;

use crate::store::sqlite::reader::SqliteReader;
use crate::store::sqlite::store_path::StorePath;
use crate::store::sqlite::{continuity, row};
use crate::store::{
    OutboxQueue, ProblemKind, Problems, StoreError, StoreProblem, StoreReader as _, reason,
};

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
    fn damage_of_log(&self) -> Result<Option<String>, StoreError> {
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
    fn integrity(&self) -> Result<Vec<String>, StoreError> {
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
    pub(in crate::store::sqlite) fn execution_count(&self) -> Result<u64, StoreError> {
        let rows = self.rows("SELECT count(*) FROM executions", [], |row| {
            row::key(row, 0)
        })?;
        Ok(rows.first().copied().unwrap_or(0))
    }

    /// Returns the damage of the log, the findings of SQLite's `integrity_check`, the rows that do
    /// not match their checksums or cannot be interpreted, and the references to missing rows.
    /// Executions are not read.
    pub(in crate::store::sqlite) fn problems(&mut self) -> Result<Vec<StoreProblem>, StoreError> {
        let mut problems = Problems::default();
        if let Some(damage) = self.damage_of_log()? {
            problems.add(ProblemKind::Log, None, damage);
        }
        for finding in self.integrity()? {
            problems.add(ProblemKind::Database, None, finding);
        }
        let versions = self.check_machines(&mut problems);
        problems.of_database(versions)?;
        if let Err(error) = self.all_activities() {
            let why = format!("an activity: {}", reason(error)?);
            problems.add(ProblemKind::Row, None, why);
        }
        let rows = self.check_checksums(&mut problems);
        problems.of_database(rows)?;
        for query in REFERENCES {
            let broken = self.rows(query, [], |row| {
                problems.add(ProblemKind::Reference, row.get(0)?, row.get(1)?);
                Ok(())
            });
            problems.of_database(broken.map(drop))?;
        }
        Ok(problems.all)
    }

    /// Finds rows of versions that cannot be interpreted.
    fn check_machines(&self, problems: &mut Problems) -> Result<(), StoreError> {
        let query = format!("SELECT {} FROM machines ORDER BY id", row::MACHINE);
        let rows = self.rows(&query, [], |row| {
            if let Err(error) = row::machine(row) {
                let why = format!("the row of a version: {error}");
                problems.add(ProblemKind::Definition, None, why);
            }
            Ok(())
        });
        rows.map(drop)
    }

    fn check_checksums(&mut self, problems: &mut Problems) -> Result<(), StoreError> {
        for key in self.damaged_documents()? {
            let why = "its bytes do not match its checksum".to_owned();
            problems.add(ProblemKind::Document, Some(key), why);
        }
        for number in self.damaged_messages()? {
            let why = format!("the message {number} of the outbox does not match its checksum");
            problems.add(ProblemKind::Row, None, why);
        }
        Ok(())
    }

    /// Returns the keys of documents whose bytes do not match their checksums.
    fn damaged_documents(&self) -> Result<Vec<String>, StoreError> {
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
    fn damaged_messages(&mut self) -> Result<Vec<u64>, StoreError> {
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
}
