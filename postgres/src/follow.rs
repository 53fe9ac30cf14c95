//! The open executions of a store, as a standby holds them.
//!
//! Each commit names the executions that it changes, so a standby reads what is new, and only that.

use std::collections::{BTreeMap, HashSet};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures_util::TryStreamExt;
use stepwright_engine::store::{Change, StoredExecution};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Error, Row};
use uuid::Uuid;

use crate::database::{Database, Statement};
use crate::numbers;
use crate::row::{self, EXECUTION, EXECUTIONS};

/// The open executions of a store after one of its commits.
#[derive(Default)]
pub(crate) struct OpenExecutions {
    /// The last commit that they have; `None` until they are read first.
    last: Option<LastCommit>,
    executions: BTreeMap<i64, OpenExecution>,
    /// Whether a row cannot be read, so that an engine must read the store itself.
    is_damaged: bool,
}

/// A number, with its epoch and its owner: another engine may have made the number again after a
/// failover that lost it.
type LastCommit = (i64, (i64, Uuid));

/// An open execution with its records.
pub(crate) struct OpenExecution {
    pub(crate) execution: StoredExecution,
    pub(crate) records: Vec<Bytes>,
}

/// The executions of a standby at its takeover, until its engine continues them.
#[derive(Clone, Default)]
pub(crate) struct HeldExecutions {
    executions: Arc<Mutex<Option<BTreeMap<i64, OpenExecution>>>>,
}

impl HeldExecutions {
    pub(crate) fn new(executions: Option<BTreeMap<i64, OpenExecution>>) -> Self {
        Self {
            executions: Arc::new(Mutex::new(executions)),
        }
    }

