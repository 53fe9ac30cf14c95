//! Closed executions are deleted after their retention time, beyond a number, beyond a size, and on
//! request.

use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use stepwright_engine::store::{MemoryStore, Store, StoreError, StoreFilter};
use stepwright_engine::test_support::CommitFailures as _;
use stepwright_engine::{
    DeleteError, Engine, EngineBuilder, ExecutionFilter, MachineType, RedriveError, StartError,
    StartOptions, Status,
};
use stepwright_testing::{Mock, Mocks};

use crate::durable::support::{Done, builder, full, second};

const DAY: Duration = Duration::from_secs(86_400);

fn pass() -> Json {
    json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}})
}

fn engine(store: &MemoryStore) -> EngineBuilder {
    let rest =
        json!({"StartAt": "W", "States": {"W": {"Type": "Wait", "SecondsPath": "$", "End": true}}});
    builder(&[("m", pass()), ("rest", rest)], store, &Done::default())
}

async fn run(engine: &Engine, name: &str, input: Json) -> Result<String, StartError> {
    let options = StartOptions::new().name(name);
    let run = engine.start_machine("m", input, options).await?;
    run.report().await;
    Ok(run.id().to_owned())
}

/// Returns the names in the store, newest first.
fn names(store: &MemoryStore) -> Vec<String> {
    let rows = store.reader().unwrap().list(&StoreFilter::default());
    rows.unwrap()
        .into_iter()
        .map(|row| row.name.to_string())
        .collect()
}

/// Waits for the effect of background work.
async fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(30), "never: {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

#[tokio::test]
async fn an_execution_is_deleted_after_ninety_days_and_frees_its_name() {
    let store = MemoryStore::new();
    let engine = engine(&store).virtual_time().build().unwrap();
    let begun = engine.clock().now();
    let old = run(&engine, "old", json!(1)).await.unwrap();
    tokio::time::sleep(Duration::from_millis(20)).await;
    // Virtual time does not jump to the time of a deletion.
    assert_eq!(engine.clock().now(), begun);
    let hold = engine.clock().hold();
    let rest = async |days: i64, name: &str| {
        let options = StartOptions::new().name(name);
        let seconds = json!(days * 86_400);
        engine
            .start_machine("rest", seconds, options)
            .await
            .unwrap()
    };
    let (long, open) = (rest(80, "long").await, rest(900, "open").await);
    // Each sleep begins before virtual time may advance.
    let sleep = engine.clock().sleep(89 * DAY);
    drop(hold);
    let held = sleep.await;
    assert_eq!(names(&store).len(), 3);
    let again = run(&engine, "old", json!(1)).await;
    assert!(matches!(again, Err(StartError::ExecutionAlreadyExists(_))));
    let sleep = engine.clock().sleep(2 * DAY);
    drop(held);
    let held = sleep.await;
    eventually("it is deleted", || names(&store).len() == 2).await;
    eventually("it is forgotten", || {
        engine.blocking_execution(&old).unwrap().is_none()
    })
    .await;
    assert_eq!(
        engine.redrive(&old).await.unwrap_err(),
        RedriveError::ExecutionDoesNotExist(old.clone())
    );
    // An execution that ended eleven days ago exists, although it started earlier.
    assert_eq!(long.status(), Status::Succeeded);
    assert!(engine.blocking_execution(long.id()).unwrap().is_some());
    assert_eq!(open.status(), Status::Running);
    assert_eq!(run(&engine, "old", json!(2)).await.unwrap(), old);
    drop(held);
}

#[tokio::test]
async fn old_executions_are_deleted_when_an_engine_is_built() {
    let store = MemoryStore::new();
    {
        let engine = engine(&store).virtual_time_from(second(0)).build().unwrap();
        for number in 0..300 {
            run(&engine, &format!("e-{number}"), json!(number))
                .await
                .unwrap();
        }
    }
    let week = |at| engine(&store).retention_time(7 * DAY).virtual_time_from(at);
    let young = week(second(6 * 86_400)).build().unwrap();
    run(&young, "young", json!(0)).await.unwrap();
    assert_eq!(names(&store).len(), 301);
    drop(young);
    let old = week(second(8 * 86_400)).build().unwrap();
    eventually("they are deleted", || names(&store) == ["young"]).await;
    assert_eq!(
        old.blocking_executions(&ExecutionFilter::new())
            .unwrap()
            .executions
            .len(),
        1
    );
}

