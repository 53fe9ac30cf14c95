//! The first commit of an engine, after which no other one can commit.

use std::time::Duration;

use futures_util::future::{Either, select};
use stepwright_engine::store::StoreError;
use tokio::time::{sleep, timeout};
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Error};
use uuid::Uuid;

use crate::database::{Database, Statement};
use crate::numbers::{self, Numbers};
use crate::sql_error::is_constraint;

/// How long the first commit may take, with the end of the other engine's transaction.
const TAKE: Duration = Duration::from_secs(30);
/// How long another transaction may hold the number before its connection is ended.
const PATIENCE: Duration = Duration::from_millis(100);

/// Takes the number after the last one. The other engine may still commit, until it meets this
/// number.
pub(crate) async fn first_number(
    database: &Database,
    client: &Client,
    owner: Uuid,
    epoch: i64,
) -> Result<Numbers, StoreError> {
    let failed = |error: Error| database.error("take over", &error);
    let taken = timeout(TAKE, async {
        loop {
            let (last, predecessor) = numbers::last(database, client).await.map_err(failed)?;
            // Two engines can have the same epoch after the database lost commits.
            if predecessor.0 >= epoch {
                let by = format!("it has made commit {last}");
                return Err(numbers::taken_over(database, &by));
            }
            let mut numbers = Numbers {
                last,
                predecessor,
                epoch,
                owner,
            };
            match take(database, client, &numbers).await {
                Ok(()) => {
                    numbers.advance();
                    return Ok(numbers);
                }
                // The other engine was faster.
                Err(error) if is_constraint(&error) => {}
                Err(error) => return Err(failed(error)),
            }
        }
    });
    taken
        .await
        .unwrap_or_else(|_| Err(database.too_slow("take over", TAKE)))
}

/// Commits the next number in a separate transaction.
async fn take(database: &Database, client: &Client, numbers: &Numbers) -> Result<(), Error> {
    client.batch_execute("BEGIN").await?;
    let taken = async {
        // Within the transaction, also if a pooler gives each one another connection.
        let rows = client.query_typed("SELECT pg_backend_pid()", &[]).await?;
        let process: i32 = rows.first().map_or(0, |row| row.get(0));
        let insert = std::pin::pin!(database.execute(client, numbers.take(Vec::new())));
        match select(insert, std::pin::pin!(end_blockers(database, process))).await {
            Either::Left((taken, _)) => taken.map(drop),
            Either::Right((never, _)) => match never {},
        }
    };
    let taken = taken.await;
    let end = if taken.is_ok() { "COMMIT" } else { "ROLLBACK" };
    let ended = client.batch_execute(end).await;
    taken.and(ended)
}

/// Ends the connections whose transactions this process of the server waits for. An engine that
/// was stopped inside a transaction, or whose machine vanished, holds its number until then. Both
/// have the same role, so this needs no further right.
async fn end_blockers(database: &Database, process: i32) -> std::convert::Infallible {
    loop {
        sleep(PATIENCE).await;
        let Ok(client) = database.connect().await else {
            continue;
        };
        let end = Statement::new(
            "SELECT pg_terminate_backend(blocker) FROM unnest(pg_blocking_pids($1)) AS blocker WHERE blocker > 0",
        )
        .with(process, Type::INT4);
        match database.query(&client, end).await {
            Ok(ended) if ended.is_empty() => {}
            Ok(ended) => tracing::warn!(
                connections = ended.len(),
                "a transaction of the engine before was ended, because it did not end itself"
            ),
            Err(error) => {
                tracing::warn!(%error, "a transaction of the engine before cannot be ended")
            }
        }
    }
}
