//! Declares that the database of a store was restored to an earlier state.

use stepwright_engine::store::StoreError;
use tokio_postgres::types::Type;

use crate::database::{Database, Statement};
use crate::layout;
use crate::options::PostgresOptions;
use crate::store::PostgresStore;

/// More engines than this have not begun since the restored moment.
const AHEAD: i64 = 1_000_000;

impl PostgresStore {
    /// Declares that the database was restored to an earlier state. Returns the epoch of the first
    /// commit after it, which is higher than that of each engine from before: such an engine, if it
    /// still runs or was stopped, can never commit again.
    ///
    /// Without this, the new engine may get the epoch of a stopped one from before the restore, and
    /// that one commits if the new one has just made as many commits as it had itself.
    ///
    /// # Errors
    ///
    /// [`StoreError::InUse`] while an engine writes to the store; [`StoreError::NotAStore`]; the
    /// errors of opening the store.
    pub fn declare_restored(options: PostgresOptions) -> Result<i64, StoreError> {
        let database = Database::new(options.clone())?;
        database.wait(raise_epoch(&database))?;
        // Its first commit has the new epoch, before which no other epoch commits.
        drop(Self::open_with(options)?);
        database.wait(async {
            let client = database.connect().await;
            let client =
                client.map_err(|error| database.error("connect to the database", &error))?;
            let query = Statement::new("SELECT epoch FROM @.commits ORDER BY n DESC LIMIT 1");
            let rows = database.query(&client, query).await;
            let rows = rows.map_err(|error| database.error("read the last commit", &error))?;
            Ok(rows.first().map_or(0, |row| row.get(0)))
        })
    }
}

async fn raise_epoch(database: &Database) -> Result<(), StoreError> {
    let client = database.connect().await;
    let client = client.map_err(|error| database.error("connect to the database", &error))?;
    layout::check(database, &client).await?;
    let failed = |error| database.error("raise its epoch", &error);
    let raise = Statement::new(
        "UPDATE @.lease SET epoch = greatest(epoch, (SELECT max(commits.epoch) FROM @.commits)) + $1 WHERE expires <= clock_timestamp()",
    )
    .with(AHEAD, Type::INT8);
    if database.execute(&client, raise).await.map_err(failed)? > 0 {
        return Ok(());
    }
    let query = Statement::new("SELECT holder FROM @.lease");
    let rows = database.query(&client, query).await.map_err(failed)?;
    let holder: String = rows.first().map_or_else(String::new, |row| row.get(0));
    Err(StoreError::InUse {
        path: database.name().to_path_buf(),
        by: format!("{holder} writes to it"),
    })
}
