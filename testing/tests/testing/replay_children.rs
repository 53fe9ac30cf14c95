//! Replay of Distributed Maps and of redriven executions.

use serde_json::{Value as Json, json};
use stepwright_runtime::objects::Memory;
use stepwright_runtime::task::Answer;
use stepwright_runtime::testing::{Mock, Mocks, RecordedHistory, Replay, ReplayError, replay};
use stepwright_runtime::{Engine, MachineType, StartOptions};

use crate::testing::support::{machine, orders};

/// A Distributed Map in a branch, whose children call a function.
fn distributed(more: Json) -> Json {
    let mut each = json!({
        "Type": "Map", "End": true,
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "Call", "States": {
                "Call": {
                    "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:1:function:f",
                    "Retry": [{"ErrorEquals": ["Busy"]}], "Next": "Wrap",
                },
                "Wrap": {"Type": "Pass", "Parameters": {"got.$": "$"}, "End": true},
            },
        },
    });
    for (key, value) in more.as_object().unwrap() {
        each[key] = value.clone();
    }
    json!({"StartAt": "Both", "States": {"Both": {
        "Type": "Parallel", "End": true, "Branches": [
            {"StartAt": "Each", "States": {"Each": each}},
            {"StartAt": "Rest", "States": {"Rest": {"Type": "Wait", "Seconds": 3, "End": true}}},
        ],
    }}})
}

/// Returns a function that is busy once and takes the time in its item.
fn function() -> Mocks {
    let mock = Mock::with(|call| {
        let item = call.parameters().as_i64().unwrap_or(1);
        match call.attempt() {
            0 if item % 2 == 0 => Answer::failure("Busy", "later"),
            _ => {
                Answer::output(item * 10).after(std::time::Duration::from_secs(item.unsigned_abs()))
            }
        }
    });
    Mocks::new().function("f", mock)
}

/// Records an execution, and the children of its Map Runs.
async fn record(definition: &Json, objects: Memory, input: Json) -> (RecordedHistory, Vec<Json>) {
    let engine = Engine::builder()
        .register_definition("m", &machine(definition), MachineType::Standard)
        .tasks(function())
        .objects(objects)
        .virtual_time()
        .build()
        .unwrap();
    let run = engine
        .start_machine("m", input, StartOptions::new())
        .await
        .unwrap();
    let recorded = RecordedHistory::from_json(&run.report().await.history.to_json()).unwrap();
    let mut children = Vec::new();
    for map_run in engine.blocking_map_runs(run.id()).unwrap() {
        for child in engine.blocking_map_run_executions(&map_run.arn).unwrap() {
            let child = engine.blocking_execution(&child.id).unwrap().unwrap();
            children.push(child.history().await.to_json());
        }
    }
    (recorded, children)
}

fn with<'a>(mut replay: Replay<'a>, children: &[Json]) -> Replay<'a> {
    for child in children {
        replay = replay.child(RecordedHistory::from_json(child).unwrap());
    }
    replay
}

#[tokio::test]
async fn a_distributed_map_replays_with_the_histories_of_its_children() {
    let definition = distributed(json!({}));
    let (recorded, mut children) = record(&definition, Memory::new(), json!([3, 1, 2, 2])).await;
    assert_eq!(children.len(), 4);
    let machine_now = machine(&definition);
    // In any order.
    children.reverse();
    with(Replay::new(&machine_now, &recorded), &children)
        .run()
        .await
        .unwrap();

    let mut changed = definition.clone();
    let inside = "/States/Both/Branches/0/States/Each/ItemProcessor/States/Wrap/Parameters";
    *changed.pointer_mut(inside).unwrap() = json!({"received.$": "$"});
    let changed = machine(&changed);
    let error = with(Replay::new(&changed, &recorded), &children)
        .run()
        .await;
    let error = error.unwrap_err().to_string();
    assert!(error.contains("Each"), "{error}");
}

#[tokio::test]
async fn a_difference_in_a_child_is_reported_with_its_number() {
    let mut definition = distributed(json!({"ResultPath": null}));
    let (recorded, children) = record(&definition, Memory::new(), json!([3, 1])).await;
    let inside = "/States/Both/Branches/0/States/Each/ItemProcessor/States/Wrap/Parameters";
    *definition.pointer_mut(inside).unwrap() = json!({"received.$": "$"});
    let changed = machine(&definition);
    let error = with(Replay::new(&changed, &recorded), &children)
        .run()
        .await;
    let error = error.unwrap_err().to_string();
    assert!(error.starts_with("child 1: event "), "{error}");
    assert!(error.contains("PassStateExited of `Wrap`"), "{error}");
}

#[tokio::test]
async fn missing_child_histories_are_an_error_with_advice() {
    let definition = distributed(json!({}));
    let (recorded, children) = record(&definition, Memory::new(), json!([3, 1])).await;
    let machine = machine(&definition);
    let error = replay(&machine, &recorded).await.unwrap_err();
    assert!(matches!(error, ReplayError::Unusable(_)));
    let text = error.to_string();
    assert!(
        text.starts_with(
            "what the task of `Call` answered in a Distributed Map is not in this history"
        ),
        "{text}"
    );
    assert!(text.contains("--child FILE"), "{text}");
    assert!(
        text.contains("--map-run-arn arn:aws:states:us-east-1:123456789012:mapRun:m/"),
        "{text}"
    );
    let error = with(Replay::new(&machine, &recorded), &children[..1])
        .run()
        .await;
    let text = error.unwrap_err().to_string();
    assert!(
        text.contains("no history was given of the item with the input "),
        "{text}"
    );
}

