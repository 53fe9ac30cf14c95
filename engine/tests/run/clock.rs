use std::time::{Duration, Instant};

use serde_json::json;
use stepwright_engine::clock::{Clock, Timestamp};
use stepwright_engine::{Engine, MachineType, StartOptions};

use crate::run::support::{builder, machine};

#[tokio::test]
async fn virtual_time_does_not_advance_while_it_is_held() {
    let engine = builder(&machine(json!({"Type": "Wait", "Seconds": 60})))
        .build()
        .unwrap();
    let begun = engine.clock().now();
    let held = engine.clock().hold();
    let run = engine
        .start_machine("m", json!({}), StartOptions::new())
        .await
        .unwrap();
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    assert_eq!(engine.clock().now(), begun);
    drop(held);
    run.await.unwrap();
    assert_eq!(engine.clock().now() - begun, Duration::from_secs(60));
}

#[tokio::test]
async fn sleeps_end_in_the_order_of_their_deadlines() {
    let clock = Clock::virtual_from(Timestamp::default());
    let (late, early) = (
        clock.sleep(Duration::from_secs(9)),
        clock.sleep(Duration::from_secs(4)),
    );
    let held = early.await;
    assert_eq!(clock.now() - Timestamp::default(), Duration::from_secs(4));
    drop(held);
    let _held = late.await;
    assert_eq!(clock.now() - Timestamp::default(), Duration::from_secs(9));
}

#[tokio::test]
async fn a_dropped_sleep_does_not_hold_virtual_time() {
    let clock = Clock::virtual_from(Timestamp::default());
    drop(clock.sleep(Duration::from_secs(1)));
    let rang = clock.sleep(Duration::from_secs(2));
    let other = clock.sleep(Duration::from_secs(2));
    let held = rang.await;
    drop(other);
    drop(held);
    let _held = clock.sleep(Duration::from_secs(3)).await;
    assert_eq!(clock.now() - Timestamp::default(), Duration::from_secs(5));
}

#[tokio::test]
async fn a_wait_on_real_time_takes_real_time() {
    let wait = machine(json!({"Type": "Wait", "QueryLanguage": "JSONata", "Seconds": "{% 0.2 %}"}));
    let engine = Engine::builder()
        .register_json("m", &wait.to_string(), MachineType::Standard)
        .build()
        .unwrap();
    let begun = Instant::now();
    let run = engine
        .start_machine("m", json!({}), StartOptions::new())
        .await
        .unwrap();
    run.await.unwrap();
    assert!(begun.elapsed() >= Duration::from_millis(200));
    assert!(begun.elapsed() < Duration::from_secs(10));
}
