//! The changes of the status of executions as events of EventBridge.

mod content;
mod delivery;

use serde_json::{Value as Json, json};
use stepwright_engine::clock::Timestamp;
use stepwright_engine::{Engine, EngineBuilder, MachineType, StartOptions};
use stepwright_integrations::{Endpoints, ServiceCalls, StatusEvents};

use crate::support::EventBusServer;

fn events(server: &EventBusServer) -> StatusEvents {
    let endpoints = Endpoints::new().with(&format!("events={}", server.http.url));
    let calls = ServiceCalls::builder().endpoints(endpoints.expect("a valid URL"));
    let events = calls.build().status_events("default");
    events.expect("EventBridge has an endpoint")
}

/// An engine with one machine `m` on virtual time, which begins at noon.
fn builder(state: Json) -> EngineBuilder {
    let mut state = state;
    if state["Type"] != "Fail" {
        state["End"] = json!(true);
    }
    let definition = json!({"StartAt": "S", "States": {"S": state}});
    let noon = Timestamp::parse("2026-11-25T12:00:00Z").expect("a time");
    Engine::builder()
        .register_json("m", &definition.to_string(), MachineType::Standard)
        .virtual_time_from(noon)
}

/// Runs an execution to its end.
async fn run(engine: &Engine, name: &str, input: Json) {
    let options = StartOptions::new().name(name);
    let run = engine.start_machine("m", input, options).await;
    run.expect("it starts").report().await;
}
