//! Converts rows to values.

use std::sync::Arc;

use rusqlite::types::{FromSqlError, Type};
use rusqlite::{Error, Row};
use stepwright_asl::model::MachineType;

use crate::Status;
use crate::clock::Timestamp;
use crate::store::{
    StoredActivity, StoredChild, StoredExecution, StoredListing, StoredMachine, StoredMapRun,
    StoredOrigin,
};

/// The columns of [`RawExecution::read`].
pub(super) const EXECUTION: &str = "key, arn, name, version, status, started, stopped,
    (SELECT map_runs.arn FROM map_runs WHERE id = map_run), number, origin, redrives, redriven, items";

/// The row of an execution, with the ids of other tables' rows.
pub(super) struct RawExecution {
    pub(super) key: u64,
    arn: Arc<str>,
    name: Arc<str>,
    pub(super) version: i64,
    status: Status,
    started: Timestamp,
    stopped: Option<Timestamp>,
    child_of: Option<StoredChild>,
    pub(super) origin: Option<i64>,
    redrives: u32,
    redriven: Option<Timestamp>,
    items: Option<u32>,
}

impl RawExecution {
    pub(super) fn read(row: &Row<'_>) -> Result<Self, Error> {
        let time = |column| -> Result<Option<Timestamp>, Error> {
            let micros: Option<i64> = row.get(column)?;
            Ok(micros.map(Timestamp::from_unix_micros))
        };
        Ok(Self {
            key: key(row, 0)?,
            arn: row.get(1)?,
            name: row.get(2)?,
            version: row.get(3)?,
            status: word(row, 4, Status::from_word)?,
            started: Timestamp::from_unix_micros(row.get(5)?),
            stopped: time(6)?,
            child_of: match row.get(7)? {
                Some(map_run) => Some(StoredChild {
                    map_run,
                    number: row.get(8)?,
                }),
                None => None,
            },
            origin: row.get(9)?,
            redrives: row.get(10)?,
            redriven: time(11)?,
            items: row.get(12)?,
        })
    }

    /// Returns the execution, with the rows of its ids.
    pub(super) fn finish(
        self,
        version: &MachineVersion,
        origin: Option<Arc<StoredOrigin>>,
    ) -> StoredExecution {
        StoredExecution {
            key: self.key,
            arn: self.arn,
            name: self.name,
            machine: version.name.clone(),
            machine_hash: version.hash.clone(),
            status: self.status,
            started: self.started,
            stopped: self.stopped,
            child_of: self.child_of,
            listing: StoredListing {
                origin,
                redrive_count: self.redrives,
                redriven: self.redriven,
                items: self.items,
            },
        }
    }
}

/// The name and the hash of a state machine's version.
#[derive(Clone, Debug)]
pub(super) struct MachineVersion {
    pub(super) name: Arc<str>,
    pub(super) hash: Arc<str>,
}

/// The query for the number, the bytes and the checksum of each record of an execution. A short
/// first record is in the execution's row.
pub(super) const RECORDS: &str = "
    SELECT 0 AS seq, data, checksum FROM executions WHERE key = ?1 AND checksum IS NOT NULL
    UNION ALL SELECT seq, data, checksum FROM records WHERE execution = ?1 ORDER BY seq";

/// The records of an execution from a number on.
pub(super) const RECORDS_FROM: &str = "
    SELECT 0 AS seq, data, checksum FROM executions WHERE key = ?1 AND checksum IS NOT NULL AND ?2 = 0
    UNION ALL SELECT seq, data, checksum FROM records WHERE execution = ?1 AND seq >= ?2 ORDER BY seq";

/// The last record of an execution that is not in its row.
pub(super) const LAST_RECORD: &str =
    "SELECT seq, data, checksum FROM records WHERE execution = ?1 ORDER BY seq DESC LIMIT 1";

/// Reads a record: its number, its content and its checksum.
pub(super) fn record(row: &Row<'_>) -> Result<(i64, Vec<u8>, u32), Error> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
}

/// The columns of [`map_run`].
pub(super) const MAP_RUN: &str = "arn, execution, data";

pub(super) fn map_run(row: &Row<'_>) -> Result<StoredMapRun, Error> {
    let data: Vec<u8> = row.get(2)?;
    Ok(StoredMapRun {
        arn: row.get(0)?,
        execution: key(row, 1)?,
        data: data.into(),
    })
}

/// The columns of [`machine`].
pub(super) const MACHINE: &str = "hash, name, type, definition";

pub(super) fn machine(row: &Row<'_>) -> Result<StoredMachine, Error> {
    Ok(StoredMachine {
        hash: row.get(0)?,
        name: row.get(1)?,
        machine_type: word(row, 2, MachineType::from_word)?,
        definition: row.get(3)?,
    })
}

/// The columns of [`activity`].
pub(super) const ACTIVITY: &str = "arn, created";

pub(super) fn activity(row: &Row<'_>) -> Result<StoredActivity, Error> {
    Ok(StoredActivity {
        arn: row.get(0)?,
        created: Timestamp::from_unix_micros(row.get(1)?),
    })
}

/// Whether this library did not write a value of the row. Other errors concern the file.
pub(super) fn is_damage(error: &Error) -> bool {
    matches!(
        error,
        Error::FromSqlConversionFailure(..)
            | Error::IntegralValueOutOfRange(..)
            | Error::InvalidColumnType(..)
            | Error::Utf8Error(..)
    )
}

/// Returns an execution's key. SQLite has only signed numbers.
pub(super) fn key(row: &Row<'_>, column: usize) -> Result<u64, Error> {
    let key: i64 = row.get(column)?;
    u64::try_from(key).map_err(|_| Error::IntegralValueOutOfRange(column, key))
}

pub(super) fn word<T>(
    row: &Row<'_>,
    column: usize,
    read: fn(&str) -> Option<T>,
) -> Result<T, Error> {
    let word = row.get_ref(column)?.as_str()?;
    read(word).ok_or_else(|| {
        let error = FromSqlError::Other(format!("`{word}` is no such word").into());
        Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
    })
}

/// Returns a checksum that detects a record whose bytes changed on the disk, or that is stored in
/// the wrong row. SQLite itself has no checksums.
pub(super) fn checksum(execution: i64, seq: i64, data: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&execution.to_le_bytes());
    hasher.update(&seq.to_le_bytes());
    hasher.update(data);
    hasher.finalize()
}
