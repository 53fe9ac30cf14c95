//! Reads the committed data of a store, also while an engine writes to it.

use std::collections::HashMap;
use std::fmt;

use bytes::Bytes;
use stepwright_asl::model::MachineType;
use stepwright_engine::Status;
use stepwright_engine::clock::Timestamp;
use stepwright_engine::store::{
    ListPosition, MachineCount, OutboxQueue, ScannedExecution, ScannedRecord, StoreError,
    StoreFilter, StoreProblem, StoreReader, StoredActivity, StoredDocument, StoredExecution,
    StoredMachine, StoredMapRun, StoredMessage, StoredPage, UnreadableRow,
};
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Row};

use crate::database::{Database, Statement};
use crate::follow::{HeldExecutions, OpenExecution};
use crate::list::ListQuery;
use crate::options::PostgresOptions;
use crate::row::{self, EXECUTION, EXECUTIONS, RowError};
use crate::sql_error::is_disconnect;
use crate::write::signed;
use crate::{layout, session};

/// The tables that are derived from the others, which no retention can make smaller.
const DERIVED: &[&str] = &["search_entries", "search_masks", "logs", "log_lines"];
/// The most executions that one page of a list reads to find those of its filter.
const SCAN: i64 = 20_000;

/// Reads a [`PostgresStore`](crate::PostgresStore). Each call is one statement, so it sees one
/// snapshot and delays no cleaning of the database.
pub struct PostgresReader {
    pub(crate) database: Database,
    client: Option<Client>,
    /// Whether the connection is in a transaction with the snapshot of all reads.
    pub(crate) has_snapshot: bool,
    unreadable: Vec<UnreadableRow>,
    held: HeldExecutions,
    /// The records of the held executions that an engine has asked for.
    records: HashMap<u64, Vec<Bytes>>,
}

impl PostgresReader {
    /// Opens a store for reading. It must exist.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotAStore`], [`StoreError::NewerVersion`], [`StoreError::OlderVersion`], and
    /// the errors of connecting to the database.
    pub fn open(options: PostgresOptions) -> Result<Self, StoreError> {
        Self::checked(Database::new(options)?)
    }

    /// Opens a store that may not exist.
    pub(crate) fn checked(database: Database) -> Result<Self, StoreError> {
        let reader = Self::of(database, HeldExecutions::default())?;
        if let Some(client) = &reader.client {
            let database = &reader.database;
            database.wait(layout::check(database, client))?;
        }
        Ok(reader)
    }

    /// Opens a reader for an engine, with what its standby holds.
    pub(crate) fn of(database: Database, held: HeldExecutions) -> Result<Self, StoreError> {
        let client = database.wait(database.client())?;
        Ok(Self {
            database,
            client: Some(client),
            has_snapshot: false,
            unreadable: Vec::new(),
            held,
            records: HashMap::new(),
        })
    }

