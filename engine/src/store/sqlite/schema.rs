//! The tables, and the migrations of stores with an earlier layout.

use rusqlite::Connection;

use super::store_path::StorePath;
use crate::store::StoreError;

/// The application id, which distinguishes a store from another application's database: `Stpw`.
pub(super) const APPLICATION: i64 = 0x5374_7077;

/// The migrations to each layout from the previous one; the first creates the tables. Released
/// migrations never change.
const MIGRATIONS: &[&str] = &[LAYOUT_1];

/// The reason for refusing a database that is not a store.
pub(super) const OTHER_APPLICATION: &str = "it is a database of another application";

/// Layout 1.
///
/// - `executions` has ids instead of the name and the hash of a state machine, and the first record
///   if it is short, so that a commit writes few pages. `origin` is `NULL` unless lists show an ARN
///   that does not follow from that of the execution.
/// - Every execution is in `executions_of_machine` or `executions_of_map_run`, and in
///   `executions_open` while it is running. The other indexes are partial, so that executions that
///   succeed at the first attempt need no entry in them.
/// - The other records are stored in the order in which they were written, so that the records of a
///   commit are adjacent.
/// - `session` has the row of the [session](super::session), which shows whether a log belongs to
///   the file.
/// - Each queue of the `outbox` is a contiguous range, because one queue can be long while the
///   other one is read.
pub(super) const LAYOUT_1: &str = "
    CREATE TABLE session (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        epoch BLOB NOT NULL,
        generation INTEGER NOT NULL,
        is_open INTEGER NOT NULL
    );
    CREATE TABLE machines (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        hash TEXT NOT NULL,
        type TEXT NOT NULL,
        definition TEXT NOT NULL,
        UNIQUE (name, hash)
    );
    CREATE TABLE versions (
        id INTEGER PRIMARY KEY,
        machine INTEGER NOT NULL,
        name TEXT NOT NULL,
        hash TEXT NOT NULL,
        UNIQUE (name, hash)
    );
    CREATE TABLE origins (
        id INTEGER PRIMARY KEY,
        machine TEXT,
        version TEXT,
        alias TEXT
    );
    CREATE INDEX origins_of_version ON origins (version, alias, machine);
    CREATE INDEX origins_of_alias ON origins (alias);
    CREATE TABLE executions (
        key INTEGER PRIMARY KEY,
        arn TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        machine INTEGER NOT NULL,
        version INTEGER NOT NULL,
        origin INTEGER,
        map_run INTEGER,
        number INTEGER,
        status TEXT NOT NULL,
        started INTEGER NOT NULL,
        stopped INTEGER,
        redrives INTEGER NOT NULL,
        redriven INTEGER,
        items INTEGER,
        data BLOB,
        checksum INTEGER
    );
    CREATE INDEX executions_of_machine ON executions (machine, started) WHERE map_run IS NULL;
    CREATE INDEX executions_of_map_run ON executions (map_run, number) WHERE map_run IS NOT NULL;
    CREATE INDEX executions_open ON executions (map_run, machine, started) WHERE status = 'RUNNING';
    CREATE INDEX executions_failed ON executions (machine, status, started)
        WHERE map_run IS NULL AND status NOT IN ('RUNNING', 'SUCCEEDED');
    CREATE INDEX children_failed ON executions (map_run, status, number)
        WHERE map_run IS NOT NULL AND status NOT IN ('RUNNING', 'SUCCEEDED');
    CREATE INDEX executions_redriven ON executions (machine, started) WHERE map_run IS NULL AND redrives > 0;
    CREATE INDEX executions_of_origin ON executions (origin, started) WHERE map_run IS NULL AND origin IS NOT NULL;
    CREATE TABLE records (
        id INTEGER PRIMARY KEY,
        execution INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        data BLOB NOT NULL,
        checksum INTEGER NOT NULL
    );
    CREATE UNIQUE INDEX records_of_execution ON records (execution, seq);
    CREATE TABLE map_runs (
        id INTEGER PRIMARY KEY,
        arn TEXT NOT NULL UNIQUE,
        execution INTEGER NOT NULL,
        data BLOB NOT NULL
    );
    CREATE INDEX map_runs_of_execution ON map_runs (execution);
    CREATE TABLE activities (
        arn TEXT PRIMARY KEY,
        created INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE documents (
        key TEXT PRIMARY KEY,
        data BLOB NOT NULL,
        checksum INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE outbox (
        queue INTEGER NOT NULL,
        number INTEGER NOT NULL,
        data BLOB NOT NULL,
        checksum INTEGER NOT NULL,
        PRIMARY KEY (queue, number)
    ) WITHOUT ROWID;
";

/// The content of a file.
pub(super) enum FileContent {
    /// It is empty.
    Nothing,
    /// A store of this version.
    Version(i64),
}

/// Returns the migrations. Unit tests add a layout.
fn migrations() -> &'static [&'static str] {
    #[cfg(test)]
    if let Some(migrations) = super::tests::migration::added_layout() {
        return migrations;
    }
    MIGRATIONS
}

/// Returns the version of the schema that this library writes.
pub(super) fn newest() -> i64 {
    migrations().len() as i64
}

/// Checks a file without changing it.
pub(super) fn find(connection: &Connection, place: &StorePath) -> Result<FileContent, StoreError> {
    let number = |query: &str| -> Result<i64, StoreError> {
        let read = connection.query_row(query, [], |row| row.get(0));
        read.map_err(|error| place.error("read the file's version", error))
    };
    let application = number("PRAGMA application_id")?;
    let version = number("PRAGMA user_version")?;
    if application != APPLICATION {
        let is_empty = number("SELECT count(*) FROM sqlite_schema")? == 0;
        return if application == 0 && version == 0 && is_empty {
            Ok(FileContent::Nothing)
        } else {
            Err(place.not_a_store(OTHER_APPLICATION))
        };
    }
    check_known(place, version)?;
    match version {
        ..=0 => Err(place.corrupt(format!("its schema version is {version}"))),
        _ => Ok(FileContent::Version(version)),
    }
}

/// Refuses a newer layout.
pub(super) fn check_known(place: &StorePath, version: i64) -> Result<(), StoreError> {
    let known = newest();
    if version > known {
        Err(StoreError::NewerVersion {
            path: place.path.clone(),
            found: version,
            known,
        })
    } else {
        Ok(())
    }
}

/// Applies the migrations from a version on; 0 is an empty file. Must be called in a transaction.
pub(super) fn migrate(
    connection: &Connection,
    place: &StorePath,
    from: i64,
) -> Result<(), StoreError> {
    let steps = usize::try_from(from)
        .ok()
        .and_then(|from| migrations().get(from..));
    let Some(steps) = steps.filter(|steps| !steps.is_empty()) else {
        return Ok(());
    };
    let newest = newest();
    let migrate = || {
        steps
            .iter()
            .try_for_each(|step| connection.execute_batch(step))?;
        connection.pragma_update(None, "application_id", APPLICATION)?;
        connection.pragma_update(None, "user_version", newest)
    };
    migrate()
        .map_err(|error| place.error(&format!("migrate from version {from} to {newest}"), error))
}
