//! The frequent changes of a transaction as few statements with many rows, sent at once.
//!
//! Nothing is read between them, so the tables themselves refuse what does not fit: a value that is
//! missing then is a constraint that fails. The transaction is repeated in single steps to find the
//! change that does not fit.
//!
//! A plan is used again when the tables have grown, so no statement has an `EXISTS`: PostgreSQL may
//! read a whole table for it, once for all rows.

use std::collections::{BTreeMap, HashMap, HashSet};

use stepwright_engine::Status;
use stepwright_engine::clock::Timestamp;
use stepwright_engine::store::{Change, StoredDocument, StoredExecution, StoredMapRun};
use tokio_postgres::types::Type;

use crate::database::Statement;
use crate::row_ids::RowIds;

/// Returns the statements of changes; `None` if some must be applied in steps.
pub(crate) fn statements<'a>(
    changes: &'a [Change],
    ids: &mut RowIds,
) -> Option<Vec<Statement<'a>>> {
    let mut all = Vec::new();
    let mut rows = Rows::default();
    for change in changes {
        change.check().ok()?;
        match change {
            Change::Start { execution, data } => rows.start(execution, data, ids)?,
            Change::Append { key, seq, data } => rows.append(*key, *seq, data)?,
            Change::Close {
                key,
                status,
                stopped,
            } => rows.close(*key, *status, *stopped)?,
            Change::Send { queue, data } => {
                ids.last_message += 1;
                rows.messages
                    .push((i32::from(queue.number()), ids.last_message, data));
            }
            Change::Document(StoredDocument { key, data }) => {
                rows.documents.insert(key.as_bytes(), data);
            }
            Change::DeleteDocument { key } => {
                std::mem::take(&mut rows).finish(&mut all);
                let delete = Statement::new("DELETE FROM @.documents WHERE key = $1");
                all.push(delete.with(key.as_bytes(), Type::BYTEA));
            }
            Change::MapRun(run) => {
                // A child that starts later needs it.
                std::mem::take(&mut rows).finish(&mut all);
                all.push(put_run(run)?);
            }
            Change::PutMessage {
                queue,
                number,
                data,
            } => {
                std::mem::take(&mut rows).finish(&mut all);
                let number = i64::try_from(*number).ok()?;
                ids.last_message = ids.last_message.max(number);
                all.push(
                    Statement::new("INSERT INTO @.outbox VALUES ($1, $2, $3) ON CONFLICT (queue, number) DO UPDATE SET data = excluded.data")
                        .with(i32::from(queue.number()), Type::INT4)
                        .with(number, Type::INT8)
                        .with(&**data, Type::BYTEA),
                );
            }
            Change::DeleteMessage { queue, number } => {
                std::mem::take(&mut rows).finish(&mut all);
                all.push(
                    Statement::new("DELETE FROM @.outbox WHERE queue = $1 AND number = $2")
                        .with(i32::from(queue.number()), Type::INT4)
                        .with(i64::try_from(*number).unwrap_or(i64::MAX), Type::INT8),
                );
            }
            _ => return None,
        }
    }
    rows.finish(&mut all);
    Some(all)
}

fn put_run(run: &StoredMapRun) -> Option<Statement<'_>> {
    let StoredMapRun {
        arn,
        execution,
        data,
    } = run;
    let put = Statement::new(
        "INSERT INTO @.map_runs (arn, execution, data)
         SELECT $1, (SELECT key FROM @.executions WHERE key = $2), $3
         ON CONFLICT (arn) DO UPDATE SET data = CASE WHEN map_runs.execution = $2 THEN excluded.data END",
    );
    Some(
        put.with(arn.as_bytes(), Type::BYTEA)
            .with(i64::try_from(*execution).ok()?, Type::INT8)
            .with(&**data, Type::BYTEA),
    )
}

