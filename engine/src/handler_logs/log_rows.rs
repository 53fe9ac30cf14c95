//! The lines of executions as rows of a file.

use std::sync::Arc;

use rusqlite::types::Type;
use rusqlite::{Connection, Error, OptionalExtension, Row, Transaction};
use tracing::Level;

use super::line::{BYTES_PER_EXECUTION, LogLine};
use crate::clock::Timestamp;
use crate::derived_file::DerivedError;

/// Returns the number of the newest line.
pub(super) fn last_number(connection: &Connection) -> Result<u64, DerivedError> {
    let query = "SELECT coalesce(max(number), 0) FROM lines";
    let last: i64 = connection.query_row(query, [], |row| row.get(0))?;
    Ok(u64::try_from(last).unwrap_or_default())
}

/// Adds lines of an execution, and drops its oldest lines beyond the bound.
pub(super) fn add(
    transaction: &Transaction<'_>,
    arn: &str,
    lines: &[Arc<LogLine>],
) -> Result<(), DerivedError> {
    let query = "INSERT INTO executions (arn, bytes, dropped) VALUES (?, 0, 0) ON CONFLICT (arn) DO UPDATE SET arn = arn
         RETURNING id, bytes, dropped";
    let mut statement = transaction.prepare_cached(query)?;
    let found = statement.query_row([arn], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
    let (id, mut bytes, mut dropped): (i64, i64, i64) = found?;
    let query = "INSERT OR REPLACE INTO lines VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let mut statement = transaction.prepare_cached(query)?;
    for line in lines {
        let size = i64::try_from(line.bytes()).unwrap_or(i64::MAX);
        bytes = bytes.saturating_add(size);
        let fields = serde_json::to_string(&line.fields);
        statement.execute((
            id,
            i64::try_from(line.number).unwrap_or(i64::MAX),
            size,
            line.at.unix_micros(),
            line.level.as_str(),
            &*line.state,
            line.attempt,
            &*line.target,
            &line.message,
            fields.map_err(|error| DerivedError::Unusable(error.to_string()))?,
            line.is_cut,
        ))?;
    }
    let most = i64::try_from(BYTES_PER_EXECUTION).unwrap_or(i64::MAX);
    while bytes > most {
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

/// Returns the lines of an execution, the oldest first, and how many older ones were dropped.
pub(super) fn lines(
    connection: &Connection,
    arn: &str,
) -> Result<(Vec<Arc<LogLine>>, u64), DerivedError> {
    let query = "SELECT id, dropped FROM executions WHERE arn = ?";
    let mut statement = connection.prepare_cached(query)?;
    let found = statement.query_row([arn], |row| Ok((row.get(0)?, row.get(1)?)));
    let Some((id, dropped)): Option<(i64, i64)> = found.optional()? else {
        return Ok((Vec::new(), 0));
    };
    let query =
        "SELECT number, at, level, state, attempt, target, message, fields, is_cut FROM lines
         WHERE execution = ? ORDER BY number";
    let mut statement = connection.prepare_cached(query)?;
    let lines = statement.query_map([id], |row| line(row).map(Arc::new))?;
    let lines = lines.collect::<Result<_, _>>()?;
    Ok((lines, u64::try_from(dropped).unwrap_or_default()))
}

fn line(row: &Row<'_>) -> Result<LogLine, Error> {
    let number: i64 = row.get(0)?;
    let level: String = row.get(2)?;
    let fields: String = row.get(7)?;
    let invalid = |column, error: Box<dyn std::error::Error + Send + Sync>| {
        Error::FromSqlConversionFailure(column, Type::Text, error)
    };
    Ok(LogLine {
        number: u64::try_from(number).map_err(|_| Error::IntegralValueOutOfRange(0, number))?,
        at: Timestamp::from_unix_micros(row.get(1)?),
        level: level
            .parse::<Level>()
            .map_err(|error| invalid(2, error.into()))?,
        state: row.get(3)?,
        attempt: row.get(4)?,
        target: row.get::<_, String>(5)?.into(),
        message: row.get(6)?,
        fields: serde_json::from_str(&fields).map_err(|error| invalid(7, error.into()))?,
        is_cut: row.get(8)?,
    })
}

/// Returns executions after an id, in the order of their ids.
pub(super) fn executions(
    connection: &Connection,
    after: i64,
    limit: u32,
) -> Result<Vec<(i64, String)>, DerivedError> {
    let query = "SELECT id, arn FROM executions WHERE id > ? ORDER BY id LIMIT ?";
    let mut statement = connection.prepare_cached(query)?;
    let found = statement.query_map((after, limit), |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Deletes the lines of an execution.
pub(super) fn delete(transaction: &Transaction<'_>, id: i64) -> Result<(), DerivedError> {
    for query in [
        "DELETE FROM lines WHERE execution = ?",
        "DELETE FROM executions WHERE id = ?",
    ] {
        transaction.prepare_cached(query)?.execute([id])?;
    }
    Ok(())
}
