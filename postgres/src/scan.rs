//! Reads whole tables, also with rows that cannot be interpreted: to check, export or copy a store.

use std::collections::{HashMap, HashSet};

use bytes::Bytes;
use stepwright_engine::store::{
    ProblemKind, ScannedExecution, ScannedRecord, StoreError, StoreProblem, StoreReader as _,
    StoredMapRun,
};
use tokio_postgres::Row;
use tokio_postgres::types::Type;

use crate::database::Statement;
use crate::reader::{self, PostgresReader, most};
use crate::row::{self, EXECUTION, EXECUTIONS};
use crate::write::signed;

/// The queries for rows that do not fit together: the ARN of an execution or of a Map Run, and the
/// reason.
const REFERENCES: &[&str] = &[
    "SELECT arn, 'its version, number ' || version || ', is missing' FROM @.executions AS e
     WHERE NOT EXISTS (SELECT 1 FROM @.versions AS v WHERE v.id = e.version)",
    "SELECT e.arn, 'it is listed with another state machine than that of its version' FROM @.executions AS e
     JOIN @.versions AS v ON v.id = e.version WHERE v.machine <> e.machine",
    "SELECT arn, 'its Map Run is missing' FROM @.executions AS e
     WHERE map_run IS NOT NULL AND NOT EXISTS (SELECT 1 FROM @.map_runs AS r WHERE r.arn = e.map_run)",
    "SELECT e.arn, 'it runs, but is not among the open executions' FROM @.executions AS e LEFT JOIN @.ends AS d ON d.key = e.key
     WHERE coalesce(d.status, 'RUNNING') = 'RUNNING' AND NOT EXISTS (SELECT 1 FROM @.open AS o WHERE o.key = e.key)",
    "SELECT e.arn, 'it has ended, but is among the open executions' FROM @.executions AS e JOIN @.ends AS d ON d.key = e.key
     WHERE d.status <> 'RUNNING' AND EXISTS (SELECT 1 FROM @.open AS o WHERE o.key = e.key)",
    "SELECT arn, 'the Map Run belongs to the missing execution ' || execution FROM @.map_runs AS r
     WHERE NOT EXISTS (SELECT 1 FROM @.executions AS e WHERE e.key = r.execution)",
    "SELECT NULL::bytea, 'there are ' || count(*) || ' records of the missing execution ' || key FROM @.records AS r
     WHERE NOT EXISTS (SELECT 1 FROM @.executions AS e WHERE e.key = r.key) GROUP BY key",
    "SELECT NULL::bytea, 'the missing execution ' || key || ' is open or has ended' FROM (SELECT key FROM @.open UNION SELECT key FROM @.ends) AS k
     WHERE NOT EXISTS (SELECT 1 FROM @.executions AS e WHERE e.key = k.key)",
];

impl PostgresReader {
    /// Makes all later calls of this reader see the store as it is at the first of them, while an
    /// engine continues to write. The database cleans no table until the reader is dropped, and the
    /// reader cannot continue after its connection was lost.
    ///
    /// # Errors
    ///
    /// The errors of connecting to the database.
    pub fn begin_snapshot(&mut self) -> Result<(), StoreError> {
        self.read(async |_, client| {
            let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
            client.batch_execute(begin).await.map(|()| Vec::new())
        })?;
        self.has_snapshot = true;
        Ok(())
    }

    fn scanned(&self, row: &Row) -> ScannedExecution {
        ScannedExecution {
            key: row.get(0),
            arn: row::owned(row, 1).ok(),
            execution: row::execution(row, 0).map_err(|why| self.corrupt(why)),
        }
    }

    pub(crate) fn scan_after(
        &mut self,
        after: i64,
        limit: usize,
    ) -> Result<Vec<ScannedExecution>, StoreError> {
        let text = format!(
            "SELECT {EXECUTION} FROM {EXECUTIONS} WHERE e.key > $1 ORDER BY e.key LIMIT $2"
        );
        let rows = self.read(async |database, client| {
            let values = [(&after as _, Type::INT8), (&most(limit) as _, Type::INT8)];
            client.query_typed(&database.sql(&text), &values).await
        })?;
        Ok(rows.iter().map(|row| self.scanned(row)).collect())
    }

