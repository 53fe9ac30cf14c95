//! Checks the whole file of a store.

use std::path::Path;

use rusqlite::{Connection, Row};

use crate::store::StoreError;
use crate::store::sqlite::schema::{self, FileContent};
use crate::store::sqlite::store_path::StorePath;
use crate::store::sqlite::{connection, continuity, row};

/// Checks a file without its log: that it is a store of a known version, SQLite's
/// `integrity_check`, and the checksum of each record and document.
///
/// # Errors
///
/// [`StoreError::NotAStore`], [`StoreError::NewerVersion`], [`StoreError::Corrupt`],
/// [`StoreError::Io`].
pub(crate) fn check(file: &Path) -> Result<(), StoreError> {
    let place = StorePath {
        path: file.to_owned(),
    };
    let cannot_check = |error| place.error("check the file", error);
    let connection = continuity::open_without_log(file).map_err(cannot_check)?;
    connection::set_defenses(&connection).map_err(cannot_check)?;
    if let FileContent::Nothing = schema::find(&connection, &place)? {
        return Err(place.not_a_store("it is empty"));
    }
    let finding: String = connection
        .pragma_query_value(None, "integrity_check", |row| row.get(0))
        .map_err(cannot_check)?;
    if finding != "ok" {
        return Err(place.corrupt(finding));
    }
    let check = |query: &str, is_whole: fn(&Row<'_>) -> Result<bool, rusqlite::Error>| {
        if first_damaged(&connection, query, is_whole).map_err(cannot_check)? {
            return Err(place.corrupt("the checksum of a row does not match its data"));
        }
        Ok(())
    };
    check("SELECT execution, seq, data, checksum FROM records", record)?;
    check(
        "SELECT key, 0, data, checksum FROM executions WHERE checksum IS NOT NULL",
        record,
    )?;
    check("SELECT data, checksum FROM documents", |row| {
        let (data, checksum): (Vec<u8>, u32) = (row.get(0)?, row.get(1)?);
        Ok(crc32fast::hash(&data) == checksum)
    })?;
    check("SELECT queue, number, data, checksum FROM outbox", record)
}

/// Whether the checksum of a record, or of a message, is correct.
fn record(row: &Row<'_>) -> Result<bool, rusqlite::Error> {
    let data: Vec<u8> = row.get(2)?;
    Ok(row::checksum(row.get(0)?, row.get(1)?, &data) == row.get::<_, u32>(3)?)
}

/// Returns the first damaged row of a query.
fn first_damaged(
    connection: &Connection,
    query: &str,
    is_whole: fn(&Row<'_>) -> Result<bool, rusqlite::Error>,
) -> Result<bool, rusqlite::Error> {
    let mut statement = connection.prepare(query)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if !is_whole(row)? {
            return Ok(true);
        }
    }
    Ok(false)
}