    /// Takes the executions, once.
    pub(crate) fn take(&self) -> Option<BTreeMap<i64, OpenExecution>> {
        let executions = self.executions.lock();
        executions.unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Returns the keys of the executions that a commit changes.
pub(crate) fn changed(changes: &[Change]) -> Vec<i64> {
    let keys: HashSet<u64> = changes.iter().filter_map(changed_key).collect();
    let keys = keys.into_iter();
    keys.filter_map(|key| i64::try_from(key).ok()).collect()
}

/// Whether a commit changes executions.
pub(crate) fn changes_executions(changes: &[Change]) -> bool {
    changes.iter().any(|change| changed_key(change).is_some())
}

fn changed_key(change: &Change) -> Option<u64> {
    match change {
        Change::Start { execution, .. } => Some(execution.key),
        Change::Append { key, .. }
        | Change::Close { key, .. }
        | Change::Reopen { key, .. }
        | Change::Delete { key } => Some(*key),
        _ => None,
    }
}

impl OpenExecutions {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.executions.len()
    }

    /// The number of the last commit that they have.
    pub(crate) fn last(&self) -> i64 {
        self.last.map_or(0, |(number, _)| number)
    }

    /// Returns them in the order of their keys, if they are those after this commit.
    pub(crate) fn after(self, last: i64) -> Option<BTreeMap<i64, OpenExecution>> {
        (self.last() == last && self.last.is_some() && !self.is_damaged).then_some(self.executions)
    }

    /// Reads what is new. Afterwards they are those after the newest commit, if no further one was
    /// made in between.
    pub(crate) async fn follow(
        &mut self,
        database: &Database,
        client: &Client,
    ) -> Result<(), Error> {
        let Some(last) = self.last else {
            return self.read_all(database, client).await;
        };
        let commits = Statement::new(
            "SELECT n, epoch, owner, changed FROM @.commits WHERE n >= $1 ORDER BY n",
        )
        .with(last.0, Type::INT8);
        let commits = database.query(client, commits).await?;
        let commit = |row: &Row| -> LastCommit { (row.get(0), (row.get(1), row.get(2))) };
        let numbers = commits.iter().map(|row| commit(row).0);
        let is_next = numbers.eq((last.0..).take(commits.len().max(1)));
        if !is_next || commits.first().map(commit) != Some(last) {
            // It is too far behind, or the database lost commits.
            return self.read_all(database, client).await;
        }
        let mut keys: Vec<i64> = commits
            .iter()
            .skip(1)
            .flat_map(|row| row.get::<_, Vec<i64>>(3))
            .collect();
        keys.sort_unstable();
        keys.dedup();
        if !keys.is_empty() {
            self.read_some(database, client, &keys).await?;
        }
        self.last = commits.last().map(commit);
        Ok(())
    }

    /// Reads all executions again.
    async fn read_all(&mut self, database: &Database, client: &Client) -> Result<(), Error> {
        *self = Self::default();
        let last = numbers::last(database, client).await?;
        let rows =
            format!("SELECT {EXECUTION} FROM @.open AS o JOIN ({EXECUTIONS}) ON e.key = o.key");
        let mut rows = pin!(stream(database, client, &rows, &[]).await?);
        while let Some(row) = rows.try_next().await? {
            self.add(&row);
        }
        let records = "SELECT r.key, r.seq, r.data FROM @.open AS o JOIN @.records AS r ON r.key = o.key ORDER BY r.key, r.seq";
        let mut records = pin!(stream(database, client, records, &[]).await?);
        while let Some(record) = records.try_next().await? {
            self.add_record(&record);
        }
        self.last = Some(last);
        Ok(())
    }

    /// Reads executions that have changed.
    async fn read_some(
        &mut self,
        database: &Database,
        client: &Client,
        keys: &[i64],
    ) -> Result<(), Error> {
        let rows = format!(
            "SELECT {EXECUTION} FROM @.open AS o JOIN ({EXECUTIONS}) ON e.key = o.key WHERE o.key = ANY ($1)"
        );
        let values: [(&(dyn ToSql + Sync), Type); 1] = [(&keys, Type::INT8_ARRAY)];
        let rows = client.query_typed(&database.sql(&rows), &values).await?;
        let mut before: BTreeMap<i64, OpenExecution> = BTreeMap::new();
        for key in keys {
            before.extend(
                self.executions
                    .remove(key)
                    .map(|execution| (*key, execution)),
            );
        }
        let mut open = Vec::with_capacity(rows.len());
        let mut known = Vec::with_capacity(rows.len());
        for row in &rows {
            let Some(key) = self.add(row) else { continue };
            if let Some(before) = before.remove(&key)
                && let Some(now) = self.executions.get_mut(&key)
                // A key may be used again after its execution was deleted.
                && (&before.execution.arn, before.execution.started) == (&now.execution.arn, now.execution.started)
            {
                now.records = before.records;
            }
            let count = self.executions.get(&key).map_or(0, |now| now.records.len());
            open.push(key);
            known.push(i64::try_from(count).unwrap_or(i64::MAX));
        }
        let records = "SELECT r.key, r.seq, r.data FROM unnest($1, $2) AS known (key, count) JOIN @.records AS r ON r.key = known.key AND r.seq >= known.count ORDER BY r.key, r.seq";
        let values: [(&(dyn ToSql + Sync), Type); 2] =
            [(&open, Type::INT8_ARRAY), (&known, Type::INT8_ARRAY)];
        let mut records = pin!(stream(database, client, records, &values).await?);
        while let Some(record) = records.try_next().await? {
            self.add_record(&record);
        }
        Ok(())
    }

    fn add(&mut self, row: &Row) -> Option<i64> {
        match row::execution(row, 0) {
            Ok(execution) => {
                let key: i64 = row.get(0);
                let records = Vec::new();
                let open = OpenExecution { execution, records };
                self.executions.insert(key, open);
                Some(key)
            }
            Err(error) => {
                tracing::warn!(error, "a row of an execution cannot be read");
                self.is_damaged = true;
                None
            }
        }
    }

    fn add_record(&mut self, row: &Row) {
        let (key, seq): (i64, i64) = (row.get(0), row.get(1));
        // It may have started or ended since the rows were read; a later commit names it.
        let Some(open) = self.executions.get_mut(&key) else {
            return;
        };
        if usize::try_from(seq).is_ok_and(|seq| seq == open.records.len()) {
            open.records.push(row::bytes(row, 2));
        } else {
            self.is_damaged = true;
        }
    }
}

async fn stream(
    database: &Database,
    client: &Client,
    text: &str,
    values: &[(&(dyn ToSql + Sync), Type)],
) -> Result<tokio_postgres::RowStream, Error> {
    let values = values.iter().map(|(value, kind)| (*value, kind.clone()));
    client.query_typed_raw(&database.sql(text), values).await
}
