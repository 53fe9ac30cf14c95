use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value as Json, json};
use stepwright_engine::objects::{Memory, ObjectStore};
use stepwright_engine::task::{Answer, TaskCall};
use stepwright_engine::{Engine, ExecutionReport, MachineType, RedriveError, StartOptions, Status};
use stepwright_testing::{Mock, Mocks};

use crate::distributed::support::{engine, kinds, machine_of, output, task};

/// Counts the calls of each state with each item.
type Calls = Arc<Mutex<BTreeMap<String, u32>>>;

/// Children that first charge and then send an item, so that both can be counted.
fn two_steps(more: Json) -> Json {
    let task = |next: Json| {
        let mut task = json!({
            "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": "f", "Payload.$": "$"}, "OutputPath": "$.Payload"
        });
        for (key, value) in next.as_object().unwrap() {
            task[key] = value.clone();
        }
        task
    };
    let states = json!({"I": task(json!({"Next": "Send"})), "Send": task(json!({"End": true}))});
    machine_of(states, more)
}

/// Fails the calls of `Send` whose item is in `fails`, once each.
fn counting(calls: &Calls, fails: &'static [i64]) -> Mocks {
    let answer = |calls: Calls| {
        move |call: &TaskCall<'_>| {
            let item = call
                .parameters()
                .get("Payload")
                .cloned()
                .unwrap_or_default();
            let key = format!("{} {}", call.state(), item.to_text());
            let mut calls = calls.lock().unwrap();
            let count = calls.entry(key).or_default();
            *count += 1;
            let fails = fails.iter().any(|one| item.as_i64() == Some(*one));
            if call.state() == "Send" && fails && *count == 1 {
                return Answer::failure("Unreachable", "once");
            }
            Answer::output(json!({ "Payload": item.to_json() }))
        }
    };
    Mocks::new()
        .state("I", Mock::with(answer(calls.clone())))
        .state("Send", Mock::with(answer(calls.clone())))
}

async fn twice(engine: &Engine, input: Json) -> [Arc<ExecutionReport>; 2] {
    let run = engine
        .start_machine("m", input, StartOptions::new())
        .await
        .unwrap();
    let first = run.report().await;
    let again = engine.redrive(run.id()).await.unwrap();
    [first, again.report().await]
}

fn kind_of_children(kind: &str) -> Json {
    json!({"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": kind}})
}

#[tokio::test]
async fn a_redrive_does_not_repeat_succeeded_items() {
    for (children, charges_again) in [("STANDARD", 1), ("EXPRESS", 2)] {
        for roundtrip_on_idle in [false, true] {
            let calls = Calls::default();
            let mut definition = two_steps(json!({}));
            let processor = &mut definition["States"]["M"]["ItemProcessor"];
            processor["ProcessorConfig"] = kind_of_children(children)["ProcessorConfig"].clone();
            let mut builder = Engine::builder()
                .register_json("m", &definition.to_string(), MachineType::Standard)
                .tasks(counting(&calls, &[1, 4, 6]))
                .virtual_time();
            if roundtrip_on_idle {
                builder = builder.roundtrip_on_idle();
            }
            let engine = builder.build().unwrap();
            let [first, second] = twice(&engine, json!([0, 1, 2, 3, 4, 5, 6, 7])).await;
            assert_eq!(
                first.error.as_deref(),
                Some("States.ExceedToleratedFailureThreshold")
            );
            assert_eq!(output(&second), json!([0, 1, 2, 3, 4, 5, 6, 7]));
            let calls = calls.lock().unwrap();
            for item in 0..8 {
                let failed = [1, 4, 6].contains(&item);
                let sent = if failed { 2 } else { 1 };
                // A Standard child continues where it failed; an Express child starts again.
                let charged = if failed { charges_again } else { 1 };
                assert_eq!(calls[&format!("I {item}")], charged, "{children} {item}");
                assert_eq!(calls[&format!("Send {item}")], sent, "{children} {item}");
            }
            assert_eq!(
                kinds(&second)[first.history.len()..],
                [
                    "ExecutionRedriven",
                    "MapRunRedriven",
                    "MapRunSucceeded",
                    "MapStateSucceeded",
                    "MapStateExited",
                    "ExecutionSucceeded"
                ]
            );
            let runs = engine.blocking_map_runs(second.execution().id()).unwrap();
            assert_eq!(runs.len(), 1, "it is the same run");
            let run = &runs[0];
            assert_eq!((run.status, run.redrive_count), (Status::Succeeded, 1));
            assert!(run.redriven.is_some());
            let counts = run.items;
            assert_eq!((counts.succeeded, counts.failed), (8, 0));
            assert_eq!((counts.pending_redrive, counts.total), (0, 8));
            assert_eq!(
                engine.blocking_map_run_executions(&run.arn).unwrap().len(),
                8
            );
        }
    }
}

#[tokio::test]
async fn a_child_execution_cannot_be_redriven_directly() {
    let mocks = Mocks::new().state("I", Mock::failure("E", "always"));
    let engine = engine(&task(json!({})), &Memory::new(), &mocks);
    let run = engine
        .start_machine("m", json!([1]), StartOptions::new())
        .await
        .unwrap();
    run.report().await;
    let child = engine
        .blocking_map_run_executions(&engine.blocking_map_runs(run.id()).unwrap()[0].arn)
        .unwrap();
    let refused = engine.redrive(&child[0].id).await.unwrap_err();
    assert!(matches!(refused, RedriveError::ExecutionNotRedrivable(_)));
}

