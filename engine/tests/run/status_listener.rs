//! Which changes of the status the listener of an engine receives.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value as Json, json};
use stepwright_engine::store::{MemoryStore, Store as _, StoreFilter};
use stepwright_engine::{
    Engine, EngineBuilder, MachineType, StartOptions, Status, StatusChange, StatusListener,
};
use stepwright_testing::{Mock, Mocks};

use crate::durable::support::process;
use crate::run::support::{builder, machine, task};

#[derive(Clone, Default)]
struct Changes(Arc<Mutex<Vec<StatusChange>>>);

impl StatusListener for Changes {
    fn status_changed(&self, change: StatusChange) {
        change.confirm();
        self.0.lock().unwrap().push(change);
    }
}

impl Changes {
    fn all(&self) -> Vec<StatusChange> {
        self.0.lock().unwrap().clone()
    }

    /// The names of the state machines and the statuses, in order.
    fn statuses(&self) -> Vec<(String, &'static str)> {
        let statuses = self.all().into_iter().map(|change| {
            let machine = change.execution.machine_name().to_owned();
            (machine, change.status.as_str())
        });
        statuses.collect()
    }
}

fn of(pairs: &[(&str, &'static str)]) -> Vec<(String, &'static str)> {
    let pairs = pairs.iter();
    pairs
        .map(|(name, status)| ((*name).to_owned(), *status))
        .collect()
}

async fn run(builder: EngineBuilder, input: Json) -> Changes {
    let changes = Changes::default();
    let engine = builder.status_listener(changes.clone()).build().unwrap();
    let run = engine.start_machine("m", input, StartOptions::new()).await;
    run.unwrap().report().await;
    changes
}

#[tokio::test]
async fn a_success_is_reported_with_its_output_and_times() {
    let wait = machine(json!({"Type": "Wait", "Seconds": 5}));
    let changes = run(builder(&wait), json!({"a": 1})).await;
    assert_eq!(
        changes.statuses(),
        of(&[("m", "RUNNING"), ("m", "SUCCEEDED")])
    );
    let [running, succeeded] = &changes.all()[..] else {
        panic!("there are two");
    };
    assert_eq!(running.at, running.execution.started());
    assert_eq!(running.output, None);
    assert_eq!(succeeded.at - running.at, Duration::from_secs(5));
    assert_eq!(succeeded.output.as_ref().unwrap().to_text(), r#"{"a":1}"#);
    assert_eq!(succeeded.input_text(), r#"{"a":1}"#);
    assert!(!succeeded.is_redrivable);
}

#[tokio::test]
async fn a_failure_and_its_redrive_are_reported() {
    let failing = machine(task(json!({})));
    let changes = Changes::default();
    let mock = Mock::failure("E", "once")
        .times(1)
        .then(Mock::output(json!({"Payload": 1})));
    let engine = builder(&failing)
        .tasks(Mocks::new().state("S", mock))
        .status_listener(changes.clone())
        .build()
        .unwrap();
    let first = engine
        .start_machine("m", json!({}), StartOptions::new())
        .await
        .unwrap();
    first.report().await;
    engine.redrive(first.id()).await.unwrap().report().await;
    let expected = ["RUNNING", "FAILED", "RUNNING", "SUCCEEDED"];
    assert_eq!(
        changes.statuses(),
        of(&expected.map(|status| ("m", status)))
    );
    let all = changes.all();
    assert_eq!(all[1].error.as_deref(), Some("E"));
    assert_eq!(all[1].cause.as_deref(), Some("once"));
    assert!(all[1].is_redrivable);
    let counts: Vec<_> = all
        .iter()
        .map(|change| change.execution.redrive_count())
        .collect();
    assert_eq!(counts, [Some(0), Some(0), Some(1), Some(1)]);
    assert_eq!(Some(all[2].at), all[2].execution.redriven());
}

#[tokio::test]
async fn a_stop_and_a_timeout_are_reported() {
    let mut waits = machine(json!({"Type": "Wait", "Seconds": 50}));
    waits["TimeoutSeconds"] = json!(9);
    let changes = run(builder(&waits), json!({})).await;
    assert_eq!(
        changes.statuses(),
        of(&[("m", "RUNNING"), ("m", "TIMED_OUT")])
    );
    let changes = Changes::default();
    let engine = Engine::builder()
        .register_json("m", &waits.to_string(), MachineType::Standard)
        .status_listener(changes.clone())
        .build()
        .unwrap();
    let run = engine
        .start_machine("m", json!({}), StartOptions::new())
        .await
        .unwrap();
    run.stop(Some("Stopped"), Some("by a test")).await;
    run.report().await;
    assert_eq!(
        changes.statuses(),
        of(&[("m", "RUNNING"), ("m", "ABORTED")])
    );
    assert_eq!(changes.all()[1].error.as_deref(), Some("Stopped"));
}

#[tokio::test]
async fn express_executions_report_nothing() {
    let pass = machine(json!({"Type": "Pass"})).to_string();
    let changes = run(
        Engine::builder().register_json("m", &pass, MachineType::Express),
        json!({}),
    )
    .await;
    assert_eq!(changes.statuses(), []);
}

#[tokio::test]
async fn nested_executions_and_standard_children_of_map_runs_are_reported() {
    let nests = machine(json!({
        "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:inner", "Input": {}}
    }));
    let pass = machine(json!({"Type": "Pass"}));
    let both = builder(&nests).register_json("inner", &pass.to_string(), MachineType::Standard);
    let changes = run(both, json!({})).await;
    let expected = [
        ("m", "RUNNING"),
        ("inner", "RUNNING"),
        ("inner", "SUCCEEDED"),
        ("m", "SUCCEEDED"),
    ];
    assert_eq!(changes.statuses(), of(&expected));

    for (execution_type, children) in [("STANDARD", 2), ("EXPRESS", 0)] {
        let map = machine(json!({
            "Type": "Map", "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": execution_type},
                "StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}
            }
        }));
        let changes = run(builder(&map), json!([1, 2])).await;
        let reported = changes.all();
        let of_children = reported.iter().filter(|change| change.is_map_run_child);
        assert_eq!(of_children.count(), 2 * children, "{execution_type}");
        assert_eq!(reported.len(), 2 + 2 * children, "{execution_type}");
    }
}

#[test]
fn an_execution_that_continues_in_a_second_process_starts_once_and_ends_once() {
    let store = MemoryStore::new();
    let changes = Changes::default();
    let asks = machine(json!({
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "Parameters": {"FunctionName": "f", "Payload": {"token.$": "$$.Task.Token"}}
    }));
    let engine = move |store: &MemoryStore, changes: &Changes| {
        Engine::builder()
            .store(store.clone())
            .register_json("m", &asks.to_string(), MachineType::Standard)
            .function("f", async |_: Json| {
                Ok::<_, stepwright_engine::task::TaskFailure>(0)
            })
            .status_listener(changes.clone())
            .build()
            .unwrap()
    };
    let (first, second) = (
        (engine.clone(), store.clone(), changes.clone()),
        (engine, store, changes.clone()),
    );
    process(async move {
        let (engine, store, changes) = first;
        let engine = engine(&store, &changes);
        engine
            .start_machine("m", json!({}), StartOptions::new().name("e"))
            .await
            .unwrap();
        // A start is reported when it is in the store.
        let rows = store.reader().unwrap().list(&StoreFilter::default());
        assert_eq!(rows.unwrap().len(), 1);
        engine.shutdown(Duration::ZERO).await;
    });
    process(async move {
        let (engine, store, changes) = second;
        let engine = engine(&store, &changes);
        let id = "arn:aws:states:us-east-1:123456789012:execution:m:e";
        let run = engine.blocking_execution(id).unwrap().unwrap();
        run.stop(None, None).await;
        assert_eq!(run.report().await.status, Status::Aborted);
        // The outbox passes the changes after the commit.
        while changes.all().len() < 2 {
            tokio::task::yield_now().await;
        }
    });
    assert_eq!(
        changes.statuses(),
        of(&[("m", "RUNNING"), ("m", "ABORTED")])
    );
}
