use serde_json::{Value as Json, json};
use stepwright_runtime::{Engine, MachineType, StartOptions};

use crate::support::{output, seconds};

fn parent(resource: &str, input: Json) -> Json {
    json!({"StartAt": "S", "States": {"S": {
        "Type": "Task", "Resource": resource, "End": true,
        "Parameters": {
            "StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:child",
            "Input": input
        }
    }}})
}

fn engine(parent: &Json, child: &Json, child_type: MachineType) -> Engine {
    Engine::builder()
        .definition_json("parent", &parent.to_string(), MachineType::Standard)
        .definition_json("child", &child.to_string(), child_type)
        .virtual_time()
        .build()
        .unwrap()
}

fn waiting(end: Json) -> Json {
    json!({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 30, "Next": "E"}, "E": end}})
}

#[tokio::test]
async fn a_parent_waits_for_its_child_and_gets_the_envelope() {
    let child = waiting(json!({"Type": "Succeed"}));
    for (resource, input, printed) in [
        (
            "arn:aws:states:::states:startExecution.sync:2",
            json!({"a": 1}),
            json!({"a": 1}),
        ),
        (
            "arn:aws:states:::states:startExecution.sync",
            json!({"a": 1}),
            json!("{\"a\":1}"),
        ),
    ] {
        let engine = engine(&parent(resource, input), &child, MachineType::Standard);
        let run = engine
            .start_machine("parent", json!({}), StartOptions::new())
            .await
            .unwrap();
        let report = run.report().await;
        let output = output(&report);
        assert_eq!(output["Status"], "SUCCEEDED");
        assert_eq!(output["Output"], printed);
        assert_eq!(output["Input"], printed);
        assert_eq!(seconds(&report), 30.0);
    }
}

#[tokio::test]
async fn a_failed_child_fails_its_parents_task() {
    let child = waiting(json!({"Type": "Fail", "Error": "E", "Cause": "why"}));
    let parent = parent("arn:aws:states:::states:startExecution.sync:2", json!({}));
    let engine = engine(&parent, &child, MachineType::Standard);
    let run = engine
        .start_machine("parent", json!({}), StartOptions::new())
        .await
        .unwrap();
    let failed = run.await.unwrap_err();
    assert_eq!(failed.error.as_deref(), Some("States.TaskFailed"));
    let cause: Json = serde_json::from_str(&failed.cause.unwrap()).unwrap();
    assert_eq!(
        (&cause["Error"], &cause["Cause"]),
        (&json!("E"), &json!("why"))
    );
    assert_eq!(cause["Status"], "FAILED");
}

#[tokio::test]
async fn an_express_child_answers_through_the_sdk() {
    let child = json!({"StartAt": "E", "States": {"E": {"Type": "Fail", "Error": "E"}}});
    let parent = parent(
        "arn:aws:states:::aws-sdk:sfn:startSyncExecution",
        json!("{\"a\": 1}"),
    );
    let engine = engine(&parent, &child, MachineType::Express);
    let run = engine
        .start_machine("parent", json!({}), StartOptions::new())
        .await
        .unwrap();
    let output = output(&run.report().await);
    assert_eq!(
        (&output["Status"], &output["Error"]),
        (&json!("FAILED"), &json!("E"))
    );
    assert_eq!(output["Input"], "{\"a\":1}");
}

#[tokio::test]
async fn a_child_that_is_not_awaited_goes_on_alone() {
    let child = waiting(json!({"Type": "Succeed"}));
    let parent = parent("arn:aws:states:::states:startExecution", json!({}));
    let engine = engine(&parent, &child, MachineType::Standard);
    let run = engine
        .start_machine("parent", json!({}), StartOptions::new())
        .await
        .unwrap();
    let report = run.report().await;
    assert_eq!(seconds(&report), 0.0);
    let child = output(&report)["ExecutionArn"].as_str().unwrap().to_owned();
    let report = engine.execution(&child).unwrap().report().await;
    assert_eq!(seconds(&report), 30.0);
}

#[tokio::test]
async fn executions_that_start_themselves_end() {
    let own = parent("arn:aws:states:::states:startExecution.sync:2", json!({}));
    let engine = engine(
        &json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}),
        &own,
        MachineType::Standard,
    );
    let run = engine
        .start_machine("child", json!({}), StartOptions::new())
        .await
        .unwrap();
    let failed = run.await.unwrap_err();
    assert_eq!(failed.error.as_deref(), Some("States.TaskFailed"));
}
