//! The logs of handlers in a file next to a store.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, Transaction};

use super::log_format::FORMAT;
use super::log_storage::{LogStorage, LogTables, LoggedLines, StoredLine};
use crate::derived_file::DerivedFile;
use crate::store::{DerivedError, SqliteReader};

/// A file next to a store.
#[derive(Debug)]
pub(super) struct SqliteLogs {
    file: DerivedFile,
    store: PathBuf,
}

impl SqliteLogs {
    pub(super) fn new(store: &Path) -> Self {
        Self::of_file(store, DerivedFile::next_to(store, &FORMAT))
    }

    pub(super) fn of_file(store: &Path, file: DerivedFile) -> Self {
        let store = store.to_owned();
        Self { file, store }
    }

    fn tables(&self, connection: Connection) -> Box<dyn LogTables> {
        let store = self.store.clone();
        Box::new(SqliteTables { connection, store })
    }
}

impl LogStorage for SqliteLogs {
    fn name(&self) -> String {
        self.file.name()
    }

    fn open(&self) -> Result<Box<dyn LogTables>, DerivedError> {
        Ok(self.tables(self.file.open()?))
    }

    fn replace(&self, why: &str) -> Result<Box<dyn LogTables>, DerivedError> {
        Ok(self.tables(self.file.replace(why)?))
    }

    fn reader(&self) -> Result<Box<dyn LogTables>, DerivedError> {
        Ok(self.tables(self.file.reader()?))
    }
}

struct SqliteTables {
    connection: Connection,
    store: PathBuf,
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

impl LogTables for SqliteTables {
    fn last_number(&mut self) -> Result<u64, DerivedError> {
        let query = "SELECT coalesce(max(number), 0) FROM lines";
        let last: i64 = self.connection.query_row(query, [], |row| row.get(0))?;
        Ok(u64::try_from(last).unwrap_or_default())
    }

    fn add(&mut self, logs: &[LoggedLines], limit: u64) -> Result<(), DerivedError> {
        let transaction = self.connection.unchecked_transaction()?;
        for log in logs {
            add(&transaction, log, signed(limit))?;
        }
        Ok(transaction.commit()?)
    }

    fn lines(&mut self, arn: &str) -> Result<(Vec<StoredLine>, u64), DerivedError> {
        let query = "SELECT id, dropped FROM executions WHERE arn = ?";
        let mut statement = self.connection.prepare_cached(query)?;
        let found = statement.query_row([arn], |row| Ok((row.get(0)?, row.get(1)?)));
        let Some((id, dropped)): Option<(i64, i64)> = found.optional()? else {
            return Ok((Vec::new(), 0));
        };
        let query = "SELECT number, bytes, data FROM lines WHERE execution = ? ORDER BY number";
        let mut statement = self.connection.prepare_cached(query)?;
        let lines = statement.query_map([id], |row| {
            Ok(StoredLine {
                number: row.get::<_, i64>(0)?.unsigned_abs(),
                bytes: row.get::<_, i64>(1)?.unsigned_abs(),
                data: row.get(2)?,
            })
        })?;
        let lines = lines.collect::<Result<_, _>>()?;
        Ok((lines, dropped.unsigned_abs()))
    }

    fn sweep(&mut self, after: i64, limit: u32) -> Result<Option<i64>, DerivedError> {
        let query = "SELECT id, arn FROM executions WHERE id > ? ORDER BY id LIMIT ?";
        let mut statement = self.connection.prepare_cached(query)?;
        let found = statement.query_map((after, limit), |row| Ok((row.get(0)?, row.get(1)?)))?;
        let executions: Vec<(i64, String)> = found.collect::<Result<_, _>>()?;
        let last = executions.last().map(|(id, _)| *id);
        if last.is_none() {
            return Ok(None);
        }
        let mut store = SqliteReader::open(&self.store)?;
        let transaction = self.connection.unchecked_transaction()?;
        for (id, arn) in &executions {
            if store.scan_one(arn)?.is_none() {
                for query in [
                    "DELETE FROM lines WHERE execution = ?",
                    "DELETE FROM executions WHERE id = ?",
                ] {
                    transaction.prepare_cached(query)?.execute([id])?;
                }
            }
        }
        transaction.commit()?;
        Ok(last.filter(|_| executions.len() == limit as usize))
    }
}

/// Adds lines of an execution, and drops its oldest lines beyond the limit.
fn add(transaction: &Transaction<'_>, log: &LoggedLines, limit: i64) -> Result<(), DerivedError> {
    let query = "INSERT INTO executions (arn, bytes, dropped) VALUES (?, 0, 0) ON CONFLICT (arn) DO UPDATE SET arn = arn
         RETURNING id, bytes, dropped";
    let mut statement = transaction.prepare_cached(query)?;
    let found = statement.query_row([&log.arn], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?))
    });
    let (id, mut bytes, mut dropped): (i64, i64, i64) = found?;
    let query = "INSERT INTO lines VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING";
    let mut statement = transaction.prepare_cached(query)?;
    for line in &log.lines {
        let size = signed(line.bytes);
        if statement.execute((id, signed(line.number), size, &line.data))? > 0 {
            bytes = bytes.saturating_add(size);
        }
    }
    while bytes > limit {
        let query = "DELETE FROM lines WHERE execution = ?1
             AND number = (SELECT min(number) FROM lines WHERE execution = ?1) RETURNING bytes";
        let mut statement = transaction.prepare_cached(query)?;
        let oldest: Option<i64> = statement.query_row([id], |row| row.get(0)).optional()?;
        let Some(oldest) = oldest else {
            bytes = 0;
            break;
        };
        bytes -= oldest;
        dropped += 1;
    }
    let query = "UPDATE executions SET bytes = ?2, dropped = ?3 WHERE id = ?1";
    transaction
        .prepare_cached(query)?
        .execute((id, bytes, dropped))?;
    Ok(())
}
