use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value as Json, json};
use stepwright_integrations::{Endpoints, ServiceCalls};
use stepwright_runtime::{
    Engine, EngineBuilder, ExecutionReport, MachineType, StartOptions, Status,
};

/// Returns a definition with one task.
pub(crate) fn task(resource: &str, parameters: &Json, more: &Json) -> Json {
    let mut task =
        json!({"Type": "Task", "Resource": resource, "Parameters": parameters, "End": true});
    for (key, value) in more.as_object().into_iter().flatten() {
        task[key] = value.clone();
    }
    json!({"StartAt": "S", "States": {"S": task}})
}

/// Returns a builder of an engine that calls all services at one URL. Without a response they fail after a short time.
pub(crate) fn builder(url: &str, definition: &Json) -> EngineBuilder {
    let endpoints = Endpoints::new().with(url).expect("it is a URL");
    let calls = ServiceCalls::builder().endpoints(endpoints);
    let calls = calls.response_timeout(Duration::from_millis(300)).build();
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
