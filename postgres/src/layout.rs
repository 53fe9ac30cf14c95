//! The tables of a store, and which layout they have.

use stepwright_engine::store::StoreError;
use tokio_postgres::Client;
use tokio_postgres::types::Type;

use crate::database::{Database, Statement};

/// The statements that make each layout from the previous one. Released layouts never change. Each
/// one after the first changes `commits` so that the INSERT of earlier versions is refused: an
/// engine that runs during an upgrade then stops at its next commit.
const LAYOUTS: &[&str] = &[include_str!("layout_1.sql")];
/// The number of the lock with which one engine at a time changes the tables.
const LOCK: i64 = 0x5374_7077;

/// The number of the layout that this version reads.
pub(crate) const fn newest() -> i64 {
    LAYOUTS.len() as i64
}

/// Creates the tables of a new store, or brings those of an earlier version to this layout.
pub(crate) async fn prepare(database: &Database, client: &Client) -> Result<(), StoreError> {
    let failed =
        |error: tokio_postgres::Error| database.error("prepare the tables of a store", &error);
    if found(database, client).await.map_err(failed)? == Some(LAYOUTS.len()) {
        return Ok(());
    }
    client.batch_execute("BEGIN").await.map_err(failed)?;
    let changed = change(database, client).await;
    let end = if changed.is_ok() {
        "COMMIT"
    } else {
        "ROLLBACK"
    };
    let ended = client.batch_execute(end).await.map_err(failed);
    changed.and(ended)
}

/// Checks a store that is opened for reading.
pub(crate) async fn check(database: &Database, client: &Client) -> Result<(), StoreError> {
    let path = database.name().to_path_buf();
    let known = LAYOUTS.len();
    let found = found(database, client)
        .await
        .map_err(|error| database.error("read", &error))?;
    match found {
        None => Err(StoreError::NotAStore {
            path,
            why: "the schema has no store".to_owned(),
        }),
        Some(found) if found > known => Err(newer(database, found)),
        Some(found) if found < known => Err(StoreError::OlderVersion {
            path,
            found: found as i64,
            known: known as i64,
        }),
        Some(_) => Ok(()),
    }
}

fn newer(database: &Database, found: usize) -> StoreError {
    StoreError::NewerVersion {
        path: database.name().to_path_buf(),
        found: found as i64,
        known: LAYOUTS.len() as i64,
    }
}

/// Changes the tables in a transaction.
async fn change(database: &Database, client: &Client) -> Result<(), StoreError> {
    let failed =
        |error: tokio_postgres::Error| database.error("prepare the tables of a store", &error);
    let lock = Statement::new("SELECT pg_advisory_xact_lock($1)").with(LOCK, Type::INT8);
    database.query(client, lock).await.map_err(failed)?;
    let known = LAYOUTS.len();
    let from = match found(database, client).await.map_err(failed)? {
        Some(found) if found > known => {
            return Err(newer(database, found));
        }
        Some(found) => found,
        None => {
            // A role that owns the schema may have no right to create one.
            let name = database.schema();
            let has = Statement::new("SELECT to_regnamespace($1) IS NOT NULL");
            let rows = database.query(client, has.with(name, Type::TEXT)).await;
            if !rows.map_err(failed)?.first().is_some_and(|row| row.get(0)) {
                let create = format!("CREATE SCHEMA {name}");
                client.batch_execute(&create).await.map_err(failed)?;
            }
            0
        }
    };
    for layout in LAYOUTS.iter().skip(from) {
        for statement in statements(layout) {
            let in_schema = in_schema(&statement);
            let text = database.sql(&in_schema);
            client.batch_execute(&text).await.map_err(failed)?;
        }
    }
    let number = Statement::new("UPDATE @.layout SET version = $1").with(known as i32, Type::INT4);
    database.execute(client, number).await.map_err(failed)?;
    Ok(())
}

/// The layout of the tables; `None` without tables.
async fn found(
    database: &Database,
    client: &Client,
) -> Result<Option<usize>, tokio_postgres::Error> {
    let name = database.sql("@.layout");
    let has = Statement::new("SELECT to_regclass($1) IS NOT NULL").with(name, Type::TEXT);
    let rows = database.query(client, has).await?;
    if !rows.first().is_some_and(|row| row.get(0)) {
        return Ok(None);
    }
    let version = Statement::new("SELECT version FROM @.layout");
    let rows = database.query(client, version).await?;
    Ok(rows.first().map(|row| row.get::<_, i32>(0).max(0) as usize))
}

/// The statements of a layout, without comments.
fn statements(layout: &str) -> Vec<String> {
    let lines = layout
        .lines()
        .filter(|line| !line.trim_start().starts_with("--"));
    let text: Vec<&str> = lines.collect();
    let text = text.join("\n");
    let parts = text.split(';').map(str::trim);
    parts
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Names the schema in front of the table of a statement.
fn in_schema(statement: &str) -> String {
    for before in ["CREATE TABLE ", "INSERT INTO ", "ALTER TABLE "] {
        if let Some(rest) = statement.strip_prefix(before) {
            return format!("{before}@.{rest}");
        }
    }
    // An index is in the schema of its table.
    statement.replacen(" ON ", " ON @.", 1)
}
