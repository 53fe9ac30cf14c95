//! Executions that start from a state of an earlier one, and continue after a restart.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use stepwright_engine::restart::RestartError;
use stepwright_engine::store::MemoryStore;
use stepwright_engine::task::TaskFailure;
use stepwright_engine::value::Value;
use stepwright_engine::{Engine, MachineType, StartFromStateError, StartOptions, Status};

use crate::durable::support::{Done, builder, process};

const ARN: &str = "arn:aws:states:us-east-1:123456789012:execution:m:";

/// Fails at `Charge`, waits, then retries and catches.
fn definition(is_jsonata: bool) -> Json {
    let retry = json!([{"ErrorEquals": ["Busy"], "IntervalSeconds": 1, "MaxAttempts": 1}]);
    let states = if is_jsonata {
        json!({
            "Reserve": {"Type": "Pass", "Assign": {"room": 1}, "Output": "{% $states.input %}", "Next": "Charge"},
            "Charge": {
                "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
                "Arguments": {"FunctionName": "charge", "Payload": "{% $states.input %}"},
                "Output": "{% $states.result.Payload %}", "Next": "Pause",
            },
            "Pause": {"Type": "Wait", "Seconds": 1, "Next": "Send"},
            "Send": {
                "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
                "Arguments": {"FunctionName": "busy", "Payload": {
                    "room": "{% $room %}", "order": "{% $states.context.Execution.Input %}", "receipt": "{% $states.input %}",
                }},
                "Retry": retry, "Catch": [{"ErrorEquals": ["Busy"], "Next": "Done", "Output": {
                    "room": "{% $room %}", "order": "{% $states.context.Execution.Input %}",
                }}],
                "End": true,
            },
            "Done": {"Type": "Succeed"},
        })
    } else {
        json!({
            "Reserve": {"Type": "Pass", "Assign": {"room": 1}, "Next": "Charge"},
            "Charge": {
                "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
                "Parameters": {"FunctionName": "charge", "Payload.$": "$"}, "OutputPath": "$.Payload", "Next": "Pause",
            },
            "Pause": {"Type": "Wait", "Seconds": 1, "Next": "Send"},
            "Send": {
                "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
                "Parameters": {"FunctionName": "busy", "Payload": {
                    "room.$": "$room", "order.$": "$$.Execution.Input", "receipt.$": "$",
                }},
                "Retry": retry, "Catch": [{"ErrorEquals": ["Busy"], "ResultPath": null, "Next": "Sum"}],
                "End": true,
            },
            "Sum": {"Type": "Pass", "Parameters": {"room.$": "$room", "order.$": "$$.Execution.Input"}, "End": true},
        })
    };
    let language = if is_jsonata { "JSONata" } else { "JSONPath" };
    json!({"QueryLanguage": language, "StartAt": "Reserve", "States": states})
}

fn engine(is_jsonata: bool, store: &MemoryStore, done: &Done) -> Engine {
    let noted = done.clone();
    builder(&[("m", definition(is_jsonata))], store, done)
        .function("charge", |payload: Json| async move {
            match payload["card"].as_str() {
                Some(card) => Ok(json!({"receipt": card})),
                None => Err(TaskFailure::new("NoCard", "")),
            }
        })
        .function("busy", move |payload: Json| {
            noted.add(payload);
            async { Err::<Json, _>(TaskFailure::new("Busy", "")) }
        })
        // Neither the input nor the variables are changed by it.
        .substitute("Card", "gold")
        .build()
        .unwrap()
}

