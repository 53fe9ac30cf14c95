use std::future::IntoFuture as _;
use std::sync::Arc;
use std::time::Instant;

use serde_json::{Value as Json, json};
use stepwright_engine::task::TaskFailure;
use stepwright_engine::{ExecutionFilter, MachineType, StartError, StartOptions, Status};
use stepwright_testing::Mocks;

use crate::run::support::{builder, machine, output, run, task};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_executions_run_concurrently() {
    let definition = json!({"StartAt": "A", "States": {
        "A": task(json!({"Next": "W"})),
        "W": {"Type": "Wait", "Seconds": 3600, "End": true}
    }});
    let engine = builder(&definition)
        .function("f", |n: u32| async move {
            tokio::task::yield_now().await;
            Ok::<u32, TaskFailure>(n + 1)
        })
        .build()
        .unwrap();
    let begun = Instant::now();
    let mut runs = Vec::new();
    for n in 0..10_000u32 {
        let run = engine
            .start_machine("m", json!(n), StartOptions::new())
            .await;
        runs.push(run.unwrap());
    }
    for (n, run) in runs.into_iter().enumerate() {
        assert_eq!(run.await.unwrap().as_i64(), Some(n as i64 + 1));
    }
    assert!(begun.elapsed().as_secs() < 60);
}

#[tokio::test]
async fn starting_a_running_execution_again_is_idempotent() {
    let engine = builder(&machine(json!({"Type": "Wait", "Seconds": 60})))
        .build()
        .unwrap();
    let start = |input: Json| engine.start_machine("m", input, StartOptions::new().name("order-1"));
    let held = engine.clock().hold();
    let first = start(json!({"a": 1})).await.unwrap();
    let again = start(json!({"a": 1})).await.unwrap();
    assert_eq!(first.id(), again.id());
    assert_eq!(
        first.id(),
        "arn:aws:states:us-east-1:123456789012:execution:m:order-1"
    );
    assert!(matches!(
        start(json!({})).await,
        Err(StartError::ExecutionAlreadyExists(_))
    ));
    drop(held);
    first.await.unwrap();
    assert!(matches!(
        start(json!({"a": 1})).await,
        Err(StartError::ExecutionAlreadyExists(_))
    ));
    let bad = engine
        .start_machine("m", json!({}), StartOptions::new().name("a b"))
        .await;
    assert!(matches!(bad, Err(StartError::InvalidName(_))));
    let unknown = engine
        .start_machine("n", json!({}), StartOptions::new())
        .await;
    assert!(matches!(
        unknown,
        Err(StartError::StateMachineDoesNotExist(_))
    ));
}

#[tokio::test]
async fn a_stopped_execution_reports_the_given_error_and_cause() {
    let engine = builder(&machine(json!({"Type": "Wait", "Seconds": 60})))
        .build()
        .unwrap();
    let _held = engine.clock().hold();
    let run = engine
        .start_machine("m", json!({}), StartOptions::new())
        .await
        .unwrap();
    let report = run.stop(Some("Cancelled"), Some("by the customer")).await;
    assert_eq!(report.status, Status::Aborted);
    assert_eq!(report.error.as_deref(), Some("Cancelled"));
    let rows = engine
        .blocking_executions(&ExecutionFilter::new())
        .unwrap()
        .executions;
    assert_eq!((rows.len(), rows[0].status), (1, Status::Aborted));
    let again = engine
        .blocking_execution(run.id())
        .unwrap()
        .unwrap()
        .report()
        .await;
    assert_eq!(again.cause.as_deref(), Some("by the customer"));
}

#[tokio::test]
async fn executions_on_virtual_time_are_deterministic() {
    let definition = json!({"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": {
        "Type": "Pass", "End": true,
        "Output": {"u": "{% $uuid() %}", "r": "{% $random() %}", "n": "{% $now() %}", "x": "{% $states.context.Execution.Name %}"}
    }}});
    let first = run(&definition, &Mocks::new(), json!({})).await;
    let second = run(&definition, &Mocks::new(), json!({})).await;
    assert_eq!(output(&first), output(&second));
    assert_eq!(first.history.to_json(), second.history.to_json());
}

#[tokio::test]
async fn states_never_change_the_execution_input() {
    let definition = json!({"StartAt": "A", "States": {
        "A": {"Type": "Pass", "Result": 1, "ResultPath": "$.a", "Next": "B"},
        "B": {"Type": "Pass", "Parameters": {"before.$": "$$.Execution.Input", "now.$": "$"}, "End": true}
    }});
    let report = run(&definition, &Mocks::new(), json!({"x": [1]})).await;
    assert_eq!(
        output(&report),
        json!({"before": {"x": [1]}, "now": {"x": [1], "a": 1}})
    );
    assert!(Arc::strong_count(&report) >= 1);
}

#[test]
fn an_execution_ends_when_its_runtime_is_dropped() {
    let engine = builder(&machine(json!({"Type": "Wait", "Seconds": 60})))
        .build()
        .unwrap();
    let held = engine.clock().hold();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let run = runtime
        .block_on(engine.start_machine("m", json!({}), StartOptions::new()))
        .unwrap();
    drop(runtime);
    drop(held);
    assert_eq!(run.status(), Status::Aborted);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let failed = runtime.block_on(run.into_future()).unwrap_err();
    assert_eq!(failed.error.as_deref(), Some("Stepwright.ShutDown"));
}

