//! The fields that engines mask are in the store, so that each later reader masks them.

use std::time::Duration;

use bytes::Bytes;
use serde_json::json;
use stepwright_engine::history::HistoryQuery;
use stepwright_engine::store::{Change, MemoryStore, Store as _, StoreError, StoredDocument};
use stepwright_engine::{
    Engine, EngineBuilder, MachineType, Redaction, StartOptions, StoredExecutions,
};

const SECRET: &str = "4111-1111";
const KEY: &str = "engine/masked-fields";
const PASSES: &str = r#"{"StartAt": "Take", "States": {"Take": {"Type": "Pass", "End": true}}}"#;

fn builder(store: &MemoryStore, name: &str) -> EngineBuilder {
    Engine::builder()
        .register_json(name, PASSES, MachineType::Standard)
        .store(store.clone())
        .virtual_time()
}

fn masks(path: &str) -> Redaction {
    Redaction::new().path(path).expect("a path")
}

/// Runs an execution in an engine that masks a field, and returns its ARN.
async fn run(store: &MemoryStore, name: &str, redaction: &Redaction) -> String {
    let engine = builder(store, name)
        .redact(redaction)
        .build()
        .expect("an engine");
    let input = json!({"card": {"number": SECRET}, "pin": SECRET});
    let options = StartOptions::new().name("o-1");
    let run = engine
        .start_machine(name, input, options)
        .await
        .expect("starts");
    let arn = run.id().to_owned();
    run.await.expect("succeeds");
    engine.shutdown(Duration::ZERO).await;
    arn
}

/// Returns the history as a reader of the store prints it.
fn printed(executions: StoredExecutions, arn: &str) -> Result<String, StoreError> {
    let mut executions = executions;
    let found = executions.describe(arn)?.expect("it is stored");
    let query = HistoryQuery::new().redact(found.history.redaction());
    let page = found.history.page(&query).expect("a page");
    Ok(page.to_json().to_string())
}

fn reading(store: &MemoryStore) -> StoredExecutions {
    StoredExecutions::new(store.reader().expect("a reader"))
}

#[tokio::test]
async fn a_reader_masks_what_any_engine_of_the_store_masked() {
    let store = MemoryStore::new();
    let first = run(&store, "orders", &masks("card.number")).await;
    let text = printed(reading(&store), &first).unwrap();
    // The field `pin` has the value once for each event with data.
    let shown = text.matches(SECRET).count();
    assert!(shown > 0 && text.contains("[redacted]"), "{text}");

    // Another program, without that definition, masks another field: both are masked.
    let second = run(&store, "refunds", &masks("*.pin").and(&masks("pin"))).await;
    for arn in [&first, &second] {
        let text = printed(reading(&store), arn).unwrap();
        assert!(!text.contains(SECRET), "{text}");
        let revealed = printed(reading(&store).reveal_secrets(), arn).unwrap();
        assert_eq!(revealed.matches(SECRET).count(), 2 * shown, "{revealed}");
        // A field of the reader's own is masked even then.
        let own = reading(&store).reveal_secrets().redact(&masks("pin"));
        assert_eq!(printed(own, arn).unwrap().matches(SECRET).count(), shown);
    }
    // An engine masks what earlier engines masked, too.
    let engine = builder(&store, "returns").build().expect("an engine");
    let found = engine
        .blocking_execution(&first)
        .expect("reads")
        .expect("it is stored");
    let report = found.report().await;
    assert!(report.history.redaction().includes(&masks("card.number")));
    engine.shutdown(Duration::ZERO).await;
}

#[tokio::test]
async fn a_reader_that_is_open_masks_the_fields_of_a_later_engine() {
    let store = MemoryStore::new();
    let arn = run(&store, "orders", &Redaction::new()).await;
    let mut executions = reading(&store);
    let found = executions.describe(&arn).unwrap().unwrap();
    assert!(!found.history.redaction().has_fields());
    run(&store, "refunds", &masks("pin")).await;
    let found = executions.describe(&arn).unwrap().unwrap();
    assert!(found.history.redaction().includes(&masks("pin")));
}

#[tokio::test]
async fn damaged_fields_reveal_nothing_until_an_engine_stores_its_own() {
    let store = MemoryStore::new();
    let arn = run(&store, "orders", &masks("card.number")).await;
    let mut writer = store.clone();
    let damaged = StoredDocument {
        key: KEY.to_owned(),
        data: Bytes::from_static(b"?"),
    };
    writer
        .commit(&[Change::Document(damaged)])
        .expect("commits");
    let refused = printed(reading(&store), &arn).unwrap_err();
    assert!(matches!(refused, StoreError::Corrupt { .. }), "{refused}");
    assert!(
        printed(reading(&store).reveal_secrets(), &arn)
            .unwrap()
            .contains(SECRET)
    );

    drop(writer);
    run(&store, "returns", &masks("card.number")).await;
    let text = printed(reading(&store), &arn).unwrap();
    assert!(text.contains("[redacted]"), "{text}");
}
