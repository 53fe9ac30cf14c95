//! The row that says which engine should write.
//!
//! It decides who may begin. It is never trusted for safety: an engine that was stopped may believe
//! that it holds the lease, and the [numbers](crate::numbers) refuse its commits. All times are
//! those of the server.

use std::time::Duration;

use stepwright_engine::store::StoreError;
use tokio::time::sleep;
use tokio_postgres::Client;
use tokio_postgres::types::Type;
use uuid::Uuid;

use crate::database::{Database, Statement, WeakDatabase};

/// How often an engine that waits for the lease asks for it.
const ASK: Duration = Duration::from_millis(100);

/// Takes the lease, and returns its epoch. Waits for the end of a lease that is not renewed.
pub(crate) async fn take(
    database: &Database,
    client: &Client,
    owner: Uuid,
) -> Result<i64, StoreError> {
    let time = database.options().lease;
    let mut last = None;
    loop {
        let taken = Statement::new(
            "UPDATE @.lease SET epoch = epoch + 1, owner = $1, holder = $2, expires = clock_timestamp() + $3 * interval '1 second'
             WHERE expires <= clock_timestamp() RETURNING epoch",
        )
        .with(owner, Type::UUID)
        .with(holder(), Type::TEXT)
        .with(time.as_secs_f64(), Type::FLOAT8);
        let failed = |error| database.error("take the lease", &error);
        let rows = database.query(client, taken).await.map_err(failed)?;
        if let Some(row) = rows.first() {
            return Ok(row.get(0));
        }
        let query = Statement::new("SELECT holder, expires::text, epoch FROM @.lease");
        let rows = database.query(client, query).await.map_err(failed)?;
        let held = rows.first().map(|row| {
            let holder: String = row.get(0);
            (holder, row.get::<_, String>(1), row.get::<_, i64>(2))
        });
        if held.is_none() {
            return Err(StoreError::Corrupt {
                path: Some(database.name().to_path_buf()),
                why: "its lease is missing".to_owned(),
            });
        }
        match (&last, &held) {
            // It was renewed while this engine waited.
            (Some(before), Some(now)) if before != now => {
                return Err(StoreError::InUse {
                    path: database.name().to_path_buf(),
                    by: format!("{} writes to it", now.0),
                });
            }
            (None, _) => last = held,
            _ => {}
        }
        sleep(ASK.min(time / 4)).await;
    }
}

/// Renews the lease until it is lost. A commit finds out who has it then.
pub(crate) async fn keep(database: WeakDatabase, owner: Uuid, time: Duration) {
    let mut client: Option<Client> = None;
    loop {
        sleep(time / 3).await;
        let Some(database) = database.get() else {
            return;
        };
        if client.as_ref().is_none_or(Client::is_closed) {
            client = database.connect().await.ok();
        }
        let Some(open) = &client else {
            continue;
        };
        let renew = Statement::new(
            "UPDATE @.lease SET expires = clock_timestamp() + $2 * interval '1 second' WHERE owner = $1 AND expires > '-infinity'",
        )
        .with(owner, Type::UUID)
        .with(time.as_secs_f64(), Type::FLOAT8);
        match database.execute(open, renew).await {
            Ok(0) => {
                tracing::error!(
                    "another engine has taken the lease of the store `{}`",
                    database.name().display()
                );
                return;
            }
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(%error, "the lease of the store `{}` cannot be renewed", database.name().display());
                client = None;
            }
        }
    }
}

/// Ends the lease, if this engine has it, so that the next one need not wait.
pub(crate) async fn release(
    database: &Database,
    client: &Client,
    owner: Uuid,
) -> Result<(), tokio_postgres::Error> {
    let end =
        Statement::new("UPDATE @.lease SET expires = '-infinity', holder = '' WHERE owner = $1")
            .with(owner, Type::UUID);
    database.execute(client, end).await.map(drop)
}

/// This process, for people.
fn holder() -> String {
    let host = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
    let host = host.trim();
    let process = std::process::id();
    if host.is_empty() {
        format!("process {process}")
    } else {
        format!("process {process} of {host}")
    }
}
