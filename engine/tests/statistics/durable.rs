//! Engines with a store: restarts, suspended executions, outages, quarantine, tasks without a
//! handler, retention, and the store's own numbers.

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value as Json, json};
use stepwright_engine::clock::{Clock, Timestamp};
use stepwright_engine::store::{Change, MemoryStore, Store, StoreError};
use stepwright_engine::task::TaskFailure;
use stepwright_engine::test_support::CommitFailures as _;
use stepwright_engine::{Engine, EngineBuilder, MachineType, StartOptions};

use crate::statistics::support::{Counts, builder, counts, named, until};

const PREFIX: &str = "arn:aws:states:us-east-1:123456789012:execution";

fn second(seconds: i64) -> Timestamp {
    Timestamp::from_unix_micros(1_800_000_000_000_000 + seconds * 1_000_000)
}

fn full() -> StoreError {
    StoreError::Full {
        path: None,
        why: "the disk of this test is full".to_owned(),
    }
}

/// A builder of an engine on virtual time from this second on.
fn at(seconds: i64, store: &MemoryStore) -> EngineBuilder {
    builder()
        .clock(Clock::virtual_from(second(seconds)))
        .store(store.clone())
}

/// Waits until everything that was submitted is committed.
async fn settled(store: &MemoryStore) {
    let mut commits = u64::MAX;
    while commits != store.commits() {
        commits = store.commits();
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

#[tokio::test]
async fn a_suspended_execution_is_resumed_by_the_next_engine_which_begins_at_zero() {
    let store = MemoryStore::new();
    let engine = at(0, &store).build().unwrap();
    let start = |word: &str| engine.start_machine("obedient", json!(word), StartOptions::new());
    start("succeed").await.unwrap().await.unwrap();
    let hold = engine.clock().hold();
    start("wait").await.unwrap();
    start("stay").await.unwrap();
    settled(&store).await;
    assert_eq!(engine.shutdown(Duration::ZERO).await.len(), 2);
    drop(hold);
    assert_eq!(
        counts(&engine, "obedient"),
        Counts {
            started: 3,
            succeeded: 1,
            suspended: 2,
            ..Counts::default()
        }
    );
    drop(engine);

    let engine = at(5, &store).build().unwrap();
    assert_eq!(
        counts(&engine, "obedient"),
        Counts {
            resumed: 2,
            open: 2,
            ..Counts::default()
        }
    );
    drop(engine.clock().sleep(Duration::from_secs(3_600)).await);
    until("both ends", || counts(&engine, "obedient").open == 0).await;
    assert_eq!(
        counts(&engine, "obedient"),
        Counts {
            resumed: 2,
            succeeded: 1,
            timed_out: 1,
            ..Counts::default()
        }
    );
    // The time before the restart counts.
    let statistics = engine.statistics();
    let time = &statistics.state_machine("obedient").unwrap().time;
    assert!((69.0..71.0).contains(&time.sum()), "{time:?}");
}

#[tokio::test]
async fn a_redrive_from_the_store_is_counted_when_it_is_durable() {
    let store = MemoryStore::new();
    let engine = at(0, &store).build().unwrap();
    let run = engine
        .start_machine("obedient", json!("fail"), named("a"))
        .await
        .unwrap();
    run.await.unwrap_err();
    drop(engine);
    let engine = at(10, &store).build().unwrap();
    let id = format!("{PREFIX}:obedient:a");
    store.fail_commits_from(0, full());
    engine.redrive(&id).await.unwrap_err();
    assert_eq!(counts(&engine, "obedient"), Counts::default());
    store.fail_no_commits();
    until("the end of the outage", || engine.store_outage().is_none()).await;
    engine.redrive(&id).await.unwrap().await.unwrap_err();
    assert_eq!(
        counts(&engine, "obedient"),
        Counts {
            redriven: 1,
            failed: 1,
            ..Counts::default()
        }
    );
}

#[tokio::test]
async fn in_an_outage_starts_do_not_count_and_open_executions_stay_open() {
    let store = MemoryStore::new();
    let engine = builder().store(store.clone()).build().unwrap();
    let run = engine
        .start_machine("obedient", json!("stay"), named("a"))
        .await
        .unwrap();
    settled(&store).await;
    let before = engine.statistics().store.unwrap();
    assert!(before.is_available);
    assert_eq!(
        (before.failed_commits, before.outage_time),
        (0, Duration::ZERO)
    );
    assert_eq!(before.commits, before.commit_time.count());
    assert_eq!(before.commits, before.commit_bytes.count());
    assert!(before.changes >= before.commits && before.commit_bytes.sum() > 0.0);

    store.fail_commits_from(0, full());
    engine
        .start_machine("obedient", json!("stay"), named("b"))
        .await
        .unwrap_err();
    // Express executions are not stored.
    engine
        .start_machine("express", json!("succeed"), named("c"))
        .await
        .unwrap()
        .await
        .unwrap();
    let stop = tokio::spawn(async move { run.stop(None, None).await });
    until("failed commits", || {
        engine.statistics().store.unwrap().failed_commits > 1
    })
    .await;
    let store_now = engine.statistics().store.unwrap();
    assert!(!store_now.is_available && store_now.outage_time > Duration::ZERO);
    assert_eq!(store_now.commits, before.commits);
    assert_eq!(
        counts(&engine, "obedient"),
        Counts {
            started: 1,
            open: 1,
            ..Counts::default()
        }
    );
    assert_eq!(counts(&engine, "express").succeeded, 1);

    store.fail_no_commits();
    stop.await.unwrap();
    until("the end of the outage", || {
        engine.statistics().store.unwrap().is_available
    })
    .await;
    until("the end", || counts(&engine, "obedient").open == 0).await;
    assert_eq!(
        counts(&engine, "obedient"),
        Counts {
            started: 1,
            aborted: 1,
            ..Counts::default()
        }
    );
    assert_eq!(engine.statistics().store.unwrap().waiting_commits, 0);
}

#[tokio::test]
async fn an_execution_whose_commit_fails_for_ever_is_suspended() {
    let store = MemoryStore::new();
    let engine = builder().store(store.clone()).build().unwrap();
    let run = engine
        .start_machine("obedient", json!("stay"), named("a"))
        .await
        .unwrap();
    settled(&store).await;
    let message = "the power is gone".to_owned();
    store.fail_commits_from(0, StoreError::Panicked { message });
    run.stop(None, None).await;
    run.report().await;
    assert_eq!(
        counts(&engine, "obedient"),
        Counts {
            started: 1,
            suspended: 1,
            ..Counts::default()
        }
    );
}

#[tokio::test]
async fn a_quarantined_execution_is_counted_until_it_is_aborted() {
    let mut store = MemoryStore::new();
    let engine = builder().store(store.clone()).build().unwrap();
    for name in ["a", "b"] {
        engine
            .start_machine("obedient", json!("stay"), named(name))
            .await
            .unwrap();
    }
    settled(&store).await;
    engine.shutdown(Duration::ZERO).await;
    drop(engine);
    let mut reader = store.reader().unwrap();
    let id = format!("{PREFIX}:obedient:a");
    let row = reader.execution(&id).unwrap().unwrap();
    let seq = u32::try_from(reader.records(row.key).unwrap().len()).unwrap();
    let data = Bytes::from_static(b"\xff\xff\xff");
    store
        .commit(&[Change::Append {
            key: row.key,
            seq,
            data,
        }])
        .unwrap();

    let engine = builder().store(store.clone()).build().unwrap();
    assert_eq!(engine.statistics().quarantined_executions, 1);
    assert_eq!(
        counts(&engine, "obedient"),
        Counts {
            resumed: 1,
            open: 1,
            ..Counts::default()
        }
    );
    engine.abort_unreadable(&id).await.unwrap().unwrap();
    assert_eq!(engine.statistics().quarantined_executions, 0);
    // This engine did not run it, and so counts no end of it.
    assert_eq!(counts(&engine, "obedient").aborted, 0);
}

/// Two branches that call the function `f`, which only some engines have.
fn branches() -> String {
    let branch = |name: &str| {
        json!({"StartAt": name, "States": {name: {
            "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
            "Parameters": {"FunctionName": "f"},
            "Retry": [{"ErrorEquals": ["Stepwright.TaskLost"], "IntervalSeconds": 1, "MaxAttempts": 5}],
        }}})
    };
    let both = [branch("One"), branch("Two")];
    json!({"StartAt": "Both", "States": {"Both": {"Type": "Parallel", "End": true, "Branches": both}}}).to_string()
}

#[tokio::test]
async fn an_execution_with_two_tasks_without_a_handler_is_counted_once() {
    let store = MemoryStore::new();
    let of = |builder: EngineBuilder| {
        let builder = builder.register_json("branches", &branches(), MachineType::Standard);
        builder.store(store.clone())
    };
    let never = |_: Json| std::future::pending::<Result<Json, TaskFailure>>();
    let engine = of(Engine::builder()).function("f", never).build().unwrap();
    engine
        .start_machine("branches", json!({}), named("a"))
        .await
        .unwrap();
    until("both handlers", || engine.statistics().running_tasks == 2).await;
    engine.shutdown(Duration::ZERO).await;
    assert_eq!(engine.statistics().running_tasks, 0);
    drop(engine);

    let engine = of(Engine::builder()).build().unwrap();
    until("both tasks", || engine.unhandled_tasks().len() == 2).await;
    assert_eq!(engine.statistics().unhandled_executions, 1);
    assert_eq!(
        counts(&engine, "branches"),
        Counts {
            resumed: 1,
            open: 1,
            ..Counts::default()
        }
    );
    let run = engine
        .blocking_execution(&format!("{PREFIX}:branches:a"))
        .unwrap()
        .unwrap();
    run.stop(None, None).await;
    run.report().await;
    assert_eq!(engine.statistics().unhandled_executions, 0);
}

#[tokio::test]
async fn standard_children_of_a_map_run_are_resumed_as_executions() {
    let store = MemoryStore::new();
    let child = json!({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 1_000, "End": true}},
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}});
    let maps = json!({"StartAt": "M", "States": {"M": {
        "Type": "Map", "ItemProcessor": child, "Label": "L", "End": true,
    }}});
    let build = || {
        let builder = builder().store(store.clone());
        let builder = builder.register_json("maps", &maps.to_string(), MachineType::Standard);
        builder.build().unwrap()
    };
    let engine = build();
    engine
        .start_machine("maps", json!([1, 2, 3]), named("a"))
        .await
        .unwrap();
    until("the children", || {
        let statistics = engine.statistics();
        statistics
            .state_machine("maps/L")
            .is_some_and(|children| children.open == 3)
    })
    .await;
    settled(&store).await;
    engine.shutdown(Duration::ZERO).await;
    assert_eq!(
        counts(&engine, "maps/L"),
        Counts {
            started: 3,
            suspended: 3,
            ..Counts::default()
        }
    );
    drop(engine);
    let engine = build();
    assert_eq!(
        counts(&engine, "maps/L"),
        Counts {
            resumed: 3,
            open: 3,
            ..Counts::default()
        }
    );
    let run = engine
        .blocking_execution(&format!("{PREFIX}:maps:a"))
        .unwrap()
        .unwrap();
    run.stop(None, None).await;
    until("the end of the children", || {
        counts(&engine, "maps/L").open == 0
    })
    .await;
    for (machine, resumed) in [("maps", 1), ("maps/L", 3)] {
        assert_eq!(
            counts(&engine, machine),
            Counts {
                resumed,
                aborted: resumed,
                ..Counts::default()
            }
        );
    }
}