#[tokio::test]
async fn a_redriven_stopped_run_resumes_running_and_pending_items() {
    let calls = Calls::default();
    let mut definition = two_steps(json!({"MaxConcurrency": 2}));
    definition["States"]["M"]["ItemProcessor"]["States"]["I"]["Next"] = json!("Rest");
    definition["States"]["M"]["ItemProcessor"]["States"]["Rest"] =
        json!({"Type": "Wait", "Seconds": 10, "Next": "Send"});
    let engine = engine(&definition, &Memory::new(), &counting(&calls, &[]));
    let run = engine
        .start_machine("m", json!([0, 1, 2, 3, 4]), StartOptions::new())
        .await
        .unwrap();
    // The first two are done, the next two wait, the last never started.
    let awake = engine
        .clock()
        .sleep(std::time::Duration::from_secs(15))
        .await;
    let first = run.stop(None, None).await;
    drop(awake);
    assert_eq!(first.status, Status::Aborted);
    let again = engine.redrive(run.id()).await.unwrap();
    assert_eq!(output(&*again.report().await), json!([0, 1, 2, 3, 4]));
    let calls = calls.lock().unwrap();
    assert!(calls.values().all(|count| *count == 1), "{calls:?}");
    let counts = engine.blocking_map_runs(run.id()).unwrap()[0].items;
    assert_eq!((counts.succeeded, counts.aborted, counts.total), (5, 0, 5));
}

#[tokio::test]
async fn batches_and_result_files_after_a_redrive_equal_a_run_without_failure() {
    let calls = Calls::default();
    let definition = two_steps(json!({
        "MaxConcurrency": 1,
        "ItemBatcher": {"MaxItemsPerBatch": 2},
        "ResultWriter": {
            "Resource": "arn:aws:states:::s3:putObject",
            "Parameters": {"Bucket": "b", "Prefix": "out"}
        }
    }));
    let mocks = {
        let calls = calls.clone();
        Mocks::new()
            .state("I", Mock::output(json!({"Payload": "charged"})))
            .state(
                "Send",
                Mock::with(move |call| {
                    let key = call.execution().id().to_string();
                    let mut calls = calls.lock().unwrap();
                    let first = calls.is_empty();
                    *calls.entry(key).or_default() += 1;
                    if first {
                        return Answer::failure("Unreachable", "once");
                    }
                    Answer::output(json!({"Payload": "sent"}))
                }),
            )
    };
    let store = Memory::new().bucket("b");
    let engine = engine(&definition, &store, &mocks);
    let [first, second] = twice(&engine, json!([1, 2, 3, 4, 5])).await;
    assert_eq!(first.status, Status::Failed);
    let details = output(&second)["ResultWriterDetails"].clone();
    let manifest = store.get("b", details["Key"].as_str().unwrap()).await;
    let manifest: Json =
        serde_json::from_slice(&manifest.unwrap().read(u64::MAX).await.unwrap()).unwrap();
    let files = &manifest["ResultFiles"];
    assert_eq!(
        (&files["FAILED"], &files["PENDING"]),
        (&json!([]), &json!([]))
    );
    let key = files["SUCCEEDED"][0]["Key"].as_str().unwrap();
    let rows: Json = serde_json::from_str(&store.text("b", key).unwrap()).unwrap();
    assert_eq!(rows.as_array().unwrap().len(), 3, "three batches");
    let calls = calls.lock().unwrap();
    assert_eq!(
        calls
            .values()
            .copied()
            .collect::<Vec<_>>()
            .iter()
            .sum::<u32>(),
        4
    );
}

#[tokio::test]
async fn a_redrive_does_not_skip_an_unreadable_item() {
    let calls = Calls::default();
    let mut definition = two_steps(json!({
        "ItemReader": {
            "Resource": "arn:aws:states:::s3:getObject",
            "ReaderConfig": {"InputType": "JSONL"},
            "Parameters": {"Bucket": "b", "Key": "rows"}
        }
    }));
    definition["States"]["M"]["MaxConcurrency"] = json!(1);
    let store = Memory::new().with("b", "rows", "1\n2\nno json\n4\n");
    let engine = engine(&definition, &store, &counting(&calls, &[]));
    let [first, second] = twice(&engine, json!({})).await;
    for report in [first, second] {
        assert_eq!(report.error.as_deref(), Some("States.ItemReaderFailed"));
        assert!(report.cause.as_ref().unwrap().contains("Line 3"));
    }
    let calls = calls.lock().unwrap();
    assert!(calls.keys().all(|key| !key.ends_with('4')), "{calls:?}");
    assert!(calls.values().all(|count| *count == 1), "{calls:?}");
}

#[tokio::test]
async fn a_redriven_run_without_children_reads_its_items_again() {
    let definition = task(json!({
        "ItemReader": {
            "Resource": "arn:aws:states:::s3:getObject",
            "ReaderConfig": {"InputType": "JSON"},
            "Parameters": {"Bucket": "b", "Key": "rows.json"}
        }
    }));
    let mocks = Mocks::new().state("I", Mock::output(json!({"Payload": 7})));
    let store = Memory::new().bucket("b");
    let engine = engine(&definition, &store, &mocks);
    let run = engine
        .start_machine("m", json!({}), StartOptions::new())
        .await
        .unwrap();
    let first = run.report().await;
    assert_eq!(first.error.as_deref(), Some("States.ItemReaderFailed"));
    store
        .put("b", "rows.json", b"[1, 2]".to_vec())
        .await
        .unwrap();
    let again = engine.redrive(run.id()).await.unwrap();
    assert_eq!(output(&*again.report().await), json!([7, 7]));
}
