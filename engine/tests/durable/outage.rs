//! A store that temporarily cannot commit: executions wait for it and continue without a restart,
//! and nothing is reported before it is durable.

use std::time::Duration;

use serde_json::{Value as Json, json};
use stepwright_engine::clock::Clock;
use stepwright_engine::store::MemoryStore;
use stepwright_engine::test_support::CommitFailures as _;
use stepwright_engine::{Engine, ExecutionFilter, StartError, StartOptions, Status};

use crate::durable::support::{Done, FullFor, builder, full, note, process};

const ID: &str = "arn:aws:states:us-east-1:123456789012:execution:m:e";

fn named(name: &str) -> StartOptions {
    StartOptions::new().name(name)
}

/// Waits for a token, then records a note.
fn asks() -> Json {
    json!({"StartAt": "Ask", "States": {
        "Ask": {
            "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "Next": "A",
            "Parameters": {"FunctionName": "note", "Payload": {"token.$": "$$.Task.Token"}},
        },
        "A": note(&json!("a"), None),
    }})
}

async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..2_000 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    panic!("{what} does not happen within four seconds");
}

/// An engine with an execution that waits for its token.
async fn waiting(store: &MemoryStore, done: &Done) -> (Engine, String) {
    let engine = builder(&[("m", asks())], store, done).build().unwrap();
    engine
        .start_machine("m", json!({}), named("e"))
        .await
        .unwrap();
    until("the token", || !done.all().is_empty()).await;
    let commits = store.commits();
    until("the last commit", || store.commits() >= commits.max(2)).await;
    (engine, done.all()[0]["token"].as_str().unwrap().to_owned())
}

#[test]
fn a_task_success_is_acknowledged_when_the_store_commits_again() {
    process(async {
        let (store, done) = (MemoryStore::new(), Done::default());
        let (engine, token) = waiting(&store, &done).await;
        store.fail_commits_from(0, full());
        let sender = engine.clone();
        let answer =
            tokio::spawn(async move { sender.send_task_success(&token, &json!({})).await });
        until("the outage", || engine.store_outage().is_some()).await;
        assert!(!answer.is_finished());
        let run = engine
            .blocking_execution(ID)
            .unwrap()
            .expect("it is listed");
        assert_eq!(run.status(), Status::Running);
        let listed = engine
            .blocking_executions(&ExecutionFilter::new())
            .unwrap()
            .executions;
        assert_eq!(listed.len(), 1);
        let events = run.history().await.len();
        assert!(events > 0, "the durable part of the history can be read");
        assert_eq!(
            done.all().len(),
            1,
            "the next task is not called before the answer is durable"
        );
        store.fail_no_commits();
        answer.await.unwrap().unwrap();
        assert_eq!(run.report().await.status, Status::Succeeded);
        assert!(engine.store_outage().is_none());
    });
}

#[test]
fn a_start_fails_in_an_outage_and_does_not_reserve_its_name() {
    process(async {
        let (store, done) = (MemoryStore::new(), Done::default());
        let (engine, _) = waiting(&store, &done).await;
        store.fail_commits_from(0, full());
        let refused = engine.start_machine("m", json!({}), named("other")).await;
        assert!(
            matches!(refused, Err(StartError::Unavailable(_))),
            "{refused:?}"
        );
        until("the outage", || engine.store_outage().is_some()).await;
        let refused = engine.start_machine("m", json!({}), named("other")).await;
        assert!(
            matches!(refused, Err(StartError::Unavailable(_))),
            "{refused:?}"
        );
        store.fail_no_commits();
        until("the end of the outage", || engine.store_outage().is_none()).await;
        engine
            .start_machine("m", json!({}), named("other"))
            .await
            .unwrap();
    });
}

#[test]
fn a_stop_in_an_outage_is_reported_when_it_is_durable() {
    let (store, done) = (MemoryStore::new(), Done::default());
    let (first, noted) = (store.clone(), done.clone());
    process(async move {
        let (engine, _) = waiting(&first, &noted).await;
        first.fail_commits_from(0, full());
        let run = engine.blocking_execution(ID).unwrap().unwrap();
        let stop = tokio::spawn(async move { run.stop(Some("Enough"), None).await });
        until("the outage", || engine.store_outage().is_some()).await;
        assert!(!stop.is_finished());
        assert_eq!(
            engine.blocking_execution(ID).unwrap().unwrap().status(),
            Status::Running
        );
        first.fail_no_commits();
        let report = stop.await.unwrap();
        assert_eq!(report.status, Status::Aborted);
    });
    process(async move {
        let engine = builder(&[("m", asks())], &store, &done).build().unwrap();
        let run = engine.blocking_execution(ID).unwrap().unwrap();
        assert_eq!(run.status(), Status::Aborted);
    });
}

