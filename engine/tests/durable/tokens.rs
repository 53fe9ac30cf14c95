//! Tokens that have ended get the same error in each process, as long as their executions are
//! retained.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value as Json, json};
use stepwright_engine::store::{MemoryStore, Store as _, StoreFilter};
use stepwright_engine::task::TaskFailure;
use stepwright_engine::value::Value;
use stepwright_engine::{Engine, MachineType, StartOptions, Status, TokenError};

use crate::durable::support::process;

/// The tokens that the function got, in order.
type Tokens = Arc<Mutex<Vec<String>>>;

fn asks(more: &Json) -> Json {
    let mut task = json!({
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "End": true,
        "Parameters": {"FunctionName": "f", "Payload": {"token.$": "$$.Task.Token"}},
    });
    for (key, value) in more.as_object().unwrap() {
        task[key] = value.clone();
    }
    if more.get("Next").is_some() {
        task.as_object_mut().unwrap().remove("End");
    }
    task
}

fn machine(state: &Json) -> Json {
    json!({"StartAt": "S", "States": {"S": state}})
}

fn machines() -> Vec<(&'static str, Json)> {
    let retry =
        json!([{"ErrorEquals": ["States.Timeout"], "IntervalSeconds": 1, "MaxAttempts": 1}]);
    let mut deadline = machine(&asks(&json!({})));
    deadline["TimeoutSeconds"] = json!(5);
    let branch = |more: &Json| machine(&asks(more));
    vec![
        ("asks", machine(&asks(&json!({})))),
        ("timed_out", machine(&asks(&json!({"TimeoutSeconds": 5})))),
        (
            "heartbeat",
            machine(&asks(&json!({"TimeoutSeconds": 50, "HeartbeatSeconds": 5}))),
        ),
        ("deadline", deadline),
        (
            "retried",
            machine(&asks(&json!({"TimeoutSeconds": 5, "Retry": retry}))),
        ),
        (
            "parallel",
            machine(&json!({"Type": "Parallel", "End": true, "Branches": [
                branch(&json!({"TimeoutSeconds": 5})), branch(&json!({"TimeoutSeconds": 50}))
            ]})),
        ),
        (
            "activity",
            machine(&json!({
                "Type": "Task", "End": true, "TimeoutSeconds": 5,
                "Resource": "arn:aws:states:us-east-1:123456789012:activity:work",
            })),
        ),
        (
            "waits",
            json!({"StartAt": "S", "States": {
                "S": asks(&json!({"TimeoutSeconds": 5, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "W"}], "Next": "W"})),
                "W": {"Type": "Wait", "Seconds": 1_000_000, "End": true},
            }}),
        ),
    ]
}

fn engine(store: &MemoryStore, tokens: &Tokens, retention: usize, is_virtual: bool) -> Engine {
    let tokens = tokens.clone();
    let mut builder = Engine::builder()
        .store(store.clone())
        .retention(retention)
        .activity("arn:aws:states:us-east-1:123456789012:activity:work")
        .function("f", move |payload: Json| {
            let token = payload["token"].as_str().unwrap().to_owned();
            tokens.lock().unwrap().push(token);
            async { Ok::<_, TaskFailure>(0) }
        });
    if is_virtual {
        builder = builder.virtual_time();
    }
    for (name, definition) in machines() {
        builder = builder.register_json(name, &definition.to_string(), MachineType::Standard);
    }
    builder.build().unwrap()
}

async fn start(
    engine: &Engine,
    machine: &str,
    name: &str,
) -> stepwright_engine::ExecutionHandle<Value> {
    let options = StartOptions::new().name(name);
    engine
        .start_machine(machine, json!({}), options)
        .await
        .unwrap()
}

/// Waits until the function got this number of tokens. Returns the last one.
async fn token(tokens: &Tokens, count: usize) -> String {
    loop {
        if let Some(token) = tokens.lock().unwrap().get(count - 1) {
            return token.clone();
        }
        tokio::task::yield_now().await;
    }
}

/// The answers to a token: to a success, a failure and a heartbeat.
async fn answers(engine: &Engine, token: &str) -> [Result<(), TokenError>; 3] {
    [
        engine.send_task_success(token, &json!(1)).await,
        engine.send_task_failure(token, None, None).await,
        engine.send_task_heartbeat(token).await,
    ]
}

async fn all_answers(
    engine: &Engine,
    tokens: &BTreeMap<&'static str, String>,
) -> BTreeMap<&'static str, [Result<(), TokenError>; 3]> {
    let mut all = BTreeMap::new();
    for (name, token) in tokens {
        all.insert(*name, answers(engine, token).await);
    }
    all
}

