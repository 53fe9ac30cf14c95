//! The store passes the tests of all stores.

use std::env;

use stepwright_engine::store::{SqliteStore, StoreError, StoreReader};
use stepwright_postgres::PostgresStore;
use stepwright_testing::store::{self, TestedStore};
use tempfile::TempDir;

use crate::server::Server;

/// Stores in the schemas of a server.
struct Schemas {
    server: Server,
    topic: &'static str,
}

impl TestedStore for Schemas {
    type Store = PostgresStore;

    fn open(&mut self, number: u32) -> Result<PostgresStore, StoreError> {
        PostgresStore::open_with(self.server.options(&format!("{}_{number}", self.topic)))
    }

    fn reader(&mut self, number: u32) -> Option<Result<Box<dyn StoreReader>, StoreError>> {
        Some(self.server.reader(&format!("{}_{number}", self.topic)))
    }
}

fn schemas(topic: &'static str) -> Schemas {
    Schemas {
        server: Server::start(),
        topic,
    }
}

/// `.ci/nightly postgres` tries more cases.
pub(crate) fn cases() -> u32 {
    let cases = env::var("PROPTEST_CASES").ok();
    cases.and_then(|cases| cases.parse().ok()).unwrap_or(48)
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn an_execution_is_deleted_with_its_runs_and_their_children() {
    store::map_runs(&mut schemas("map_runs"));
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn the_store_behaves_like_a_memory_store() {
    store::random_changes(&mut schemas("changes"), cases());
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn messages_have_the_same_numbers_as_in_a_memory_store() {
    store::random_messages(&mut schemas("messages"), cases());
}

/// Stores in the files of a folder.
struct Files(TempDir);

impl TestedStore for Files {
    type Store = SqliteStore;

    fn open(&mut self, number: u32) -> Result<SqliteStore, StoreError> {
        SqliteStore::open(self.0.path().join(format!("{number}.db")))
    }
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn copies_from_a_file_to_a_database_and_back_are_equal() {
    let mut files = Files(tempfile::tempdir().expect("a folder"));
    store::random_copies(&mut files, &mut schemas("copies"), cases());
}
