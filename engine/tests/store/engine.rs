//! An engine on a file.

use std::time::{Duration, Instant};

use rusqlite::Connection;
use serde_json::json;
use stepwright_engine::store::SqliteStore;
use stepwright_engine::{Engine, MachineType, StartOptions, Status};

/// An engine on a file.
fn engine_at(path: &std::path::Path, definition: &str) -> Engine {
    let store = SqliteStore::open(path).unwrap();
    let builder = Engine::builder().register_json("orders", definition, MachineType::Standard);
    builder.store(store).build().unwrap()
}

#[test]
fn an_execution_resumes_from_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.db");
    let definition =
        json!({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 1, "End": true}}})
            .to_string();
    let mut id = String::new();
    // A runtime that shuts down drops its tasks.
    for is_first in [true, false] {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let engine = engine_at(&path, &definition);
            if is_first {
                let run = engine
                    .start_machine("orders", json!({"id": 1}), StartOptions::new())
                    .await
                    .unwrap();
                run.id().clone_into(&mut id);
                return;
            }
            let report = engine
                .blocking_execution(&id)
                .unwrap()
                .unwrap()
                .report()
                .await;
            assert_eq!(report.status, Status::Succeeded);
            assert_eq!(report.output.as_ref().unwrap().to_text(), r#"{"id":1}"#);
        });
    }
}

/// A mark that cannot be read proves no time: nothing is deleted by age.
#[tokio::test]
async fn a_damaged_clock_mark_stops_deletion_but_not_the_engine() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.db");
    let definition =
        json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}).to_string();
    let run = async |engine: &Engine| {
        let run = engine.start_machine("orders", json!({}), StartOptions::new());
        let run = run.await.unwrap();
        run.report().await;
        run.id().to_owned()
    };
    let engine = engine_at(&path, &definition);
    let id = run(&engine).await;
    // It writes the mark.
    engine.shutdown(Duration::ZERO).await;
    drop(engine);
    let connection = Connection::open(&path).unwrap();
    let damage = "UPDATE documents SET data = x'00' WHERE key = 'engine/clock'";
    assert_eq!(connection.execute(damage, []).unwrap(), 1);
    drop(connection);
    let store = SqliteStore::open(&path).unwrap();
    let builder = Engine::builder().register_json("orders", &definition, MachineType::Standard);
    let builder = builder.store(store).retention_time(Duration::ZERO);
    let engine = builder.build().unwrap();
    run(&engine).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(engine.blocking_execution(&id).unwrap().is_some());
    drop(engine);
    let store = SqliteStore::open(&path).unwrap();
    let builder = Engine::builder().store(store).confirm_clock();
    let engine = builder.retention_time(Duration::ZERO).build().unwrap();
    let begun = Instant::now();
    while engine.blocking_execution(&id).unwrap().is_some() {
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "it is not deleted"
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
