//! Executions of a store whose tasks have no handler any more.

use std::time::Duration;

use serde_json::{Value as Json, json};
use stepwright_engine::store::MemoryStore;
use stepwright_engine::task::TaskFailure;
use stepwright_engine::{Engine, EngineBuilder, MachineType, StartOptions, Status};

use crate::durable::support::{Done, note, process, second};

const ID: &str = "arn:aws:states:us-east-1:123456789012:execution:m:e";
const ACTIVITY: &str = "arn:aws:states:us-east-1:123456789012:activity:pack";
const INNER: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:inner";

fn builder(store: &MemoryStore) -> EngineBuilder {
    Engine::builder()
        .store(store.clone())
        .virtual_time_from(second(0))
}

fn with_note(builder: EngineBuilder, done: &Done) -> EngineBuilder {
    let done = done.clone();
    builder.function("note", move |payload: Json| {
        done.add(payload.clone());
        async move { Ok::<_, TaskFailure>(payload) }
    })
}

/// Starts an execution of a machine and ends the process while it is parked.
fn started(store: &MemoryStore, machine: &Json, prepare: fn(EngineBuilder) -> EngineBuilder) {
    let (store, text) = (store.clone(), machine.to_string());
    process(async move {
        let builder = prepare(builder(&store)).register_json("m", &text, MachineType::Standard);
        let engine = builder.build().unwrap();
        let _hold = engine.clock().hold();
        let options = StartOptions::new().name("e");
        let run = engine.start_machine("m", json!({}), options).await.unwrap();
        // The history contains only durable events.
        while run.history().await.len() < 2 {
            tokio::task::yield_now().await;
        }
    });
}

/// Waits until this number of tasks waits for a handler, and returns their names.
async fn waiting(engine: &Engine, count: usize) -> Vec<(String, Option<String>)> {
    while engine.unhandled_tasks().len() < count {
        tokio::task::yield_now().await;
    }
    let waiting = engine.unhandled_tasks().into_iter();
    let waiting = waiting.inspect(|task| assert_eq!(task.execution, ID));
    waiting.map(|task| (task.state, task.target)).collect()
}

/// Returns two branches that reach their tasks after a wait.
fn later() -> Json {
    let branch = |seconds: u32, name: &str| {
        json!({"StartAt": format!("Wait{name}"), "States": {
            format!("Wait{name}"): {"Type": "Wait", "Seconds": seconds, "Next": name},
            name: note(&json!(name), None),
        }})
    };
    json!({"StartAt": "All", "States": {"All": {
        "Type": "Parallel", "End": true, "Branches": [branch(10, "A"), branch(20, "B")],
    }}})
}

#[test]
fn an_execution_waits_at_tasks_until_their_handler_is_registered() {
    let (store, done) = (MemoryStore::new(), Done::default());
    started(&store, &later(), |builder| builder);
    // The machine was removed, too. Both branches continue up to their tasks.
    for _ in 0..2 {
        let store = store.clone();
        process(async move {
            let engine = builder(&store).build().unwrap();
            let note = Some("note".to_owned());
            let named = waiting(&engine, 2).await;
            assert_eq!(
                named,
                [("A".to_owned(), note.clone()), ("B".to_owned(), note)]
            );
            let history = engine
                .blocking_execution(ID)
                .unwrap()
                .unwrap()
                .history()
                .await;
            assert!(!history.to_json().to_string().contains("Scheduled"));
        });
    }
    let noted = done.clone();
    process(async move {
        let engine = with_note(builder(&store), &noted).build().unwrap();
        assert!(engine.unhandled_tasks().is_empty());
        let report = engine
            .blocking_execution(ID)
            .unwrap()
            .unwrap()
            .report()
            .await;
        assert_eq!(report.status, Status::Succeeded, "{:?}", report.cause);
        let entered = report.history.to_json().to_string();
        assert_eq!(entered.matches("\"TaskStateEntered\"").count(), 2);
        assert_eq!(
            entered.matches("\"LambdaFunctionScheduled\"").count()
                + entered.matches("\"TaskScheduled\"").count(),
            2
        );
    });
    let mut all = done.all();
    all.sort_by_key(Json::to_string);
    assert_eq!(all, [json!("A"), json!("B")]);
}

#[test]
fn build_lists_tasks_that_already_waited_for_a_handler() {
    let store = MemoryStore::new();
    started(&store, &later(), |builder| builder);
    process(async move {
        let engine = builder(&store).build().unwrap();
        waiting(&engine, 2).await;
        engine.shutdown(Duration::ZERO).await;
        // It does not wait any more.
        assert!(engine.unhandled_tasks().is_empty());
        let engine = builder(&store).build().unwrap();
        assert_eq!(engine.unhandled_tasks().len(), 2);
    });
}

#[test]
fn a_task_that_waits_for_its_handler_ends_with_its_execution() {
    let store = MemoryStore::new();
    started(&store, &later(), |builder| builder);
    process(async move {
        let engine = builder(&store).build().unwrap();
        waiting(&engine, 2).await;
        let run = engine.blocking_execution(ID).unwrap().unwrap();
        run.stop(Some("Enough"), None).await;
        assert_eq!(run.report().await.status, Status::Aborted);
        assert!(engine.unhandled_tasks().is_empty());
    });
}

