//! Sizes and counts of a SQLite store, for an operator.

use std::collections::BTreeMap;

use rusqlite::Row;

use super::log::lock::Lock;
use super::log::log_file;
use super::reader::SqliteReader;
use super::session::Session;
use super::{row, schema};
use crate::Status;
use crate::clock::Timestamp;
use crate::store::{
    OldestExecution, OutboxQueue, StatusCounts, StoreContent, StoreError, StoreReader as _,
    StoredMachineInfo,
};

/// The sizes and counts of a store, which [`SqliteReader::info`] reads.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoreInfo {
    /// The version of the store's schema.
    pub layout: i64,
    /// Whether an engine has the store open.
    pub session: StoreSession,
    /// The size of the file in bytes.
    pub file_bytes: u64,
    /// The size of the write-ahead log in bytes.
    pub log_bytes: u64,
    /// The size of a page of the file in bytes.
    pub page_bytes: u64,
    /// The number of pages, with those of which the newest version is in the log.
    pub pages: u64,
    /// The number of pages without content, which
    /// [`SqliteStore::compact`](super::SqliteStore::compact) removes.
    pub free_pages: u64,
    /// The counts of its content.
    pub content: StoreContent,
}

/// Whether an engine has a store open.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreSession {
    /// No engine has it open, and the last one closed it cleanly.
    Closed,
    /// No engine has it open, and the last one was killed. The next one continues with the log.
    Interrupted,
    /// An engine has it open.
    Open {
        /// The engine: `an engine in process 4711 has it open`.
        by: String,
    },
}

/// Children of Map Runs have other indexes than other executions.
#[derive(Clone, Copy)]
struct Indexes {
    all: &'static str,
    failed: &'static str,
    condition: &'static str,
}

const EXECUTIONS: Indexes = Indexes {
    all: "executions_of_machine",
    failed: "executions_failed",
    condition: "map_run IS NULL",
};
const CHILDREN: Indexes = Indexes {
    all: "executions_of_map_run",
    failed: "children_failed",
    condition: "map_run IS NOT NULL",
};

impl SqliteReader {
    /// Returns the sizes of a store and the counts of its content. All counts are read from
    /// indexes. An engine may have the store open; [begin a snapshot](Self::begin_snapshot) first
    /// for counts of one moment.
    ///
    /// ```
    /// # extern crate stepwright_engine as stepwright_runtime;
    /// use stepwright_runtime::store::{SqliteReader, SqliteStore};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("orders.db");
    /// drop(SqliteStore::open(&path)?);
    /// let info = SqliteReader::open(&path)?.info()?;
    /// assert_eq!((info.content.executions.running, info.log_bytes), (0, 0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The errors of reading the store.
    pub fn info(&mut self) -> Result<StoreInfo, StoreError> {
        let size = |path: &std::path::Path| match path.metadata() {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(0),
            metadata => metadata.map(|metadata| metadata.len()),
        };
        let cannot = |error: std::io::Error| self.place.io("look at its files", error);
        let file_bytes = size(&self.place.path).map_err(cannot)?;
        let log_bytes = size(&log_file::path_of(&self.place.path)).map_err(cannot)?;
        Ok(StoreInfo {
            layout: schema::newest(),
            session: self.session()?,
            file_bytes,
            log_bytes,
            page_bytes: self.number("PRAGMA page_size")?,
            pages: self.number("PRAGMA page_count")?,
            free_pages: self.number("PRAGMA freelist_count")?,
            content: self.content()?,
        })
    }

