//! Tasks on virtual time: activities, Lambda functions and service integrations.

use std::time::Duration;

use serde_json::{Value as Json, json};
use stepwright_engine::clock::{Clock, Hold, Timestamp};
use stepwright_engine::statistics::{HistogramStatistics, TaskStatistics};
use stepwright_engine::task::TaskFailure;
use stepwright_engine::{Engine, EngineBuilder, MachineType, StartOptions, Status};

use crate::statistics::support::until;

const PACK: &str = "arn:aws:states:us-east-1:123456789012:activity:pack";
const INVOKE: &str = "arn:aws:states:::lambda:invoke";

fn builder(state: Json) -> EngineBuilder {
    let mut state = state;
    state["End"] = json!(true);
    let definition = json!({"StartAt": "S", "States": {"S": state}});
    Engine::builder()
        .register_json("m", &definition.to_string(), MachineType::Standard)
        .virtual_time()
}

/// Scheduled, started, succeeded, failed, timed out, heartbeat timed out.
fn counts(tasks: &TaskStatistics) -> [u64; 6] {
    [
        tasks.scheduled,
        tasks.started,
        tasks.succeeded,
        tasks.failed,
        tasks.timed_out,
        tasks.heartbeat_timed_out,
    ]
}

fn of(engine: &Engine, resource: &str) -> TaskStatistics {
    engine.statistics().resource(resource).unwrap().clone()
}

fn waiting(engine: &Engine) -> u64 {
    let statistics = engine.statistics();
    statistics
        .activity_queues
        .iter()
        .map(|queue| queue.waiting)
        .sum()
}

/// Lets this time pass, and holds the clock again.
async fn pass(engine: &Engine, hold: Hold, seconds: u64) -> Hold {
    let sleep = engine.clock().sleep(Duration::from_secs(seconds));
    let (next, ()) = tokio::join!(sleep, async move { drop(hold) });
    next
}

#[tokio::test]
async fn activities_are_counted_with_the_time_in_the_queue_and_the_time_of_the_worker() {
    let state =
        json!({"Type": "Task", "Resource": PACK, "TimeoutSeconds": 100, "HeartbeatSeconds": 40});
    let engine = builder(state).activity(PACK).build().unwrap();
    assert_eq!(counts(&of(&engine, PACK)), [0; 6]);
    let start = || engine.start_machine("m", json!({}), StartOptions::new());
    let first = start().await.unwrap();
    let second = start().await.unwrap();
    let hold = engine.clock().hold();
    tokio::task::yield_now().await;
    assert_eq!(counts(&of(&engine, PACK)), [2, 0, 0, 0, 0, 0]);
    assert_eq!(waiting(&engine), 2);
    let hold = pass(&engine, hold, 7).await;
    let task = engine.get_activity_task(PACK, None).await.unwrap();
    assert_eq!(waiting(&engine), 1);
    let hold = pass(&engine, hold, 20).await;
    engine
        .send_task_success(&task.token, &json!({}))
        .await
        .unwrap();
    first.await.unwrap();
    let after = of(&engine, PACK);
    assert_eq!(counts(&after), [2, 1, 1, 0, 0, 0]);
    let times = [&after.schedule_time, &after.run_time, &after.time];
    assert_eq!(times.map(HistogramStatistics::sum), [7.0, 20.0, 27.0]);
    drop(task);

    let task = engine.get_activity_task(PACK, None).await.unwrap();
    let sent = engine.send_task_failure(&task.token, Some("Broken"), None);
    sent.await.unwrap();
    second.await.unwrap_err();
    assert_eq!(counts(&of(&engine, PACK)), [2, 2, 1, 1, 0, 0]);
    drop((task, hold));

    // No worker takes it.
    let third = start().await.unwrap();
    assert_eq!(third.report().await.status, Status::Failed);
    let after = of(&engine, PACK);
    assert_eq!(counts(&after), [3, 2, 1, 1, 1, 0]);
    assert_eq!((after.time.count(), after.run_time.count()), (3, 2));
    assert_eq!(waiting(&engine), 0);

    // A worker takes it and dies.
    let hold = engine.clock().hold();
    let fourth = start().await.unwrap();
    let task = engine.get_activity_task(PACK, None).await.unwrap();
    drop((task, hold));
    assert_eq!(fourth.report().await.status, Status::Failed);
    assert_eq!(counts(&of(&engine, PACK)), [4, 3, 1, 1, 1, 1]);
}

#[tokio::test]
async fn an_execution_that_stops_removes_its_task_from_the_queue() {
    let engine = builder(json!({"Type": "Task", "Resource": PACK}))
        .activity(PACK)
        .build()
        .unwrap();
    let run = engine
        .start_machine("m", json!({}), StartOptions::new())
        .await
        .unwrap();
    let hold = engine.clock().hold();
    tokio::task::yield_now().await;
    assert_eq!(waiting(&engine), 1);
    run.stop(None, None).await;
    drop(hold);
    run.report().await;
    assert_eq!(waiting(&engine), 0);
    assert_eq!(counts(&of(&engine, PACK)), [1, 0, 0, 0, 0, 0]);
}

