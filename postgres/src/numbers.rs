//! The number of each transaction, which lets one engine write and proves what was committed.
//!
//! A transaction inserts the number after the last one. Two transactions never both commit a
//! number, so an engine that was replaced cannot commit, however long it was stopped. The
//! predecessor must be the row that the engine knows. It is missing if the database lost commits,
//! and has a different writer if another engine has made commits since then. Before its first
//! commit, an engine compares the epochs: with the lease of an earlier epoch, it came too late.
//!
//! A plain `SELECT` of an epoch would not do: it reads a snapshot, and another engine may take over
//! before the commit.

use stepwright_engine::store::StoreError;
use tokio_postgres::Client;
use tokio_postgres::types::Type;
use uuid::Uuid;

use crate::database::{Database, Statement};

/// How many old numbers remain, for standbys that are behind.
const KEPT: i64 = 20_000;
/// After how many commits old numbers are deleted.
const BETWEEN: i64 = 1_000;

/// The numbers of an engine.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Numbers {
    /// The last committed number.
    pub(crate) last: i64,
    /// The epoch and the owner of `last`.
    pub(crate) predecessor: (i64, Uuid),
    pub(crate) epoch: i64,
    /// Random, because two engines can have the same epoch after the database lost commits.
    pub(crate) owner: Uuid,
}

/// What the database has at the next number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NextNumber {
    /// The transaction of this engine.
    Own,
    Free,
    /// The commit of another engine.
    Taken,
    /// The last commit of this engine is not in the database.
    Lost,
}

impl Numbers {
    /// The statement that takes the next number for a commit that changes these executions.
    pub(crate) fn take(&self, changed: Vec<i64>) -> Statement<'static> {
        Statement::new(
            "INSERT INTO @.commits SELECT $1,
                 CASE WHEN EXISTS (SELECT 1 FROM @.commits WHERE n = $2 AND epoch = $3 AND owner = $4) THEN $5 END, $6, $7",
        )
        .with(self.last + 1, Type::INT8)
        .with(self.last, Type::INT8)
        .with(self.predecessor.0, Type::INT8)
        .with(self.predecessor.1, Type::UUID)
        .with(self.epoch, Type::INT8)
        .with(self.owner, Type::UUID)
        .with(changed, Type::INT8_ARRAY)
    }

    /// The next number is that of a commit of this engine.
    pub(crate) fn advance(&mut self) {
        self.last += 1;
        self.predecessor = (self.epoch, self.owner);
    }

    /// Reads what is at the next number, after it could not be taken.
    pub(crate) async fn next(
        &self,
        database: &Database,
        client: &Client,
    ) -> Result<NextNumber, tokio_postgres::Error> {
        let query = Statement::new("SELECT n, epoch, owner FROM @.commits WHERE n IN ($1, $2)")
            .with(self.last, Type::INT8)
            .with(self.last + 1, Type::INT8);
        let rows = database.query(client, query).await?;
        let at = |number: i64| -> Option<(i64, Uuid)> {
            let row = rows.iter().find(|row| row.get::<_, i64>(0) == number);
            row.map(|row| (row.get(1), row.get(2)))
        };
        let own = (self.epoch, self.owner);
        let (last, next) = (at(self.last), at(self.last + 1));
        // Other engines have made commits after a failover that lost those of this one.
        if self.predecessor == own && last.is_some_and(|last| last != own) {
            return Ok(NextNumber::Lost);
        }
        Ok(match (last, next) {
            (_, Some(next)) if next == own => NextNumber::Own,
            (_, Some(_)) => NextNumber::Taken,
            (Some(last), None) if last == self.predecessor => NextNumber::Free,
            (Some(_), None) => NextNumber::Taken,
            // Another engine has committed so much that old numbers were deleted.
            (None, None) if largest(database, client).await? > self.last => NextNumber::Taken,
            (None, None) => NextNumber::Lost,
        })
    }

    /// Deletes old numbers from time to time. A transaction of a replaced engine may wait with a
    /// snapshot from before the deletion, and would then find its number free: so the deletion
    /// waits until no other transaction writes, and no other one begins to.
    pub(crate) async fn prune(
        &self,
        database: &Database,
        client: &Client,
    ) -> Result<(), tokio_postgres::Error> {
        if self.last % BETWEEN != 0 {
            return Ok(());
        }
        let text = format!(
            "BEGIN; SET LOCAL lock_timeout = '100ms'; LOCK TABLE @.commits IN SHARE ROW EXCLUSIVE MODE; \
             DELETE FROM @.commits WHERE n <= {}; COMMIT",
            self.last - KEPT
        );
        let pruned = client.batch_execute(&database.sql(&text)).await;
        if pruned.is_err() {
            client.batch_execute("ROLLBACK").await?;
        }
        Ok(())
    }
}

/// The largest number in the database.
pub(crate) async fn largest(
    database: &Database,
    client: &Client,
) -> Result<i64, tokio_postgres::Error> {
    Ok(last(database, client).await?.0)
}

/// The last commit, with its epoch and its owner.
pub(crate) async fn last(
    database: &Database,
    client: &Client,
) -> Result<(i64, (i64, Uuid)), tokio_postgres::Error> {
    let query = Statement::new("SELECT n, epoch, owner FROM @.commits ORDER BY n DESC LIMIT 1");
    let rows = database.query(client, query).await?;
    let last = rows
        .first()
        .map(|row| (row.get(0), (row.get(1), row.get(2))));
    Ok(last.unwrap_or_default())
}

/// Another engine writes.
pub(crate) fn taken_over(database: &Database, by: &str) -> StoreError {
    StoreError::TakenOver {
        store: database.name().display().to_string(),
        by: by.to_owned(),
    }
}

/// The database lacks the last commits of this engine.
pub(crate) fn lost(database: &Database, last: i64) -> StoreError {
    StoreError::Replaced {
        path: database.name().to_path_buf(),
        why: format!(
            "commit {last} is not in the database any more, so it is a copy from before; an asynchronous replica may have been promoted"
        ),
    }
}