/// Runs executions whose tokens end in all ways. Returns the tokens by the reasons.
async fn ended(engine: &Engine, tokens: &Tokens) -> BTreeMap<&'static str, String> {
    let mut ended = BTreeMap::new();
    let count = || tokens.lock().unwrap().len();

    let next = count() + 1;
    let run = {
        // Time does not pass while the test answers.
        let _held = engine.clock().hold();
        let run = start(engine, "asks", "answered").await;
        let answered = token(tokens, next).await;
        engine
            .send_task_success(&answered, &json!(1))
            .await
            .unwrap();
        ended.insert("answered", answered);
        run
    };
    assert_eq!(run.report().await.status, Status::Succeeded);

    let next = count() + 1;
    let held = engine.clock().hold();
    let run = start(engine, "asks", "failed").await;
    let failed = token(tokens, next).await;
    engine
        .send_task_failure(&failed, Some("E"), None)
        .await
        .unwrap();
    ended.insert("failed", failed);
    assert_eq!(run.report().await.status, Status::Failed);
    // A redrive opens another token.
    let run = engine.redrive(run.id()).await.unwrap();
    let redriven = token(tokens, next + 1).await;
    engine
        .send_task_success(&redriven, &json!(1))
        .await
        .unwrap();
    ended.insert("redriven", redriven);
    assert_eq!(run.report().await.status, Status::Succeeded);

    let next = count() + 1;
    let run = start(engine, "asks", "stopped").await;
    ended.insert("stopped", token(tokens, next).await);
    run.stop(None, None).await;
    assert_eq!(run.report().await.status, Status::Aborted);

    let next = count() + 1;
    let run = start(engine, "activity", "activity").await;
    let work = "arn:aws:states:us-east-1:123456789012:activity:work";
    // Time does not pass while the worker has the task.
    let token_of_worker = engine.get_activity_task(work, None).await.unwrap().token;
    ended.insert("activity", token_of_worker);
    drop(held);
    assert_eq!(run.report().await.status, Status::Failed);
    assert_eq!(count() + 1, next);

    for (reason, machine) in [
        ("timed out", "timed_out"),
        ("heartbeat", "heartbeat"),
        ("deadline", "deadline"),
    ] {
        let next = count() + 1;
        let run = start(engine, machine, "e").await;
        run.report().await;
        ended.insert(reason, token(tokens, next).await);
    }

    let next = count() + 1;
    start(engine, "retried", "e").await.report().await;
    ended.insert("first attempt", token(tokens, next).await);
    ended.insert("second attempt", token(tokens, next + 1).await);

    let next = count() + 1;
    start(engine, "parallel", "e").await.report().await;
    let (one, two) = (token(tokens, next).await, token(tokens, next + 1).await);
    let one_timed_out = engine.send_task_heartbeat(&one).await == Err(TokenError::TaskTimedOut);
    let (timed_out, cancelled) = if one_timed_out {
        (one, two)
    } else {
        (two, one)
    };
    ended.insert("branch timed out", timed_out);
    ended.insert("branch cancelled", cancelled);
    ended
}

#[test]
fn ended_tokens_get_the_same_error_after_a_restart_and_until_their_executions_are_deleted() {
    let (store, tokens) = (MemoryStore::new(), Tokens::default());
    let (used, got) = (store.clone(), tokens.clone());
    let (ended, before) = process(async move {
        let engine = engine(&used, &got, usize::MAX, true);
        let ended = ended(&engine, &got).await;
        let answers = all_answers(&engine, &ended).await;
        (ended, answers)
    });
    let timed_out = || [(); 3].map(|()| Err(TokenError::TaskTimedOut));
    let gone = || [(); 3].map(|()| Err(TokenError::TaskDoesNotExist));
    let expected = BTreeMap::from([
        ("answered", gone()),
        ("failed", gone()),
        ("redriven", gone()),
        ("stopped", gone()),
        ("activity", timed_out()),
        ("timed out", timed_out()),
        ("heartbeat", timed_out()),
        ("deadline", gone()),
        ("first attempt", timed_out()),
        ("second attempt", timed_out()),
        ("branch timed out", timed_out()),
        ("branch cancelled", gone()),
    ]);
    assert_eq!(before, expected);

    let (used, got, again) = (store.clone(), tokens.clone(), ended.clone());
    let after = process(async move {
        let engine = engine(&used, &got, usize::MAX, true);
        all_answers(&engine, &again).await
    });
    assert_eq!(after, before);

    // Another store knows nothing of the tokens.
    let (got, again) = (tokens.clone(), ended.clone());
    let other = process(async move {
        let engine = engine(&MemoryStore::new(), &got, usize::MAX, true);
        all_answers(&engine, &again).await
    });
    let invalid = [(); 3].map(|()| Err(TokenError::InvalidToken));
    assert!(
        other.values().all(|answers| *answers == invalid),
        "{other:?}"
    );

    let used = store.clone();
    let deleted = process(async move {
        let engine = engine(&used, &tokens, 0, false);
        let mut reader = used.reader().unwrap();
        while !reader.list(&StoreFilter::default()).unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        all_answers(&engine, &ended).await
    });
    assert!(
        deleted.values().all(|answers| *answers == invalid),
        "{deleted:?}"
    );
}

#[test]
fn the_token_of_a_task_that_ended_in_a_running_execution_is_known_after_a_restart() {
    let (store, tokens) = (MemoryStore::new(), Tokens::default());
    let (used, got) = (store.clone(), tokens.clone());
    let waits = |engine: &Engine| {
        let id = "arn:aws:states:us-east-1:123456789012:execution:waits:e";
        engine.blocking_execution(id).unwrap().unwrap()
    };
    let before = process(async move {
        let engine = engine(&used, &got, usize::MAX, true);
        start(&engine, "waits", "e").await;
        let ended = token(&got, 1).await;
        let held = engine.clock().hold();
        drop(held);
        // It waits in the second state, whose end is far.
        while waits(&engine).history().await.len() < 8 {
            tokio::task::yield_now().await;
        }
        answers(&engine, &ended).await
    });
    assert_eq!(before, [(); 3].map(|()| Err(TokenError::TaskTimedOut)));
    let got = tokens.clone();
    let after = process(async move {
        let engine = engine(&store, &got, usize::MAX, false);
        let ended = token(&got, 1).await;
        answers(&engine, &ended).await
    });
    assert_eq!(after, before);
}
