//! Requests for an execution that moves between memory and the store while they read.

use std::sync::Arc;

use serde_json::{Value as Json, json};
use stepwright_engine::history::HistoryQuery;
use stepwright_engine::store::{MemoryStore, Store};
use stepwright_engine::{Engine, MachineType, StartOptions, Status};
use stepwright_testing::{Mock, Mocks};
use tokio::runtime::Handle;

use crate::durable::support::process;
use crate::faults::store::{Fault, FaultPlan, FaultyStore};

const ID: &str = "arn:aws:states:us-east-1:123456789012:execution:m:e";

fn engine(store: impl Store, bank: Mock) -> Engine {
    let machine = json!({"StartAt": "Pay", "States": {"Pay": {
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
        "Parameters": {"FunctionName": "bank"},
    }}});
    Engine::builder()
        .register_json("m", &machine.to_string(), MachineType::Standard)
        .store(store)
        .tasks(Mocks::new().function("bank", bank.optional()))
        .build()
        .unwrap()
}

/// Returns a store with a failed execution.
fn failed() -> MemoryStore {
    let store = MemoryStore::new();
    let copy = store.clone();
    process(async move {
        let engine = engine(copy, Mock::failure("Closed", ""));
        let options = StartOptions::new().name("e");
        let run = engine.start_machine("m", json!({}), options).await.unwrap();
        assert_eq!(run.report().await.status, Status::Failed);
    });
    store
}

/// Opens an engine on a store with a failed execution. It is redriven, and perhaps ends again,
/// while the next request reads its row for the n-th time.
fn redriven_at_read(read: u64, ends: bool) -> (Engine, Arc<FaultPlan>) {
    let plan = FaultPlan::new(Fault::None);
    let bank = if ends {
        Mock::failure("Closed", "still")
    } else {
        Mock::never()
    };
    let store = FaultyStore {
        store: failed(),
        plan: plan.clone(),
    };
    let engine = engine(store, bank);
    let (other, handle) = (engine.clone(), Handle::current());
    plan.meanwhile(read, move || {
        handle.block_on(async {
            let run = other.redrive(ID).await.unwrap();
            if ends {
                run.report().await;
            }
        });
    });
    (engine, plan)
}

/// Asks for the execution in each way. Returns how often it was redriven, and its status.
async fn asked(engine: &Engine, way: usize) -> Option<(u32, Status)> {
    let of_history = |history: &Json| {
        let events = history["events"].as_array().unwrap();
        let count = |kind: &str| events.iter().filter(|event| event["type"] == kind).count();
        let (redriven, failed) = (count("ExecutionRedriven"), count("ExecutionFailed"));
        let status = if failed > redriven {
            Status::Failed
        } else {
            Status::Running
        };
        (u32::try_from(redriven).unwrap(), status)
    };
    let run = match way {
        0 => engine.execution(ID).await.unwrap()?,
        1 => {
            let engine = engine.clone();
            let asked = tokio::task::spawn_blocking(move || engine.blocking_execution(ID));
            asked.await.unwrap().unwrap()?
        }
        2 => {
            let page = engine.history(ID, &HistoryQuery::new()).await.ok()?;
            return Some(of_history(&page.to_json()));
        }
        _ => {
            let data = engine.execution_data(&[ID.to_owned()]).await.unwrap();
            let failed = data[0].as_ref()?.error.is_some();
            let status = if failed {
                Status::Failed
            } else {
                Status::Running
            };
            return Some((1, status));
        }
    };
    Some((run.execution().redrive_count()?, run.status()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_finds_an_execution_that_is_redriven_while_it_reads() {
    // Before the first read of its row, and, if no other request waits for what is read, before
    // the second one.
    for (read, way) in [(1, 0), (1, 1), (1, 2), (1, 3), (2, 3)] {
        for (ends, status) in [(false, Status::Running), (true, Status::Failed)] {
            let (engine, _plan) = redriven_at_read(read, ends);
            let found = asked(&engine, way).await;
            assert_eq!(found, Some((1, status)), "read {read}, way {way}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_redrives_an_execution_once_also_after_a_restart() {
    let store = failed();
    for process in 0..3 {
        let engine = engine(store.clone(), Mock::failure("Closed", "still"));
        for _ in 0..2 {
            let run = engine.redrive_once(ID, "t-1").await.unwrap();
            let report = run.report().await;
            assert_eq!(report.execution().redrive_count(), Some(1), "{process}");
        }
        engine.shutdown(std::time::Duration::ZERO).await;
    }
    let engine = engine(store, Mock::failure("Closed", "still"));
    let run = engine.redrive_once(ID, "t-2").await.unwrap();
    let report = run.report().await;
    assert_eq!(report.execution().redrive_count(), Some(2));
    let known = |token| report.execution().redriven_with(token, report.stopped);
    assert!(known("t-1") < known("t-2") && known("t-1").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_requests_with_one_token_redrive_once() {
    let engine = engine(failed(), Mock::never());
    let requests = (0..8).map(|_| {
        let engine = engine.clone();
        tokio::spawn(async move {
            let run = engine.redrive_once(ID, "t").await.unwrap();
            run.execution().redrive_count()
        })
    });
    for request in requests.collect::<Vec<_>>() {
        assert_eq!(request.await.unwrap(), Some(1));
    }
    assert!(
        engine.redrive_once(ID, "other").await.is_err(),
        "it is running"
    );
}
