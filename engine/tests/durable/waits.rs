//! The open waits of executions that a later engine resumed.

use serde_json::{Value as Json, json};
use stepwright_engine::store::MemoryStore;
use stepwright_engine::task::TaskFailure;
use stepwright_engine::{Engine, ExecutionHandle, StartOptions, Status, Wait, WaitKind};

use crate::durable::support::{Done, builder, process};

const ACTIVITY: &str = "arn:aws:states:us-east-1:123456789012:activity:pack";

fn branch(name: &str, mut state: Json) -> Json {
    state["End"] = json!(true);
    json!({"StartAt": name, "States": {name: state}})
}

/// A machine that waits for one thing of each kind.
fn waits_for_all() -> Json {
    let call = |function: &str| {
        json!({
            "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": function, "Payload": {}},
        })
    };
    let mut asks = call("note");
    asks["Resource"] = json!("arn:aws:states:::lambda:invoke.waitForTaskToken");
    asks["Parameters"]["Payload"] = json!({"token.$": "$$.Task.Token"});
    let mut retries = call("busy");
    retries["Retry"] = json!([{"ErrorEquals": ["Busy"], "IntervalSeconds": 86_400}]);
    let nests = json!({
        "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {
            "StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:inner", "Name": "n",
        },
    });
    let runs = json!({"Type": "Map", "Label": "each", "ItemsPath": "$.items", "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "Inner", "States": {"Inner": {"Type": "Wait", "Seconds": 86_400, "End": true}},
    }});
    let each = json!({"Type": "Map", "ItemsPath": "$.items", "ItemProcessor":
        branch("Item", json!({"Type": "Wait", "Seconds": 86_400}))});
    json!({"StartAt": "P", "States": {"P": {"Type": "Parallel", "End": true, "Branches": [
        branch("Timer", json!({"Type": "Wait", "Seconds": 86_400})),
        branch("Ask", asks),
        branch("Pack", json!({"Type": "Task", "Resource": ACTIVITY})),
        branch("Again", retries),
        branch("Nest", nests),
        branch("Run", runs),
        branch("Each", each),
    ]}}})
}

fn engine(store: &MemoryStore, done: &Done) -> Engine {
    let inner = branch("W", json!({"Type": "Wait", "Seconds": 86_400}));
    let machines = [("m", waits_for_all()), ("inner", inner)];
    let builder = builder(&machines, store, done).activity(ACTIVITY);
    let builder = builder.function("busy", |_: Json| async {
        Err::<Json, _>(TaskFailure::new("Busy", ""))
    });
    builder.build().unwrap()
}

/// Returns the waits as soon as the execution has all of them.
async fn all_waits<T>(run: &ExecutionHandle<T>) -> Vec<Wait> {
    loop {
        let waits = run.waits().await;
        let is_settled = |wait: &Wait| !matches!(wait.kind, WaitKind::Task { .. });
        if waits.len() == 8 && waits.iter().all(is_settled) {
            return waits;
        }
        tokio::task::yield_now().await;
    }
}

#[test]
fn waits_are_the_same_after_a_restart_and_can_be_completed() {
    let (store, done) = (MemoryStore::new(), Done::default());
    let (first_store, first_done) = (store.clone(), done.clone());
    let before = process(async move {
        let engine = engine(&first_store, &first_done);
        let options = StartOptions::new().name("e");
        let run = engine.start_machine("m", json!({"items": [1, 2]}), options);
        all_waits(&run.await.unwrap()).await
    });
    process(async move {
        let engine = engine(&store, &done);
        let id = "arn:aws:states:us-east-1:123456789012:execution:m:e";
        let run = engine.blocking_execution(id).unwrap().unwrap();
        let after = all_waits(&run).await;
        assert_eq!(after, before);
        let token = after.iter().find_map(|wait| match &wait.kind {
            WaitKind::Token { token, .. } => Some(token.as_str()),
            _ => None,
        });
        engine.send_task_success(token.unwrap(), &1).await.unwrap();
        let scope = ["P/Pack".to_owned()];
        let task = run.take_activity_task("Pack", &scope, Some("console"));
        let task = task.await.unwrap();
        assert_eq!(run.waits().await.len(), 7);
        engine
            .send_task_failure(&task.token, Some("Broken"), None)
            .await
            .unwrap();
        assert_eq!(run.report().await.status, Status::Failed);
        assert!(run.waits().await.is_empty());
        let closed = engine.blocking_execution(id).unwrap().unwrap();
        assert!(closed.waits().await.is_empty());
    });
}

#[test]
fn a_task_whose_handler_is_missing_after_a_restart_waits_for_it() {
    let (store, done) = (MemoryStore::new(), Done::default());
    let machine = json!({"StartAt": "Pause", "States": {
        "Pause": {"Type": "Wait", "Seconds": 1, "Next": "Call"},
        "Call": {
            "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": "old"}, "End": true,
        },
    }});
    let (first, first_store, first_done) = (machine.clone(), store.clone(), done.clone());
    process(async move {
        let builder = builder(&[("m", first)], &first_store, &first_done);
        let engine = builder
            .function("old", |_: Json| async { Ok::<_, TaskFailure>(json!(1)) })
            .build()
            .unwrap();
        let run = engine.start_machine("m", 1, StartOptions::new().name("e"));
        run.await.unwrap();
    });
    process(async move {
        let engine = builder(&[("m", machine)], &store, &done).build().unwrap();
        let id = "arn:aws:states:us-east-1:123456789012:execution:m:e";
        let run = engine.blocking_execution(id).unwrap().unwrap();
        let expected = WaitKind::Handler {
            resource: "arn:aws:states:::lambda:invoke".to_owned(),
            target: Some("old".to_owned()),
        };
        loop {
            let waits = run.waits().await;
            if waits.len() == 1 && waits[0].state == "Call" {
                assert_eq!(waits[0].kind, expected);
                break;
            }
            tokio::task::yield_now().await;
        }
    });
}
