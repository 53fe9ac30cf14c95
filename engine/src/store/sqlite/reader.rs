//! Reads executions, machines, records and documents from a SQLite store.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use rusqlite::{Connection, OpenFlags, Params, Row, params};

use super::continuity::{self, MainFile};
use super::log::lock::Lock;
use super::log::log_file;
use super::reader_connection::ReaderConnection;
use super::row::{MachineVersion, RawExecution};
use super::schema::{self, FileContent};
use super::store_path::StorePath;
use super::{backup, connection, list, row};
use crate::clock::Timestamp;
use crate::store::{
    MachineCount, OutboxQueue, ScannedExecution, ScannedRecord, StoreError, StoreFilter,
    StoreProblem, StoreReader, StoredActivity, StoredDocument, StoredExecution, StoredMachine,
    StoredMapRun, StoredMessage, StoredOrigin, StoredPage, UnreadableRow,
};

/// The maximum cached origins. Executions of a few state machines have few; starts with
/// caller-defined ids may have one each.
const MOST_ORIGINS: usize = 1_024;

/// Reads a [`SqliteStore`](super::SqliteStore), also while an engine, in this process or another,
/// writes to it.
#[derive(Debug)]
pub struct SqliteReader {
    pub(super) connection: ReaderConnection,
    pub(super) place: StorePath,
    rows: ReferredRows,
    /// The rows that the last list of open executions omitted.
    unreadable: Vec<UnreadableRow>,
    // Dropped after the connection is closed.
    _empty_log: EmptyLog,
}

/// Removes the empty log of a reader that was open when the engine ended, or has read a closed
/// store.
#[derive(Debug)]
struct EmptyLog(StorePath);

impl EmptyLog {
    fn remove(&self) -> Option<()> {
        let Self(place) = self;
        let log = log_file::path_of(&place.path).metadata().ok()?;
        if log.len() > 0 {
            return None;
        }
        // The lock prevents an engine from opening the store now.
        let _lock = Lock::take_unused(&place.path)?;
        let MainFile::Store {
            session: Some(session),
            ..
        } = MainFile::read(place).ok()?
        else {
            return None;
        };
        if session.is_open {
            return None;
        }
        let connection = connection::connect(place, OpenFlags::SQLITE_OPEN_READ_WRITE).ok()?;
        connection::allow_log_removal(&connection, true).ok()?;
        // SQLite opens the log when it reads, and removes it when no other connection has it open.
        schema::find(&connection, place).ok().map(drop)
    }
}

impl Drop for EmptyLog {
    fn drop(&mut self) {
        // An empty log is harmless, so an error is ignored.
        let _stays = self.remove();
    }
}

/// Why a row cannot be read.
enum RowError {
    /// The row, or one that it refers to, is damaged or missing. Others can be read.
    Damaged(StoreError),
    /// The file cannot be read.
    Store(StoreError),
}

/// Rows that executions refer to by their ids. They never change.
#[derive(Debug, Default)]
struct ReferredRows {
    versions: HashMap<i64, MachineVersion>,
    origins: HashMap<i64, Arc<StoredOrigin>>,
}

