//! Names of executions in a store.

use serde_json::json;
use stepwright_engine::store::MemoryStore;
use stepwright_engine::{StartError, StartOptions};

use crate::durable::support::{Done, builder, note, process};

#[test]
fn a_name_is_idempotent_while_running_and_refused_afterwards() {
    let store = MemoryStore::new();
    let machine = json!({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 3, "Next": "A"}, "A": note(&json!("a"), None)}});
    let done = Done::default();
    let begin = |input: serde_json::Value, waits: bool| {
        let (machine, store, done) = (machine.clone(), store.clone(), done.clone());
        process(async move {
            let engine = builder(&[("m", machine)], &store, &done)
                .virtual_time()
                .build()
                .unwrap();
            let hold = engine.clock().hold();
            let run = engine
                .start_machine("m", input, StartOptions::new().name("n"))
                .await?;
            drop(hold);
            if waits {
                run.report().await;
            }
            Ok::<_, StartError>(())
        })
    };
    begin(json!({"id": 1}), false).unwrap();
    let other = begin(json!({"id": 2}), false).unwrap_err();
    assert!(
        matches!(other, StartError::ExecutionAlreadyExists(_)),
        "{other}"
    );
    begin(json!({"id": 1}), true).unwrap();
    let over = begin(json!({"id": 1}), false).unwrap_err();
    assert!(
        matches!(over, StartError::ExecutionAlreadyExists(_)),
        "{over}"
    );
    assert_eq!(done.all().len(), 1);
}
