//! The tables, and the migrations from older versions.

use rusqlite::Connection;

use super::store_path::StorePath;
use crate::store::StoreError;

/// The application id, which distinguishes a store from another application's database: `Stpw`.
pub(super) const APPLICATION: i64 = 0x5374_7077;

/// The migrations to each version from the previous one; the first creates the tables. Released migrations never change.
const MIGRATIONS: &[&str] = &[
    EXECUTIONS,
    ACTIVITIES,
    MAP_RUNS,
    NARROW,
    DOCUMENTS,
    SESSION,
    LISTS,
    NUMBERED_RECORDS,
    OUTBOX,
];

/// The first version whose executions contain their first record, if it is short.
pub(super) const NARROWED: i64 = 4;

/// The first version that has documents.
pub(super) const DOCUMENTED: i64 = 5;

/// The first version that has sessions.
pub(super) const SESSIONS: i64 = 6;

/// The first version that has an outbox.
pub(super) const OUTBOXED: i64 = 9;

/// The reason for refusing a database that is not a store.
pub(super) const OTHER_APPLICATION: &str = "it is a database of another application";

/// Version 1: executions with their records.
const EXECUTIONS: &str = "
    CREATE TABLE machines (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        hash TEXT NOT NULL,
        type TEXT NOT NULL,
        definition TEXT NOT NULL,
        UNIQUE (name, hash)
    );
    CREATE TABLE executions (
        key INTEGER PRIMARY KEY,
        arn TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        machine TEXT NOT NULL,
        machine_hash TEXT NOT NULL,
        status TEXT NOT NULL,
        started INTEGER NOT NULL,
        stopped INTEGER
    );
    CREATE INDEX executions_open ON executions (key) WHERE status = 'RUNNING';
    CREATE INDEX executions_newest ON executions (started);
    CREATE INDEX executions_of_machine ON executions (machine, started);
    CREATE TABLE records (
        execution INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        data BLOB NOT NULL,
        checksum INTEGER NOT NULL,
        PRIMARY KEY (execution, seq)
    ) WITHOUT ROWID;
";

/// Version 2.
const ACTIVITIES: &str = "
    CREATE TABLE activities (
        arn TEXT PRIMARY KEY,
        created INTEGER NOT NULL
    ) WITHOUT ROWID;
";

/// Version 3: Map Runs, whose children are executions that lists omit.
const MAP_RUNS: &str = "
    CREATE TABLE map_runs (
        id INTEGER PRIMARY KEY,
        arn TEXT NOT NULL UNIQUE,
        execution INTEGER NOT NULL,
        data BLOB NOT NULL
    );
    CREATE INDEX map_runs_of_execution ON map_runs (execution);
    ALTER TABLE executions ADD COLUMN map_run INTEGER;
    ALTER TABLE executions ADD COLUMN number INTEGER;
    CREATE INDEX executions_of_map_run ON executions (map_run, number) WHERE map_run IS NOT NULL;
    DROP INDEX executions_newest;
    CREATE INDEX executions_newest ON executions (started) WHERE map_run IS NULL;
    DROP INDEX executions_of_machine;
    CREATE INDEX executions_of_machine ON executions (machine, started) WHERE map_run IS NULL;
";

/// Version 4: a commit writes fewer pages. An execution's row has ids instead of its state machine's name and hash, and contains the first
/// record if it is short. The other records are stored in the order in which they were written, so that the records of a commit are
/// adjacent.
const NARROW: &str = "
    CREATE TABLE versions (
        id INTEGER PRIMARY KEY,
        machine INTEGER NOT NULL,
        name TEXT NOT NULL,
        hash TEXT NOT NULL,
        UNIQUE (name, hash)
    );
    INSERT INTO versions (machine, name, hash)
        SELECT 0, machine, machine_hash FROM executions GROUP BY machine, machine_hash;
    UPDATE versions SET machine = (SELECT min(id) FROM versions AS same WHERE same.name = versions.name);
    ALTER TABLE executions RENAME TO wide_executions;
    CREATE TABLE executions (
        key INTEGER PRIMARY KEY,
        arn TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        machine INTEGER NOT NULL,
        version INTEGER NOT NULL,
        status TEXT NOT NULL,
        started INTEGER NOT NULL,
        stopped INTEGER,
        map_run INTEGER,
        number INTEGER,
        data BLOB,
        checksum INTEGER
    );
    INSERT INTO executions
        SELECT key, arn, wide.name, versions.machine, versions.id, status, started, stopped, map_run, number, NULL, NULL
        FROM wide_executions AS wide
        JOIN versions ON versions.name = wide.machine AND versions.hash = wide.machine_hash;
    DROP TABLE wide_executions;
    CREATE INDEX executions_open ON executions (key) WHERE status = 'RUNNING';
    CREATE INDEX executions_of_machine ON executions (machine, started) WHERE map_run IS NULL;
    CREATE INDEX executions_of_map_run ON executions (map_run, number) WHERE map_run IS NOT NULL;
    ALTER TABLE records RENAME TO clustered_records;
    CREATE TABLE records (
        id INTEGER PRIMARY KEY,
        execution INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        data BLOB NOT NULL,
        checksum INTEGER NOT NULL
    );
    INSERT INTO records (execution, seq, data, checksum)
        SELECT execution, seq, data, checksum FROM clustered_records ORDER BY execution, seq;
    DROP TABLE clustered_records;
    CREATE UNIQUE INDEX records_of_execution ON records (execution, seq);
