//! The log lines of task handlers, in the schema of their store.
//!
//! They are written on a separate connection, so that no commit waits for them.

use stepwright_engine::handler_logs::{LogStorage, LogTables, LoggedLines, StoredLine};
use stepwright_engine::store::{DerivedError, StoreError};
use tokio_postgres::Row;
use tokio_postgres::types::Type;

use crate::database::{Database, Statement};
use crate::options::PostgresOptions;
use crate::reader::PostgresReader;

/// Stores the logs of task handlers in the schema of a [`PostgresStore`](crate::PostgresStore), for
/// [`HandlerLogs::keep_in`](stepwright_engine::handler_logs::HandlerLogs::keep_in).
///
/// ```no_run
/// use stepwright_engine::handler_logs::HandlerLogs;
/// use stepwright_postgres::PostgresLogs;
///
/// let logs = HandlerLogs::new();
/// logs.keep_in(PostgresLogs::new("postgres://stepwright@db.internal/orders".parse()?)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct PostgresLogs {
    database: Database,
}

impl PostgresLogs {
    /// Creates the logs of a store, which must exist. Nothing is opened.
    ///
    /// # Errors
    ///
    /// [`StoreError::Io`] if the file of certificates cannot be read.
    pub fn new(options: PostgresOptions) -> Result<Self, StoreError> {
        Ok(Self {
            database: Database::new(options)?,
        })
    }
}

impl LogStorage for PostgresLogs {
    fn name(&self) -> String {
        let name = self.database.name().display();
        format!("the storage of handler logs in `{name}`")
    }

    fn open(&self) -> Result<Box<dyn LogTables>, DerivedError> {
        let reader = PostgresReader::checked(self.database.clone())?;
        Ok(Box::new(Tables(reader)))
    }

    fn replace(&self, why: &str) -> Result<Box<dyn LogTables>, DerivedError> {
        tracing::warn!("{} is emptied: {why}", self.name());
        let mut reader = PostgresReader::checked(self.database.clone())?;
        reader.apply(|| vec![Statement::new("TRUNCATE @.logs, @.log_lines")])?;
        Ok(Box::new(Tables(reader)))
    }

    fn reader(&self) -> Result<Box<dyn LogTables>, DerivedError> {
        self.open()
    }
}

struct Tables(PostgresReader);

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn line(row: &Row) -> Option<StoredLine> {
    let number: Option<i64> = row.get(1);
    Some(StoredLine {
        number: number?.unsigned_abs(),
        bytes: row.get::<_, i64>(2).unsigned_abs(),
        data: row.get(3),
    })
}

impl LogTables for Tables {
    fn last_number(&mut self) -> Result<u64, DerivedError> {
        let rows = self
            .0
            .rows(|| Statement::new("SELECT coalesce(max(last), 0) FROM @.logs"))?;
        let last = rows.first().map_or(0, |row| row.get::<_, i64>(0));
        Ok(last.unsigned_abs())
    }

    fn add(&mut self, logs: &[LoggedLines], limit: u64) -> Result<(), DerivedError> {
        Ok(self.0.apply(|| add(logs, limit))?)
    }

    fn lines(&mut self, arn: &str) -> Result<(Vec<StoredLine>, u64), DerivedError> {
        let rows = self.0.rows(|| {
            Statement::new(
                "SELECT l.dropped, n.number, n.bytes, n.data FROM @.logs AS l LEFT JOIN @.log_lines AS n ON n.log = l.id
                 WHERE l.arn = $1 ORDER BY n.number",
            )
            .with(arn.as_bytes(), Type::BYTEA)
        })?;
        let dropped = rows.first().map_or(0, |row| row.get::<_, i64>(0));
        Ok((
            rows.iter().filter_map(line).collect(),
            dropped.unsigned_abs(),
        ))
    }

    fn sweep(&mut self, after: i64, limit: u32) -> Result<Option<i64>, DerivedError> {
        // The snapshot of one statement: a new execution is not taken for a deleted one.
        let rows = self.0.rows(|| {
            Statement::new(
                "WITH swept AS (SELECT id, arn FROM @.logs WHERE id > $1 ORDER BY id LIMIT $2),
                 gone AS (SELECT id FROM swept WHERE NOT EXISTS (SELECT 1 FROM @.executions AS e WHERE e.arn = swept.arn)),
                 deleted AS (DELETE FROM @.log_lines WHERE log IN (SELECT id FROM gone)),
                 forgotten AS (DELETE FROM @.logs WHERE id IN (SELECT id FROM gone))
                 SELECT count(*), max(id) FROM swept",
            )
            .with(after, Type::INT8)
            .with(i64::from(limit), Type::INT8)
        })?;
        let last = rows
            .first()
            .filter(|row| row.get::<_, i64>(0) == i64::from(limit));
        Ok(last.and_then(|row| row.get(1)))
    }
}

/// The statements of [`LogTables::add`]. They change nothing when they are sent again.
fn add<'a>(logs: &'a [LoggedLines], limit: u64) -> Vec<Statement<'a>> {
    let arns: Vec<&[u8]> = logs.iter().map(|log| log.arn.as_bytes()).collect();
    let last = |log: &LoggedLines| signed(log.lines.last().map_or(0, |line| line.number));
    let last: Vec<i64> = logs.iter().map(last).collect();
    let lines = || {
        let of_log = |log: &'a LoggedLines| log.lines.iter().map(move |line| (log, line));
        logs.iter().flat_map(of_log)
    };
    let of: Vec<&[u8]> = lines().map(|(log, _)| log.arn.as_bytes()).collect();
    let numbers: Vec<i64> = lines().map(|(_, line)| signed(line.number)).collect();
    let bytes: Vec<i64> = lines().map(|(_, line)| signed(line.bytes)).collect();
    let data: Vec<&[u8]> = lines().map(|(_, line)| &*line.data).collect();
    vec![
        Statement::new(
            "INSERT INTO @.logs (arn, last, dropped) SELECT arn, last, 0 FROM unnest($1, $2) AS new (arn, last)
             ON CONFLICT (arn) DO UPDATE SET last = greatest(logs.last, excluded.last)",
        )
        .with(arns.clone(), Type::BYTEA_ARRAY)
        .with(last, Type::INT8_ARRAY),
        Statement::new(
            "INSERT INTO @.log_lines SELECT l.id, new.number, new.bytes, new.data
             FROM unnest($1, $2, $3, $4) AS new (arn, number, bytes, data) JOIN @.logs AS l ON l.arn = new.arn
             ON CONFLICT DO NOTHING",
        )
        .with(of, Type::BYTEA_ARRAY)
        .with(numbers, Type::INT8_ARRAY)
        .with(bytes, Type::INT8_ARRAY)
        .with(data, Type::BYTEA_ARRAY),
        Statement::new(
            "WITH sized AS (
                 SELECT n.log, n.number, sum(n.bytes) OVER (PARTITION BY n.log ORDER BY n.number DESC) AS total
                 FROM @.log_lines AS n JOIN @.logs AS l ON l.id = n.log WHERE l.arn = ANY ($1)
             ), deleted AS (
                 DELETE FROM @.log_lines AS n USING sized WHERE n.log = sized.log AND n.number = sized.number AND sized.total > $2 RETURNING n.log
             )
             UPDATE @.logs SET dropped = dropped + counted.count
             FROM (SELECT log, count(*) AS count FROM deleted GROUP BY log) AS counted WHERE id = counted.log",
        )
        .with(arns, Type::BYTEA_ARRAY)
        .with(signed(limit), Type::INT8),
    ]
}
