//! An engine on a file.

use serde_json::json;
use stepwright_runtime::store::SqliteStore;
use stepwright_runtime::{Engine, MachineType, StartOptions, Status};

/// An engine on a file.
fn engine_at(path: &std::path::Path, definition: &str) -> Engine {
    let store = SqliteStore::open(path).unwrap();
    let builder = Engine::builder().definition_json("orders", definition, MachineType::Standard);
    builder.store(store).build().unwrap()
}

#[test]
fn an_execution_goes_on_from_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.db");
    let definition =
        json!({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 1, "End": true}}})
            .to_string();
    let mut id = String::new();
    // Each runtime takes what runs on it along when it goes.
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
            let report = engine.execution(&id).unwrap().unwrap().report().await;
            assert_eq!(report.status, Status::Succeeded);
            assert_eq!(report.output.as_ref().unwrap().to_text(), r#"{"id":1}"#);
        });
    }
}
