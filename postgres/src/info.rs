//! The state, the sizes and the counts of a store, for an operator.

use stepwright_engine::Status;
use stepwright_engine::clock::Timestamp;
use stepwright_engine::store::{
    OldestExecution, OutboxQueue, StatusCounts, StoreContent, StoreError, StoreReader as _,
    StoredMachineInfo,
};
use tokio_postgres::types::Type;

use crate::database::Statement;
use crate::layout;
use crate::reader::PostgresReader;
use crate::row;

/// The state, the sizes and the counts of a store, which [`PostgresReader::info`] reads.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PostgresInfo {
    /// The version of the tables.
    pub layout: i64,
    /// The version of the server: `15.18`.
    pub server: String,
    /// The number of the last session of an engine. Each has a larger one.
    pub epoch: i64,
    /// The number of the last commit.
    pub last_commit: i64,
    /// The engine that has the store open.
    pub lease: Option<Lease>,
    /// The size of the tables in bytes.
    pub table_bytes: u64,
    /// The size of the indexes in bytes.
    pub index_bytes: u64,
    /// The counts of its content.
    pub content: StoreContent,
}

/// The lease of the engine that has a store open.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lease {
    /// The engine: `process 4711 of db-1`.
    pub holder: String,
    /// The end of the lease, unless it is renewed. The engine renews it while it runs.
    pub expires: Timestamp,
}

impl PostgresReader {
    /// Returns the state, the sizes and the counts of a store. An engine may have the store open.
    ///
    /// # Errors
    ///
    /// The errors of reading the store.
    pub fn info(&mut self) -> Result<PostgresInfo, StoreError> {
        let rows = self.rows(|| {
            Statement::new(
                "SELECT epoch, holder, CASE WHEN expires > clock_timestamp() THEN (extract(epoch FROM expires) * 1000000)::bigint END,
                     (SELECT coalesce(max(n), 0) FROM @.commits), current_setting('server_version') FROM @.lease",
            )
        })?;
        let Some(row) = rows.first() else {
            return Err(self.corrupt("its lease is missing".to_owned()));
        };
        let (epoch, holder, last_commit) = (row.get(0), row.get(1), row.get(3));
        let expires: Option<i64> = row.get(2);
        let lease = expires.map(|expires| Lease {
            holder,
            expires: Timestamp::from_unix_micros(expires),
        });
        let server: String = row.get(4);
        let bytes = self.bytes()?;
        let schema = self.database.options().schema.clone();
        let index_bytes = self.number(|| {
            Statement::new(
                "SELECT sum(pg_indexes_size(c.oid))::bigint FROM pg_class AS c
                 JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind = 'r'",
            )
            .with(schema.clone(), Type::TEXT)
        })?;
        let index_bytes = index_bytes.unwrap_or_default().unsigned_abs();
        Ok(PostgresInfo {
            layout: layout::newest(),
            // Debian adds its own version in brackets.
            server: server.split(' ').next().unwrap_or_default().to_owned(),
            epoch,
            last_commit,
            lease,
            table_bytes: bytes.saturating_sub(index_bytes),
            index_bytes,
            content: self.content()?,
        })
    }

    fn content(&mut self) -> Result<StoreContent, StoreError> {
        let mut content = StoreContent::default();
        content.executions = self.statuses("SELECT coalesce(d.status, 'RUNNING'), count(*) FROM @.executions AS e LEFT JOIN @.ends AS d ON d.key = e.key WHERE e.map_run IS NULL GROUP BY 1")?;
        content.children = self.statuses("SELECT coalesce(d.status, 'RUNNING'), count(*) FROM @.executions AS e LEFT JOIN @.ends AS d ON d.key = e.key WHERE e.map_run IS NOT NULL GROUP BY 1")?;
        content.machines = self.machine_infos()?;
        content.map_runs = self.count("SELECT count(*) FROM @.map_runs")?;
        content.activities = self.count("SELECT count(*) FROM @.activities")?;
        content.documents = self.count("SELECT count(*) FROM @.documents")?;
        content.status_changes = self.outbox_length(OutboxQueue::Statuses)?;
        content.stops = self.outbox_length(OutboxQueue::Stops)?;
        let oldest = self.rows(|| {
            Statement::new(
                "SELECT e.arn, e.started FROM @.open AS o JOIN @.executions AS e ON e.key = o.key
                 WHERE e.map_run IS NULL ORDER BY e.started, e.key LIMIT 1",
            )
        })?;
        let oldest = self.values(oldest, |row| {
            Ok(OldestExecution {
                id: row::owned(row, 0)?,
                started: Timestamp::from_unix_micros(row.get(1)),
            })
        })?;
        content.oldest_open = oldest.into_iter().next();
        let oldest_start = self.number(|| {
            Statement::new("SELECT min(position) FROM @.executions WHERE map_run IS NULL")
        })?;
        content.oldest_start = oldest_start.map(Timestamp::from_unix_micros);
        Ok(content)
    }

    fn count(&mut self, query: &'static str) -> Result<u64, StoreError> {
        let count = self.number(|| Statement::new(query))?;
        Ok(count.unwrap_or_default().unsigned_abs())
    }

    fn statuses(&mut self, query: &'static str) -> Result<StatusCounts, StoreError> {
        let rows = self.rows(|| Statement::new(query))?;
        let counts = self.values(rows, |row| {
            let status: &str = row.get(0);
            let known = Status::from_word(status);
            Ok((
                known.ok_or_else(|| format!("`{status}` is no status"))?,
                row.get::<_, i64>(1).unsigned_abs(),
            ))
        })?;
        let all = counts.iter().map(|(_, count)| count).sum();
        let others: Vec<_> = counts
            .into_iter()
            .filter(|(status, _)| *status != Status::Succeeded)
            .collect();
        Ok(StatusCounts::new(all, &others))
    }

    fn machine_infos(&mut self) -> Result<Vec<StoredMachineInfo>, StoreError> {
        let rows = self.rows(|| {
            Statement::new(
                "SELECT name, sum(versions)::bigint, sum(executions)::bigint FROM (
                     SELECT name, 1 AS versions, 0 AS executions FROM @.machines
                     UNION ALL
                     SELECT v.name, 0, count(*) FROM @.executions AS e JOIN @.versions AS v ON v.id = e.version
                     WHERE e.map_run IS NULL GROUP BY v.name
                 ) AS counted GROUP BY name ORDER BY name",
            )
        })?;
        self.values(rows, |row| {
            Ok(StoredMachineInfo {
                name: row::owned(row, 0)?,
                versions: row.get::<_, i64>(1).unsigned_abs(),
                executions: row.get::<_, i64>(2).unsigned_abs(),
            })
        })
    }
}
