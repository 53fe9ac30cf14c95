//! Helpers of the tests.

use std::sync::Arc;

use serde_json::{Value as Json, json};
use stepwright_engine::objects::Memory;
use stepwright_engine::{
    Engine, EngineBuilder, ExecutionReport, MachineType, MapRun, StartOptions, Status,
};
use stepwright_testing::Mocks;

/// Returns a machine with the Distributed Map `M`, whose children run the states `states` from `I`
/// on. `Caught` is a target for catchers.
pub(crate) fn machine_of(states: Json, more: Json) -> Json {
    let mut map = json!({
        "Type": "Map", "End": true,
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "I", "States": states
        }
    });
    for (key, value) in more.as_object().unwrap() {
        map[key] = value.clone();
    }
    json!({"StartAt": "M", "States": {"M": map, "Caught": {"Type": "Pass", "End": true}}})
}

/// Returns such a machine with one state, which ends.
pub(crate) fn machine(mut state: Json, more: Json) -> Json {
    if state["Type"] != "Fail" && state["Type"] != "Succeed" && state["Type"] != "Choice" {
        state["End"] = json!(true);
    }
    machine_of(json!({ "I": state }), more)
}

/// Returns a machine whose children return their input.
pub(crate) fn echo(more: Json) -> Json {
    machine(json!({"Type": "Pass"}), more)
}

/// Returns a machine whose children call the function `f`.
pub(crate) fn task(more: Json) -> Json {
    let task = json!({
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": "f", "Payload.$": "$"}, "OutputPath": "$.Payload"
    });
    machine(task, more)
}

/// Returns a machine whose children fail for an odd number, and return it otherwise.
pub(crate) fn only_even(more: Json) -> Json {
    let mut definition = machine_of(
        json!({
            "I": {
                "Type": "Pass", "QueryLanguage": "JSONata", "Next": "Even",
                "Assign": {"rest": "{% $states.input % 2 %}"}
            },
            "Even": {
                "Type": "Choice", "Default": "Odd",
                "Choices": [{"Variable": "$rest", "NumericEquals": 0, "Next": "Done"}]
            },
            "Done": {"Type": "Succeed"},
            "Odd": {"Type": "Fail", "Error": "Odd", "Cause": "it is odd"}
        }),
        more,
    );
    definition["Comment"] = json!("odd numbers fail");
    definition
}

/// An ItemReader of the object `k` in the bucket `b`.
pub(crate) fn reader(config: Json) -> Json {
    json!({
        "Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": config,
        "Parameters": {"Bucket": "b", "Key": "k"}
    })
}

/// A builder with the machine `m`, on virtual time.
pub(crate) fn builder(definition: &Json) -> EngineBuilder {
    Engine::builder()
        .register_json("m", &definition.to_string(), MachineType::Standard)
        .virtual_time()
}

pub(crate) fn engine(definition: &Json, store: &Memory, mocks: &Mocks) -> Engine {
    builder(definition)
        .objects(store.clone())
        .tasks(mocks.clone())
        .build()
        .unwrap()
}

/// Runs a definition to its end.
pub(crate) async fn run(definition: &Json, store: &Memory, input: Json) -> Arc<ExecutionReport> {
    run_in(&engine(definition, store, &Mocks::new()), input).await
}

pub(crate) async fn run_in(engine: &Engine, input: Json) -> Arc<ExecutionReport> {
    let options = StartOptions::new();
    let run = engine.start_machine("m", input, options).await.unwrap();
    run.report().await
}

/// The one Map Run of an execution.
pub(crate) fn map_run(engine: &Engine, report: &ExecutionReport) -> MapRun {
    let mut runs = engine.blocking_map_runs(report.execution().id()).unwrap();
    assert_eq!(runs.len(), 1);
    runs.remove(0)
}

/// The output of an execution that must have succeeded.
pub(crate) fn output(report: &ExecutionReport) -> Json {
    assert_eq!(
        report.status,
        Status::Succeeded,
        "{:?}: {:?}",
        report.error,
        report.cause
    );
    report.output.as_ref().unwrap().to_json()
}

/// Error and cause of an execution that must have failed.
pub(crate) fn failure(report: &ExecutionReport) -> (&str, &str) {
    assert_eq!(report.status, Status::Failed, "{:?}", report.output);
    (
        report.error.as_deref().unwrap_or_default(),
        report.cause.as_deref().unwrap_or_default(),
    )
}

/// The types of the events, in order.
pub(crate) fn kinds(report: &ExecutionReport) -> Vec<&'static str> {
    let events = report.history.events();
    events.map(|event| event.kind().name()).collect()
}

/// Seconds from the start of an execution to its end.
pub(crate) fn seconds(report: &ExecutionReport) -> f64 {
    (report.stopped - report.execution().started()).as_secs_f64()
}
