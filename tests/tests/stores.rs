//! The stores of the engine pass the tests of stores.

use std::collections::HashMap;
use std::env;

use stepwright_runtime::store::{MemoryStore, SqliteReader, SqliteStore, StoreError, StoreReader};
use stepwright_testing::store::{self, TestedStore};
use tempfile::TempDir;

/// Stores in the files of a folder.
struct Files(TempDir);

impl Files {
    fn new() -> Files {
        Files(tempfile::tempdir().expect("a folder"))
    }
}

impl TestedStore for Files {
    type Store = SqliteStore;

    fn open(&mut self, number: u32) -> Result<SqliteStore, StoreError> {
        SqliteStore::open(self.0.path().join(format!("{number}.db")))
    }

    fn reader(&mut self, number: u32) -> Option<Result<Box<dyn StoreReader>, StoreError>> {
        let reader = SqliteReader::open(self.0.path().join(format!("{number}.db")));
        Some(reader.map(|reader| Box::new(reader) as _))
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
