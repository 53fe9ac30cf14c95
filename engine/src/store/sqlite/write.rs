//! Executes changes as statements.

use rusqlite::{Connection, Error, Params, ffi, params};

use super::log::checkpoints::LogRestart;
use super::origins::Origins;
use super::row::{self, checksum};
use super::session;
use super::store_path::StorePath;
use super::version_ids::VersionIds;
use crate::Status;
use crate::clock::Timestamp;
use crate::store::{
    Change, OutboxQueue, StoreError, StoredActivity, StoredDocument, StoredExecution,
    StoredListing, StoredMapRun,
};

/// The maximum bytes of a first record that is stored in the row of its execution. The end of the
/// execution rewrites that row.
const MOST_IN_ROW: usize = 1_024;

pub(super) fn commit(
    connection: &Connection,
    place: &StorePath,
    ids: &mut RowIds,
    log_restart: LogRestart,
    changes: &[Change],
) -> Result<(), StoreError> {
    let outcome = transact(connection, place, || {
        // The first transaction of a log must contain the session.
        let advanced = match log_restart {
            LogRestart::Expected => session::advance_with_header(connection),
            LogRestart::Possible => session::advance(connection),
            LogRestart::Impossible => Ok(()),
        };
        advanced.map_err(|error| place.error("write the session", error))?;
        let mut writer = ChangeWriter {
            connection,
            place,
            ids,
        };
        changes.iter().try_for_each(|change| writer.apply(change))
    });
    if outcome.is_err() {
        // The rows that the transaction added do not exist.
        ids.versions.forget();
        ids.origins.forget();
    }
    outcome
}

/// The ids of rows that executions refer to.
#[derive(Debug, Default)]
pub(super) struct RowIds {
    versions: VersionIds,
    origins: Origins,
    /// The number of the last message of the outbox. It does not decrease while the store is open,
    /// so that a reader finds all messages after the last one that it has read.
    last_message: Option<i64>,
}

/// Executes work in one transaction, which is rolled back on an error.
///
/// A failed sync may be repeated: SQLite writes the frames of a failed transaction again, and syncs
/// them.
pub(super) fn transact(
    connection: &Connection,
    place: &StorePath,
    work: impl FnOnce() -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let run = |statement: &str| {
        let done = connection
            .prepare_cached(statement)
            .and_then(|mut cached| cached.execute([]));
        done.map(drop)
            .map_err(|error| place.error("commit changes", error))
    };
    let roll_back = || {
        if connection.is_autocommit() {
            Ok(())
        } else {
            run("ROLLBACK")
        }
    };
    // A transaction is still open if its rollback failed.
    roll_back()?;
    run("BEGIN IMMEDIATE")?;
    let outcome = work().and_then(|()| run("COMMIT"));
    if outcome.is_err() {
        // The first error has the cause; the rollback is tried again before the next transaction.
        let _again = roll_back();
    }
    outcome
}

struct ChangeWriter<'a> {
    connection: &'a Connection,
    place: &'a StorePath,
    ids: &'a mut RowIds,
}