#[tokio::test]
async fn each_attempt_of_a_lambda_function_counts_also_when_it_ends_immediately() {
    let arn = "arn:aws:lambda:us-east-1:123456789012:function:f";
    let state = json!({"Type": "Task", "Resource": arn, "TimeoutSeconds": 30,
        "Retry": [{"ErrorEquals": ["Again"], "IntervalSeconds": 1, "MaxAttempts": 2}]});
    let calls = std::sync::atomic::AtomicU32::new(0);
    let clock = Clock::virtual_from(Timestamp::default());
    let of_task = clock.clone();
    let engine = builder(state)
        .clock(clock)
        .function("f", move |_: Json| {
            let call = calls.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            let clock = of_task.clone();
            async move {
                match call {
                    0 => return Err(TaskFailure::new("Again", "")),
                    1 => drop(clock.sleep(Duration::from_secs(4)).await),
                    2 => {}
                    _ => drop(clock.sleep(Duration::from_secs(1_000)).await),
                }
                Ok(json!({}))
            }
        })
        .build()
        .unwrap();
    let run = || engine.execute_machine("m", json!({}), StartOptions::new());
    assert_eq!(run().await.unwrap().status, Status::Succeeded);
    let after = of(&engine, arn);
    assert_eq!(counts(&after), [2, 2, 1, 1, 0, 0]);
    assert_eq!((after.time.count(), after.time.sum()), (2, 4.0));
    assert_eq!((after.run_time.count(), after.run_time.sum()), (2, 4.0));
    assert_eq!(
        (after.schedule_time.count(), after.schedule_time.sum()),
        (2, 0.0)
    );
    assert_eq!(run().await.unwrap().status, Status::Succeeded);
    assert_eq!(counts(&of(&engine, arn)), [3, 3, 2, 1, 0, 0]);
    assert_eq!(run().await.unwrap().status, Status::Failed);
    let after = of(&engine, arn);
    assert_eq!(counts(&after), [4, 4, 2, 1, 1, 0]);
    assert_eq!(after.time.sum(), 34.0);
}

#[tokio::test]
async fn concurrent_tasks_of_one_state_have_their_own_times() {
    let item = json!({"StartAt": "Call", "States": {"Call": {
        "Type": "Task", "Resource": INVOKE, "End": true, "Parameters": {"FunctionName": "f", "Payload.$": "$"},
    }}});
    let clock = Clock::virtual_from(Timestamp::default());
    let of_task = clock.clone();
    let engine = builder(json!({"Type": "Map", "ItemProcessor": item}))
        .clock(clock)
        .function("f", move |seconds: u64| {
            let clock = of_task.clone();
            async move {
                drop(clock.sleep(Duration::from_secs(seconds)).await);
                Ok::<_, TaskFailure>(seconds)
            }
        })
        .build()
        .unwrap();
    let seconds: Vec<u64> = (1..=20).rev().collect();
    let report = engine
        .execute_machine("m", json!(seconds), StartOptions::new())
        .await;
    assert_eq!(report.unwrap().status, Status::Succeeded);
    let after = of(&engine, INVOKE);
    assert_eq!(counts(&after), [20, 20, 20, 0, 0, 0]);
    assert_eq!((after.time.count(), after.time.sum()), (20, 210.0));
}

#[tokio::test]
async fn running_handlers_are_counted_until_they_end_or_are_cancelled() {
    let (release, gate) = tokio::sync::watch::channel(false);
    let definition = json!({"StartAt": "S", "States": {"S": {
        "Type": "Task", "End": true, "Resource": INVOKE, "Parameters": {"FunctionName": "f"},
    }}});
    let engine = Engine::builder()
        .register_json("m", &definition.to_string(), MachineType::Standard)
        .function("f", move |_: Json| {
            let mut gate = gate.clone();
            async move {
                gate.wait_for(|is_open| *is_open).await.unwrap();
                Ok::<_, TaskFailure>(json!({}))
            }
        })
        .build()
        .unwrap();
    let start = || engine.start_machine("m", json!({}), StartOptions::new());
    let (one, other) = (start().await.unwrap(), start().await.unwrap());
    until("both handlers", || engine.statistics().running_tasks == 2).await;
    one.stop(None, None).await;
    one.report().await;
    until("one handler", || engine.statistics().running_tasks == 1).await;
    release.send(true).unwrap();
    other.await.unwrap();
    until("no handler", || engine.statistics().running_tasks == 0).await;
}