#[tokio::test]
async fn replay_of_an_item_reader_needs_its_objects() {
    let definition = distributed(json!({
        "ItemReader": {
            "Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSON"},
            "Parameters": {"Bucket": "b", "Key": "k"},
        },
        "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "b", "Prefix": "out"}},
    }));
    let store = Memory::new().with("b", "k", "[3, 1, 2]");
    let (recorded, children) = record(&definition, store.clone(), json!({})).await;
    let machine = machine(&definition);
    let error = with(Replay::new(&machine, &recorded), &children)
        .run()
        .await;
    let text = error.unwrap_err().to_string();
    assert!(
        text.starts_with("the Map `Each` reads its items from objects"),
        "{text}"
    );
    let written = store.keys("b").len();
    let again = with(Replay::new(&machine, &recorded), &children);
    again.objects(store.clone()).run().await.unwrap();
    assert_eq!(store.keys("b").len(), written, "a replay writes nothing");
}

#[tokio::test]
async fn a_redriven_execution_replays_its_redrives() {
    let definition = orders();
    for (failures, redrives) in [(1, 1), (2, 2)] {
        let charge = Mock::failure("Broken", "out of paper")
            .times(failures)
            .then(Mock::output(json!({"total": 500})));
        let engine = Engine::builder()
            .register_definition("m", &machine(&definition), MachineType::Standard)
            .tasks(Mocks::new().function("charge", charge))
            .virtual_time()
            .build()
            .unwrap();
        let run = engine
            .start_machine("m", json!({}), StartOptions::new())
            .await
            .unwrap();
        let mut report = run.report().await;
        for _ in 0..redrives {
            drop(
                engine
                    .clock()
                    .sleep(std::time::Duration::from_secs(3_600))
                    .await,
            );
            report = engine.redrive(run.id()).await.unwrap().report().await;
        }
        let recorded = RecordedHistory::from_json(&report.history.to_json()).unwrap();
        replay(&machine(&definition), &recorded).await.unwrap();

        let mut changed = definition.clone();
        changed["States"]["Thank"]["Result"] = json!("thanks");
        let error = replay(&machine(&changed), &recorded)
            .await
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("PassStateExited of `Thank`: /output: recorded"),
            "{error}"
        );
        // The changed definition catches the error of the first failure.
        let mut changed = definition.clone();
        changed["States"]["Charge"]["Catch"][1]["ErrorEquals"] = json!(["States.ALL"]);
        let error = replay(&machine(&changed), &recorded)
            .await
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("ExecutionFailed: was recorded, now it is"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_redrive_after_a_stop_is_refused_with_the_reason() {
    let definition = json!({"StartAt": "Rest", "States": {"Rest": {"Type": "Wait", "Seconds": 60, "End": true}}});
    let engine = Engine::builder()
        .register_definition("m", &machine(&definition), MachineType::Standard)
        .virtual_time()
        .build()
        .unwrap();
    let held = engine.clock().hold();
    let run = engine
        .start_machine("m", json!({}), StartOptions::new())
        .await
        .unwrap();
    run.stop(None, None).await;
    drop(held);
    let report = engine.redrive(run.id()).await.unwrap().report().await;
    let recorded = RecordedHistory::from_json(&report.history.to_json()).unwrap();
    let error = replay(&machine(&definition), &recorded).await.unwrap_err();
    assert!(matches!(error, ReplayError::Unusable(_)));
    let text = error.to_string();
    assert!(
        text.contains("the execution was stopped and then redriven"),
        "{text}"
    );
}

/// Fails the first two executions of a task.
fn twice_broken() -> Mocks {
    let count = std::sync::atomic::AtomicU32::new(0);
    let mock = Mock::with(move |call| {
        let item = call.parameters().as_i64().unwrap_or(1);
        match count.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
            0 | 1 => Answer::failure("Broken", "out of paper"),
            _ => Answer::output(item * 10),
        }
    });
    Mocks::new().function("f", mock)
}

#[tokio::test]
async fn redrives_of_inline_and_distributed_maps_replay() {
    let inline = json!({"StartAt": "Each", "States": {"Each": {
        "Type": "Map", "End": true, "ItemProcessor": {"StartAt": "Both", "States": {"Both": {
            "Type": "Parallel", "End": true, "Branches": [
                {"StartAt": "Call", "States": {"Call": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:1:function:f", "End": true}}},
                {"StartAt": "Rest", "States": {"Rest": {"Type": "Wait", "Seconds": 2, "End": true}}},
            ],
        }}},
    }}});
    for definition in [inline, distributed(json!({"MaxConcurrency": 1}))] {
        let engine = Engine::builder()
            .register_definition("m", &machine(&definition), MachineType::Standard)
            .tasks(twice_broken())
            .virtual_time()
            .build()
            .unwrap();
        let input = json!([3, 1, 2]);
        let run = engine.start_machine("m", input, StartOptions::new());
        let run = run.await.unwrap();
        let mut report = run.report().await;
        let mut redrives = 0;
        while report.error.is_some() {
            report = engine.redrive(run.id()).await.unwrap().report().await;
            redrives += 1;
        }
        assert!(redrives > 0);
        let recorded = RecordedHistory::from_json(&report.history.to_json()).unwrap();
        let mut children = Vec::new();
        for map_run in engine.blocking_map_runs(run.id()).unwrap() {
            for child in engine.blocking_map_run_executions(&map_run.arn).unwrap() {
                let child = engine.blocking_execution(&child.id).unwrap().unwrap();
                children.push(child.history().await.to_json());
            }
        }
        let machine = machine(&definition);
        let again = with(Replay::new(&machine, &recorded), &children);
        again.run().await.unwrap();
    }
}