#[tokio::test]
async fn executions_that_the_store_deletes_are_counted() {
    let store = MemoryStore::new();
    let engine = at(0, &store).retention(2).build().unwrap();
    for _ in 0..6 {
        let run = engine
            .start_machine("obedient", json!("succeed"), StartOptions::new())
            .await;
        run.unwrap().await.unwrap();
    }
    until("the deletions", || {
        engine.statistics().deleted_executions == 4
    })
    .await;
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn the_sizes_of_the_file_and_of_its_log_are_those_on_the_disk() {
    use stepwright_engine::store::SqliteStore;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.db");
    let store = SqliteStore::open(&path).unwrap();
    let engine = builder().store(store).build().unwrap();
    engine
        .start_machine("obedient", json!("stay"), named("a"))
        .await
        .unwrap();
    let size = |name: &str| std::fs::metadata(folder.path().join(name)).unwrap().len();
    until("the sizes", || {
        let store = engine.statistics().store.unwrap();
        store.file_bytes == size("orders.db") && store.log_bytes == size("orders.db-wal")
    })
    .await;
    assert!(engine.statistics().store.unwrap().log_bytes > 0);
}

#[tokio::test]
async fn an_engine_without_a_store_has_no_numbers_of_one() {
    let engine = builder().build().unwrap();
    assert!(engine.statistics().store.is_none());
    assert!(
        !engine
            .statistics()
            .to_prometheus()
            .contains("stepwright_store_")
    );
}