#[tokio::test]
async fn retention_by_count_keeps_the_executions_that_ended_last() {
    let store = MemoryStore::new();
    let engine = engine(&store).retention(5).virtual_time().build().unwrap();
    let hold = engine.clock().hold();
    let options = StartOptions::new().name("first");
    let first = engine.start_machine("rest", json!(3_600), options);
    let first = first.await.unwrap();
    for number in 0..40 {
        run(&engine, &format!("e-{number}"), json!(number))
            .await
            .unwrap();
        eventually("the oldest is deleted", || names(&store).len() <= 6).await;
    }
    drop(hold);
    first.report().await;
    // It started before all others, and ended last.
    eventually("the oldest is deleted", || names(&store).len() == 5).await;
    let left = names(&store);
    assert!(
        ["first", "e-36", "e-37", "e-38", "e-39"]
            .iter()
            .all(|name| left.iter().any(|left| left == name)),
        "{left:?}"
    );
}

#[tokio::test]
async fn retention_by_bytes_keeps_the_executions_that_ended_last() {
    let store = MemoryStore::new();
    let engine = engine(&store)
        .retention_bytes(400_000)
        .virtual_time()
        .build()
        .unwrap();
    for number in 0..400 {
        let input = json!({"number": number, "text": "x".repeat(4_000)});
        run(&engine, &format!("e-{number}"), input).await.unwrap();
    }
    let bytes = || store.reader().unwrap().bytes().unwrap();
    // The job checks after each 64 ends.
    eventually("the oldest are deleted", || bytes() < 400_000 + 64 * 10_000).await;
    let left = names(&store);
    assert!(
        left.len() < 180 && left.iter().any(|name| name == "e-399"),
        "{left:?}"
    );
    drop(engine);
    let small = self::engine(&store)
        .retention_bytes(50_000)
        .virtual_time()
        .build()
        .unwrap();
    eventually("the oldest are deleted", || bytes() <= 50_000).await;
    assert!(!names(&store).is_empty());
    drop(small);
}

#[tokio::test]
async fn a_closed_execution_is_deleted_on_request() {
    let store = MemoryStore::new();
    let engine = engine(&store).virtual_time().build().unwrap();
    let hold = engine.clock().hold();
    let open = engine.start_machine("rest", json!(60), StartOptions::new().name("open"));
    let open = open.await.unwrap();
    let refused = engine.delete(open.id()).await.unwrap_err();
    assert_eq!(
        refused,
        DeleteError::ExecutionIsRunning(open.id().to_owned())
    );
    let id = run(&engine, "e", json!(1)).await.unwrap();
    engine.delete(&id).await.unwrap();
    assert!(engine.blocking_execution(&id).unwrap().is_none());
    assert_eq!(names(&store), ["open"]);
    let gone = engine.delete(&id).await.unwrap_err();
    assert_eq!(gone, DeleteError::ExecutionDoesNotExist(id.clone()));
    run(&engine, "e", json!(2)).await.unwrap();

    // A deletion that is not committed has no effect.
    store.fail_commits_from(store.commits() + 1, full());
    assert!(matches!(
        engine.delete(&id).await,
        Err(DeleteError::Store(StoreError::Full { .. }))
    ));
    store.fail_no_commits();
    let known = engine.blocking_execution(&id).unwrap().unwrap();
    assert_eq!(known.execution().input().to_text(), "2");
    drop(hold);

    // Another engine, which has it only in its store.
    drop((open, known, engine));
    let engine = self::engine(&store).virtual_time().build().unwrap();
    engine.delete(&id).await.unwrap();
    assert!(engine.blocking_execution(&id).unwrap().is_none());
}

#[tokio::test]
async fn an_engine_without_a_store_deletes_by_age_and_on_request() {
    let builder = Engine::builder().register_json("m", &pass().to_string(), MachineType::Standard);
    let engine = builder.retention_time(DAY).virtual_time().build().unwrap();
    let first = run(&engine, "a", json!(1)).await.unwrap();
    let second = run(&engine, "b", json!(1)).await.unwrap();
    engine.delete(&second).await.unwrap();
    assert!(engine.blocking_execution(&second).unwrap().is_none());
    assert!(engine.delete(&second).await.is_err());
    run(&engine, "b", json!(1)).await.unwrap();
    drop(engine.clock().sleep(2 * DAY).await);
    run(&engine, "c", json!(1)).await.unwrap();
    assert!(engine.blocking_execution(&first).unwrap().is_none());
    let left = engine
        .blocking_executions(&ExecutionFilter::new())
        .unwrap()
        .executions;
    assert_eq!(left.len(), 1);
}

