//! The methods that await a read of the store, and those that block the thread, return the same.

use serde_json::json;
use stepwright_engine::store::MemoryStore;
use stepwright_engine::{Engine, ExecutionFilter, Status};

use super::support::{builder, only_even, run_in};

/// Compares both forms of each method, for executions, children and Map Runs that exist, and for an
/// unknown ARN.
async fn compare(engine: &Engine, case: &str) {
    let filters = [
        ExecutionFilter::new(),
        ExecutionFilter::new().limit(1),
        ExecutionFilter::new().status(Status::Failed),
    ];
    for filter in &filters {
        let awaited = engine.executions(filter).await.unwrap();
        assert_eq!(
            awaited,
            engine.blocking_executions(filter).unwrap(),
            "{case}"
        );
    }
    let counts = engine.stored_counts().await.unwrap();
    let blocking = engine.blocking_stored_counts().unwrap();
    assert_eq!(format!("{counts:?}"), format!("{blocking:?}"), "{case}");

    let mut ids: Vec<_> = engine.executions(&filters[0]).await.unwrap().executions;
    assert_eq!(ids.len(), 2, "{case}");
    let mut runs = Vec::new();
    for execution in &ids {
        let awaited = engine.map_runs(&execution.id).await.unwrap();
        let blocking = engine.blocking_map_runs(&execution.id).unwrap();
        assert_eq!((awaited.len(), &awaited), (1, &blocking), "{case}");
        runs.extend(awaited);
    }
    for run in &runs {
        let awaited = engine.map_run(&run.arn).await.unwrap();
        assert_eq!(awaited.as_ref(), Some(run), "{case}");
        assert_eq!(
            engine.blocking_map_run(&run.arn).unwrap().as_ref(),
            Some(run)
        );
        let awaited = engine.map_run_executions(&run.arn).await.unwrap();
        let blocking = engine.blocking_map_run_executions(&run.arn).unwrap();
        assert_eq!((awaited.len(), &awaited), (3, &blocking), "{case}");
        ids.extend(awaited);
    }
    for execution in &ids {
        let awaited = engine.execution(&execution.id).await.unwrap().unwrap();
        let blocking = engine.blocking_execution(&execution.id).unwrap().unwrap();
        for run in [&awaited, &blocking] {
            assert_eq!((run.id(), run.status()), (&*execution.id, execution.status));
        }
        let (awaited, blocking) = (awaited.history().await, blocking.history().await);
        assert_eq!(awaited.to_json(), blocking.to_json(), "{case}");
    }

    let unknown = "arn:aws:states:us-east-1:123456789012:execution:m:unknown";
    assert!(engine.execution(unknown).await.unwrap().is_none());
    assert!(engine.blocking_execution(unknown).unwrap().is_none());
    assert_eq!(engine.map_run(unknown).await.unwrap(), None);
    assert_eq!(engine.blocking_map_run(unknown).unwrap(), None);
    assert_eq!(engine.map_runs(unknown).await.unwrap(), []);
    assert_eq!(engine.blocking_map_runs(unknown).unwrap(), []);
    assert_eq!(engine.map_run_executions(unknown).await.unwrap(), []);
    assert_eq!(engine.blocking_map_run_executions(unknown).unwrap(), []);
}

#[tokio::test]
async fn awaited_and_blocking_reads_agree_in_memory_in_a_store_and_after_a_restart() {
    let definition = only_even(json!({"ToleratedFailurePercentage": 100}));
    for kind in ["STANDARD", "EXPRESS"] {
        let mut definition = definition.clone();
        definition["States"]["M"]["ItemProcessor"]["ProcessorConfig"]["ExecutionType"] =
            json!(kind);
        let store = MemoryStore::new();
        let durable = || builder(&definition).store(store.clone()).build().unwrap();
        for (engine, case) in [
            (builder(&definition).build().unwrap(), "without a store"),
            (durable(), "with a store"),
        ] {
            run_in(&engine, json!([1, 2, 3])).await;
            run_in(&engine, json!([2, 4, 6])).await;
            compare(&engine, &format!("{kind} {case}")).await;
        }
        if kind == "STANDARD" {
            compare(&durable(), "after a restart").await;
        }
    }
}
