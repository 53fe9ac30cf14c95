//! A file of SQLite that is full at each commit in turn, and damaged in each column in turn.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rusqlite::Connection;
use stepwright_engine::Status;
use stepwright_engine::store::{
    Change, SqliteStore, Store, StoreError, StoreReader, StoredDocument,
};

use crate::durable::support::process;
use crate::faults::points;
use crate::faults::workflows::{Ended, World, arn, with_token, workflows};

/// How many attempts fail before there is space again.
const ATTEMPTS: u64 = 3;

/// A store whose file cannot grow at some commits.
struct FullAt {
    store: SqliteStore,
    counts: Arc<Counts>,
    at: u64,
}

#[derive(Default)]
struct Counts {
    commits: AtomicU64,
    failures: AtomicU64,
}

impl Store for FullAt {
    fn commit(&mut self, changes: &[Change]) -> Result<(), StoreError> {
        let commit = self.counts.commits.fetch_add(1, Ordering::SeqCst) + 1;
        let is_full = (self.at..self.at + ATTEMPTS).contains(&commit);
        if !is_full {
            return self.store.commit(changes);
        }
        // A file that is larger than the limit cannot grow. The last change does not fit into the
        // free space of its pages.
        self.store.set_max_bytes(1)?;
        let filler = Change::Document(StoredDocument {
            key: "filler".to_owned(),
            data: vec![7; 100_000].into(),
        });
        let outcome = self.store.commit(&[changes, &[filler]].concat());
        assert!(
            matches!(outcome, Err(StoreError::Full { .. })),
            "{outcome:?}"
        );
        self.counts.failures.fetch_add(1, Ordering::SeqCst);
        self.store.set_max_bytes(1 << 40)?;
        outcome
    }

    fn reader(&self) -> Result<Box<dyn StoreReader>, StoreError> {
        self.store.reader()
    }
}

/// Runs a workflow on a file that is full at a commit; 0 for none.
fn run(workflow: usize, at: u64) -> (Arc<Counts>, Ended) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.db");
    let counts = Arc::new(Counts::default());
    let of_stores = counts.clone();
    let ended = process(async move {
        let workflow = workflows().swap_remove(workflow);
        let open = || FullAt {
            store: SqliteStore::open(&path).unwrap(),
            counts: of_stores.clone(),
            at: if at == 0 { u64::MAX - ATTEMPTS } else { at },
        };
        let world = World::default();
        let run = tokio::time::timeout(Duration::from_secs(60), workflow.run(open, &world));
        let ended = run.await;
        ended.unwrap_or_else(|_| panic!("{}: full at commit {at}, it does not end", workflow.name))
    });
    (counts, ended)
}

#[test]
fn executions_continue_when_a_full_file_has_space_again() {
    let mut failures = 0;
    for (workflow, named) in workflows().iter().enumerate() {
        let (counts, whole) = run(workflow, 0);
        for at in points(counts.commits.load(Ordering::SeqCst), 1) {
            let (counts, ended) = run(workflow, at);
            assert_eq!(ended, whole, "{}: full at commit {at}", named.name);
            failures += counts.failures.load(Ordering::SeqCst);
        }
    }
    assert!(failures >= workflows().len() as u64, "{failures}");
}

/// The columns of the tables that an engine reads, without the log's session.
fn columns(path: &Path) -> Vec<(String, String)> {
    let connection = Connection::open(path).unwrap();
    let query = "SELECT tables.name, columns.name FROM pragma_table_list AS tables, pragma_table_info(tables.name) AS columns
        WHERE tables.schema = 'main' AND tables.name NOT LIKE 'sqlite_%' AND tables.name != 'session' ORDER BY 1, 2";
    let mut statement = connection.prepare(query).unwrap();
    let columns = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
    columns.unwrap().map(Result::unwrap).collect()
}

const NAMES: [&str; 3] = ["e", "f", "g"];

/// Creates a store with executions that wait for tokens.
fn waiting(path: &Path) -> World {
    let world = World::default();
    let (path, of_engine) = (path.to_owned(), world.clone());
    process(async move {
        let workflow = with_token();
        let engine = workflow.engine(SqliteStore::open(&path).unwrap(), &of_engine);
        for name in NAMES {
            workflow.start(&engine, name).await;
            of_engine.token(name).await;
        }
        engine.shutdown(Duration::ZERO).await;
    });
    world
}

#[test]
fn a_damaged_value_of_any_column_stops_no_other_execution() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.db");
    waiting(&path);
    let mut columns = columns(&path);
    // The store does not know how many records an execution has: without the last one it continues
    // from an earlier state.
    columns.retain(|(table, column)| (table.as_str(), column.as_str()) != ("records", "execution"));
    assert!(columns.len() > 30, "{columns:?}");
    let values = ["x'FF00FF'", "'noon'", "-7"];
    let cases: Vec<_> = columns
        .iter()
        .flat_map(|column| values.map(|value| (column, value)))
        .collect();
    let mut damaged = 0;
    for point in points(cases.len() as u64, 12) {
        let ((table, column), value) = cases[point as usize - 1];
        let at = format!("{table}.{column} = {value}");
        let path = folder.path().join(format!("{point}.db"));
        let world = waiting(&path);
        let connection = Connection::open(&path).unwrap();
        // The row of one execution, or the only row of a state machine.
        let row = match table.as_str() {
            "executions" => "name = 'f'",
            "records" => "execution = (SELECT key FROM executions WHERE name = 'f')",
            _ => "1",
        };
        let changed = connection.execute(
            &format!("UPDATE OR IGNORE {table} SET {column} = {value} WHERE {row}"),
            [],
        );
        drop(connection);
        // SQLite refuses a value that breaks a constraint, and an empty table has no rows.
        if !changed.is_ok_and(|rows| rows > 0) {
            continue;
        }
        damaged += 1;
        let of_engine = world.clone();
        let (ended, unreadable) = process(async move {
            let workflow = with_token();
            let engine = workflow.engine(SqliteStore::open(&path).unwrap(), &of_engine);
            let mut ended = 0;
            for name in NAMES {
                let Ok(Some(run)) = engine.blocking_execution(&arn(name)) else {
                    continue;
                };
                workflow.answer(&engine, &of_engine, name).await;
                let report = tokio::time::timeout(Duration::from_secs(60), run.report()).await;
                assert_eq!(report.expect("it ends").status, Status::Succeeded);
                ended += 1;
            }
            (ended, engine.unreadable_executions().len())
        });
        // All executions have the same version of the state machine.
        let least = if table == "versions" { 0 } else { 2 };
        assert!(ended >= least, "{at}: only {ended} executions end");
        // An index contains the open executions by their status, so that another status hides an
        // execution from the engine.
        let is_hidden = column == "status";
        assert!(
            ended + unreadable >= NAMES.len() || is_hidden,
            "{at}: {ended} executions end, {unreadable} are in quarantine"
        );
    }
    assert!(damaged > 0);
}