/// The rows of consecutive changes.
#[derive(Default)]
struct Rows<'a> {
    versions: Vec<(i64, i64, &'a str, &'a str)>,
    executions: Vec<(i64, i64, i64, &'a StoredExecution)>,
    open: Vec<i64>,
    records: Vec<(i64, i64, &'a [u8], bool)>,
    /// The last record of each execution among `records`.
    last_records: HashMap<i64, i64>,
    ends: Vec<(i64, &'static str, Option<i64>)>,
    /// The executions of `ends`, with their positions in it.
    ended: HashMap<i64, usize>,
    closed: HashSet<i64>,
    messages: Vec<(i32, i64, &'a [u8])>,
    /// The last data of each document, by its key.
    documents: BTreeMap<&'a [u8], &'a [u8]>,
}

impl<'a> Rows<'a> {
    fn start(
        &mut self,
        execution: &'a StoredExecution,
        data: &'a [u8],
        ids: &mut RowIds,
    ) -> Option<()> {
        let key = i64::try_from(execution.key).ok()?;
        // A change of an execution before its start does not fit, and here the start would be
        // first.
        if self.ended.contains_key(&key) || self.last_records.contains_key(&key) {
            return None;
        }
        let (version, is_new) = ids.version(&execution.machine, &execution.machine_hash);
        if is_new {
            let row = (
                version.id,
                version.machine,
                &*execution.machine,
                &*execution.machine_hash,
            );
            self.versions.push(row);
        }
        self.executions
            .push((key, version.machine, version.id, execution));
        self.records.push((key, 0, data, true));
        self.last_records.insert(key, 0);
        if execution.status == Status::Running {
            self.open.push(key);
        }
        if execution.status != Status::Running || execution.stopped.is_some() {
            self.end(key, execution.status, execution.stopped);
        }
        Some(())
    }

    fn append(&mut self, key: u64, seq: u32, data: &'a [u8]) -> Option<()> {
        let key = i64::try_from(key).ok()?;
        let seq = i64::from(seq);
        let last = self.last_records.insert(key, seq);
        // The first record of an execution is that of its start.
        let fits = last.map_or(seq > 0, |last| last + 1 == seq);
        fits.then(|| self.records.push((key, seq, data, last.is_some())))
    }

    fn close(&mut self, key: u64, status: Status, stopped: Timestamp) -> Option<()> {
        let key = i64::try_from(key).ok()?;
        self.end(key, status, Some(stopped));
        self.closed.insert(key);
        Some(())
    }

    fn end(&mut self, key: i64, status: Status, stopped: Option<Timestamp>) {
        let row = (
            key,
            status.as_str(),
            stopped.map(|stopped| stopped.unix_micros()),
        );
        match self.ended.get(&key) {
            Some(at) => self.ends[*at] = row,
            None => {
                self.ended.insert(key, self.ends.len());
                self.ends.push(row);
            }
        }
    }

    /// Adds the statements of the rows.
    fn finish(self, all: &mut Vec<Statement<'a>>) {
        if !self.versions.is_empty() {
            all.push(insert_versions(&self.versions));
        }
        if !self.executions.is_empty() {
            all.push(insert_executions(&self.executions));
        }
        if !self.open.is_empty() {
            let insert = Statement::new("INSERT INTO @.open SELECT unnest($1)");
            all.push(insert.with(self.open, Type::INT8_ARRAY));
        }
        if !self.records.is_empty() {
            all.push(insert_records(&self.records));
        }
        if !self.ends.is_empty() {
            all.push(insert_ends(&self.ends));
        }
        if !self.closed.is_empty() {
            let closed: Vec<i64> = self.closed.into_iter().collect();
            let delete = Statement::new("DELETE FROM @.open WHERE key = ANY ($1)");
            all.push(delete.with(closed, Type::INT8_ARRAY));
        }
        if !self.messages.is_empty() {
            let insert = Statement::new("INSERT INTO @.outbox SELECT * FROM unnest($1, $2, $3)");
            let rows = &self.messages;
            all.push(
                insert
                    .with(column(rows, |row| row.0), Type::INT4_ARRAY)
                    .with(column(rows, |row| row.1), Type::INT8_ARRAY)
                    .with(column(rows, |row| row.2), Type::BYTEA_ARRAY),
            );
        }
        if !self.documents.is_empty() {
            let put = Statement::new(
                "INSERT INTO @.documents SELECT * FROM unnest($1, $2) ON CONFLICT (key) DO UPDATE SET data = excluded.data",
            );
            let (keys, data): (Vec<&[u8]>, Vec<&[u8]>) = self.documents.into_iter().unzip();
            all.push(
                put.with(keys, Type::BYTEA_ARRAY)
                    .with(data, Type::BYTEA_ARRAY),
            );
        }
    }
}

fn column<R, T>(rows: &[R], value: impl Fn(&R) -> T) -> Vec<T> {
    rows.iter().map(value).collect()
}

fn insert_versions<'a>(rows: &[(i64, i64, &'a str, &'a str)]) -> Statement<'a> {
    Statement::new("INSERT INTO @.versions SELECT * FROM unnest($1, $2, $3, $4)")
        .with(column(rows, |row| row.0), Type::INT8_ARRAY)
        .with(column(rows, |row| row.1), Type::INT8_ARRAY)
        .with(column(rows, |row| row.2.as_bytes()), Type::BYTEA_ARRAY)
        .with(column(rows, |row| row.3.as_bytes()), Type::BYTEA_ARRAY)
}

/// A child without its Map Run has no key.
fn insert_executions<'a>(rows: &[(i64, i64, i64, &'a StoredExecution)]) -> Statement<'a> {
    fn text(text: Option<&str>) -> Option<&[u8]> {
        text.map(str::as_bytes)
    }
    let insert = Statement::new(
        "INSERT INTO @.executions
         SELECT CASE WHEN map_run IS NULL OR (SELECT TRUE FROM @.map_runs WHERE map_runs.arn = map_run) THEN key END,
             arn, name, machine, version, map_run, number, position, started,
             has_origin, origin_machine, origin_version, origin_alias, redrives, redriven, items
         FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
             AS rows (key, arn, name, machine, version, map_run, number, position, started,
                 has_origin, origin_machine, origin_version, origin_alias, redrives, redriven, items)",
    );
    let child = |row: &(i64, i64, i64, &'a StoredExecution)| row.3.child_of.as_ref();
    let origin = |row: &(i64, i64, i64, &'a StoredExecution)| row.3.listing.origin.as_deref();
    insert
        .with(column(rows, |row| row.0), Type::INT8_ARRAY)
        .with(column(rows, |row| row.3.arn.as_bytes()), Type::BYTEA_ARRAY)
        .with(column(rows, |row| row.3.name.as_bytes()), Type::BYTEA_ARRAY)
        .with(column(rows, |row| row.1), Type::INT8_ARRAY)
        .with(column(rows, |row| row.2), Type::INT8_ARRAY)
        .with(
            column(rows, |row| text(child(row).map(|child| &*child.map_run))),
            Type::BYTEA_ARRAY,
        )
        .with(
            column(rows, |row| child(row).map(|child| i64::from(child.number))),
            Type::INT8_ARRAY,
        )
        .with(column(rows, |row| row.3.position().order), Type::INT8_ARRAY)
        .with(
            column(rows, |row| row.3.started.unix_micros()),
            Type::INT8_ARRAY,
        )
        .with(column(rows, |row| origin(row).is_some()), Type::BOOL_ARRAY)
        .with(
            column(rows, |row| {
                text(origin(row).and_then(|origin| origin.machine.as_deref()))
            }),
            Type::BYTEA_ARRAY,
        )
        .with(
            column(rows, |row| {
                text(origin(row).and_then(|origin| origin.version.as_deref()))
            }),
            Type::BYTEA_ARRAY,
        )
        .with(
            column(rows, |row| {
                text(origin(row).and_then(|origin| origin.alias.as_deref()))
            }),
            Type::BYTEA_ARRAY,
        )
        .with(
            column(rows, |row| i64::from(row.3.listing.redrive_count)),
            Type::INT8_ARRAY,
        )
        .with(
            column(rows, |row| {
                row.3.listing.redriven.map(Timestamp::unix_micros)
            }),
            Type::INT8_ARRAY,
        )
        .with(
            column(rows, |row| row.3.listing.items.map(i64::from)),
            Type::INT8_ARRAY,
        )
}

/// A record without the one before it has no data.
fn insert_records<'a>(rows: &[(i64, i64, &'a [u8], bool)]) -> Statement<'a> {
    Statement::new(
        "INSERT INTO @.records
         SELECT key, seq, CASE WHEN is_next OR
             (SELECT TRUE FROM @.records AS before WHERE before.key = rows.key AND before.seq = rows.seq - 1) THEN data END
         FROM unnest($1, $2, $3, $4) AS rows (key, seq, data, is_next)",
    )
    .with(column(rows, |row| row.0), Type::INT8_ARRAY)
    .with(column(rows, |row| row.1), Type::INT8_ARRAY)
    .with(column(rows, |row| row.2), Type::BYTEA_ARRAY)
    .with(column(rows, |row| row.3), Type::BOOL_ARRAY)
}

/// The end of an execution that does not exist has no key.
fn insert_ends<'a>(rows: &[(i64, &'static str, Option<i64>)]) -> Statement<'a> {
    Statement::new(
        "INSERT INTO @.ends
         SELECT (SELECT executions.key FROM @.executions WHERE executions.key = rows.key), status, stopped
         FROM unnest($1, $2, $3) AS rows (key, status, stopped)
         ON CONFLICT (key) DO UPDATE SET status = excluded.status, stopped = excluded.stopped",
    )
    .with(column(rows, |row| row.0), Type::INT8_ARRAY)
    .with(column(rows, |row| row.1), Type::TEXT_ARRAY)
    .with(column(rows, |row| row.2), Type::INT8_ARRAY)
}