#[test]
fn waiting_for_a_handler_counts_for_the_execution_but_not_the_task() {
    for is_task in [false, true] {
        let mut machine = json!({"StartAt": "W", "States": {
            "W": {"Type": "Wait", "Seconds": 10, "Next": "A"},
            "A": note(&json!("a"), None),
        }});
        if is_task {
            machine["States"]["A"]["TimeoutSeconds"] = json!(100)
        } else {
            machine["TimeoutSeconds"] = json!(100)
        }
        let (store, done) = (MemoryStore::new(), Done::default());
        started(&store, &machine, |builder| builder);
        let kept = store.clone();
        process(async move {
            let engine = builder(&kept).build().unwrap();
            let run = engine.blocking_execution(ID).unwrap().unwrap();
            if !is_task {
                let report = run.report().await;
                assert_eq!(report.status, Status::TimedOut);
                assert!(!report.history.to_json().to_string().contains("Scheduled"));
                return;
            }
            waiting(&engine, 1).await;
            drop(engine.clock().sleep(Duration::from_secs(500)).await);
            assert_eq!(engine.unhandled_tasks().len(), 1);
        });
        if is_task {
            process(async move {
                let builder = builder(&store).virtual_time_from(second(1_000));
                let engine = with_note(builder, &done).build().unwrap();
                let report = engine
                    .blocking_execution(ID)
                    .unwrap()
                    .unwrap()
                    .report()
                    .await;
                assert_eq!(report.status, Status::Succeeded, "{:?}", report.cause);
            });
        }
    }
}

#[test]
fn an_interrupted_task_waits_for_its_handler() {
    let machine = json!({"StartAt": "A", "States": {"A": {
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
        "Parameters": {"FunctionName": "note", "Payload": 1},
    }}});
    for is_idempotent in [false, true] {
        let (store, done) = (MemoryStore::new(), Done::default());
        started(&store, &machine, |builder| {
            builder.function("note", |_: Json| {
                std::future::pending::<Result<Json, TaskFailure>>()
            })
        });
        let kept = store.clone();
        process(async move {
            let engine = builder(&kept).build().unwrap();
            assert_eq!(engine.unhandled_tasks()[0].state, "A");
            tokio::time::sleep(Duration::from_millis(20)).await;
            assert_eq!(
                engine.blocking_execution(ID).unwrap().unwrap().status(),
                Status::Running
            );
        });
        process(async move {
            let builder = with_note(builder(&store), &done);
            let builder = if is_idempotent {
                builder.idempotent("note")
            } else {
                builder
            };
            let engine = builder.build().unwrap();
            assert!(engine.unhandled_tasks().is_empty());
            let report = engine
                .blocking_execution(ID)
                .unwrap()
                .unwrap()
                .report()
                .await;
            if is_idempotent {
                assert_eq!(report.status, Status::Succeeded)
            } else {
                assert_eq!(report.error.as_deref(), Some("Stepwright.TaskLost"))
            }
        });
    }
}

#[test]
fn tasks_wait_for_missing_activities_and_state_machines() {
    let machine = json!({"StartAt": "All", "States": {"All": {"Type": "Parallel", "End": true, "Branches": [
        {"StartAt": "Queued", "States": {"Queued": {"Type": "Task", "Resource": ACTIVITY, "End": true}}},
        {"StartAt": "W", "States": {
            "W": {"Type": "Wait", "Seconds": 10, "Next": "Activity"},
            "Activity": {"Type": "Task", "Resource": ACTIVITY, "Next": "Nested"},
            "Nested": {
                "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "End": true,
                "Parameters": {"StateMachineArn": INNER},
            },
        }},
    ]}}});
    let store = MemoryStore::new();
    started(&store, &machine, |builder| builder.activity(ACTIVITY));
    let kept = store.clone();
    process(async move {
        let engine = builder(&kept).build().unwrap();
        let named = waiting(&engine, 2).await;
        assert_eq!(
            named,
            [("Queued".to_owned(), None), ("Activity".to_owned(), None)]
        );
        // The activity may be created while the engine is running.
        engine.create_activity("pack").await.unwrap();
        for _ in 0..2 {
            let task = engine.get_activity_task(ACTIVITY, None).await.unwrap();
            engine
                .send_task_success(&task.token, "packed")
                .await
                .unwrap();
        }
        let named = waiting(&engine, 1).await;
        assert_eq!(named, [("Nested".to_owned(), Some(INNER.to_owned()))]);
    });
    process(async move {
        let inner = json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}});
        let builder = builder(&store).activity(ACTIVITY);
        let builder = builder.register_json("inner", &inner.to_string(), MachineType::Standard);
        let engine = builder.build().unwrap();
        let report = engine
            .blocking_execution(ID)
            .unwrap()
            .unwrap()
            .report()
            .await;
        assert_eq!(report.status, Status::Succeeded, "{:?}", report.cause);
    });
}

#[test]
fn a_new_execution_without_a_handler_fails() {
    let store = MemoryStore::new();
    process(async move {
        let text = later().to_string();
        let builder = builder(&store).register_json("m", &text, MachineType::Standard);
        let engine = builder.build().unwrap();
        let run = engine.start_machine("m", json!({}), StartOptions::new());
        let report = run.await.unwrap().report().await;
        assert_eq!(report.error.as_deref(), Some("States.Runtime"));
        assert!(engine.unhandled_tasks().is_empty());
    });
}
