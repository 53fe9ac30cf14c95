//! Applies changes one after another, each after its checks. It is slower than a
//! [flight](crate::flight), and it names the change that does not fit.

use stepwright_engine::store::{Change, StoreError, StoredActivity, StoredListing, StoredMachine};
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Error, Row};

use crate::database::{Database, Statement};
use crate::flight;
use crate::row_ids::RowIds;

/// Why a change was not applied.
#[derive(Debug)]
pub(crate) enum ChangeError {
    /// It does not fit what is in the store.
    Change(StoreError),
    Database(Error),
}

impl From<StoreError> for ChangeError {
    fn from(error: StoreError) -> Self {
        Self::Change(error)
    }
}

impl From<Error> for ChangeError {
    fn from(error: Error) -> Self {
        Self::Database(error)
    }
}

/// A transaction in which changes are applied.
pub(crate) struct ChangeWriter<'a> {
    pub(crate) database: &'a Database,
    pub(crate) client: &'a Client,
    pub(crate) ids: &'a mut RowIds,
}

impl ChangeWriter<'_> {
    pub(crate) async fn apply(&mut self, change: &Change) -> Result<(), ChangeError> {
        change.check()?;
        match change {
            Change::Start { execution, .. } => {
                let arn = execution.arn.as_bytes();
                if self
                    .has(
                        Statement::new("SELECT 1 FROM @.executions WHERE arn = $1")
                            .with(arn, Type::BYTEA),
                    )
                    .await?
                {
                    return Err(StoreError::Exists {
                        arn: execution.arn.to_string(),
                    }
                    .into());
                }
                if self.has_execution(execution.key).await? {
                    return Err(StoreError::key_is_taken(execution.key).into());
                }
                if let Some(child) = &execution.child_of
                    && self.execution_of_run(&child.map_run).await?.is_none()
                {
                    return Err(StoreError::no_map_run(&child.map_run).into());
                }
                self.frequent(change).await
            }
            Change::Append { key, seq, .. } => {
                let next = Statement::new("SELECT count(*) FROM @.records WHERE key = $1")
                    .with(signed(*key), Type::INT8);
                let rows = self.database.query(self.client, next).await?;
                let count: i64 = rows.first().map_or(0, |row| row.get(0));
                if count == 0 || count != i64::from(*seq) {
                    return Err(StoreError::out_of_order(*key, *seq).into());
                }
                self.frequent(change).await
            }
            Change::Close { key, .. } => {
                if !self.has_execution(*key).await? {
                    return Err(StoreError::no_execution(*key).into());
                }
                self.frequent(change).await
            }
            Change::MapRun(run) => {
                if !self.has_execution(run.execution).await? {
                    return Err(StoreError::no_execution(run.execution).into());
                }
                match self.execution_of_run(&run.arn).await? {
                    Some(other) if other != run.execution => {
                        Err(StoreError::run_of_another(&run.arn, other).into())
                    }
                    _ => self.frequent(change).await,
                }
            }
            Change::Reopen { key, listing } => self.reopen(*key, listing).await,
            Change::Delete { key } => self.delete(*key).await,
            Change::Machine(machine) => self.put_machine(machine).await,
            Change::DeleteMachine { name, hash } => {
                let delete = Statement::new("DELETE FROM @.machines WHERE name = $1 AND hash = $2")
                    .with(name.as_bytes(), Type::BYTEA)
                    .with(hash.as_bytes(), Type::BYTEA);
                match self.run(delete).await? {
                    0 => Err(StoreError::no_version(name, hash).into()),
                    _ => Ok(()),
                }
            }
            Change::Activity(StoredActivity { arn, created }) => {
                let put = Statement::new(
                    "INSERT INTO @.activities VALUES ($1, $2) ON CONFLICT (arn) DO UPDATE SET created = excluded.created",
                )
                .with(arn.as_bytes(), Type::BYTEA)
                .with(created.unix_micros(), Type::INT8);
                self.run(put).await.map(drop)
            }
            Change::DeleteActivity { arn } => {
                let delete = Statement::new("DELETE FROM @.activities WHERE arn = $1");
                self.run(delete.with(arn.as_bytes(), Type::BYTEA))
                    .await
                    .map(drop)
            }
            Change::Document(_)
            | Change::DeleteDocument { .. }
            | Change::Send { .. }
            | Change::PutMessage { .. }
            | Change::DeleteMessage { .. } => self.frequent(change).await,
            _ => Err(
                StoreError::conflict("this version of the store does not know the change").into(),
            ),
        }
    }

    /// Applies a change that fits.
    async fn frequent(&mut self, change: &Change) -> Result<(), ChangeError> {
        let statements = flight::statements(std::slice::from_ref(change), self.ids);
        let Some(statements) = statements else {
            return Err(StoreError::conflict("its number is too large").into());
        };
        for statement in statements {
            self.run(statement).await?;
        }
        Ok(())
    }

    async fn reopen(&mut self, key: u64, listing: &StoredListing) -> Result<(), ChangeError> {
        let id = signed(key);
        let origin = listing.origin.as_deref();
        let text = |text: Option<&std::sync::Arc<str>>| text.map(|text| text.as_bytes().to_vec());
        let columns = Statement::new(
            "UPDATE @.executions SET has_origin = $2, origin_machine = $3, origin_version = $4, origin_alias = $5,
                 redrives = $6, redriven = $7, items = $8 WHERE key = $1",
        )
        .with(id, Type::INT8)
        .with(origin.is_some(), Type::BOOL)
        .with(text(origin.and_then(|origin| origin.machine.as_ref())), Type::BYTEA)
        .with(text(origin.and_then(|origin| origin.version.as_ref())), Type::BYTEA)
        .with(text(origin.and_then(|origin| origin.alias.as_ref())), Type::BYTEA)
        .with(i64::from(listing.redrive_count), Type::INT8)
        .with(listing.redriven.map(|time| time.unix_micros()), Type::INT8)
        .with(listing.items.map(i64::from), Type::INT8);
        if self.run(columns).await? == 0 {
            return Err(StoreError::no_execution(key).into());
        }
        let end = Statement::new("DELETE FROM @.ends WHERE key = $1").with(id, Type::INT8);
        self.run(end).await?;
        let open = Statement::new("INSERT INTO @.open VALUES ($1) ON CONFLICT DO NOTHING");
        self.run(open.with(id, Type::INT8)).await.map(drop)
    }

    /// Removes an execution with its Map Runs, their children, and the data of these.
    async fn delete(&mut self, key: u64) -> Result<(), ChangeError> {
        if !self.has_execution(key).await? {
            return Err(StoreError::no_execution(key).into());
        }
        let family = Statement::new(
            "WITH RECURSIVE family (key) AS (
                 SELECT $1::bigint
                 UNION SELECT child.key FROM family
                     JOIN @.map_runs AS run ON run.execution = family.key
                     JOIN @.executions AS child ON child.map_run = run.arn
             ) SELECT family.key, EXISTS (SELECT 1 FROM @.open WHERE open.key = family.key) FROM family",
        );
        let rows = self.rows(family.with(signed(key), Type::INT8)).await?;
        if rows.iter().any(|row| row.get(1)) {
            return Err(StoreError::is_running(key).into());
        }
        let keys: Vec<i64> = rows.iter().map(|row| row.get(0)).collect();
        for text in [
            "DELETE FROM @.executions WHERE key = ANY ($1)",
            "DELETE FROM @.ends WHERE key = ANY ($1)",
            "DELETE FROM @.records WHERE key = ANY ($1)",
            "DELETE FROM @.map_runs WHERE execution = ANY ($1)",
        ] {
            let delete = Statement::new(text).with(&keys[..], Type::INT8_ARRAY);
            self.run(delete).await?;
        }
        Ok(())
    }

    /// Adds a version as the newest.
    async fn put_machine(&mut self, machine: &StoredMachine) -> Result<(), ChangeError> {
        let delete = Statement::new("DELETE FROM @.machines WHERE name = $1 AND hash = $2")
            .with(machine.name.as_bytes(), Type::BYTEA)
            .with(machine.hash.as_bytes(), Type::BYTEA);
        self.run(delete).await?;
        let insert = Statement::new(
            "INSERT INTO @.machines (name, hash, type, definition) VALUES ($1, $2, $3, $4)",
        )
        .with(machine.name.as_bytes(), Type::BYTEA)
        .with(machine.hash.as_bytes(), Type::BYTEA)
        .with(machine.machine_type.as_str(), Type::TEXT)
        .with(machine.definition.as_bytes(), Type::BYTEA);
        self.run(insert).await.map(drop)
    }

    async fn has_execution(&self, key: u64) -> Result<bool, ChangeError> {
        let query = Statement::new("SELECT 1 FROM @.executions WHERE key = $1");
        self.has(query.with(signed(key), Type::INT8)).await
    }

    /// The execution of a Map Run.
    async fn execution_of_run(&self, arn: &str) -> Result<Option<u64>, ChangeError> {
        let query = Statement::new("SELECT execution FROM @.map_runs WHERE arn = $1");
        let rows = self.rows(query.with(arn.as_bytes(), Type::BYTEA)).await?;
        Ok(rows.first().map(|row| row.get::<_, i64>(0).unsigned_abs()))
    }

    async fn has(&self, query: Statement<'_>) -> Result<bool, ChangeError> {
        Ok(!self.rows(query).await?.is_empty())
    }

    async fn rows(&self, query: Statement<'_>) -> Result<Vec<Row>, ChangeError> {
        Ok(self.database.query(self.client, query).await?)
    }

    async fn run(&self, statement: Statement<'_>) -> Result<u64, ChangeError> {
        Ok(self.database.execute(self.client, statement).await?)
    }
}

/// A key in a query; no row has one that is too large.
pub(crate) fn signed(key: u64) -> i64 {
    i64::try_from(key).unwrap_or(-1)
}
