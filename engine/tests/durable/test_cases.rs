//! Test cases that starts choose by name, and whose names are durable.

use std::sync::Arc;

use serde_json::{Value as Json, json};
use stepwright_engine::store::MemoryStore;
use stepwright_engine::{Engine, ExecutionReport, StartError, StartOptions, Status};
use stepwright_testing::MockConfig;

use crate::durable::support::{Done, builder, process};

const ID: &str = "arn:aws:states:us-east-1:123456789012:execution:m:e";
const ACTIVITY: &str = "arn:aws:states:us-east-1:123456789012:activity:pack";

fn mocks() -> MockConfig {
    let file = json!({
        "StateMachines": {"m": {"TestCases": {"Paid": {"Charge": "Paid", "Charge below": "Paid", "Charge inside": "Paid"}}}},
        "MockedResponses": {"Paid": {"0-9": {"Return": "mocked"}}},
    });
    MockConfig::parse(&file.to_string()).unwrap()
}

/// Returns a task that calls `note` unless it is mocked.
fn charge(next: Option<&str>) -> Json {
    let mut task = json!({
        "Type": "Task", "ResultPath": "$.charged",
        "Resource": "arn:aws:lambda:us-east-1:123456789012:function:note",
    });
    match next {
        Some(next) => task["Next"] = json!(next),
        None => task["End"] = json!(true),
    }
    task
}

/// Waits for a worker, charges in the machine, in a nested execution and in the children of a Map
/// Run, and waits for a worker again.
fn machines() -> Vec<(&'static str, Json)> {
    let pack = |next: &str| json!({"Type": "Task", "Resource": ACTIVITY, "ResultPath": null, "Next": next});
    let mut charge_inside = charge(None);
    charge_inside["OutputPath"] = json!("$.charged");
    let top = json!({"StartAt": "Pack", "States": {
        "Pack": pack("Charge"),
        "Charge": charge(Some("Below")),
        "Below": {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2",
            "Parameters": {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:below", "Input": {}},
            "ResultSelector": {"charged.$": "$.Output.charged"}, "ResultPath": "$.below", "Next": "All"},
        "All": {"Type": "Map", "ItemsPath": "$.items", "ResultPath": "$.all", "End": true,
            "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                "StartAt": "Pack inside", "States": {"Pack inside": pack("Charge inside"), "Charge inside": charge_inside}}},
    }});
    let below = json!({"StartAt": "Pack below", "States": {
        "Pack below": pack("Charge below"), "Charge below": charge(None),
    }});
    vec![("m", top), ("below", below)]
}

/// The data that outlives the processes.
#[derive(Clone, Default)]
struct World {
    store: MemoryStore,
    done: Done,
}

impl World {
    fn engine(&self, mocks: Option<MockConfig>) -> Engine {
        let machines = machines();
        let mut builder = builder(&machines, &self.store, &self.done).activity(ACTIVITY);
        if let Some(mocks) = mocks {
            builder = builder.test_cases(mocks);
        }
        builder.build().unwrap()
    }

    /// Starts the execution in a process.
    fn start(&self) {
        let world = self.clone();
        process(async move {
            let engine = world.engine(Some(mocks()));
            let options = StartOptions::new().name("e").test_case("Paid");
            let input = json!({"items": [{}, {}]});
            engine.start_machine("m", input, options).await.unwrap();
        });
    }
}

/// Takes a task as a worker and completes it. The answer is durable when this returns.
async fn pack(engine: &Engine) {
    let task = engine.get_activity_task(ACTIVITY, None).await.unwrap();
    engine
        .send_task_success(&task.token, "packed")
        .await
        .unwrap();
}

async fn end(engine: &Engine) -> Arc<ExecutionReport> {
    engine
        .blocking_execution(ID)
        .unwrap()
        .unwrap()
        .report()
        .await
}

#[test]
fn a_test_case_applies_after_restarts_and_in_nested_executions() {
    let world = World::default();
    world.start();
    // The activity has four tasks, each completed in a separate process.
    for _ in 0..3 {
        let world = world.clone();
        process(async move { pack(&world.engine(Some(mocks()))).await });
    }
    let last = world.clone();
    process(async move {
        let engine = last.engine(Some(mocks()));
        pack(&engine).await;
        let output = end(&engine).await.output.as_ref().unwrap().to_json();
        assert_eq!(output["charged"], "mocked");
        assert_eq!(output["below"], json!({"charged": "mocked"}));
        assert_eq!(output["all"], json!(["mocked", "mocked"]));
    });
    assert_eq!(world.done.all(), Vec::<Json>::new());
}

#[test]
fn a_missing_test_case_fails_tasks_and_a_redrive_with_it_succeeds() {
    let world = World::default();
    world.start();
    let (without, with) = (world.clone(), world.clone());
    process(async move {
        let engine = without.engine(None);
        pack(&engine).await;
        let report = end(&engine).await;
        assert_eq!(report.status, Status::Failed);
        let cause = report.cause.as_deref().unwrap();
        assert!(cause.contains("`m#Paid`"), "{cause}");
    });
    process(async move {
        let engine = with.engine(Some(mocks()));
        engine.redrive(ID).await.unwrap();
        for _ in 0..3 {
            pack(&engine).await;
        }
        assert_eq!(end(&engine).await.status, Status::Succeeded);
    });
    assert_eq!(world.done.all(), Vec::<Json>::new());
}

#[test]
fn an_unknown_test_case_is_refused() {
    process(async {
        let engine = World::default().engine(Some(mocks()));
        for (machine, case) in [("m", "Unpaid"), ("below", "Paid")] {
            let options = StartOptions::new().test_case(case);
            let refused = engine.start_machine(machine, json!({}), options).await;
            assert!(
                matches!(refused, Err(StartError::InvalidTasks(_))),
                "{refused:?}"
            );
        }
    });
}