#[tokio::test]
async fn a_new_definition_does_not_affect_running_executions() {
    let version = |answer: u32| {
        json!({"StartAt": "W", "States": {
            "W": {"Type": "Wait", "Seconds": 10, "Next": "A"},
            "A": {"Type": "Pass", "Result": answer, "End": true}
        }})
    };
    let engine = builder(&version(1)).build().unwrap();
    let first_hash = engine.machine("m").unwrap().hash;
    let held = engine.clock().hold();
    let start = || engine.start_machine("m", json!({}), StartOptions::new());
    let old = start().await.unwrap();
    tokio::task::yield_now().await;
    let put = |text: &str, machine_type| engine.register_json("m", text, machine_type);
    put(&version(2).to_string(), MachineType::Standard).unwrap();
    let new = start().await.unwrap();
    drop(held);
    assert_eq!(output(&old.report().await), json!(1));
    assert_eq!(output(&new.report().await), json!(2));
    assert_ne!(engine.machine("m").unwrap().hash, first_hash);

    // An invalid definition changes nothing.
    let broken = put(r#"{"StartAt": "A"}"#, MachineType::Standard).unwrap_err();
    assert!(broken.to_string().contains("`m`"), "{broken}");
    let other = put(&version(3).to_string(), MachineType::Express).unwrap_err();
    assert!(other.to_string().contains("type"), "{other}");
    let same = start().await.unwrap();
    assert_eq!(output(&same.report().await), json!(2));
    put(&version(1).to_string(), MachineType::Standard).unwrap();
    assert_eq!(engine.machine("m").unwrap().hash, first_hash);
}

#[tokio::test]
async fn pages_of_any_size_join_to_the_whole_list() {
    let mut definition = machine(json!({"Type": "Choice", "Default": "F", "Choices": [
        {"Variable": "$", "NumericGreaterThan": 3, "Next": "P"}
    ]}));
    definition["States"]["F"] = json!({"Type": "Fail", "Error": "TooSmall"});
    definition["States"]["P"] = json!({"Type": "Pass", "End": true});
    definition["States"]["S"]
        .as_object_mut()
        .unwrap()
        .remove("End");
    let engine = builder(&definition).build().unwrap();
    for number in 0..8 {
        // All start at the same moment of virtual time.
        let start = engine.start_machine("m", json!(number), StartOptions::new());
        start.await.unwrap().report().await;
    }
    for status in [None, Some(Status::Failed), Some(Status::Running)] {
        let filter = status.map_or(ExecutionFilter::new(), |status| {
            ExecutionFilter::new().status(status)
        });
        let whole = engine.blocking_executions(&filter).unwrap().executions;
        for limit in 1..10 {
            let mut joined = Vec::new();
            let mut page = engine
                .blocking_executions(&filter.clone().limit(limit))
                .unwrap();
            loop {
                joined.append(&mut page.executions);
                let Some(next) = page.next else {
                    break;
                };
                page = engine
                    .blocking_executions(&filter.clone().limit(limit).after(next))
                    .unwrap();
                assert!(!page.executions.is_empty(), "the last page is not empty");
            }
            assert_eq!(joined, whole);
        }
    }
    let other = ExecutionFilter::new().machine("other");
    assert!(
        engine
            .blocking_executions(&other)
            .unwrap()
            .executions
            .is_empty()
    );
}

#[tokio::test]
async fn retention_by_bytes_limits_the_stored_executions() {
    let definition = machine(json!({"Type": "Pass"}));
    let engine = builder(&definition)
        .retention_bytes(1_000_000)
        .build()
        .unwrap();
    let mut ids = Vec::new();
    for number in 0..20 {
        let input = json!([number, "x".repeat(200_000)]);
        let start = engine.start_machine("m", input, StartOptions::new());
        let run = start.await.unwrap();
        run.report().await;
        ids.push(run.id().to_owned());
    }
    let kept: Vec<_> = ids
        .iter()
        .map(|id| engine.blocking_execution(id).unwrap().is_some())
        .collect();
    let first = kept.iter().position(|kept| *kept).unwrap();
    // A text that all events share counts once.
    assert_eq!(kept[first..], [true; 4]);
    // An execution that is larger than the retention limit is retained until the next one ends.
    let engine = builder(&definition).retention_bytes(10).build().unwrap();
    let start = engine.start_machine("m", json!({}), StartOptions::new());
    let run = start.await.unwrap();
    assert!(run.report().await.output.is_some());
    assert!(engine.blocking_execution(run.id()).unwrap().is_some());
    let start = engine.start_machine("m", json!({}), StartOptions::new());
    let next = start.await.unwrap();
    assert!(next.report().await.output.is_some());
    assert!(engine.blocking_execution(run.id()).unwrap().is_none());
    assert!(engine.blocking_execution(next.id()).unwrap().is_some());
}