    fn content(&mut self) -> Result<StoreContent, StoreError> {
        let oldest_start = self.optional_number(
            "SELECT min(started) FROM (
                 SELECT (SELECT min(started) FROM executions INDEXED BY executions_of_machine
                         WHERE map_run IS NULL AND machine = machines.machine) AS started
                 FROM (SELECT DISTINCT machine FROM versions) AS machines)",
        )?;
        Ok(StoreContent {
            executions: self.statuses(EXECUTIONS)?,
            children: self.statuses(CHILDREN)?,
            machines: self.machine_infos()?,
            map_runs: self.number("SELECT count(*) FROM map_runs")?,
            activities: self.number("SELECT count(*) FROM activities")?,
            documents: self.number("SELECT count(*) FROM documents")?,
            status_changes: self.outbox_length(OutboxQueue::Statuses)?,
            stops: self.outbox_length(OutboxQueue::Stops)?,
            oldest_open: self.oldest_open()?,
            oldest_start: oldest_start.map(Timestamp::from_unix_micros),
        })
    }

    fn session(&self) -> Result<StoreSession, StoreError> {
        if let Some(by) = Lock::holder(&self.place.path) {
            return Ok(StoreSession::Open { by });
        }
        Ok(match self.read(Session::read)? {
            Some(session) if session.is_open => StoreSession::Interrupted,
            _ => StoreSession::Closed,
        })
    }

    fn statuses(&self, indexes: Indexes) -> Result<StatusCounts, StoreError> {
        let Indexes {
            all,
            failed,
            condition,
        } = indexes;
        let all = self.number(&format!(
            "SELECT count(*) FROM executions INDEXED BY {all} WHERE {condition}"
        ))?;
        let query = format!(
            "SELECT 'RUNNING', count(*) FROM executions INDEXED BY executions_open WHERE status = 'RUNNING' AND {condition}
             UNION ALL
             SELECT status, count(*) FROM executions INDEXED BY {failed}
             WHERE {condition} AND status NOT IN ('RUNNING', 'SUCCEEDED') GROUP BY status"
        );
        let others = self.rows(&query, [], |row| {
            Ok((row::word(row, 0, Status::from_word)?, row::key(row, 1)?))
        })?;
        Ok(StatusCounts::new(all, &others))
    }

    fn machine_infos(&self) -> Result<Vec<StoredMachineInfo>, StoreError> {
        let pair = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, row::key(row, 1)?));
        let versions = "SELECT name, count(*) FROM machines GROUP BY name";
        let executions = "SELECT coalesce((SELECT name FROM versions WHERE versions.id = counts.machine), 'unknown'), count
             FROM (SELECT machine, count(*) AS count FROM executions INDEXED BY executions_of_machine
                   WHERE map_run IS NULL GROUP BY machine) AS counts";
        let mut machines: BTreeMap<String, (u64, u64)> = BTreeMap::new();
        for (name, count) in self.rows(versions, [], pair)? {
            machines.entry(name).or_default().0 += count;
        }
        for (name, count) in self.rows(executions, [], pair)? {
            machines.entry(name).or_default().1 += count;
        }
        let all = machines.into_iter();
        let all = all.map(|(name, (versions, executions))| StoredMachineInfo {
            name,
            versions,
            executions,
        });
        Ok(all.collect())
    }

    fn oldest_open(&self) -> Result<Option<OldestExecution>, StoreError> {
        let query = "SELECT arn, started FROM executions INDEXED BY executions_open
             WHERE status = 'RUNNING' AND map_run IS NULL ORDER BY started, key LIMIT 1";
        let found = self.rows(query, [], |row| {
            Ok(OldestExecution {
                id: row.get(0)?,
                started: Timestamp::from_unix_micros(row.get(1)?),
            })
        })?;
        Ok(found.into_iter().next())
    }

    fn number(&self, query: &str) -> Result<u64, StoreError> {
        let rows = self.rows(query, [], |row| row::key(row, 0))?;
        Ok(rows.first().copied().unwrap_or(0))
    }

    fn optional_number(&self, query: &str) -> Result<Option<i64>, StoreError> {
        let rows = self.rows(query, [], |row| row.get::<_, Option<i64>>(0))?;
        Ok(rows.into_iter().flatten().next())
    }
}
