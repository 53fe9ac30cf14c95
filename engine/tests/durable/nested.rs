//! States that start executions: across a crash, and during a shutdown.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value as Json, json};
use stepwright_engine::store::{Change, MemoryStore, Store, StoreError, StoreReader};
use stepwright_engine::task::TaskFailure;
use stepwright_engine::test_support::CommitFailures as _;
use stepwright_engine::{Engine, EngineBuilder, MachineType, StartOptions, Status};
use tokio::sync::Notify;

use crate::durable::support::process;

const ID: &str = "arn:aws:states:us-east-1:123456789012:execution:outer:e";
const INNER: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:inner";

/// The resources that start an execution.
const FORMS: [&str; 4] = [
    "arn:aws:states:::states:startExecution",
    "arn:aws:states:::states:startExecution.sync",
    "arn:aws:states:::states:startExecution.sync:2",
    "arn:aws:states:::aws-sdk:sfn:startExecution",
];

/// Returns a machine that starts an execution of `inner`, optionally after a task `slow`.
fn outer(form: &str, after_task: bool) -> Json {
    let start = json!({
        "Type": "Task", "Resource": form, "End": true,
        "Parameters": {"StateMachineArn": INNER, "Name": "child", "Input": "{}"},
    });
    if after_task {
        json!({"StartAt": "Slow", "States": {
            "Slow": {
                "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "Start",
                "Parameters": {"FunctionName": "slow", "Payload": {}},
            },
            "Start": start,
        }})
    } else {
        json!({"StartAt": "Start", "States": {"Start": start}})
    }
}

fn inner() -> String {
    json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}).to_string()
}

fn builder(store: impl Store, form: &str, after_task: bool) -> EngineBuilder {
    let text = outer(form, after_task).to_string();
    Engine::builder()
        .store(store)
        .register_json("outer", &text, MachineType::Standard)
}

/// A store whose process is killed when the start of an execution of `inner` would be committed.
#[derive(Clone)]
struct KilledAtStart(MemoryStore);

impl Store for KilledAtStart {
    fn commit(&mut self, changes: &[Change]) -> Result<(), StoreError> {
        let is_inner = |change: &Change| matches!(change, Change::Start { execution, .. } if &*execution.machine == "inner");
        if changes.iter().any(is_inner) {
            Err(crate::durable::support::power_is_gone())
        } else {
            self.0.commit(changes)
        }
    }

    fn reader(&self) -> Result<Box<dyn StoreReader>, StoreError> {
        self.0.reader()
    }
}

/// Returns a store in which an execution has resolved the start of another one that does not exist
/// yet.
fn decided(form: &'static str) -> MemoryStore {
    let store = MemoryStore::new();
    let killed = KilledAtStart(store.clone());
    process(async move {
        let engine = builder(killed, form, false)
            .register_json("inner", &inner(), MachineType::Standard)
            .build()
            .unwrap();
        let start = engine.start_machine("outer", json!({}), StartOptions::new().name("e"));
        let report = start.await.unwrap().report().await;
        assert!(!report.is_over(), "{form}: {report:?}");
    });
    store
}

#[test]
fn a_nested_start_from_before_a_crash_waits_for_its_state_machine() {
    for form in FORMS {
        let store = decided(form);
        process(async move {
            let engine = builder(store, form, false).build().unwrap();
            let run = engine.blocking_execution(ID).unwrap().expect("it is open");
            // It waits, and reports for what.
            let waiting = engine.unhandled_tasks();
            assert_eq!(waiting.len(), 1, "{form}");
            assert_eq!(waiting[0].resource, form);
            engine
                .register_json("inner", &inner(), MachineType::Standard)
                .unwrap();
            let report = run.report().await;
            assert_eq!(
                report.status,
                Status::Succeeded,
                "{form}: {:?}",
                report.cause
            );
            assert!(engine.unhandled_tasks().is_empty(), "{form}");
            let child = ID.replace("outer:e", "inner:child");
            let child = engine
                .blocking_execution(&child)
                .unwrap()
                .expect("it was started");
            assert_eq!(child.report().await.status, Status::Succeeded);
        });
    }
}

#[test]
fn resume_later_waits_until_state_machines_are_registered() {
    for form in FORMS {
        let store = decided(form);
        process(async move {
            let engine = builder(store, form, false).resume_later().build().unwrap();
            engine
                .register_json("inner", &inner(), MachineType::Standard)
                .unwrap();
            assert!(engine.unhandled_tasks().is_empty());
            engine.resume().unwrap();
            engine.resume().unwrap();
            let run = engine.blocking_execution(ID).unwrap().expect("it is open");
            let report = run.report().await;
            assert_eq!(
                report.status,
                Status::Succeeded,
                "{form}: {:?}",
                report.cause
            );
        });
    }
}

#[test]
fn a_nested_start_during_a_shutdown_waits_for_the_next_engine() {
    for form in FORMS {
        let store = MemoryStore::new();
        let kept = store.clone();
        process(async move {
            let may_end = Arc::new(Notify::new());
            let ends = may_end.clone();
            let engine = builder(kept.clone(), form, true)
                .register_json("inner", &inner(), MachineType::Standard)
                .function("slow", move |_: Json| {
                    let ends = ends.clone();
                    async move {
                        ends.notified().await;
                        Ok::<_, TaskFailure>(json!({}))
                    }
                })
                .build()
                .unwrap();
            let start = engine.start_machine("outer", json!({}), StartOptions::new().name("e"));
            let run = start.await.unwrap();
            while kept.commits() < 1 {
                tokio::task::yield_now().await;
            }
            let ending = engine.clone();
            let shutdown =
                tokio::spawn(async move { ending.shutdown(Duration::from_secs(20)).await });
            tokio::time::sleep(Duration::from_millis(5)).await;
            may_end.notify_one();
            shutdown.await.unwrap();
            let report = run.report().await;
            assert!(!report.is_over(), "{form}: {report:?}");
        });
        process(async move {
            let engine = builder(store, form, true)
                .register_json("inner", &inner(), MachineType::Standard)
                .function("slow", |_: Json| async { Ok::<_, TaskFailure>(json!({})) })
                .build()
                .unwrap();
            let run = engine.blocking_execution(ID).unwrap().expect("it is open");
            let report = run.report().await;
            assert_eq!(
                report.status,
                Status::Succeeded,
                "{form}: {:?}",
                report.cause
            );
        });
    }
}
