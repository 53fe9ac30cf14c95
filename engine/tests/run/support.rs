//! Helpers of the tests.

use std::sync::Arc;

use serde_json::{Value as Json, json};
use stepwright_engine::{
    Engine, EngineBuilder, ExecutionReport, MachineType, StartOptions, Status,
};
use stepwright_testing::Mocks;

/// A builder with one machine named `m`, on virtual time.
pub(crate) fn builder(definition: &Json) -> EngineBuilder {
    Engine::builder()
        .register_json("m", &definition.to_string(), MachineType::Standard)
        .virtual_time()
}

/// An engine with one machine named `m` and mocks.
pub(crate) fn engine(definition: &Json, mocks: &Mocks) -> Engine {
    builder(definition).tasks(mocks.clone()).build().unwrap()
}

/// Runs a definition to its end.
pub(crate) async fn run(definition: &Json, mocks: &Mocks, input: Json) -> Arc<ExecutionReport> {
    let engine = engine(definition, mocks);
    let run = engine
        .start_machine("m", input, StartOptions::new())
        .await
        .unwrap();
    run.report().await
}

/// A machine of one state that ends.
pub(crate) fn machine(state: Json) -> Json {
    let mut state = state;
    if state["Type"] != "Fail" && state["Type"] != "Succeed" {
        state["End"] = json!(true);
    }
    json!({"StartAt": "S", "States": {"S": state}})
}

/// Returns a task that calls the function `f` with its whole input and returns the payload.
pub(crate) fn task(more: Json) -> Json {
    let mut task = json!({
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": "f", "Payload.$": "$"},
        "ResultSelector": {"payload.$": "$.Payload"},
        "OutputPath": "$.payload",
    });
    for (key, value) in more.as_object().unwrap() {
        task[key] = value.clone();
    }
    task
}

/// The output of an execution that must have succeeded.
pub(crate) fn output(report: &Arc<ExecutionReport>) -> Json {
    assert_eq!(
        report.status,
        Status::Succeeded,
        "{:?}: {:?}",
        report.error,
        report.cause
    );
    report.output.as_ref().unwrap().to_json()
}

/// The types of the events, in order.
pub(crate) fn kinds(report: &Arc<ExecutionReport>) -> Vec<&'static str> {
    report
        .history
        .events()
        .map(|event| event.kind().name())
        .collect()
}

/// Seconds from the start of an execution to its end.
pub(crate) fn seconds(report: &Arc<ExecutionReport>) -> f64 {
    (report.stopped - report.execution().started()).as_secs_f64()
}
