use std::time::Duration;

use serde_json::json;
use stepwright_engine::objects::Memory;
use stepwright_engine::{StartOptions, Status};
use stepwright_testing::{Mock, Mocks};

use crate::distributed::support::{engine, failure, kinds, run_in, task};

#[tokio::test]
async fn stopping_an_execution_aborts_its_run_and_the_children() {
    let mocks = Mocks::new().state("I", Mock::never());
    let engine = engine(&task(json!({"MaxConcurrency": 2})), &Memory::new(), &mocks);
    let _held = engine.clock().hold();
    let run = engine
        .start_machine("m", json!([1, 2, 3]), StartOptions::new())
        .await
        .unwrap();
    while mocks.calls().len() < 2 {
        tokio::task::yield_now().await;
    }
    let map_run = engine.blocking_map_runs(run.id()).unwrap().remove(0);
    assert_eq!(map_run.status, Status::Running);
    assert_eq!((map_run.items.running, map_run.items.pending), (2, 1));
    assert_eq!(map_run.to_json().get("stopDate"), None);
    let report = run.stop(Some("Enough"), None).await;
    assert_eq!(report.status, Status::Aborted);
    assert_eq!(
        kinds(&report)[3..],
        ["MapRunStarted", "MapRunAborted", "ExecutionAborted"]
    );
    let map_run = engine.blocking_map_run(&map_run.arn).unwrap().unwrap();
    assert_eq!(map_run.status, Status::Aborted);
    assert_eq!((map_run.items.running, map_run.items.aborted), (0, 2));
    for child in engine.blocking_map_run_executions(&map_run.arn).unwrap() {
        let child = engine.blocking_execution(&child.id).unwrap().unwrap();
        assert_eq!(child.report().await.status, Status::Aborted);
    }
    assert_eq!(mocks.calls().len(), 2);
}

#[tokio::test]
async fn a_timeout_of_the_state_machine_aborts_the_map_run() {
    let mocks = Mocks::new().state("I", Mock::never());
    let mut definition = task(json!({}));
    definition["TimeoutSeconds"] = json!(30);
    let engine = engine(&definition, &Memory::new(), &mocks);
    let report = run_in(&engine, json!([1])).await;
    assert_eq!(report.status, Status::TimedOut);
    let run = engine
        .blocking_map_runs(report.execution().id())
        .unwrap()
        .remove(0);
    assert_eq!(run.status, Status::Aborted);
    let children = engine.blocking_map_run_executions(&run.arn).unwrap();
    let child = engine.blocking_execution(&children[0].id).unwrap().unwrap();
    assert_eq!(child.report().await.status, Status::Aborted);
}

#[tokio::test]
async fn a_failed_sibling_aborts_the_run() {
    let mocks = Mocks::new().state("I", Mock::never()).state(
        "Fails",
        Mock::failure("E", "why").after(Duration::from_secs(3)),
    );
    let map = task(json!({}))["States"]["M"].clone();
    let definition = json!({"StartAt": "P", "States": {"P": {
        "Type": "Parallel", "End": true, "Branches": [
            {"StartAt": "M", "States": {"M": map}},
            {"StartAt": "Fails", "States": {"Fails": {
                "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:1:function:g", "End": true
            }}}
        ]
    }}});
    let engine = engine(&definition, &Memory::new(), &mocks);
    let report = run_in(&engine, json!([1])).await;
    assert_eq!(failure(&report), ("E", "why"));
    let kinds = kinds(&report);
    let at = kinds
        .iter()
        .position(|kind| *kind == "MapRunAborted")
        .unwrap();
    assert_eq!(kinds[at + 1], "MapStateAborted");
    let run = engine
        .blocking_map_runs(report.execution().id())
        .unwrap()
        .remove(0);
    assert_eq!(run.status, Status::Aborted);
}

#[tokio::test]
async fn a_stopped_child_counts_as_failed() {
    let mocks = Mocks::new().state("I", Mock::never());
    let engine = engine(&task(json!({})), &Memory::new(), &mocks);
    let held = engine.clock().hold();
    let run = engine
        .start_machine("m", json!([1]), StartOptions::new())
        .await
        .unwrap();
    while mocks.calls().is_empty() {
        tokio::task::yield_now().await;
    }
    let map_run = engine.blocking_map_runs(run.id()).unwrap().remove(0);
    let child = engine
        .blocking_map_run_executions(&map_run.arn)
        .unwrap()
        .remove(0);
    let child = engine.blocking_execution(&child.id).unwrap().unwrap();
    child.stop(None, None).await;
    drop(held);
    let report = run.report().await;
    assert_eq!(failure(&report).0, "States.ExceedToleratedFailureThreshold");
    assert_eq!(
        engine
            .blocking_map_run(&map_run.arn)
            .unwrap()
            .unwrap()
            .items
            .aborted,
        1
    );
}
