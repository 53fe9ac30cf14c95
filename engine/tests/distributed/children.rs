use std::time::Duration;

use serde_json::json;
use stepwright_engine::objects::Memory;
use stepwright_engine::{Engine, ExecutionFilter, Status};
use stepwright_testing::{Mock, Mocks};

use crate::distributed::support::{
    builder, echo, engine, map_run, only_even, output, run_in, seconds, task,
};

#[tokio::test]
async fn children_are_separate_executions_listed_with_their_run() {
    let definition = only_even(json!({"Label": "even", "ToleratedFailureCount": 1}));
    let engine = engine(&definition, &Memory::new(), &Mocks::new());
    let report = run_in(&engine, json!([1, 2])).await;
    assert_eq!(output(&report), json!([2]));
    let run = map_run(&engine, &report);
    let prefix = "arn:aws:states:us-east-1:123456789012";
    assert!(run.arn.starts_with(&format!("{prefix}:mapRun:m/even:")));
    assert_eq!(run.execution, report.execution().id());
    let children = engine.blocking_map_run_executions(&run.arn).unwrap();
    assert_eq!(children.len(), 2);
    // They are only listed with their run.
    assert_eq!(
        engine
            .blocking_executions(&ExecutionFilter::new())
            .unwrap()
            .executions
            .len(),
        1
    );
    for (child, (input, status, path)) in children.iter().zip([
        (1, Status::Failed, vec!["I", "Even", "Odd"]),
        (2, Status::Succeeded, vec!["I", "Even", "Done"]),
    ]) {
        assert!(child.id.starts_with(&format!("{prefix}:execution:m/even:")));
        assert!(child.id.ends_with(&child.name));
        assert_eq!(child.machine, "m/even");
        let child = engine.blocking_execution(&child.id).unwrap().unwrap();
        assert_eq!(child.status(), status);
        assert_eq!(
            child.execution().machine_id(),
            format!("{prefix}:stateMachine:m/even")
        );
        assert_eq!(child.execution().input().to_json(), json!(input));
        assert_eq!(child.history().await.path(), path);
    }
}

#[tokio::test]
async fn a_map_run_is_described_as_in_the_api() {
    let definition = only_even(json!({
        "ItemsPath": "$.items", "MaxConcurrency": 5,
        "ToleratedFailureCount": 3, "ToleratedFailurePercentagePath": "$.share"
    }));
    let engine = engine(&definition, &Memory::new(), &Mocks::new());
    let report = run_in(&engine, json!({"items": [1, 2, 4], "share": 50.5})).await;
    let run = map_run(&engine, &report);
    let counts = json!({
        "pending": 0, "running": 0, "succeeded": 2, "failed": 1, "timedOut": 0, "aborted": 0, "total": 3,
        "resultsWritten": 0, "failuresNotRedrivable": 0, "pendingRedrive": 0
    });
    assert_eq!(
        run.to_json(),
        json!({
            "mapRunArn": run.arn, "executionArn": report.execution().id(), "status": "SUCCEEDED",
            "startDate": "2026-01-01T00:00:00.000Z", "stopDate": "2026-01-01T00:00:00.000Z",
            "maxConcurrency": 5, "toleratedFailureCount": 3, "toleratedFailurePercentage": 50.5,
            "itemCounts": counts, "executionCounts": counts, "redriveCount": 0
        })
    );
    assert_eq!(engine.blocking_map_run(&run.arn).unwrap(), Some(run));
    assert_eq!(engine.blocking_map_run("arn").unwrap(), None);
}

#[tokio::test]
async fn max_concurrency_limits_running_children() {
    for (declared, expected) in [(json!(2), 5.0), (json!(1), 10.0), (json!(0), 1.0)] {
        let mocks = Mocks::new().state(
            "I",
            Mock::output(json!({"Payload": 1})).after(Duration::from_secs(1)),
        );
        let engine = engine(
            &task(json!({"MaxConcurrency": declared})),
            &Memory::new(),
            &mocks,
        );
        let report = run_in(&engine, json!((0..10).collect::<Vec<_>>())).await;
        assert_eq!(seconds(&report), expected);
    }
}

#[tokio::test]
async fn a_thousand_children_run_concurrently() {
    let mocks = Mocks::new().state(
        "I",
        Mock::output(json!({"Payload": 1})).after(Duration::from_secs(1)),
    );
    let engine = engine(&task(json!({})), &Memory::new(), &mocks);
    let report = run_in(&engine, json!((0..1_000).collect::<Vec<_>>())).await;
    assert_eq!(seconds(&report), 1.0);
    assert_eq!(output(&report).as_array().unwrap().len(), 1_000);
}