";

/// Version 5.
const DOCUMENTS: &str = "
    CREATE TABLE documents (
        key TEXT PRIMARY KEY,
        data BLOB NOT NULL,
        checksum INTEGER NOT NULL
    ) WITHOUT ROWID;
";

/// Version 6: the [session](super::session), which shows whether a log belongs to the file.
const SESSION: &str = "
    CREATE TABLE session (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        epoch BLOB NOT NULL,
        generation INTEGER NOT NULL,
        is_open INTEGER NOT NULL
    );
";

/// Version 7: columns and indexes for lists. `redrives` is `NULL` in rows that an earlier version wrote until the engine fills the columns from the
/// records; `origin` is `NULL` unless lists show an ARN that does not follow from that of the execution.
///
/// Every execution is in `executions_of_machine`, and in `executions_open` while it is running. The other indexes are partial, so that
/// executions that succeed at the first attempt need no entry in them.
const LISTS: &str = "
    CREATE TABLE origins (
        id INTEGER PRIMARY KEY,
        machine TEXT,
        version TEXT,
        alias TEXT
    );
    CREATE INDEX origins_of_version ON origins (version, alias, machine);
    CREATE INDEX origins_of_alias ON origins (alias);
    ALTER TABLE executions ADD COLUMN origin INTEGER;
    ALTER TABLE executions ADD COLUMN redrives INTEGER;
    ALTER TABLE executions ADD COLUMN redriven INTEGER;
    ALTER TABLE executions ADD COLUMN items INTEGER;
    DROP INDEX executions_open;
    CREATE INDEX executions_open ON executions (map_run, machine, started) WHERE status = 'RUNNING';
    CREATE INDEX executions_failed ON executions (machine, status, started)
        WHERE map_run IS NULL AND status NOT IN ('RUNNING', 'SUCCEEDED');
    CREATE INDEX children_failed ON executions (map_run, status, number)
        WHERE map_run IS NOT NULL AND status NOT IN ('RUNNING', 'SUCCEEDED');
    CREATE INDEX executions_redriven ON executions (machine, started) WHERE map_run IS NULL AND redrives > 0;
    CREATE INDEX executions_of_origin ON executions (origin, started) WHERE map_run IS NULL AND origin IS NOT NULL;
    CREATE INDEX executions_unlisted ON executions (key) WHERE redrives IS NULL;
";

/// Version 8: the fields of new records have numbers. The tables and the old records stay as they are; the new version makes older programs
/// refuse the store, because they cannot read the new records.
const NUMBERED_RECORDS: &str = "";

/// Version 9: messages that are deleted after their delivery. Each queue is a contiguous range, because one queue can be long while the other
/// one is read.
const OUTBOX: &str = "
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

/// The version of the schema that this library writes.
pub(super) const NEWEST: i64 = MIGRATIONS.len() as i64;

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
        return match application == 0 && version == 0 && is_empty {
            true => Ok(FileContent::Nothing),
            false => Err(place.not_a_store(OTHER_APPLICATION)),
        };
    }
    match version {
        1..=NEWEST => Ok(FileContent::Version(version)),
        ..=0 => Err(place.corrupt(format!("its schema version is {version}"))),
        _ => Err(StoreError::NewerVersion {
            path: place.path.clone(),
            found: version,
            known: NEWEST,
        }),
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
        .and_then(|from| MIGRATIONS.get(from..));
    let Some(steps) = steps.filter(|steps| !steps.is_empty()) else {
        return Ok(());
    };
    let migrate = || {
        steps
            .iter()
            .try_for_each(|step| connection.execute_batch(step))?;
        connection.pragma_update(None, "application_id", APPLICATION)?;
        connection.pragma_update(None, "user_version", NEWEST)
    };
    migrate()
        .map_err(|error| place.error(&format!("migrate from version {from} to {}", NEWEST), error))
}
