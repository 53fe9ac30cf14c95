//! Proves that a full disk stops the index, but not the engine.

use serde_json::json;
use stepwright_asl::redaction::Redaction;

use super::execution_index::ExecutionIndex;
use super::index_format::FORMAT;
use super::sqlite_tables::SqliteIndex;
use crate::derived_file::DerivedFile;
use crate::search::ExecutionSearch;
use crate::store::SqliteStore;
use crate::{Engine, ExecutionFilter, MachineType, StartOptions};

#[tokio::test]
async fn a_full_disk_stops_the_index_and_not_the_engine() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("orders.db");
    let text = r#"{"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "End": true}}}"#;
    let engine = Engine::builder()
        .register_json("greet", text, MachineType::Standard)
        .store(SqliteStore::open(&path).expect("a store"))
        .build()
        .expect("an engine");
    let file = DerivedFile::next_to(&path, &FORMAT).limited(30);
    let storage = SqliteIndex::of_file(&path, file);
    let index = ExecutionIndex::open_in(storage, &Redaction::new()).expect("an index");
    let input = "x".repeat(50_000);
    let start = || engine.start_machine("greet", json!(input), StartOptions::new());
    for _ in 0..10 {
        start().await.expect("it starts").report().await;
    }
    let error = index.catch_up().expect_err("the disk is full");
    assert!(error.to_string().contains("full"), "{error}");
    let page = index.page(&ExecutionFilter::new(), "xxx");
    page.expect_err("the caller reads the executions");
    start().await.expect("it starts").report().await;
}