/// A concurrent redrive and deletion: one of them wins, and the other one reports it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_concurrent_redrive_and_deletion_have_one_winner() {
    let machine = json!({"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": "bank"}, "End": true}}});
    let (mut redriven, mut gone) = (0, 0);
    for round in 0..60 {
        let store = MemoryStore::new();
        let answer = Mock::failure("Closed", "until tomorrow")
            .times(1)
            .then(Mock::output(json!("open")).optional());
        let builder = builder(&[("m", machine.clone())], &store, &Done::default());
        let builder = builder.tasks(Mocks::new().function("bank", answer));
        let engine = builder.build().unwrap();
        let id = run(&engine, "e", json!(1)).await.unwrap();
        let (deletes, redrives) = (engine.clone(), engine.clone());
        let (of, again) = (id.clone(), id.clone());
        let delete = async move { deletes.delete(&of).await };
        let redrive = async move {
            let run = redrives.redrive(&again).await?;
            Ok::<_, RedriveError>(run.report().await.status)
        };
        // In the first two rounds, one of them is over before the other begins, so both win at
        // least once.
        let results = match round {
            0 => (delete.await, redrive.await),
            1 => {
                let redriven = redrive.await;
                (delete.await, redriven)
            }
            _ => {
                let deleting = tokio::spawn(delete);
                if round % 2 == 0 {
                    tokio::task::yield_now().await;
                }
                let redriving = tokio::spawn(redrive);
                (deleting.await.unwrap(), redriving.await.unwrap())
            }
        };
        match results {
            (Ok(()), Err(RedriveError::ExecutionDoesNotExist(_))) => {
                gone += 1;
                assert!(names(&store).is_empty());
                run(&engine, "e", json!(2)).await.unwrap();
            }
            (Err(DeleteError::ExecutionIsRunning(_)), Ok(Status::Succeeded)) => {
                redriven += 1;
                assert_eq!(
                    engine.blocking_execution(&id).unwrap().unwrap().status(),
                    Status::Succeeded
                );
                assert_eq!(names(&store), ["e"]);
            }
            // It ended again before it was deleted.
            (Ok(()), Ok(Status::Succeeded)) => {
                redriven += 1;
                assert!(names(&store).is_empty());
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(redriven > 0 && gone > 0, "{redriven} redriven, {gone} gone");
}

#[tokio::test]
async fn unused_definitions_are_deleted_and_can_be_registered_again() {
    let store = MemoryStore::new();
    let hashes = || {
        let machines = store.reader().unwrap().machines().unwrap();
        let of_m = machines.into_iter().filter(|version| version.name == "m");
        of_m.map(|version| version.hash).collect::<Vec<_>>()
    };
    let version = |number: u32| json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "Result": number, "End": true}}});
    let engine = engine(&store)
        .retention_time(DAY)
        .virtual_time()
        .build()
        .unwrap();
    let mut all = Vec::new();
    for number in 0..3 {
        let text = version(number).to_string();
        engine
            .register_json("m", &text, MachineType::Standard)
            .unwrap();
        run(&engine, &format!("e-{number}"), json!(1))
            .await
            .unwrap();
        all.push(engine.machine("m").unwrap().hash);
    }
    assert_eq!(hashes(), all);
    let held = engine.clock().sleep(2 * DAY).await;
    // The current version is retained.
    eventually("they are deleted", || hashes() == all[2..]).await;
    assert!(names(&store).is_empty());
    // The first version is written again, with a new execution.
    engine
        .register_json("m", &version(0).to_string(), MachineType::Standard)
        .unwrap();
    let again = run(&engine, "again", json!(1)).await.unwrap();
    assert_eq!(hashes(), [all[2].clone(), all[0].clone()]);
    drop((held, engine));
    let engine = self::engine(&store)
        .virtual_time_from(second(-100_000_000))
        .build()
        .unwrap();
    let known = engine
        .blocking_execution(&again)
        .unwrap()
        .unwrap()
        .report()
        .await;
    assert_eq!(known.output.as_ref().unwrap().to_text(), "0");
}
