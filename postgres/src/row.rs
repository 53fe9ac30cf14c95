//! Converts rows to values.

use std::sync::Arc;

use bytes::Bytes;
use stepwright_engine::Status;
use stepwright_engine::clock::Timestamp;
use stepwright_engine::store::{StoredChild, StoredExecution, StoredListing, StoredOrigin};
use tokio_postgres::Row;

/// Why a row cannot be read.
pub(crate) type RowError = String;

/// The columns of [`execution`], of the tables `e`, `v` and `d`.
pub(crate) const EXECUTION: &str = "e.key, e.arn, e.name, v.name, v.hash, coalesce(d.status, 'RUNNING'), e.started, d.stopped,
    e.map_run, e.number, e.has_origin, e.origin_machine, e.origin_version, e.origin_alias, e.redrives, e.redriven, e.items";

/// The tables of [`EXECUTION`].
pub(crate) const EXECUTIONS: &str = "@.executions AS e JOIN @.versions AS v ON v.id = e.version LEFT JOIN @.ends AS d ON d.key = e.key";

/// Reads an execution, whose columns begin at `from`.
pub(crate) fn execution(row: &Row, from: usize) -> Result<StoredExecution, RowError> {
    let shared =
        |column: usize| -> Result<Arc<str>, RowError> { Ok(text(row.get(from + column))?.into()) };
    let optional = |column: usize| -> Result<Option<Arc<str>>, RowError> {
        let bytes: Option<&[u8]> = row.get(from + column);
        bytes.map(|bytes| text(bytes).map(Arc::from)).transpose()
    };
    let time = |column: usize| {
        let micros: Option<i64> = row.get(from + column);
        micros.map(Timestamp::from_unix_micros)
    };
    let key = key(row.get(from))?;
    let status: &str = row.get(from + 5);
    let map_run: Option<&[u8]> = row.get(from + 8);
    let child_of = match map_run {
        Some(map_run) => Some(StoredChild {
            map_run: text(map_run)?.to_owned(),
            number: small(row.get::<_, Option<i64>>(from + 9).unwrap_or(-1))?,
        }),
        None => None,
    };
    let origin = if row.get(from + 10) {
        Some(Arc::new(StoredOrigin {
            machine: optional(11)?,
            version: optional(12)?,
            alias: optional(13)?,
        }))
    } else {
        None
    };
    Ok(StoredExecution {
        key,
        arn: shared(1)?,
        name: shared(2)?,
        machine: shared(3)?,
        machine_hash: shared(4)?,
        status: Status::from_word(status).ok_or_else(|| format!("`{status}` is no status"))?,
        started: Timestamp::from_unix_micros(row.get(from + 6)),
        stopped: time(7),
        child_of,
        listing: StoredListing {
            origin,
            redrive_count: small(row.get(from + 14))?,
            redriven: time(15),
            items: row
                .get::<_, Option<i64>>(from + 16)
                .map(small)
                .transpose()?,
        },
    })
}

pub(crate) fn text(bytes: &[u8]) -> Result<&str, RowError> {
    std::str::from_utf8(bytes).map_err(|error| error.to_string())
}

pub(crate) fn owned(row: &Row, column: usize) -> Result<String, RowError> {
    text(row.get(column)).map(str::to_owned)
}

pub(crate) fn bytes(row: &Row, column: usize) -> Bytes {
    Bytes::copy_from_slice(row.get(column))
}

pub(crate) fn key(key: i64) -> Result<u64, RowError> {
    u64::try_from(key).map_err(|_| format!("{key} is no key"))
}

fn small(number: i64) -> Result<u32, RowError> {
    u32::try_from(number).map_err(|_| format!("{number} is out of range"))
}