#[test]
fn an_execution_continues_after_a_stop_that_was_not_committed() {
    let (store, done) = (MemoryStore::new(), Done::default());
    let (first, noted) = (store.clone(), done.clone());
    process(async move {
        let (engine, _) = waiting(&first, &noted).await;
        first.fail_commits_from(0, full());
        let run = engine.blocking_execution(ID).unwrap().unwrap();
        let stop = tokio::spawn(async move { run.stop(None, None).await });
        until("the outage", || engine.store_outage().is_some()).await;
        engine.shutdown(Duration::ZERO).await;
        let report = stop.await.unwrap();
        assert!(!report.is_over());
        assert_eq!(report.error.as_deref(), Some("Stepwright.CommitFailed"));
        let run = engine
            .blocking_execution(ID)
            .unwrap()
            .expect("it is still listed");
        assert_eq!(run.status(), Status::Running);
    });
    store.fail_no_commits();
    process(async move {
        let engine = builder(&[("m", asks())], &store, &done).build().unwrap();
        let token = done.all()[0]["token"].as_str().unwrap().to_owned();
        engine.send_task_success(&token, &json!({})).await.unwrap();
        let report = engine
            .blocking_execution(ID)
            .unwrap()
            .unwrap()
            .report()
            .await;
        assert_eq!(report.status, Status::Succeeded);
    });
}

#[test]
fn a_handler_that_runs_during_an_outage_is_not_lost() {
    process(async {
        let (store, done) = (MemoryStore::new(), Done::default());
        let machine = json!({"StartAt": "Slow", "States": {"Slow": {
            "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "A",
            "Parameters": {"FunctionName": "slow", "Payload": {}},
        }, "A": note(&json!("a"), None)}});
        let gate = std::sync::Arc::new(tokio::sync::Notify::new());
        let opened = gate.clone();
        let builder = builder(&[("m", machine)], &store, &done).clock(Clock::real());
        let builder = builder.function("slow", move |_: Json| {
            let opened = opened.clone();
            async move {
                opened.notified().await;
                Ok::<_, stepwright_engine::task::TaskFailure>(json!({}))
            }
        });
        let engine = builder.build().unwrap();
        let run = engine
            .start_machine("m", json!({}), named("e"))
            .await
            .unwrap();
        until("the task", || store.commits() >= 1).await;
        store.fail_commits_from(0, full());
        gate.notify_one();
        until("the outage", || engine.store_outage().is_some()).await;
        store.fail_no_commits();
        let report = run.report().await;
        assert_eq!(report.status, Status::Succeeded, "{:?}", report.cause);
        assert_eq!(done.all().len(), 1);
    });
}

#[test]
fn a_nested_start_waits_while_the_store_is_full() {
    process(async {
        let inner = json!({"StartAt": "N", "States": {"N": note(&json!("inner"), None)}});
        let machine = json!({"StartAt": "Start", "States": {"Start": {
            "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "End": true,
            "Parameters": {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:inner"},
        }}});
        let (store, done) = (FullFor::inner(), Done::default());
        store.set(true);
        let builder = builder(
            &[("m", machine), ("inner", inner)],
            &MemoryStore::new(),
            &done,
        );
        let engine = builder.store(store.clone()).build().unwrap();
        let run = engine
            .start_machine("m", json!({}), named("e"))
            .await
            .unwrap();
        until("the outage", || engine.store_outage().is_some()).await;
        assert_eq!(run.status(), Status::Running);
        store.set(false);
        let report = run.report().await;
        assert_eq!(report.status, Status::Succeeded, "{:?}", report.cause);
        assert_eq!(store.names().len(), 2);
    });
}

/// A Distributed Map of two children.
fn spreads() -> Json {
    json!({"StartAt": "Spread", "States": {"Spread": {
        "Type": "Map", "End": true, "ItemsPath": "$.items",
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "A", "States": {"A": note(&json!("a"), None)},
        },
    }}})
}

#[test]
fn a_start_that_is_refused_leaves_no_map_run() {
    let (store, done) = (MemoryStore::new(), Done::default());
    let (of_first, of_second) = ((store.clone(), done.clone()), (store, done));
    let input = || json!({"items": [{}, {}]});
    let whole = process(async move {
        let (store, done) = of_first;
        let engine = builder(&[("m", spreads())], &store, &done).build().unwrap();
        store.fail_commits_from(0, full());
        let refused = engine.start_machine("m", input(), named("e")).await;
        assert!(matches!(refused, Err(StartError::Unavailable(_))));
        assert_eq!(engine.blocking_map_runs(ID).unwrap(), []);
        store.fail_no_commits();
        until("the end of the outage", || engine.store_outage().is_none()).await;
        let run = engine
            .start_machine("m", input(), named("e"))
            .await
            .unwrap();
        assert_eq!(run.report().await.status, Status::Succeeded);
        engine.blocking_map_runs(ID).unwrap()
    });
    assert_eq!(whole.len(), 1);
    process(async move {
        let (store, done) = of_second;
        let engine = builder(&[("m", spreads())], &store, &done).build().unwrap();
        // Only the store has the execution of this name.
        let refused = engine.start_machine("m", input(), named("e")).await;
        assert!(matches!(
            refused,
            Err(StartError::ExecutionAlreadyExists(_))
        ));
        assert_eq!(engine.blocking_map_runs(ID).unwrap(), whole);
    });
}
