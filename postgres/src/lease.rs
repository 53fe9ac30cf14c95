//! The row that says which engine should write.
//!
//! It decides who may begin, and how long an engine may act without asking. It is never trusted for
//! the safety of commits: an engine that was stopped may believe that it holds the lease, and the
//! [numbers](crate::numbers) refuse its commits. All times in the row are those of the server.

use std::time::Duration;

use stepwright_engine::store::{StoreError, StoreLease};
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Error};
use uuid::Uuid;

use crate::database::{Database, Statement, WeakDatabase};
use crate::numbers;

/// How often an engine that waits for the lease asks for it.
const ASK: Duration = Duration::from_millis(100);

/// Takes the lease, and returns its epoch. Waits for the end of a lease that is not renewed.
pub(crate) async fn take(
    database: &Database,
    client: &Client,
    owner: Uuid,
    lease: &StoreLease,
) -> Result<i64, StoreError> {
    let failed = |error| database.error("take the lease", &error);
    let mut last = None;
    loop {
        let taken = try_take(database, client, owner, lease).await;
        if let Some(epoch) = taken.map_err(failed)? {
            return Ok(epoch);
        }
        let held = Holder::read(database, client).await.map_err(failed)?;
        let held = held.ok_or_else(|| StoreError::Corrupt {
            path: Some(database.name().to_path_buf()),
            why: "its lease is missing".to_owned(),
        })?;
        match &last {
            // It was renewed while this engine waited.
            Some(before) if *before != held => {
                return Err(StoreError::InUse {
                    path: database.name().to_path_buf(),
                    by: format!("{} writes to it", held.name),
                });
            }
            _ => last = Some(held),
        }
        sleep(pause(database)).await;
    }
}

/// How long an engine that waits for the lease sleeps before it asks again.
pub(crate) fn pause(database: &Database) -> Duration {
    ASK.min(database.options().lease / 4)
}

/// Takes the lease if it is free. Returns its epoch.
pub(crate) async fn try_take(
    database: &Database,
    client: &Client,
    owner: Uuid,
    lease: &StoreLease,
) -> Result<Option<i64>, Error> {
    let time = database.options().lease;
    let request = lease.ask();
    let taken = Statement::new(
        "UPDATE @.lease SET epoch = epoch + 1, owner = $1, holder = $2, expires = clock_timestamp() + $3 * interval '1 second'
         WHERE expires <= clock_timestamp() RETURNING epoch",
    )
    .with(owner, Type::UUID)
    .with(holder(), Type::TEXT)
    .with(time.as_secs_f64(), Type::FLOAT8);
    let rows = database.query(client, taken).await?;
    let epoch = rows.first().map(|row| row.get(0));
    if epoch.is_some() {
        lease.renew(request, trusted(time));
    }
    Ok(epoch)
}

/// How long an engine trusts a lease: a little shorter than the server, because no two clocks have
/// the same speed.
fn trusted(time: Duration) -> Duration {
    time - time / 10
}

/// The engine that has the lease, and until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Holder {
    /// For people.
    pub(crate) name: String,
    expires: String,
    epoch: i64,
}

impl Holder {
    /// Reads it; `None` if its row is missing.
    pub(crate) async fn read(database: &Database, client: &Client) -> Result<Option<Self>, Error> {
        let query = Statement::new("SELECT holder, expires::text, epoch FROM @.lease");
        let rows = database.query(client, query).await?;
        Ok(rows.first().map(|row| Self {
            name: row.get(0),
            expires: row.get(1),
            epoch: row.get(2),
        }))
    }
}

/// Renews the lease until it is lost.
pub(crate) async fn keep(database: WeakDatabase, owner: Uuid, lease: StoreLease) {
    let mut client: Option<Client> = None;
    while let Some(database) = database.get() {
        let time = database.options().lease;
        let asked = Instant::now();
        let renewed = timeout(time, renew(&database, &mut client, owner, &lease)).await;
        match renewed {
            Ok(Ok(true)) => {}
            Ok(Ok(false)) => {
                let error = numbers::taken_over(&database, "it has the lease");
                tracing::error!("{error}");
                return lease.lose(error);
            }
            Ok(Err(error)) => {
                tracing::warn!(%error, "the lease of the store `{}` cannot be renewed", database.name().display());
                client = None;
            }
            Err(_) => {
                let name = database.name().display();
                tracing::warn!("the store `{name}` does not answer, so its lease is not renewed");
                client = None;
            }
        }
        // The database may be dropped during the pause. After a late answer, the trust ends soon.
        drop(database);
        sleep_until((asked + time / 3).max(Instant::now() + time / 30)).await;
    }
}

/// Renews the lease. Returns whether this engine has it.
async fn renew(
    database: &Database,
    client: &mut Option<Client>,
    owner: Uuid,
    lease: &StoreLease,
) -> Result<bool, Error> {
    let client = match client.take().filter(|client| !client.is_closed()) {
        Some(open) => client.insert(open),
        None => client.insert(database.connect().await?),
    };
    let time = database.options().lease;
    let request = lease.ask();
    let renew = Statement::new(
        "UPDATE @.lease SET expires = clock_timestamp() + $2 * interval '1 second' WHERE owner = $1 AND expires > '-infinity'",
    )
    .with(owner, Type::UUID)
    .with(time.as_secs_f64(), Type::FLOAT8);
    let is_held = database.execute(client, renew).await? > 0;
    if is_held {
        lease.renew(request, trusted(time));
    }
    Ok(is_held)
}

/// Ends the lease, if this engine has it, so that the next one need not wait.
pub(crate) async fn release(
    database: &Database,
    client: &Client,
    owner: Uuid,
) -> Result<(), Error> {
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