impl SqliteReader {
    /// Opens a store for reading. It must exist, in the layout that this library writes.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotAStore`], [`StoreError::NewerVersion`], [`StoreError::OlderVersion`],
    /// [`StoreError::Corrupt`], [`StoreError::ForeignLog`], [`StoreError::MissingLog`],
    /// [`StoreError::Io`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let place = StorePath::resolve(path.as_ref())?;
        if let Err(error) = place.path.metadata() {
            return Err(place.io("open the file", error));
        }
        continuity::check_for_reader(&place)?;
        // Dropped after the connection, also if the store is refused.
        let empty_log = EmptyLog(place.clone());
        let connection = ReaderConnection::open(&place)?;
        match connection.read(|connection| schema::find(connection, &place))? {
            FileContent::Nothing => Err(place.not_a_store("it is empty")),
            FileContent::Version(found) if found < schema::newest() => {
                Err(StoreError::OlderVersion {
                    path: place.path,
                    found,
                    known: schema::newest(),
                })
            }
            FileContent::Version(_) => Ok(Self {
                connection,
                rows: ReferredRows::default(),
                unreadable: Vec::new(),
                _empty_log: empty_log,
                place,
            }),
        }
    }

    /// Writes a copy of the store, as it is now, to a new file. An engine may write to the store
    /// concurrently. The copy is complete and durable when this returns `Ok`; until then there is
    /// no file at `to`. It has no space for deleted rows, and is a store that was closed cleanly,
    /// which [`SqliteStore::restore`](super::SqliteStore::restore) accepts. It has the mode of the
    /// store.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when the log is damaged: SQLite would copy it without an error.
    /// [`StoreError::Io`] when there is a file at `to`, or it cannot be written;
    /// [`StoreError::Full`]; the errors of reading the store.
    pub fn backup(&self, to: impl AsRef<Path>) -> Result<(), StoreError> {
        continuity::check_concurrently(&self.place)?;
        self.connection
            .read(|connection| backup::write(connection, &self.place, to.as_ref()))
    }

    pub(super) fn read<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>,
    ) -> Result<T, StoreError> {
        self.connection
            .read(|connection| read(connection).map_err(|error| self.error(error)))
    }

    /// Reads with statements that all see the same snapshot.
    fn read_snapshot<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>,
    ) -> Result<T, StoreError> {
        self.read(|connection| {
            if !connection.is_autocommit() {
                // The reader has a snapshot.
                return read(connection);
            }
            let transaction = connection.unchecked_transaction()?;
            let found = read(&transaction)?;
            transaction.finish()?;
            Ok(found)
        })
    }

    /// Returns the results of `read` for the rows, up to the first one for which it also returns
    /// `true`.
    fn rows_until<T>(
        &self,
        query: &str,
        values: impl Params,
        mut read: impl FnMut(&Row<'_>) -> Result<(T, bool), rusqlite::Error>,
    ) -> Result<Vec<T>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(query)?;
            let mut rows = statement.query(values)?;
            let mut all = Vec::new();
            while let Some(row) = rows.next()? {
                let (one, is_last) = read(row)?;
                all.push(one);
                if is_last {
                    break;
                }
            }
            Ok(all)
        })
    }

    /// Returns the content of a record, after a comparison with its checksum.
    fn checked(
        &self,
        id: i64,
        (seq, data, checksum): (i64, Vec<u8>, u32),
    ) -> Result<Bytes, StoreError> {
        if checksum != row::checksum(id, seq, &data) {
            let why = format!("the record {seq} of execution {id} is not as it was written");
            return Err(self.place.corrupt(why));
        }
        Ok(Bytes::from(data))
    }

    pub(super) fn rows<T>(
        &self,
        query: &str,
        values: impl Params,
        read: impl FnMut(&Row<'_>) -> Result<T, rusqlite::Error>,
    ) -> Result<Vec<T>, StoreError> {
        self.read(|connection| self::rows(connection, query, values, read))
    }

    /// Returns the rows that can be read, and logs the others: one damaged row must not hide the
    /// whole table.
    fn readable_rows<T>(
        &self,
        what: &str,
        query: &str,
        values: impl Params,
        read: impl Fn(&Row<'_>) -> Result<T, rusqlite::Error>,
    ) -> Result<Vec<T>, StoreError> {
        let rows = self.rows(query, values, |row| match read(row) {
            Err(error) if row::is_damage(&error) => {
                let path = self.place.path.display();
                tracing::warn!(%error, "a row of the {what} of the store `{path}` is damaged and is skipped");
                Ok(None)
            }
            read => read.map(Some),
        })?;
        Ok(rows.into_iter().flatten().collect())
    }

    /// Returns the executions of a query whose rows can be read, and logs the others.
    fn executions(
        &mut self,
        query: &str,
        values: impl Params,
    ) -> Result<Vec<StoredExecution>, StoreError> {
        let rows = self.readable_rows("executions", query, values, RawExecution::read)?;
        self.finish_readable(rows.into_iter())
    }

    /// Reads the rows that executions refer to. Omits executions for which one is missing, and logs
    /// them.
    fn finish_readable(
        &mut self,
        rows: impl Iterator<Item = RawExecution>,
    ) -> Result<Vec<StoredExecution>, StoreError> {
        let mut executions = Vec::new();
        for row in rows {
            match self.finish_row(row) {
                Ok(execution) => executions.push(execution),
                Err(RowError::Damaged(error)) => {
                    tracing::warn!(%error, "an execution is skipped, because its row cannot be read");
                }
                Err(RowError::Store(error)) => return Err(error),
            }
        }
        Ok(executions)
    }

    /// Reads the rows that an execution refers to.
    pub(super) fn finish(&mut self, row: RawExecution) -> Result<StoredExecution, StoreError> {
        self.finish_row(row).map_err(|error| match error {
            RowError::Damaged(error) | RowError::Store(error) => error,
        })
    }

    fn finish_row(&mut self, row: RawExecution) -> Result<StoredExecution, RowError> {
        let version = self.version(&row)?;
        let origin = self.origin(&row)?;
        Ok(row.finish(&version, origin))
    }

    /// Returns the row to which an execution refers.
    fn referred<T>(
        &self,
        query: &str,
        id: i64,
        missing: impl FnOnce() -> String,
        read: impl FnMut(&Row<'_>) -> Result<T, rusqlite::Error>,
    ) -> Result<T, RowError> {
        let found = self.connection.read(|connection| {
            self::rows(connection, query, [id], read).map_err(|error| {
                if row::is_damage(&error) {
                    RowError::Damaged(self.error(error))
                } else {
                    RowError::Store(self.error(error))
                }
            })
        })?;
        let missing = || RowError::Damaged(self.place.corrupt(missing()));
        found.into_iter().next().ok_or_else(missing)
    }

    fn version(&mut self, row: &RawExecution) -> Result<MachineVersion, RowError> {
        if let Some(known) = self.rows.versions.get(&row.version) {
            return Ok(known.clone());
        }
        let query = "SELECT name, hash FROM versions WHERE id = ?";
        let missing = || format!("the version of execution {} is missing", row.key);
        let version = self.referred(query, row.version, missing, |found| {
            Ok(MachineVersion {
                name: found.get(0)?,
                hash: found.get(1)?,
            })
        })?;
        self.rows.versions.insert(row.version, version.clone());
        Ok(version)
    }

    fn origin(&mut self, row: &RawExecution) -> Result<Option<Arc<StoredOrigin>>, RowError> {
        let Some(id) = row.origin else {
            return Ok(None);
        };
        if let Some(known) = self.rows.origins.get(&id) {
            return Ok(Some(known.clone()));
        }
        let query = "SELECT machine, version, alias FROM origins WHERE id = ?";
        let missing = || format!("the origin of execution {} is missing", row.key);
        let origin = self.referred(query, id, missing, |found| {
            Ok(StoredOrigin {
                machine: found.get(0)?,
                version: found.get(1)?,
                alias: found.get(2)?,
            })
        })?;
        let origin = Arc::new(origin);
        if self.rows.origins.len() >= MOST_ORIGINS {
            self.rows.origins.clear();
        }
        self.rows.origins.insert(id, origin.clone());
        Ok(Some(origin))
    }

    /// Returns the activities; fails if the row of one is damaged.
    pub(super) fn all_activities(&self) -> Result<Vec<StoredActivity>, StoreError> {
        let query = format!("SELECT {} FROM activities ORDER BY arn", row::ACTIVITY);
        self.rows(&query, [], row::activity)
    }

    /// Returns a page that reads at most `scan` rows of each index range.
    fn page_within(&mut self, filter: &StoreFilter, scan: usize) -> Result<StoredPage, StoreError> {
        let page = self.read_snapshot(|connection| list::read(connection, filter, scan))?;
        let (rows, next) = page.cut(filter.limit.unwrap_or(usize::MAX));
        let rows = rows.into_iter().map(|(_, row)| row);
        Ok(StoredPage {
            executions: self.finish_readable(rows)?,
            next,
        })
    }

    pub(super) fn error(&self, error: rusqlite::Error) -> StoreError {
        self.place.error("read", error)
    }
}

impl From<StoreError> for RowError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

fn rows<T>(
    connection: &Connection,
    query: &str,
    values: impl Params,
    read: impl FnMut(&Row<'_>) -> Result<T, rusqlite::Error>,
) -> Result<Vec<T>, rusqlite::Error> {
    let mut statement = connection.prepare_cached(query)?;
    statement
        .query_map(values, read)
        .and_then(Iterator::collect)
}

impl StoreReader for SqliteReader {
    fn machines(&mut self) -> Result<Vec<StoredMachine>, StoreError> {
        let query = format!("SELECT {} FROM machines ORDER BY id", row::MACHINE);
        self.readable_rows("state machines", &query, [], row::machine)
    }

    fn open_executions(&mut self) -> Result<Vec<StoredExecution>, StoreError> {
        // Without a hint SQLite scans all rows, because the table has the order of the query.
        let query = format!(
            "SELECT {} FROM executions INDEXED BY executions_open WHERE status = 'RUNNING' ORDER BY key",
            row::EXECUTION
        );
        let rows = self.rows(&query, [], |row| {
            let arn = row.get_ref(1)?.as_str().ok().map(str::to_owned);
            Ok((row.get::<_, i64>(0)?, arn, RawExecution::read(row)))
        })?;
        let (mut open, mut unreadable) = (Vec::with_capacity(rows.len()), Vec::new());
        for (key, arn, row) in rows {
            let damaged = match row {
                Ok(row) => match self.finish_row(row) {
                    Ok(execution) => {
                        open.push(execution);
                        continue;
                    }
                    Err(RowError::Damaged(error)) => error,
                    Err(RowError::Store(error)) => return Err(error),
                },
                Err(error) if row::is_damage(&error) => self.error(error),
                Err(error) => return Err(self.error(error)),
            };
            unreadable.push(UnreadableRow {
                key,
                arn,
                error: damaged,
            });
        }
        self.unreadable = unreadable;
        Ok(open)
    }

    fn unreadable_rows(&mut self) -> Vec<UnreadableRow> {
        self.unreadable.clone()
    }

    fn scan(&mut self, after: i64, limit: usize) -> Result<Vec<ScannedExecution>, StoreError> {
        Self::scan(self, after, limit)
    }

    fn scan_one(&mut self, arn: &str) -> Result<Option<ScannedExecution>, StoreError> {
        Self::scan_one(self, arn)
    }

    fn scan_records(&mut self, key: i64) -> Result<Vec<ScannedRecord>, StoreError> {
        Self::scan_records(self, key)
    }

    fn execution_count(&mut self) -> Result<u64, StoreError> {
        Self::execution_count(self)
    }

    fn problems(&mut self) -> Result<Vec<StoreProblem>, StoreError> {
        Self::problems(self)
    }

    fn execution(&mut self, arn: &str) -> Result<Option<StoredExecution>, StoreError> {
        let query = format!("SELECT {} FROM executions WHERE arn = ?", row::EXECUTION);
        let row = self.rows(&query, [arn], RawExecution::read)?.pop();
        row.map(|row| self.finish(row)).transpose()
    }

    fn execution_by_key(&mut self, key: u64) -> Result<Option<StoredExecution>, StoreError> {
        let Ok(key) = i64::try_from(key) else {
            return Ok(None);
        };
        let query = format!("SELECT {} FROM executions WHERE key = ?", row::EXECUTION);
        let row = self.rows(&query, [key], RawExecution::read)?.pop();
        row.map(|row| self.finish(row)).transpose()
    }

    fn records(&mut self, key: u64) -> Result<Vec<Bytes>, StoreError> {
        let Ok(id) = i64::try_from(key) else {
            return Ok(Vec::new());
        };
        let rows = self.rows(row::RECORDS, [id], row::record)?;
        let mut records = Vec::with_capacity(rows.len());
        for (next, (seq, data, checksum)) in (0..).zip(rows) {
            if seq != next {
                let why = format!("execution {key} has a record {seq} and no record {next}");
                return Err(self.place.corrupt(why));
            }
            records.push(self.checked(id, (seq, data, checksum))?);
        }
        if records.is_empty() {
            let query = "SELECT 1 FROM executions WHERE key = ?";
            if !self.rows(query, [id], |_| Ok(()))?.is_empty() {
                return Err(self
                    .place
                    .corrupt(format!("execution {key} has no record 0")));
            }
        }
        Ok(records)
    }

    fn records_from(
        &mut self,
        key: u64,
        seq: u32,
        max_bytes: usize,
    ) -> Result<Vec<Bytes>, StoreError> {
        let Ok(id) = i64::try_from(key) else {
            return Ok(Vec::new());
        };
        let mut left = Some(max_bytes);
        let read = |row: &Row<'_>| {
            let record = row::record(row)?;
            left = left.and_then(|left| left.checked_sub(record.1.len()));
            Ok((record, left.is_none()))
        };
        let rows = self.rows_until(row::RECORDS_FROM, params![id, seq], read)?;
        let mut records = Vec::with_capacity(rows.len());
        for (next, record) in (i64::from(seq)..).zip(rows) {
            if record.0 != next {
                let why = format!(
                    "execution {key} has a record {} and no record {next}",
                    record.0
                );
                return Err(self.place.corrupt(why));
            }
            records.push(self.checked(id, record)?);
        }
        Ok(records)
    }

    fn last_record(&mut self, key: u64) -> Result<Option<(u32, Bytes)>, StoreError> {
        let Ok(id) = i64::try_from(key) else {
            return Ok(None);
        };
        let mut rows = self.rows(row::LAST_RECORD, [id], row::record)?;
        let Some(row) = rows.pop() else {
            return Ok(None);
        };
        let seq = u32::try_from(row.0).map_err(|_| {
            let why = format!("execution {key} has a record {}", row.0);
            self.place.corrupt(why)
        })?;
        Ok(Some((seq, self.checked(id, row)?)))
    }

    fn map_runs(&mut self, execution: u64) -> Result<Vec<StoredMapRun>, StoreError> {
        let Ok(execution) = i64::try_from(execution) else {
            return Ok(Vec::new());
        };
        let query = format!(
            "SELECT {} FROM map_runs WHERE execution = ? ORDER BY id",
            row::MAP_RUN
        );
        self.rows(&query, [execution], row::map_run)
    }

    fn map_run(&mut self, arn: &str) -> Result<Option<StoredMapRun>, StoreError> {
        let query = format!("SELECT {} FROM map_runs WHERE arn = ?", row::MAP_RUN);
        Ok(self.rows(&query, [arn], row::map_run)?.pop())
    }

    fn list(&mut self, filter: &StoreFilter) -> Result<Vec<StoredExecution>, StoreError> {
        Ok(self.page_within(filter, usize::MAX)?.executions)
    }

    fn page(&mut self, filter: &StoreFilter) -> Result<StoredPage, StoreError> {
        self.page_within(filter, list::SCAN)
    }

    fn counts(&mut self) -> Result<Vec<MachineCount>, StoreError> {
        self.read_snapshot(list::counts)
    }

    fn activities(&mut self) -> Result<Vec<StoredActivity>, StoreError> {
        let query = format!("SELECT {} FROM activities ORDER BY arn", row::ACTIVITY);
        self.readable_rows("activities", &query, [], row::activity)
    }

    fn documents(&mut self) -> Result<Vec<StoredDocument>, StoreError> {
        let query = "SELECT key, data, checksum FROM documents ORDER BY key";
        let rows = self.readable_rows("documents", query, [], |row| {
            let data: Vec<u8> = row.get(1)?;
            let document = StoredDocument {
                key: row.get(0)?,
                data: data.into(),
            };
            Ok((document, row.get::<_, u32>(2)?))
        })?;
        let whole = rows.into_iter().filter_map(|(document, checksum)| {
            let is_whole = checksum == crc32fast::hash(&document.data);
            if !is_whole {
                let (key, path) = (&document.key, self.place.path.display());
                tracing::warn!(
                    "the document `{key}` of the store `{path}` is damaged and is skipped"
                );
            }
            is_whole.then_some(document)
        });
        Ok(whole.collect())
    }

    fn document(&mut self, key: &str) -> Result<Option<StoredDocument>, StoreError> {
        let query = "SELECT data, checksum FROM documents WHERE key = ?";
        let read = |row: &Row<'_>| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, u32>(1)?));
        let Some((data, checksum)) = self.rows(query, [key], read)?.pop() else {
            return Ok(None);
        };
        if checksum != crc32fast::hash(&data) {
            return Err(self
                .place
                .corrupt(format!("the document `{key}` is damaged")));
        }
        Ok(Some(StoredDocument {
            key: key.to_owned(),
            data: data.into(),
        }))
    }

    fn outbox(
        &mut self,
        queue: OutboxQueue,
        after: u64,
        limit: usize,
    ) -> Result<Vec<StoredMessage>, StoreError> {
        let query = "SELECT number, data, checksum FROM outbox WHERE queue = ? AND number > ? ORDER BY number LIMIT ?";
        let after = i64::try_from(after).unwrap_or(i64::MAX);
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let values = (queue.number(), after, limit);
        self.readable_rows("outbox", query, values, |row| {
            let (number, data): (i64, Vec<u8>) = (row.get(0)?, row.get(1)?);
            let sum = row::checksum(queue.number().into(), number, &data);
            Ok(StoredMessage {
                number: row::key(row, 0)?,
                data: (sum == row.get::<_, u32>(2)?).then(|| data.into()),
            })
        })
    }

    fn outbox_length(&mut self, queue: OutboxQueue) -> Result<u64, StoreError> {
        let query = "SELECT count(*) FROM outbox WHERE queue = ?";
        let rows = self.rows(query, [queue.number()], |row| row::key(row, 0))?;
        Ok(rows.first().copied().unwrap_or(0))
    }

    fn newest_time(&mut self) -> Result<Option<Timestamp>, StoreError> {
        // No index contains the ends: all rows are read, but only once in the lifetime of a store.
        let query = "SELECT max(max(started, coalesce(stopped, started))) FROM executions
             WHERE typeof(started) = 'integer' AND typeof(coalesce(stopped, started)) = 'integer'";
        let rows = self.rows(query, [], |row| row.get::<_, Option<i64>>(0))?;
        let newest = rows.into_iter().flatten().next();
        Ok(newest.map(Timestamp::from_unix_micros))
    }

    fn closed(
        &mut self,
        before: Option<Timestamp>,
        limit: usize,
    ) -> Result<Vec<StoredExecution>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let query = |condition: &str| {
            format!(
                "SELECT {} FROM executions WHERE map_run IS NULL AND {condition} ORDER BY stopped, key LIMIT ?1",
                row::EXECUTION
            )
        };
        match before {
            // The index on starts, by machine, bounds the number of rows that are read.
            Some(before) => self.executions(
                &query(
                    "machine IN (SELECT machine FROM versions) AND started < ?2 AND stopped < ?2",
                ),
                (limit, before.unix_micros()),
            ),
            None => self.executions(&query("stopped IS NOT NULL"), [limit]),
        }
    }

    fn closed_count(&mut self) -> Result<u64, StoreError> {
        // Both numbers are counted in an index.
        let query = "SELECT (SELECT count(*) FROM executions INDEXED BY executions_of_machine WHERE map_run IS NULL)
             - (SELECT count(*) FROM executions INDEXED BY executions_open WHERE status = 'RUNNING' AND map_run IS NULL)";
        let rows = self.rows(query, [], |row| row::key(row, 0))?;
        Ok(rows.first().copied().unwrap_or(0))
    }

    fn has_executions_of(&mut self, hash: &str) -> Result<bool, StoreError> {
        let query = "SELECT 1 FROM executions WHERE version IN (SELECT id FROM versions WHERE hash = ?) LIMIT 1";
        Ok(!self.rows(query, [hash], |_| Ok(()))?.is_empty())
    }

    fn bytes(&mut self) -> Result<u64, StoreError> {
        let query = "SELECT (page_count - freelist_count) * page_size
             FROM pragma_page_count, pragma_freelist_count, pragma_page_size";
        let rows = self.rows(query, [], |row| row::key(row, 0))?;
        Ok(rows.first().copied().unwrap_or(0))
    }

    fn backup(&mut self, to: &Path) -> Result<(), StoreError> {
        Self::backup(self, to)
    }

    fn last_key(&mut self) -> Result<u64, StoreError> {
        // A damaged value of another type is larger than all numbers.
        let query = "SELECT max(0,
                 coalesce((SELECT max(key) FROM executions), 0),
                 coalesce((SELECT execution FROM records WHERE execution <= 9223372036854775807 ORDER BY execution DESC LIMIT 1), 0))";
        let rows = self.rows(query, [], |row| row::key(row, 0))?;
        Ok(rows.first().copied().unwrap_or(0))
    }
}
