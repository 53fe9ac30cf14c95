//! Executions that continue after a restart, while the store cannot be read.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value as Json, json};
use stepwright_engine::store::{MemoryStore, Store};
use stepwright_engine::{Engine, MachineType, StartOptions, Status};

use crate::durable::support::process;
use crate::faults::points;
use crate::faults::store::{Fault, FaultPlan, FaultyStore};
use crate::faults::workflows::ID;

/// Ends a test that would wait for ever.
const HANGS: Duration = Duration::from_secs(60);

/// Reads of executions that fail: more than the repeated reads of three seconds.
const OUTAGE: u64 = 25;

fn waiting() -> Json {
    json!({"StartAt": "I", "States": {
        "I": {"Type": "Wait", "Seconds": 60, "Next": "Done"},
        "Done": {"Type": "Pass", "Result": "waited", "End": true},
    }})
}

fn nested() -> Json {
    json!({"StartAt": "Nest", "States": {"Nest": {
        "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "End": true,
        "Parameters": {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:inner", "Name": "child", "Input": {}},
        "ResultSelector": {"output.$": "$.Output"},
    }}})
}

fn map_run() -> Json {
    let mut children = waiting();
    children["ProcessorConfig"] = json!({"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"});
    json!({"StartAt": "Spread", "States": {"Spread": {
        "Type": "Map", "ItemsPath": "$.items", "ItemProcessor": children, "End": true,
    }}})
}

fn engine(machine: &Json, store: impl Store) -> Engine {
    let builder = Engine::builder()
        .register_json("m", &machine.to_string(), MachineType::Standard)
        .register_json("inner", &waiting().to_string(), MachineType::Standard);
    builder.store(store).virtual_time().build().unwrap()
}

/// Runs an execution on an engine whose store ends at commit `at`. Returns the store, if the
/// execution did not end before.
fn stopped_at(machine: &Json, at: u64) -> Option<MemoryStore> {
    let store = FaultyStore::new(Fault::Ended(at));
    let (of_engine, machine) = (store.clone(), machine.clone());
    let status = process(async move {
        let engine = engine(&machine, of_engine);
        let options = StartOptions::new().name("e");
        let run = engine.start_machine("m", json!({"items": [1, 2]}), options);
        match run.await {
            Ok(run) => Some(run.report().await.status),
            Err(_) => None,
        }
    });
    (status != Some(Status::Succeeded)).then_some(store.store)
}

/// Continues the execution on an engine that cannot read executions for some time. Returns its
/// output, and whether reads failed.
fn continued(machine: &Json, store: MemoryStore) -> (Option<String>, bool) {
    let plan = FaultPlan::new(Fault::UnreadableExecutions(OUTAGE));
    let (faulty, machine) = (
        FaultyStore {
            store,
            plan: plan.clone(),
        },
        machine.clone(),
    );
    let output = process(async move {
        let engine = engine(&machine, faulty);
        // It does not exist if its start was not committed.
        let run = engine.blocking_execution(ID).ok().flatten()?;
        let report = tokio::time::timeout(HANGS, run.report()).await;
        let report = report.expect("it ends");
        assert_eq!(report.status, Status::Succeeded, "{:?}", report.cause);
        Some(report.output.as_ref().expect("it succeeded").to_text())
    });
    (output, plan.has_injected())
}

/// Whatever an execution was doing when its engine stopped, it waits until the store can be read,
/// and then ends as it would have ended.
fn waits_for_reads(machine: &Json) {
    let mut outputs = BTreeSet::new();
    let mut waited = 0;
    let stopped: Vec<MemoryStore> = (1..).map_while(|at| stopped_at(machine, at)).collect();
    for at in points(stopped.len() as u64, 2) {
        let store = stopped[at as usize - 1].clone();
        let (output, has_failed) = continued(machine, store);
        outputs.extend(output);
        waited += usize::from(has_failed);
    }
    assert_eq!(outputs.len(), 1, "{outputs:?}");
    assert!(waited > 0, "no execution read the store");
}

#[test]
fn a_nested_start_waits_until_the_store_can_be_read() {
    waits_for_reads(&nested());
}

#[test]
fn a_child_of_a_map_run_waits_until_the_store_can_be_read() {
    waits_for_reads(&map_run());
}
