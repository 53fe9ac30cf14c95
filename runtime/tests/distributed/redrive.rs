use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::json;
use stepwright_runtime::objects::Memory;
use stepwright_runtime::task::Answer;
use stepwright_runtime::testing::{Mock, Mocks};
use stepwright_runtime::{RedriveError, StartOptions, Status};

use crate::support::{engine, kinds, output, task};

#[tokio::test]
async fn a_redriven_map_starts_a_new_run() {
    // Each child counts its own calls.
    let calls = AtomicU32::new(0);
    let mock = Mock::with(move |_| match calls.fetch_add(1, Ordering::Relaxed) {
        0 => Answer::failure("E", "once"),
        _ => Answer::output(json!({"Payload": 7})),
    });
    let mocks = Mocks::new().state("I", mock);
    let engine = engine(&task(json!({})), &Memory::new(), &mocks);
    let run = engine
        .start_machine("m", json!([1, 2]), StartOptions::new())
        .await
        .unwrap();
    let first = run.report().await;
    assert_eq!(
        first.error.as_deref(),
        Some("States.ExceedToleratedFailureThreshold")
    );
    let child = engine.map_run_executions(&engine.map_runs(run.id())[0].arn);
    let refused = engine.redrive(&child[0].id).await.unwrap_err();
    assert!(matches!(refused, RedriveError::ExecutionNotRedrivable(_)));

    let again = engine.redrive(run.id()).await.unwrap();
    let report = again.report().await;
    assert_eq!(output(&report), json!([7, 7]));
    let runs = engine.map_runs(run.id());
    let statuses: Vec<Status> = runs.iter().map(|run| run.status).collect();
    assert_eq!(statuses, [Status::Failed, Status::Succeeded]);
    assert_eq!(
        kinds(&report)[first.history.len()..],
        [
            "ExecutionRedriven",
            "MapStateStarted",
            "MapRunStarted",
            "MapRunSucceeded",
            "MapStateSucceeded",
            "MapStateExited",
            "ExecutionSucceeded"
        ]
    );
}