    /// Reads the rows of a query. A connection that was lost since the last call is replaced,
    /// except with a snapshot.
    pub(crate) fn rows<'a>(
        &mut self,
        query: impl Fn() -> Statement<'a>,
    ) -> Result<Vec<Row>, StoreError> {
        self.read(async |database, client| database.query(client, query()).await)
    }

    pub(crate) fn read(
        &mut self,
        read: impl AsyncFn(&Database, &Client) -> Result<Vec<Row>, tokio_postgres::Error>,
    ) -> Result<Vec<Row>, StoreError> {
        let database = self.database.clone();
        let outcome = database.wait(async {
            let has_snapshot = self.has_snapshot;
            let is_usable = |client: &&Client| has_snapshot || !client.is_closed();
            if let Some(client) = self.client.as_ref().filter(is_usable) {
                match read(&database, client).await {
                    Err(error) if !has_snapshot && is_disconnect(&error) => {}
                    done => return done,
                }
            }
            let client = self.client.insert(database.connect().await?);
            read(&database, client).await
        });
        outcome.map_err(|error| self.database.error("read", &error))
    }

    /// Applies statements in one transaction, for tables that are no part of the store. They may be
    /// applied twice.
    pub(crate) fn apply<'a>(
        &mut self,
        statements: impl Fn() -> Vec<Statement<'a>>,
    ) -> Result<(), StoreError> {
        let applied = self.read(async |database, client| {
            let applied = session::transact(database, client, &statements()).await;
            applied.map(|()| Vec::new())
        });
        applied.map(drop)
    }

    pub(crate) fn corrupt(&self, why: RowError) -> StoreError {
        StoreError::Corrupt {
            path: Some(self.database.name().to_path_buf()),
            why,
        }
    }

    pub(crate) fn values<T>(
        &self,
        rows: Vec<Row>,
        read: impl Fn(&Row) -> Result<T, RowError>,
    ) -> Result<Vec<T>, StoreError> {
        let values = rows.iter().map(read);
        values
            .collect::<Result<_, _>>()
            .map_err(|why| self.corrupt(why))
    }

    pub(crate) fn number<'a>(
        &mut self,
        query: impl Fn() -> Statement<'a>,
    ) -> Result<Option<i64>, StoreError> {
        let rows = self.rows(query)?;
        Ok(rows.first().and_then(|row| row.get(0)))
    }

    /// Reads the row of the execution with this ARN.
    pub(crate) fn execution_rows(&mut self, arn: &str) -> Result<Vec<Row>, StoreError> {
        let text = format!("SELECT {EXECUTION} FROM {EXECUTIONS} WHERE e.arn = $1");
        self.read(async |database, client| {
            let values = [(&arn.as_bytes() as _, Type::BYTEA)];
            client.query_typed(&database.sql(&text), &values).await
        })
    }

    /// Takes the records of the first executions from those that a standby held.
    fn held_records(&mut self, keys: &[u64], max_bytes: usize) -> Vec<Vec<Bytes>> {
        let (mut all, mut bytes) = (Vec::new(), 0);
        for key in keys {
            let Some(records) = self.records.get(key) else {
                break;
            };
            bytes += records.iter().map(Bytes::len).sum::<usize>();
            if bytes > max_bytes && !all.is_empty() {
                break;
            }
            all.extend(self.records.remove(key));
        }
        all
    }

    /// Returns executions, the position of the last one that was read, and whether more may follow.
    fn found(
        &mut self,
        filter: &StoreFilter,
        scan: i64,
        limit: i64,
    ) -> Result<(Vec<StoredExecution>, Option<ListPosition>), StoreError> {
        let query = ListQuery::of(filter, scan, limit);
        let text = self.database.sql(&query.text);
        let rows = self.read(async |_, client| {
            let values: Vec<_> = query
                .values
                .iter()
                .map(|(value, kind)| (&**value as _, kind.clone()))
                .collect();
            client.query_typed(&text, &values).await
        })?;
        let last = rows.first().and_then(|row| {
            let (order, key): (Option<i64>, Option<i64>) = (row.get(1), row.get(2));
            Some(ListPosition {
                order: order?,
                key: key?.unsigned_abs(),
            })
        });
        let is_cut = rows.first().is_some_and(|row| row.get::<_, i64>(0) >= scan);
        let rows = rows
            .into_iter()
            .filter(|row| row.get::<_, Option<i64>>(3).is_some())
            .collect();
        let executions = self.values(rows, |row| row::execution(row, 5))?;
        Ok((executions, last.filter(|_| is_cut)))
    }
}

