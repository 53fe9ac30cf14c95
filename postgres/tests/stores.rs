//! The store passes the tests of all stores.

use std::env;

use bytes::Bytes;
use stepwright_engine::Status;
use stepwright_engine::clock::Timestamp;
use stepwright_engine::store::{
    Change, MemoryStore, Store, StoreError, StoreReader, StoredExecution, StoredListing, copy,
};
use stepwright_postgres::{PostgresOptions, PostgresStore};
use stepwright_testing::store::{self, TestedStore};

use crate::files::Files;
use crate::server::Server;

/// Stores in the schemas of a server.
pub(crate) struct Schemas {
    pub(crate) server: Server,
    topic: &'static str,
}

impl Schemas {
    pub(crate) fn options(&self, number: u32) -> PostgresOptions {
        self.server.options(&format!("{}_{number}", self.topic))
    }
}

impl TestedStore for Schemas {
    type Store = PostgresStore;

    fn open(&mut self, number: u32) -> Result<PostgresStore, StoreError> {
        PostgresStore::open_with(self.options(number))
    }

    fn reader(&mut self, number: u32) -> Option<Result<Box<dyn StoreReader>, StoreError>> {
        Some(self.server.reader(&format!("{}_{number}", self.topic)))
    }
}

pub(crate) fn schemas(topic: &'static str) -> Schemas {
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

#[test]
#[ignore = "needs a PostgreSQL server"]
fn copies_from_a_file_to_a_database_and_back_are_equal() {
    let mut files = Files::new();
    store::random_copies(&mut files, &mut schemas("copies"), cases());
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn an_execution_that_is_larger_than_a_batch_is_copied() {
    let server = Server::start();
    let mut database = server.store("large");
    let record = |byte: u8| Bytes::from(vec![byte; 3 << 20]);
    for key in 1..4 {
        let execution = StoredExecution {
            key,
            arn: format!("arn-{key}").into(),
            name: "large".into(),
            machine: "orders".into(),
            machine_hash: "5f70bf18".into(),
            status: Status::Running,
            started: Timestamp::from_unix_micros(7),
            stopped: None,
            child_of: None,
            listing: StoredListing::default(),
        };
        let data = record(0);
        let start = Change::Start { execution, data };
        database.commit(&[start]).expect("it commits");
        for seq in 1..3 {
            let data = record(seq as u8);
            let append = Change::Append { key, seq, data };
            database.commit(&[append]).expect("it commits");
        }
    }
    let mut memory = MemoryStore::new();
    let mut reader = database.reader().expect("a reader");
    let copied = copy(&mut *reader, "large", &mut memory, &mut |_| {});
    assert_eq!(copied.expect("it is copied").records, 9);
    for key in 1..4 {
        let records: Vec<Bytes> = (0..3).map(record).collect();
        assert!(memory.records(key).expect("they are read") == records);
    }
}
