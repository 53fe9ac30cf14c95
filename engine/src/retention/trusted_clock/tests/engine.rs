//! Whole engines with a wrong clock.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::{Duration, Instant};

use super::machine::{DAYS, HOUR, SECOND};
use crate::clock::Clock;
use crate::store::{MemoryStore, Store, StoreFilter};
use crate::{Engine, MachineType, StartOptions};

const NOW: i64 = 1_800_000_000;
const PASS: &str = r#"{"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}"#;

/// Returns an engine whose clock shows this number of seconds after [`NOW`], after it has run an
/// execution that is named after the number.
async fn engine(
    store: &MemoryStore,
    seconds: i64,
    choose: impl FnOnce(crate::EngineBuilder) -> crate::EngineBuilder,
) -> Engine {
    let clock = Clock::of_test(Arc::new(AtomicI64::new((NOW + seconds) * SECOND)));
    let builder = Engine::builder()
        .register_json("m", PASS, MachineType::Standard)
        .store(store.clone())
        .clock(clock);
    let engine = choose(builder).build().expect("an engine");
    let options = StartOptions::new().name(seconds.to_string());
    let run = engine.start_machine("m", serde_json::json!(1), options);
    let report = run.await.expect("it starts").report().await;
    assert_eq!(report.stopped, engine.clock().now());
    engine
}

/// Waits until the store has exactly these executions, by their seconds.
async fn wait_for(store: &MemoryStore, expected: &[i64]) {
    let begun = Instant::now();
    loop {
        let rows = store
            .reader()
            .expect("a reader")
            .list(&StoreFilter::default());
        let names = rows.expect("rows").into_iter().map(|row| row.name);
        let mut seconds: Vec<i64> = names.map(|name| name.parse().expect("a number")).collect();
        seconds.sort_unstable();
        if seconds == expected {
            return;
        }
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "{seconds:?}, not {expected:?}"
        );
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

#[tokio::test]
async fn an_engine_with_an_untrusted_clock_deletes_by_count_but_not_by_age() {
    let store = MemoryStore::new();
    drop(engine(&store, 0, |builder| builder).await);
    drop(engine(&store, HOUR, |builder| builder).await);
    let wrong = 100 * DAYS;
    for restart in 0..3 {
        drop(engine(&store, wrong + restart, |builder| builder).await);
        // The engine checks for deletions when it starts.
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    wait_for(&store, &[0, HOUR, wrong, wrong + 1, wrong + 2]).await;
    let _engine = engine(&store, wrong + 3, |builder| builder.retention(4)).await;
    wait_for(&store, &[wrong, wrong + 1, wrong + 2, wrong + 3]).await;
}

#[tokio::test]
async fn an_engine_deletes_by_age_when_its_clock_is_confirmed() {
    let store = MemoryStore::new();
    drop(engine(&store, 0, |builder| builder).await);
    drop(engine(&store, 100 * DAYS, |builder| builder).await);
    wait_for(&store, &[0, 100 * DAYS]).await;
    let confirmed = engine(&store, 100 * DAYS + 1, |builder| builder.confirm_clock()).await;
    wait_for(&store, &[100 * DAYS, 100 * DAYS + 1]).await;
    drop(confirmed);
}

#[tokio::test]
async fn an_execution_that_ended_in_1970_has_an_unknown_age() {
    let store = MemoryStore::new();
    let (unset, old) = (10 - NOW, -200 * 24 * HOUR);
    drop(engine(&store, unset, |builder| builder).await);
    drop(engine(&store, old, crate::EngineBuilder::confirm_clock).await);
    wait_for(&store, &[unset, old]).await;
    // The default retention time is 90 days.
    let engine = engine(&store, 0, crate::EngineBuilder::confirm_clock).await;
    wait_for(&store, &[unset, 0]).await;
    drop(engine);
}