pub(crate) fn most(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

impl StoreReader for PostgresReader {
    fn machines(&mut self) -> Result<Vec<StoredMachine>, StoreError> {
        let rows = self.rows(|| {
            Statement::new("SELECT hash, name, type, definition FROM @.machines ORDER BY place")
        })?;
        self.values(rows, |row| {
            let kind: &str = row.get(2);
            Ok(StoredMachine {
                hash: row::owned(row, 0)?,
                name: row::owned(row, 1)?,
                machine_type: MachineType::from_word(kind)
                    .ok_or_else(|| format!("`{kind}` is no type of state machine"))?,
                definition: row::owned(row, 3)?,
            })
        })
    }

    fn open_executions(&mut self) -> Result<Vec<StoredExecution>, StoreError> {
        if let Some(held) = self.held.take() {
            let mut open = Vec::with_capacity(held.len());
            for OpenExecution { execution, records } in held.into_values() {
                self.records.insert(execution.key, records);
                open.push(execution);
            }
            return Ok(open);
        }
        let text = format!(
            "SELECT {EXECUTION} FROM @.open AS o JOIN ({EXECUTIONS}) ON e.key = o.key ORDER BY o.key"
        );
        let rows = self
            .read(async |database, client| client.query_typed(&database.sql(&text), &[]).await)?;
        let mut open = Vec::with_capacity(rows.len());
        self.unreadable.clear();
        for row in rows {
            match row::execution(&row, 0) {
                Ok(execution) => open.push(execution),
                Err(why) => self.unreadable.push(UnreadableRow {
                    key: row.get(0),
                    arn: row::owned(&row, 1).ok(),
                    error: self.corrupt(why),
                }),
            }
        }
        Ok(open)
    }

    fn unreadable_rows(&mut self) -> Vec<UnreadableRow> {
        std::mem::take(&mut self.unreadable)
    }

    fn scan(&mut self, after: i64, limit: usize) -> Result<Vec<ScannedExecution>, StoreError> {
        self.scan_after(after, limit)
    }

    fn scan_one(&mut self, arn: &str) -> Result<Option<ScannedExecution>, StoreError> {
        self.scan_arn(arn)
    }

    fn scan_records(&mut self, key: i64) -> Result<Vec<ScannedRecord>, StoreError> {
        self.raw_records(key)
    }

    fn execution_count(&mut self) -> Result<u64, StoreError> {
        let count = self.number(|| Statement::new("SELECT count(*) FROM @.executions"))?;
        Ok(count.unwrap_or_default().unsigned_abs())
    }

    fn problems(&mut self) -> Result<Vec<StoreProblem>, StoreError> {
        self.find_problems()
    }

    fn records_of(
        &mut self,
        keys: &[u64],
        max_bytes: usize,
    ) -> Result<Vec<Vec<Bytes>>, StoreError> {
        if self.records.is_empty() {
            self.first_records(keys, max_bytes)
        } else {
            Ok(self.held_records(keys, max_bytes))
        }
    }

    fn map_runs_of(&mut self, executions: &[u64]) -> Result<Vec<StoredMapRun>, StoreError> {
        self.runs_of(executions)
    }

    fn execution(&mut self, arn: &str) -> Result<Option<StoredExecution>, StoreError> {
        let rows = self.execution_rows(arn)?;
        Ok(self.values(rows, |row| row::execution(row, 0))?.pop())
    }

    fn execution_by_key(&mut self, key: u64) -> Result<Option<StoredExecution>, StoreError> {
        let text = format!("SELECT {EXECUTION} FROM {EXECUTIONS} WHERE e.key = $1");
        let rows = self.read(async |database, client| {
            let values = [(&signed(key) as _, Type::INT8)];
            client.query_typed(&database.sql(&text), &values).await
        })?;
        Ok(self.values(rows, |row| row::execution(row, 0))?.pop())
    }

    fn records(&mut self, key: u64) -> Result<Vec<Bytes>, StoreError> {
        self.records_from(key, 0, usize::MAX)
    }

    fn records_from(
        &mut self,
        key: u64,
        seq: u32,
        max_bytes: usize,
    ) -> Result<Vec<Bytes>, StoreError> {
        // At least one, and further ones while all fit.
        let rows = self.rows(|| {
            Statement::new(
                "SELECT seq, data FROM (
                     SELECT seq, data, sum(length(data)::bigint) OVER (ORDER BY seq) - length(data) AS before, sum(length(data)::bigint) OVER (ORDER BY seq) AS total
                     FROM @.records WHERE key = $1 AND seq >= $2
                 ) AS sized WHERE before = 0 OR total <= $3 ORDER BY seq",
            )
            .with(signed(key), Type::INT8)
            .with(i64::from(seq), Type::INT8)
            .with(most(max_bytes), Type::INT8)
        })?;
        let mut records = Vec::with_capacity(rows.len());
        for (expected, row) in (i64::from(seq)..).zip(&rows) {
            if row.get::<_, i64>(0) != expected {
                return Err(self.corrupt(format!(
                    "the record {expected} of execution {key} is missing"
                )));
            }
            records.push(row::bytes(row, 1));
        }
        Ok(records)
    }

    fn last_record(&mut self, key: u64) -> Result<Option<(u32, Bytes)>, StoreError> {
        let rows = self.rows(|| {
            Statement::new(
                "SELECT seq, data FROM @.records WHERE key = $1 ORDER BY seq DESC LIMIT 1",
            )
            .with(signed(key), Type::INT8)
        })?;
        let last = self.values(rows, |row| {
            let seq: i64 = row.get(0);
            let seq = u32::try_from(seq).map_err(|_| format!("{seq} is no number of a record"))?;
            Ok((seq, row::bytes(row, 1)))
        })?;
        Ok(last.into_iter().next())
    }

    fn map_runs(&mut self, execution: u64) -> Result<Vec<StoredMapRun>, StoreError> {
        let rows = self.rows(|| {
            Statement::new(
                "SELECT arn, execution, data FROM @.map_runs WHERE execution = $1 ORDER BY place",
            )
            .with(signed(execution), Type::INT8)
        })?;
        self.values(rows, map_run)
    }

    fn map_run(&mut self, arn: &str) -> Result<Option<StoredMapRun>, StoreError> {
        let rows = self.rows(|| {
            Statement::new("SELECT arn, execution, data FROM @.map_runs WHERE arn = $1")
                .with(arn.as_bytes(), Type::BYTEA)
        })?;
        Ok(self.values(rows, map_run)?.pop())
    }

    fn list(&mut self, filter: &StoreFilter) -> Result<Vec<StoredExecution>, StoreError> {
        let limit = most(filter.limit.unwrap_or(usize::MAX));
        Ok(self.found(filter, i64::MAX, limit)?.0)
    }

    fn page(&mut self, filter: &StoreFilter) -> Result<StoredPage, StoreError> {
        let limit = filter.limit.unwrap_or(usize::MAX);
        let (mut executions, last) = self.found(filter, SCAN, most(limit.saturating_add(1)))?;
        let is_more = executions.len() > limit;
        executions.truncate(limit);
        let next = if is_more {
            executions.last().map(StoredExecution::position)
        } else {
            last
        };
        Ok(StoredPage { executions, next })
    }

    fn counts(&mut self) -> Result<Vec<MachineCount>, StoreError> {
        let rows = self.rows(|| {
            Statement::new(
                "SELECT v.name, counted.status, counted.count FROM (
                     SELECT e.machine, coalesce(d.status, 'RUNNING') AS status, count(*) AS count
                     FROM @.executions AS e LEFT JOIN @.ends AS d ON d.key = e.key WHERE e.map_run IS NULL GROUP BY 1, 2
                 ) AS counted JOIN @.versions AS v ON v.id = counted.machine ORDER BY v.name, counted.status",
            )
        })?;
        self.values(rows, |row| {
            let status: &str = row.get(1);
            Ok(MachineCount {
                machine: row::owned(row, 0)?,
                status: Status::from_word(status)
                    .ok_or_else(|| format!("`{status}` is no status"))?,
                count: row.get::<_, i64>(2).unsigned_abs(),
            })
        })
    }

    fn activities(&mut self) -> Result<Vec<StoredActivity>, StoreError> {
        let rows =
            self.rows(|| Statement::new("SELECT arn, created FROM @.activities ORDER BY arn"))?;
        self.values(rows, |row| {
            Ok(StoredActivity {
                arn: row::owned(row, 0)?,
                created: Timestamp::from_unix_micros(row.get(1)),
            })
        })
    }

    fn documents(&mut self) -> Result<Vec<StoredDocument>, StoreError> {
        let rows =
            self.rows(|| Statement::new("SELECT key, data FROM @.documents ORDER BY key"))?;
        self.values(rows, document)
    }

    fn document(&mut self, key: &str) -> Result<Option<StoredDocument>, StoreError> {
        let rows = self.rows(|| {
            Statement::new("SELECT key, data FROM @.documents WHERE key = $1")
                .with(key.as_bytes(), Type::BYTEA)
        })?;
        Ok(self.values(rows, document)?.pop())
    }

    fn outbox(
        &mut self,
        queue: OutboxQueue,
        after: u64,
        limit: usize,
    ) -> Result<Vec<StoredMessage>, StoreError> {
        let rows = self.rows(|| {
            Statement::new(
                "SELECT number, data FROM @.outbox WHERE queue = $1 AND number > $2 ORDER BY number LIMIT $3",
            )
            .with(i32::from(queue.number()), Type::INT4)
            .with(i64::try_from(after).unwrap_or(i64::MAX), Type::INT8)
            .with(most(limit), Type::INT8)
        })?;
        self.values(rows, |row| {
            Ok(StoredMessage {
                number: row::key(row.get(0))?,
                data: Some(row::bytes(row, 1)),
            })
        })
    }

    fn outbox_length(&mut self, queue: OutboxQueue) -> Result<u64, StoreError> {
        let count = self.number(|| {
            Statement::new("SELECT count(*) FROM @.outbox WHERE queue = $1")
                .with(i32::from(queue.number()), Type::INT4)
        })?;
        Ok(count.unwrap_or_default().unsigned_abs())
    }

    fn newest_time(&mut self) -> Result<Option<Timestamp>, StoreError> {
        let newest = self.number(|| {
            Statement::new(
                "SELECT greatest((SELECT max(started) FROM @.executions), (SELECT max(stopped) FROM @.ends))",
            )
        })?;
        Ok(newest.map(Timestamp::from_unix_micros))
    }

    fn closed(
        &mut self,
        before: Option<Timestamp>,
        limit: usize,
    ) -> Result<Vec<StoredExecution>, StoreError> {
        let text = format!(
            "SELECT {EXECUTION} FROM {EXECUTIONS} WHERE e.map_run IS NULL AND d.stopped IS NOT NULL
                 AND ($1::bigint IS NULL OR (d.stopped < $1 AND e.started < $1))
             ORDER BY d.stopped, d.key LIMIT $2"
        );
        let before = before.map(Timestamp::unix_micros);
        let rows = self.read(async |database, client| {
            let values = [(&before as _, Type::INT8), (&most(limit) as _, Type::INT8)];
            client.query_typed(&database.sql(&text), &values).await
        })?;
        self.values(rows, |row| row::execution(row, 0))
    }

    fn closed_count(&mut self) -> Result<u64, StoreError> {
        let count = self.number(|| {
            Statement::new(
                "SELECT count(*) FROM @.ends AS d JOIN @.executions AS e ON e.key = d.key
                 WHERE e.map_run IS NULL AND d.status <> 'RUNNING'",
            )
        })?;
        Ok(count.unwrap_or_default().unsigned_abs())
    }

    fn has_executions_of(&mut self, hash: &str) -> Result<bool, StoreError> {
        let rows = self.rows(|| {
            Statement::new(
                "SELECT 1 FROM @.versions AS v WHERE v.hash = $1
                     AND EXISTS (SELECT 1 FROM @.executions AS e WHERE e.version = v.id) LIMIT 1",
            )
            .with(hash.as_bytes(), Type::BYTEA)
        })?;
        Ok(!rows.is_empty())
    }

    fn bytes(&mut self) -> Result<u64, StoreError> {
        let schema = self.database.options().schema.clone();
        let bytes = self.number(|| {
            Statement::new(
                "SELECT sum(pg_total_relation_size(c.oid))::bigint FROM pg_class AS c
                 JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind = 'r' AND c.relname <> ALL ($2)",
            )
            .with(schema.clone(), Type::TEXT)
            .with(DERIVED, Type::TEXT_ARRAY)
        })?;
        Ok(bytes.unwrap_or_default().unsigned_abs())
    }

    fn last_key(&mut self) -> Result<u64, StoreError> {
        let last =
            self.number(|| Statement::new("SELECT coalesce(max(key), 0) FROM @.executions"))?;
        Ok(last.unwrap_or_default().unsigned_abs())
    }
}

pub(crate) fn map_run(row: &Row) -> Result<StoredMapRun, RowError> {
    Ok(StoredMapRun {
        arn: row::owned(row, 0)?,
        execution: row::key(row.get(1))?,
        data: row::bytes(row, 2),
    })
}

fn document(row: &Row) -> Result<StoredDocument, RowError> {
    Ok(StoredDocument {
        key: row::owned(row, 0)?,
        data: row::bytes(row, 1),
    })
}

impl fmt::Debug for PostgresReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PostgresReader")
            .field(&self.database)
            .finish()
    }
}
