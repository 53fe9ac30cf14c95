//! The stores of the engine pass the tests of stores.

use std::collections::HashMap;
use std::env;
use std::path::PathBuf;

use stepwright_engine::{Engine, Redaction};
use stepwright_runtime::handler_logs::HandlerLogs;
use stepwright_runtime::search::ExecutionIndex;
use stepwright_runtime::store::{MemoryStore, SqliteReader, SqliteStore, StoreError, StoreReader};
use stepwright_testing::store::{self, TestedDerivedData, TestedStore};
use tempfile::TempDir;

/// Stores in the files of a folder.
struct Files(TempDir);

impl Files {
    fn new() -> Files {
        Files(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self, number: u32) -> PathBuf {
        self.0.path().join(format!("{number}.db"))
    }
}

impl TestedStore for Files {
    type Store = SqliteStore;

    fn open(&mut self, number: u32) -> Result<SqliteStore, StoreError> {
        SqliteStore::open(self.path(number))
    }

    fn reader(&mut self, number: u32) -> Option<Result<Box<dyn StoreReader>, StoreError>> {
        let reader = SqliteReader::open(self.path(number));
        Some(reader.map(|reader| Box::new(reader) as _))
    }
}

impl TestedDerivedData for Files {
    fn index(
        &mut self,
        number: u32,
        _: &Engine,
        masked: &Redaction,
    ) -> Result<ExecutionIndex, StoreError> {
        ExecutionIndex::open_redacted(self.path(number), masked)
    }

    fn keep_logs(&mut self, number: u32, logs: &HandlerLogs) {
        logs.keep(self.path(number));
    }
}

/// `.ci/nightly properties` tries more cases.
fn cases() -> u32 {
    let cases = env::var("PROPTEST_CASES").ok();
    cases.and_then(|cases| cases.parse().ok()).unwrap_or(256)
}

#[test]
fn an_execution_in_a_file_is_deleted_with_its_runs_and_their_children() {
    store::map_runs(&mut Files::new());
}

#[test]
fn a_file_store_behaves_like_a_memory_store() {
    store::random_changes(&mut Files::new(), cases());
}

#[test]
fn messages_have_the_same_numbers_in_a_file_store_and_in_a_memory_store() {
    store::random_messages(&mut Files::new(), cases());
}

/// Stores in memory.
#[derive(Default)]
struct Memory(HashMap<u32, MemoryStore>);

impl TestedStore for Memory {
    type Store = MemoryStore;

    fn open(&mut self, number: u32) -> Result<MemoryStore, StoreError> {
        Ok(self.0.entry(number).or_default().clone())
    }
}

#[test]
fn copies_between_files_and_memory_are_equal() {
    let cases = cases() / 4;
    store::random_copies(&mut Memory::default(), &mut Memory::default(), cases);
    store::random_copies(&mut Files::new(), &mut Memory::default(), cases);
}

#[test]
fn the_index_finds_what_a_scan_of_all_finds() {
    store::random_searches(&mut Files::new(), cases() / 2);
}

#[test]
fn the_index_follows_ends_deletions_and_restarts() {
    store::indexed_changes(&mut Files::new());
}

#[test]
fn an_index_has_no_masked_field_and_no_task_token() {
    let mut files = Files::new();
    store::indexed_masks(&mut files);
    let index = ExecutionIndex::open_redacted(
        files.path(1),
        &Redaction::new().path("card.number").expect("a path"),
    );
    index
        .expect("an index")
        .catch_up()
        .expect("it has not stopped");
    let bytes = std::fs::read(files.path(1).with_extension("db-index")).expect("a file");
    let number = b"4929123456781234";
    assert!(!bytes.windows(number.len()).any(|part| part == number));
}

#[test]
fn logs_survive_a_restart_and_end_with_their_executions() {
    store::handler_logs(&mut Files::new());
}