impl ChangeWriter<'_> {
    fn apply(&mut self, change: &Change) -> Result<(), StoreError> {
        change.check()?;
        match change {
            Change::Machine(machine) => {
                let (kind, definition) = (machine.machine_type.as_str(), &machine.definition);
                self.run(
                    "INSERT OR REPLACE INTO machines (name, hash, type, definition) VALUES (?, ?, ?, ?)",
                    params![machine.name, machine.hash, kind, definition],
                )
                .map(drop)
                .map_err(|error| self.error(error))
            }
            Change::Start { execution, data } => self.start(execution, data),
            Change::Append { key, seq, data } => self.append(*key, *seq, data),
            Change::Close {
                key,
                status,
                stopped,
            } => self.stand(*key, *status, Some(*stopped)),
            Change::Reopen { key, listing } => {
                self.stand(*key, Status::Running, None)?;
                self.list(*key, listing)
            }
            Change::DeleteMachine { name, hash } => {
                let deleted = self.run(
                    "DELETE FROM machines WHERE name = ? AND hash = ?",
                    params![name, hash],
                );
                match deleted.map_err(|error| self.error(error))? {
                    0 => Err(StoreError::no_version(name, hash)),
                    _ => Ok(()),
                }
            }
            Change::MapRun(run) => self.put_run(run),
            Change::Delete { key } => self.delete(*key),
            Change::Activity(StoredActivity { arn, created }) => self
                .run(
                    "INSERT OR REPLACE INTO activities VALUES (?, ?)",
                    params![arn, created.unix_micros()],
                )
                .map(drop)
                .map_err(|error| self.error(error)),
            Change::DeleteActivity { arn } => self
                .run("DELETE FROM activities WHERE arn = ?", params![arn])
                .map(drop)
                .map_err(|error| self.error(error)),
            Change::Document(StoredDocument { key, data }) => self
                .run(
                    "INSERT OR REPLACE INTO documents VALUES (?, ?, ?)",
                    params![key, &**data, crc32fast::hash(data)],
                )
                .map(drop)
                .map_err(|error| self.error(error)),
            Change::DeleteDocument { key } => self
                .run("DELETE FROM documents WHERE key = ?", params![key])
                .map(drop)
                .map_err(|error| self.error(error)),
            Change::Send { queue, data } => {
                let number = self.last_message()? + 1;
                self.put_message(*queue, number, data)
            }
            Change::PutMessage {
                queue,
                number,
                data,
            } => self.put_message(*queue, signed(*number)?, data),
            Change::DeleteMessage { queue, number } => {
                let Ok(number) = i64::try_from(*number) else {
                    return Ok(());
                };
                self.last_message()?;
                self.run(
                    "DELETE FROM outbox WHERE queue = ? AND number = ?",
                    params![queue.number(), number],
                )
                .map(drop)
                .map_err(|error| self.error(error))
            }
        }
    }

    /// Whether a query returns a row.
    fn has(&self, query: &str, values: impl Params) -> Result<bool, StoreError> {
        let found = self
            .connection
            .prepare_cached(query)
            .and_then(|mut query| query.exists(values));
        found.map_err(|error| self.error(error))
    }

    fn put_run(&self, run: &StoredMapRun) -> Result<(), StoreError> {
        let StoredMapRun {
            arn,
            execution,
            data,
        } = run;
        let id = signed(*execution)?;
        if !self.has("SELECT 1 FROM executions WHERE key = ?", [id])? {
            return Err(StoreError::no_execution(*execution));
        }
        let put = self.run(
            "INSERT INTO map_runs (arn, execution, data) VALUES (?1, ?2, ?3)
             ON CONFLICT (arn) DO UPDATE SET data = ?3 WHERE execution = ?2",
            params![arn, id, &**data],
        );
        match put {
            Ok(1) => Ok(()),
            Ok(_) => Err(StoreError::run_of_another(arn, self.execution_of(arn)?)),
            Err(error) => Err(self.error(error)),
        }
    }

    fn execution_of(&self, map_run: &str) -> Result<u64, StoreError> {
        let found = self
            .connection
            .prepare_cached("SELECT execution FROM map_runs WHERE arn = ?")
            .and_then(|mut query| query.query_row([map_run], |found| row::key(found, 0)));
        found.map_err(|error| self.error(error))
    }

    /// Removes an execution with its Map Runs, their children, and the data of these.
    fn delete(&self, key: u64) -> Result<(), StoreError> {
        let mut doomed = vec![signed(key)?];
        let mut is_first = true;
        while let Some(id) = doomed.pop() {
            if self.has(
                "SELECT 1 FROM executions WHERE key = ? AND status = 'RUNNING'",
                [id],
            )? {
                return Err(StoreError::is_running(key));
            }
            doomed.extend(self.children(id)?);
            for statement in [
                "DELETE FROM executions WHERE key = ?",
                "DELETE FROM records WHERE execution = ?",
                "DELETE FROM map_runs WHERE execution = ?",
            ] {
                let deleted = self.run(statement, [id]);
                let deleted = deleted.map_err(|error| self.error(error))?;
                if std::mem::take(&mut is_first) && deleted == 0 {
                    return Err(StoreError::no_execution(key));
                }
            }
        }
        Ok(())
    }

    /// Returns the ids of the children of an execution's Map Runs.
    fn children(&self, id: i64) -> Result<Vec<i64>, StoreError> {
        let statement = "SELECT key FROM executions WHERE map_run IN (SELECT id FROM map_runs WHERE execution = ?)";
        let read = || -> Result<Vec<i64>, Error> {
            let mut query = self.connection.prepare_cached(statement)?;
            query.query_map([id], |row| row.get(0))?.collect()
        };
        read().map_err(|error| self.error(error))
    }

    fn start(&mut self, execution: &StoredExecution, data: &[u8]) -> Result<(), StoreError> {
        let StoredExecution {
            key,
            arn,
            name,
            machine,
            machine_hash,
            status,
            started,
            stopped,
            child_of,
            listing,
        } = execution;
        let id = signed(*key)?;
        let version = (self.ids.versions).find(self.connection, machine, machine_hash);
        let version = version.map_err(|error| self.error(error))?;
        let map_run = child_of.as_ref().map(|child| &child.map_run);
        let number = child_of.as_ref().map(|child| child.number);
        let stopped = stopped.map(Timestamp::unix_micros);
        let (status, started) = (status.as_str(), started.unix_micros());
        let first = (data.len() <= MOST_IN_ROW).then(|| (data, checksum(id, 0, data)));
        let (first, sum) = first.unzip();
        let origin = self.origin(listing)?;
        let inserted = self.run(
            "INSERT INTO executions (key, arn, name, machine, version, origin, map_run, number, status, started, stopped,
                 redrives, redriven, items, data, checksum)
             VALUES (?, ?, ?, ?, ?, ?, (SELECT id FROM map_runs WHERE arn = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            params![
                id,
                arn,
                name,
                version.machine,
                version.id,
                origin,
                map_run,
                number,
                status,
                started,
                stopped,
                listing.redrive_count,
                listing.redriven.map(Timestamp::unix_micros),
                listing.items,
                first,
                sum
            ],
        );
        match inserted {
            Ok(_) => {
                if let Some(map_run) = map_run
                    && !self.has("SELECT 1 FROM map_runs WHERE arn = ?", [map_run])?
                {
                    return Err(StoreError::no_map_run(map_run));
                }
            }
            Err(error) if is_constraint(&error) => {
                let has_arn = self.has("SELECT 1 FROM executions WHERE arn = ?", [arn]);
                return Err(if has_arn? {
                    StoreError::Exists {
                        arn: arn.to_string(),
                    }
                } else {
                    StoreError::key_is_taken(*key)
                });
            }
            Err(error) => return Err(self.error(error)),
        }
        if first.is_some() {
            return Ok(());
        }
        self.run(
            "INSERT INTO records (execution, seq, data, checksum) VALUES (?, 0, ?, ?)",
            params![id, data, checksum(id, 0, data)],
        )
        .map(drop)
        .map_err(|error| {
            if is_constraint(&error) {
                self.place
                    .corrupt(format!("records of a missing execution {key}"))
            } else {
                self.error(error)
            }
        })
    }

    /// Adds a record after its predecessor. Without a predecessor the row would have no data, which
    /// the table rejects. A statement that selects and may fail would copy each page that it
    /// changes.
    fn append(&self, key: u64, seq: u32, data: &[u8]) -> Result<(), StoreError> {
        let id = i64::try_from(key).map_err(|_| StoreError::out_of_order(key, seq))?;
        let appended = self.run(
            "INSERT INTO records (execution, seq, data, checksum) VALUES (?1, ?2, CASE
                 WHEN EXISTS (SELECT 1 FROM records WHERE execution = ?1 AND seq = ?2 - 1) THEN ?3
                 WHEN ?2 = 1 AND EXISTS (SELECT 1 FROM executions WHERE key = ?1 AND checksum IS NOT NULL) THEN ?3
             END, ?4)",
            params![id, seq, data, checksum(id, seq.into(), data)],
        );
        match appended {
            Ok(_) => Ok(()),
            Err(error) if is_constraint(&error) => Err(StoreError::out_of_order(key, seq)),
            Err(error) => Err(self.error(error)),
        }
    }

    fn stand(
        &self,
        key: u64,
        status: Status,
        stopped: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let stopped = stopped.map(Timestamp::unix_micros);
        self.one(
            key,
            "UPDATE executions SET status = ?, stopped = ? WHERE key = ?",
            params![status.as_str(), stopped, signed(key)?],
        )
    }

    fn put_message(
        &mut self,
        queue: OutboxQueue,
        number: i64,
        data: &[u8],
    ) -> Result<(), StoreError> {
        self.ids.last_message = Some(self.last_message()?.max(number));
        let checksum = checksum(queue.number().into(), number, data);
        self.run(
            "INSERT OR REPLACE INTO outbox VALUES (?, ?, ?, ?)",
            params![queue.number(), number, data, checksum],
        )
        .map(drop)
        .map_err(|error| self.error(error))
    }

    /// Returns the number of the last message. It is read before the first message is deleted: a
    /// reader that has passed a message never finds a later one with the same number.
    fn last_message(&mut self) -> Result<i64, StoreError> {
        if let Some(last) = self.ids.last_message {
            return Ok(last);
        }
        let last = self.largest_message();
        let last = last.map_err(|error| self.place.error("read the outbox", error))?;
        self.ids.last_message = Some(last);
        Ok(last)
    }

    /// Returns the largest number of a message in the store.
    fn largest_message(&self) -> Result<i64, Error> {
        let mut last = 0;
        for queue in OutboxQueue::ALL {
            let mut query = self
                .connection
                .prepare_cached("SELECT max(number) FROM outbox WHERE queue = ?")?;
            let of_queue: Option<i64> = query.query_row([queue.number()], |row| row.get(0))?;
            last = last.max(of_queue.unwrap_or(0));
        }
        Ok(last)
    }

    /// Returns the id of the origin in a listing.
    fn origin(&mut self, listing: &StoredListing) -> Result<Option<i64>, StoreError> {
        let origin = listing.origin.as_ref();
        let id = origin.map(|origin| self.ids.origins.find(self.connection, origin));
        id.transpose().map_err(|error| self.error(error))
    }

    /// Writes the columns for lists of an execution.
    fn list(&mut self, key: u64, listing: &StoredListing) -> Result<(), StoreError> {
        let origin = self.origin(listing)?;
        let redriven = listing.redriven.map(Timestamp::unix_micros);
        self.one(
            key,
            "UPDATE executions SET origin = ?, redrives = ?, redriven = ?, items = ? WHERE key = ?",
            params![
                origin,
                listing.redrive_count,
                redriven,
                listing.items,
                signed(key)?
            ],
        )
    }

    /// Executes a statement that changes the row of one execution.
    fn one(&self, key: u64, statement: &str, values: impl Params) -> Result<(), StoreError> {
        match self.run(statement, values) {
            Ok(0) => Err(StoreError::no_execution(key)),
            Ok(_) => Ok(()),
            Err(error) => Err(self.error(error)),
        }
    }

    /// Executes a statement, and returns the number of changed rows.
    fn run(&self, statement: &str, values: impl Params) -> Result<usize, Error> {
        self.connection.prepare_cached(statement)?.execute(values)
    }

    fn error(&self, error: Error) -> StoreError {
        self.place.error("apply a change", error)
    }
}

/// Converts a key to SQLite's signed number. No execution has a larger key, because
/// [`Change::check`] rejects it at the start.
fn signed(key: u64) -> Result<i64, StoreError> {
    i64::try_from(key).map_err(|_| StoreError::no_execution(key))
}

/// Whether a row with the same key or unique column exists, or a required value is missing.
fn is_constraint(error: &Error) -> bool {
    let code = error.sqlite_error().map(|error| error.extended_code);
    matches!(
        code,
        Some(
            ffi::SQLITE_CONSTRAINT_PRIMARYKEY
                | ffi::SQLITE_CONSTRAINT_UNIQUE
                | ffi::SQLITE_CONSTRAINT_NOTNULL
        )
    )
}
