use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value as Json, json};
use stepwright_engine::{
    Engine, EngineBuilder, ExecutionReport, MachineType, StartOptions, Status,
};
use stepwright_integrations::{Endpoints, ServiceCalls, ServiceCallsBuilder};

/// Returns a definition with one task.
pub(crate) fn task(resource: &str, parameters: &Json, more: &Json) -> Json {
    let mut task =
        json!({"Type": "Task", "Resource": resource, "Parameters": parameters, "End": true});
    for (key, value) in more.as_object().into_iter().flatten() {
        task[key] = value.clone();
    }
    json!({"StartAt": "S", "States": {"S": task}})
}

/// How long the tests of services that are silent wait for them. Other tests wait as long as AWS's
/// client.
const PATIENCE: Duration = Duration::from_millis(500);

/// Returns a builder of an engine that calls all services at one URL.
pub(crate) fn builder(url: &str, definition: &Json) -> EngineBuilder {
    builder_with(calls(url).build(), definition)
}

/// Returns an engine whose calls fail soon without a response.
pub(crate) fn impatient(url: &str, definition: &Json) -> Engine {
    let calls = calls(url).response_timeout(PATIENCE).build();
    builder_with(calls, definition)
        .build()
        .expect("it is valid")
}

fn calls(url: &str) -> ServiceCallsBuilder {
    let endpoints = Endpoints::new().with(url).expect("it is a URL");
    ServiceCalls::builder().endpoints(endpoints)
}

fn builder_with(calls: ServiceCalls, definition: &Json) -> EngineBuilder {
    Engine::builder().fallback_tasks(calls).register_json(
        "m",
        &definition.to_string(),
        MachineType::Standard,
    )
}

pub(crate) fn engine(url: &str, definition: &Json) -> Engine {
    builder(url, definition).build().expect("it is valid")
}

/// Runs a task to its end.
pub(crate) async fn run(url: &str, resource: &str, parameters: Json) -> Arc<ExecutionReport> {
    let engine = engine(url, &task(resource, &parameters, &json!({})));
    let run = engine.start_machine("m", json!({}), StartOptions::new());
    run.await.expect("it starts").report().await
}

/// The error and the cause of a failed execution.
pub(crate) fn failure(report: &Arc<ExecutionReport>) -> (&str, &str) {
    assert_eq!(report.status, Status::Failed);
    (
        report.error.as_deref().unwrap_or_default(),
        report.cause.as_deref().unwrap_or_default(),
    )
}

pub(crate) fn output(report: &Arc<ExecutionReport>) -> Json {
    assert_eq!(
        report.status,
        Status::Succeeded,
        "{:?}: {:?}",
        report.error,
        report.cause
    );
    report.output.as_ref().expect("it has an output").to_json()
}
