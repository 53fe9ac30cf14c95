//! The machines, and an engine with them and their handlers.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use stepwright_runtime::task::TaskFailure;
use stepwright_runtime::{Engine, EngineBuilder, MachineType};

use crate::world::{Lost, World, lock};

/// The activity.
pub(crate) const PICK: &str = "arn:aws:states:us-east-1:123456789012:activity:pick";
/// The limit of the Express machine's counter. It writes more events than are available to a reader
/// without a recorded history.
pub(crate) const COUNT: u64 = 300;

struct PanicsInDrop;

impl Drop for PanicsInDrop {
    fn drop(&mut self) {
        panic!("dropped");
    }
}

fn invoke(function: &str, more: Value) -> Value {
    let mut state = json!({
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "OutputPath": "$.Payload", "End": true,
        "Parameters": {"FunctionName": function, "Payload.$": "$"}
    });
    for (key, value) in more.as_object().into_iter().flatten() {
        state[key] = value.clone();
    }
    state
}

/// The Standard machines by name.
fn standard() -> Vec<(&'static str, Value)> {
    let order = json!({"StartAt": "Charge", "States": {
        "Charge": invoke("charge", json!({
            "Parameters": {"FunctionName": "charge", "Payload": {"does.$": "$.does", "retry.$": "$$.State.RetryCount"}},
            "TimeoutSeconds": 1,
            "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 1, "MaxAttempts": 1}],
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}]
        })),
        "Caught": {"Type": "Pass", "End": true}
    }});
    let approval = json!({"StartAt": "Ask", "States": {"Ask": {
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "TimeoutSeconds": 1, "End": true,
        "Parameters": {"FunctionName": "ask", "Payload": {"token.$": "$$.Task.Token", "name.$": "$$.Execution.Name"}},
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}]
    }, "Caught": {"Type": "Pass", "End": true}}});
    let picking = json!({"StartAt": "Pick", "States": {"Pick": {
        "Type": "Task", "Resource": PICK, "TimeoutSeconds": 2, "End": true,
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}]
    }, "Caught": {"Type": "Pass", "End": true}}});
    let batch = json!({"StartAt": "Each", "States": {"Each": {
        "Type": "Map", "MaxConcurrency": 4, "End": true, "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "Send", "States": {"Send": invoke("send", json!({}))}
        }
    }}});
    let parent = json!({"StartAt": "Join", "States": {"Join": {
        "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "End": true,
        "Parameters": {
            "StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:child",
            "Name.$": "$.child", "Input": {"child.$": "$.child"}
        },
        "OutputPath": "$.Output",
        "Catch": [{"ErrorEquals": ["StepFunctions.ExecutionAlreadyExistsException"], "Next": "Late"}]
    }, "Late": {"Type": "Succeed"}}});
    let child = json!({"StartAt": "Work", "States": {"Work": invoke("work", json!({}))}});
    let waiting = json!({"StartAt": "Both", "States": {"Both": {"Type": "Parallel", "End": true, "Branches": [
        {"StartAt": "Rest", "States": {"Rest": {"Type": "Wait", "Seconds": 1, "End": true}}},
        {"StartAt": "Also", "States": {"Also": invoke("work", json!({}))}}
    ]}}});
    vec![
        ("order", order),
        ("approval", approval),
        ("picking", picking),
        ("batch", batch),
        ("parent", parent),
        ("child", child),
        ("waiting", waiting),
    ]
}

/// Counts, and calls a handler at the end.
fn counting() -> Value {
    let counts = format!("{{% $n < {COUNT} %}}");
    json!({"StartAt": "Count", "QueryLanguage": "JSONata", "States": {
        "Count": {"Type": "Pass", "Assign": {"n": "{% $exists($n) ? $n + 1 : 1 %}"}, "Next": "Again"},
        "Again": {"Type": "Choice", "Default": "Work", "Choices": [{"Condition": counts, "Next": "Count"}]},
        "Work": {
            "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
            "Arguments": {"FunctionName": "work", "Payload": "{% $n %}"}, "Output": "{% $states.result.Payload %}"
        }
    }})
}

fn with_work(builder: EngineBuilder) -> EngineBuilder {
    builder
        .register_json("counting", &counting().to_string(), MachineType::Express)
        .function("work", |input: Value| async move {
            tokio::task::yield_now().await;
            Ok::<_, TaskFailure>(input)
        })
}

/// An engine that records the history of Express executions.
pub(crate) fn recording() -> Result<Engine, Lost> {
    let builder = with_work(Engine::builder()).history(true);
    builder.build().map_err(|error| error.to_string())
}

/// The engine.
pub(crate) fn engine(world: &Arc<World>) -> Result<Engine, Lost> {
    let mut builder = with_work(Engine::builder())
        .retention(5_000)
        .retention_bytes(64 << 20)
        .activity(PICK);
    for (name, definition) in standard() {
        builder = builder.register_json(name, &definition.to_string(), MachineType::Standard);
    }
    let (asked, sent) = (world.clone(), world.clone());
    builder
        .function("charge", charge)
        .function("ask", move |call: Value| {
            let text = |key: &str| call[key].as_str().unwrap_or_default().to_owned();
            lock(&asked.tokens).insert(text("name"), text("token"));
            async { Ok::<_, TaskFailure>(json!({})) }
        })
        .function("send", move |item: Value| {
            let times = note_sent(&sent, &item);
            async move {
                tokio::time::sleep(Duration::from_millis(2)).await;
                if item["fails"] == true && times == 1 {
                    Err(TaskFailure::new("Unreachable", "once"))
                } else {
                    Ok(item)
                }
            }
        })
        .build()
        .map_err(|error| error.to_string())
}

/// How an order is charged, depending on its fields.
async fn charge(order: Value) -> Result<Value, TaskFailure> {
    match order["does"].as_str().unwrap_or_default() {
        "fails" => return Err(TaskFailure::new("Busy", "for ever")),
        "fails once" if order["retry"] == 0 => return Err(TaskFailure::new("Busy", "once")),
        "panics" => panic!("the card reader is on fire"),
        "panics in drop" => drop(PanicsInDrop),
        "hangs" => std::future::pending().await,
        "hangs, and panics in drop" => {
            let _panics = PanicsInDrop;
            std::future::pending().await
        }
        _ => tokio::time::sleep(Duration::from_millis(2)).await,
    }
    Ok(order)
}

/// The key of an item: its run and number.
pub(crate) fn key(item: &Value) -> String {
    format!("{} {}", item["run"], item["number"])
}

fn note_sent(world: &World, item: &Value) -> u32 {
    world.counts.sent.add(1);
    let mut sent = lock(&world.sent);
    // Its client inserted the entry; an item without an entry is not needed any more.
    sent.get_mut(&key(item)).map_or(0, |times| {
        *times += 1;
        *times
    })
}