#[test]
fn an_execution_from_a_state_continues_after_a_restart_with_its_definition_and_handlers() {
    for is_jsonata in [false, true] {
        let (store, done) = (MemoryStore::new(), Done::default());
        let (first_store, first_done) = (store.clone(), done.clone());
        process(async move {
            let engine = engine(is_jsonata, &first_store, &first_done);
            let options = StartOptions::new().name("first");
            let run = engine.start_machine("m", json!({"id": "o-1"}), options);
            let report = run.await.unwrap().report().await;
            assert_eq!(report.error.as_deref(), Some("NoCard"));
            // A new version of the machine does not change the definition of the execution.
            let other = json!({"StartAt": "X", "States": {"X": {"Type": "Succeed"}}});
            let text = other.to_string();
            engine
                .register_json("m", &text, MachineType::Standard)
                .unwrap();
            let room = json!({"text": "{% 1 %}", "a.$": "$.b", "name": "${Card}"});
            let variables = BTreeMap::from([("room".to_owned(), Value::from(&room))]);
            let first = format!("{ARN}first");
            let run = engine.start_from_state(
                &first,
                "Charge",
                json!({"card": "${Card}"}),
                &variables,
                StartOptions::new().name("second"),
            );
            let run = run.await.unwrap();
            // It waits in `Pause`.
            while run.waits().await.iter().all(|wait| wait.state != "Pause") {
                tokio::task::yield_now().await;
            }
        });
        process(async move {
            let engine = engine(is_jsonata, &store, &done);
            let run = engine
                .blocking_execution(&format!("{ARN}second"))
                .unwrap()
                .unwrap();
            assert_eq!(run.execution().input.to_text(), r#"{"id":"o-1"}"#);
            let report = run.report().await;
            assert_eq!(report.status, Status::Succeeded, "{report:?}");
            let room = json!({"text": "{% 1 %}", "a.$": "$.b", "name": "${Card}"});
            let expected = json!({"room": room, "order": {"id": "o-1"}});
            assert_eq!(report.output.as_ref().unwrap().to_json(), expected);
            let mut sent = expected;
            sent["receipt"] = json!({"receipt": "${Card}"});
            assert_eq!(done.all(), [sent.clone(), sent]);
            let last = if is_jsonata { "Done" } else { "Sum" };
            let path = ["Start at Charge", "Charge", "Pause", "Send", last];
            assert_eq!(report.history.path(), path);
            // An execution that was itself started from a state.
            let none = BTreeMap::new();
            let second = format!("{ARN}second");
            let again = engine.start_from_state(&second, "Pause", 7, &none, StartOptions::new());
            let history = again.await.unwrap().report().await.history.clone();
            assert_eq!(history.path()[..2], ["Start at Pause", "Pause"]);
        });
    }
}

#[tokio::test]
async fn states_and_executions_from_which_nothing_can_start_are_refused() {
    let (store, done) = (MemoryStore::new(), Done::default());
    let inner = json!({"Type": "Map", "Label": "each", "ItemsPath": "$", "End": true, "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "J", "States": {"J": {"Type": "Pass", "End": true}},
    }});
    let machine = json!({"StartAt": "M", "States": {"M": inner}});
    let engine = builder(&[("m", machine)], &store, &done).build().unwrap();
    let run = engine.start_machine("m", json!([1]), StartOptions::new());
    let run = run.await.unwrap();
    run.report().await;
    let none = BTreeMap::new();
    let start = |id: String, state: &'static str| {
        let (engine, none) = (&engine, &none);
        async move {
            let options = StartOptions::new();
            let started = engine.start_from_state(&id, state, 1, none, options);
            started.await.map(drop).unwrap_err()
        }
    };
    let id = format!("{ARN}missing");
    let expected = StartFromStateError::ExecutionDoesNotExist(id.clone());
    assert_eq!(start(id, "M").await, expected);
    let expected = RestartError::UnknownState("X".to_owned()).into();
    assert_eq!(start(run.id().to_owned(), "X").await, expected);
    let nested = start(run.id().to_owned(), "J").await.to_string();
    assert_eq!(
        nested,
        "the state `J` is inside of `M`, where no execution can begin; start at `M`, or at the state around it on the top level"
    );
    let map_run = engine.blocking_map_runs(run.id()).unwrap().remove(0);
    let child = engine
        .blocking_map_run_executions(&map_run.arn)
        .unwrap()
        .remove(0);
    let expected = StartFromStateError::MapRunChild(child.id.clone());
    assert_eq!(start(child.id, "J").await, expected);
}
