//! Rows as values.

use rusqlite::types::{FromSqlError, Type};
use rusqlite::{Error, Row};
use stepwright_asl::model::MachineType;

use crate::Status;
use crate::clock::Timestamp;
use crate::store::{StoredActivity, StoredChild, StoredExecution, StoredMachine, StoredMapRun};

/// The columns of [`execution`].
pub(super) const EXECUTION: &str = "key, arn, name,
    (SELECT versions.name FROM versions WHERE id = version), (SELECT hash FROM versions WHERE id = version),
    status, started, stopped, (SELECT map_runs.arn FROM map_runs WHERE id = map_run), number";

pub(super) fn execution(row: &Row<'_>) -> Result<StoredExecution, Error> {
    let stopped: Option<i64> = row.get(7)?;
    Ok(StoredExecution {
        key: key(row, 0)?,
        arn: row.get(1)?,
        name: row.get(2)?,
        machine: row.get(3)?,
        machine_hash: row.get(4)?,
        status: word(row, 5, Status::from_word)?,
        started: Timestamp::from_unix_micros(row.get(6)?),
        stopped: stopped.map(Timestamp::from_unix_micros),
        child_of: match row.get(8)? {
            Some(map_run) => Some(StoredChild {
                map_run,
                number: row.get(9)?,
            }),
            None => None,
        },
    })
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

/// An execution's key. SQLite has signed numbers only.
pub(super) fn key(row: &Row<'_>, column: usize) -> Result<u64, Error> {
    let key: i64 = row.get(column)?;
    u64::try_from(key).map_err(|_| Error::IntegralValueOutOfRange(column, key))
}

fn word<T>(row: &Row<'_>, column: usize, read: fn(&str) -> Option<T>) -> Result<T, Error> {
    let word = row.get_ref(column)?.as_str()?;
    read(word).ok_or_else(|| {
        let error = FromSqlError::Other(format!("`{word}` is no such word").into());
        Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
    })
}

/// What tells a record whose bytes changed on the disk, or that lies in another's place: SQLite itself checks no content.
pub(super) fn checksum(execution: i64, seq: i64, data: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&execution.to_le_bytes());
    hasher.update(&seq.to_le_bytes());
    hasher.update(data);
    hasher.finalize()
}