#[tokio::test]
async fn express_children_time_out_after_five_minutes_unlike_standard_ones() {
    let waits = |kind| {
        let mut definition = echo(json!({"ToleratedFailureCount": 1}));
        let processor = &mut definition["States"]["M"]["ItemProcessor"];
        processor["ProcessorConfig"]["ExecutionType"] = json!(kind);
        processor["States"]["I"] = json!({"Type": "Wait", "SecondsPath": "$", "End": true});
        definition
    };
    let engine = |kind| engine(&waits(kind), &Memory::new(), &Mocks::new());
    let express = engine("EXPRESS");
    let report = run_in(&express, json!([10, 600])).await;
    assert_eq!(output(&report), json!([10]));
    assert_eq!(seconds(&report), 300.0);
    let run = map_run(&express, &report);
    assert_eq!((run.items.timed_out, run.items.failed), (1, 0));
    let child = &express.blocking_map_run_executions(&run.arn).unwrap()[1];
    assert_eq!(child.status, Status::TimedOut);
    let of_run = child
        .id
        .split_once(":express:m/")
        .map(|(_, rest)| rest.find(':'));
    assert_eq!(of_run, Some(Some(36)), "the label is a UUID: {}", child.id);
    let report = run_in(&engine("STANDARD"), json!([10, 600])).await;
    assert_eq!(output(&report), json!([10, 600]));
}

#[tokio::test]
async fn results_are_in_the_order_of_the_items() {
    let mut definition = echo(json!({}));
    definition["States"]["M"]["ItemProcessor"]["States"]["I"] =
        json!({"Type": "Wait", "SecondsPath": "$", "End": true});
    let engine = engine(&definition, &Memory::new(), &Mocks::new());
    let report = run_in(&engine, json!([3, 1, 2])).await;
    assert_eq!(output(&report), json!([3, 1, 2]));
}

#[tokio::test]
async fn task_tokens_of_children_are_completed_through_the_engine() {
    let mut definition = echo(json!({}));
    definition["States"]["M"]["ItemProcessor"]["States"]["I"] = json!({
        "Type": "Task", "End": true, "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"MessageBody": {"token.$": "$$.Task.Token"}}
    });
    let mocks = Mocks::new().state("I", Mock::token());
    let engine = engine(&definition, &Memory::new(), &mocks);
    let _held = engine.clock().hold();
    let answers = async {
        let mut answered = 0;
        while answered < 2 {
            for call in mocks.calls().iter().skip(answered) {
                let token = call.parameters.to_json()["MessageBody"]["token"].clone();
                let token = token.as_str().unwrap().to_owned();
                if engine.send_task_success(&token, &answered).await.is_ok() {
                    answered += 1;
                }
            }
            tokio::task::yield_now().await;
        }
    };
    let (report, ()) = tokio::join!(run_in(&engine, json!(["a", "b"])), answers);
    assert_eq!(output(&report), json!([0, 1]));
}

#[tokio::test]
async fn retention_limits_the_listed_children() {
    let definition = echo(json!({}));
    let engine: Engine = builder(&definition).retention(3).build().unwrap();
    let report = run_in(&engine, json!([0, 1, 2, 3, 4])).await;
    let run = map_run(&engine, &report);
    assert_eq!(
        engine.blocking_map_run_executions(&run.arn).unwrap().len(),
        3
    );
    // The runs are deleted with their execution.
    for _ in 0..3 {
        run_in(&engine, json!([1])).await;
    }
    assert_eq!(engine.blocking_map_run(&run.arn).unwrap(), None);
    assert!(
        engine
            .blocking_map_runs(report.execution().id())
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn map_runs_on_virtual_time_are_deterministic() {
    let names = async || {
        let engine = engine(&echo(json!({})), &Memory::new(), &Mocks::new());
        let report = run_in(&engine, json!([1, 2])).await;
        let run = map_run(&engine, &report);
        let children = engine.blocking_map_run_executions(&run.arn).unwrap();
        (run, children)
    };
    assert_eq!(names().await, names().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn children_run_on_other_threads_on_real_time() {
    let definition = echo(json!({"ItemBatcher": {"MaxItemsPerBatch": 3}}));
    let engine = Engine::builder()
        .register_json(
            "m",
            &definition.to_string(),
            stepwright_engine::MachineType::Standard,
        )
        .build()
        .unwrap();
    let report = run_in(&engine, json!((0..100).collect::<Vec<_>>())).await;
    assert_eq!(output(&report)[33], json!({"Items": [99]}));
}
