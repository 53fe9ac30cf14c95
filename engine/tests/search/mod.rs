//! The index next to a store in a file.

use std::path::PathBuf;

use serde_json::json;
use stepwright_engine::search::{ExecutionIndex, ExecutionSearch};
use stepwright_engine::store::SqliteStore;
use stepwright_engine::{Engine, ExecutionFilter, MachineType, StartOptions};
use tempfile::TempDir;
use tokio::runtime::Runtime;

const MACHINE: &str = r#"{"StartAt": "Reply", "States": {
    "Reply": {"Type": "Pass", "Parameters": {"reply.$": "$.text"}, "End": true}
}}"#;

/// An engine with a store in a file.
struct World {
    folder: TempDir,
    runtime: Runtime,
    engine: Option<Engine>,
}

impl World {
    fn new() -> Self {
        let mut world = Self {
            folder: tempfile::tempdir().expect("a folder"),
            runtime: Runtime::new().expect("threads"),
            engine: None,
        };
        world.open();
        world
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("orders.db")
    }

    fn open(&mut self) {
        let store = SqliteStore::open(self.path()).expect("a store");
        let builder = Engine::builder()
            .register_json("orders", MACHINE, MachineType::Standard)
            .store(store);
        let engine = self.runtime.block_on(async { builder.build() });
        self.engine = Some(engine.expect("an engine"));
    }

    fn engine(&self) -> &Engine {
        self.engine.as_ref().expect("it is open")
    }

    fn close(&mut self) {
        if let Some(engine) = self.engine.take() {
            self.runtime
                .block_on(engine.shutdown(std::time::Duration::from_secs(5)));
        }
    }

    fn start(&self, text: &str) {
        self.runtime.block_on(async {
            let input = json!({"text": text});
            let started = self
                .engine()
                .start_machine("orders", input, StartOptions::new());
            started.await.expect("it starts").report().await;
        });
    }

    fn index(&self) -> ExecutionIndex {
        let index = ExecutionIndex::open(self.path()).expect("an index");
        index.catch_up().expect("it has not stopped");
        index
    }
}

fn count(index: &ExecutionIndex, text: &str) -> usize {
    let page = index.page(&ExecutionFilter::new(), text).expect("a page");
    page.page.executions.len()
}

#[test]
fn the_index_of_a_restored_store_is_corrected() {
    let mut world = World::new();
    world.start("first order");
    let backup = world.folder.path().join("backup.db");
    let copied = world.runtime.block_on(world.engine().backup(&backup));
    copied.expect("a backup");
    world.start("second order");
    assert_eq!(count(&world.index(), "order"), 2);
    world.close();
    std::fs::remove_file(world.path()).expect("a file");
    SqliteStore::restore(&backup, world.path()).expect("it is restored");
    world.open();
    world.start("third order");
    let index = world.index();
    assert_eq!(count(&index, "order"), 2);
    assert_eq!(count(&index, "second"), 0);
    assert_eq!(count(&index, "first"), 1);
}

#[test]
fn a_damaged_older_or_foreign_index_is_built_again() {
    let world = World::new();
    world.start("an order");
    drop(world.index());
    let path = world.folder.path().join("orders.db-index");
    for damage in ["garbage", "version", "table", "application"] {
        let connect = || rusqlite::Connection::open(&path).expect("a database");
        match damage {
            "garbage" => std::fs::write(&path, "x".repeat(10_000)).expect("a file"),
            "version" => connect()
                .pragma_update(None, "user_version", 99)
                .expect("a version"),
            "table" => connect()
                .execute_batch("DROP TABLE entries")
                .expect("a table"),
            _ => connect()
                .pragma_update(None, "application_id", 7)
                .expect("an application"),
        }
        let index = world.index();
        assert_eq!(count(&index, "order"), 1, "{damage}");
    }
    std::fs::remove_file(&path).expect("a file");
    assert_eq!(count(&world.index(), "order"), 1);
}

#[test]
fn an_index_that_cannot_be_written_does_not_stop_the_engine() {
    let world = World::new();
    std::fs::create_dir(world.folder.path().join("orders.db-index")).expect("a folder");
    let index = ExecutionIndex::open(world.path()).expect("the store can be read");
    index.catch_up().expect_err("the index has stopped");
    index
        .page(&ExecutionFilter::new(), "order")
        .expect_err("the index has stopped");
    world.start("an order");
}