    pub(crate) fn scan_arn(&mut self, arn: &str) -> Result<Option<ScannedExecution>, StoreError> {
        let rows = self.execution_rows(arn)?;
        Ok(rows.first().map(|row| self.scanned(row)))
    }

    pub(crate) fn raw_records(&mut self, key: i64) -> Result<Vec<ScannedRecord>, StoreError> {
        let rows = self.rows(|| {
            Statement::new("SELECT seq, data FROM @.records WHERE key = $1 ORDER BY seq")
                .with(key, Type::INT8)
        })?;
        let records = rows.iter().map(|row| ScannedRecord {
            seq: row.get(0),
            data: row::bytes(row, 1),
            is_whole: true,
        });
        Ok(records.collect())
    }

    /// Reads the records of the first executions with one query.
    pub(crate) fn first_records(
        &mut self,
        keys: &[u64],
        max_bytes: usize,
    ) -> Result<Vec<Vec<Bytes>>, StoreError> {
        let ids: Vec<i64> = keys.iter().copied().map(signed).collect();
        let rows = self.rows(|| {
            Statement::new(
                "WITH sizes AS (
                     SELECT asked.place, asked.key, sum(length(r.data)::bigint) AS bytes
                     FROM unnest($1) WITH ORDINALITY AS asked (key, place) LEFT JOIN @.records AS r ON r.key = asked.key GROUP BY 1, 2
                 ), totals AS (
                     SELECT key, sum(bytes) OVER (ORDER BY place) AS total FROM sizes
                 )
                 SELECT totals.key, r.seq, r.data FROM totals JOIN @.records AS r ON r.key = totals.key
                 WHERE total <= $2 ORDER BY totals.key, r.seq",
            )
            .with(&ids[..], Type::INT8_ARRAY)
            .with(most(max_bytes), Type::INT8)
        })?;
        let mut found: HashMap<i64, Vec<Bytes>> = HashMap::new();
        let mut damaged = HashSet::new();
        for row in &rows {
            let (key, seq): (i64, i64) = (row.get(0), row.get(1));
            let records = found.entry(key).or_default();
            if seq != records.len() as i64 {
                damaged.insert(key);
            }
            records.push(row::bytes(row, 2));
        }
        found.retain(|key, _| !damaged.contains(key));
        Ok(ids.iter().map_while(|id| found.remove(id)).collect())
    }

    pub(crate) fn runs_of(&mut self, keys: &[u64]) -> Result<Vec<StoredMapRun>, StoreError> {
        let ids: Vec<i64> = keys.iter().copied().map(signed).collect();
        let rows = self.rows(|| {
            Statement::new(
                "SELECT arn, execution, data FROM @.map_runs WHERE execution = ANY ($1) ORDER BY place",
            )
            .with(&ids[..], Type::INT8_ARRAY)
        })?;
        self.values(rows, reader::map_run)
    }

    pub(crate) fn find_problems(&mut self) -> Result<Vec<StoreProblem>, StoreError> {
        let mut problems = Vec::new();
        let mut add = |kind, subject, why| problems.push(StoreProblem::new(kind, subject, why));
        for query in REFERENCES {
            for row in self.rows(|| Statement::new(query))? {
                let arn: Option<&[u8]> = row.get(0);
                let arn = arn.map(|arn| String::from_utf8_lossy(arn).into_owned());
                add(ProblemKind::Reference, arn, row.get(1));
            }
        }
        match self.activities() {
            Ok(_) => {}
            Err(StoreError::Corrupt { why, .. }) => {
                add(ProblemKind::Row, None, format!("an activity: {why}"));
            }
            Err(error) => return Err(error),
        }
        match self.documents() {
            Ok(_) => {}
            Err(StoreError::Corrupt { why, .. }) => add(ProblemKind::Document, None, why),
            Err(error) => return Err(error),
        }
        Ok(problems)
    }
}
