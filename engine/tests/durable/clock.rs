//! Executions that several processes run, one after the other, with clocks that disagree.

use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Value as Json, json};
use stepwright_engine::clock::Timestamp;
use stepwright_engine::store::MemoryStore;
use stepwright_engine::{Engine, ExecutionHandle, ExecutionReport, StartOptions, Status};

use crate::durable::support::{Done, builder, process, second};

const ID: &str = "arn:aws:states:us-east-1:123456789012:execution:m:e";
const DAY: i64 = 86_400;

/// Returns a machine that waits for this number of answers, records when it entered each state, and
/// passes through others in between.
fn asks(answers: usize) -> Json {
    let mut states = serde_json::Map::new();
    for number in 0..answers {
        states.insert(
            format!("Pass{number}"),
            json!({"Type": "Pass", "Next": format!("Ask{number}")}),
        );
        let next = format!("Pass{}", number + 1);
        states.insert(
            format!("Ask{number}"),
            json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "Next": next,
                "ResultPath": null, "Parameters": {"FunctionName": "note", "Payload": {
                    "token.$": "$$.Task.Token", "entered.$": "$$.State.EnteredTime"}}}),
        );
    }
    states.insert(
        format!("Pass{answers}"),
        json!({"Type": "Pass", "End": true}),
    );
    json!({"StartAt": "Pass0", "States": states})
}

fn times(report: &ExecutionReport) -> Vec<Timestamp> {
    let events = report.history.events();
    events.map(|event| event.timestamp()).collect()
}

/// Starts the execution, or finds it.
async fn run(engine: &Engine) -> ExecutionHandle<stepwright_engine::value::Value> {
    match engine.blocking_execution(ID).unwrap() {
        Some(run) => run,
        None => engine
            .start_machine("m", json!({}), StartOptions::new().name("e"))
            .await
            .unwrap(),
    }
}

async fn eventually(mut holds: impl FnMut() -> bool) {
    for _ in 0..10_000 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_micros(200)).await;
    }
    panic!("it never holds");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.div_ceil(2)))]

    /// Each answer comes in another process, with any clock.
    #[test]
    fn the_times_of_an_execution_never_decrease(clocks in prop::collection::vec(-30 * DAY..30 * DAY, 1..6)) {
        let (store, done) = (MemoryStore::new(), Done::default());
        let machine = asks(clocks.len() - 1);
        let mut report = None;
        for (number, at) in clocks.iter().copied().enumerate() {
            let (store, done, machine) = (store.clone(), done.clone(), machine.clone());
            let is_last = number + 1 == clocks.len();
            report = process(async move {
                let engine = builder(&[("m", machine)], &store, &done).virtual_time_from(second(at));
                let engine = engine.build().unwrap();
                let run = run(&engine).await;
                if number > 0 {
                    let token = done.all()[number - 1]["token"].as_str().unwrap().to_owned();
                    engine.send_task_success(&token, "yes").await.unwrap();
                }
                if is_last {
                    return Some(run.report().await);
                }
                eventually(|| done.all().len() > number).await;
                None
            });
        }
        let report = report.unwrap();
        prop_assert_eq!(report.status, Status::Succeeded);
        let times = times(&report);
        prop_assert!(times.is_sorted(), "{times:?}");
        let (first, last) = (times[0], times[times.len() - 1]);
        prop_assert_eq!(report.execution().started(), first);
        prop_assert!(report.stopped >= last);
        // The context object has the same times.
        let entered = report.history.events();
        let entered = entered.filter(|event| event.kind().name() == "TaskStateEntered");
        let entered: Vec<String> = entered.map(|event| event.timestamp().to_string()).collect();
        let noted: Vec<String> = done.all().iter().map(|one| one["entered"].as_str().unwrap().to_owned()).collect();
        prop_assert_eq!(entered, noted);
        // The store has the same end.
        let stored = process(async move {
            let engine = builder(&[("m", machine)], &store, &Done::default()).virtual_time();
            engine.build().unwrap().blocking_execution(ID).unwrap().unwrap().report().await.stopped
        });
        prop_assert_eq!(stored, report.stopped);
    }
}

/// Stops an execution in a process whose clock is an hour behind.
#[test]
fn an_execution_does_not_stop_before_it_started() {
    let (store, done) = (MemoryStore::new(), Done::default());
    let (first, machine) = ((store.clone(), done.clone(), asks(1)), asks(1));
    process(async move {
        let (store, done, machine) = first;
        let engine = builder(&[("m", machine)], &store, &done).virtual_time_from(second(0));
        let engine = engine.build().unwrap();
        let _run = run(&engine).await;
        eventually(|| done.all().len() == 1).await;
    });
    let report = process(async move {
        let engine = builder(&[("m", machine)], &store, &done).virtual_time_from(second(-3_600));
        let engine = engine.build().unwrap();
        let run = run(&engine).await;
        run.stop(None, None).await
    });
    assert_eq!(report.status, Status::Aborted);
    assert_eq!(report.execution().started(), second(0));
    assert_eq!(report.stopped, second(0));
    assert!(times(&report).is_sorted());
}

/// Redrives an execution in a process whose clock is an hour behind. Its wait and its timeout use
/// the clock.
#[test]
fn a_redrive_is_not_before_the_end_that_it_follows() {
    for (seconds, status) in [(60, Status::Succeeded), (600, Status::TimedOut)] {
        let (store, done) = (MemoryStore::new(), Done::default());
        let machine = json!({"StartAt": "W", "TimeoutSeconds": 300, "States": {
            "W": {"Type": "Wait", "Seconds": seconds, "End": true}}});
        let first = (store.clone(), done.clone(), machine.clone());
        process(async move {
            let (store, done, machine) = first;
            let engine = builder(&[("m", machine)], &store, &done).virtual_time_from(second(0));
            let engine = engine.build().unwrap();
            let _hold = engine.clock().hold();
            let run = run(&engine).await;
            assert_eq!(run.stop(None, None).await.stopped, second(0));
        });
        let (report, now) = process(async move {
            let engine =
                builder(&[("m", machine)], &store, &done).virtual_time_from(second(-3_600));
            let engine = engine.build().unwrap();
            let report = engine.redrive(ID).await.unwrap().report().await;
            (report, engine.clock().now())
        });
        assert_eq!(report.status, status);
        assert_eq!(report.execution().redriven(), Some(second(0)));
        assert_eq!(report.stopped, second(0));
        assert_eq!(now, second(-3_600 + seconds.min(300)));
        assert!(times(&report).is_sorted());
    }
}

/// The deadline is an absolute time: a clock that went back an hour makes the wait an hour longer,
/// one that is ahead ends it.
#[test]
fn a_wait_keeps_its_deadline_when_the_next_process_has_another_clock() {
    let machine = json!({"StartAt": "W", "States": {
        "W": {"Type": "Wait", "Seconds": 60, "Next": "V"}, "V": {"Type": "Wait", "Seconds": 5, "End": true}}});
    for (at, end) in [(-3_600, 60 + 5), (10, 60 + 5), (3_600, 3_600 + 5)] {
        let (store, done) = (MemoryStore::new(), Done::default());
        let first = (store.clone(), done.clone(), machine.clone());
        process(async move {
            let (store, done, machine) = first;
            let engine = builder(&[("m", machine)], &store, &done).virtual_time_from(second(0));
            let engine = engine.build().unwrap();
            let _hold = engine.clock().hold();
            let _run = run(&engine).await;
            engine.shutdown(Duration::from_secs(1)).await;
        });
        let machine = machine.clone();
        let report = process(async move {
            let engine = builder(&[("m", machine)], &store, &done).virtual_time_from(second(at));
            run(&engine.build().unwrap()).await.report().await
        });
        assert_eq!(report.stopped, second(end), "{at}");
        assert!(times(&report).is_sorted());
    }
}

/// The second wait counts from the clock, and not from the last event, which a clock that was 100
/// days ahead wrote.
#[test]
fn a_clock_that_was_ahead_does_not_extend_later_waits() {
    let (store, done) = (MemoryStore::new(), Done::default());
    let machine = json!({"StartAt": "Ask", "States": {
        "Ask": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "Next": "V",
            "Parameters": {"FunctionName": "note", "Payload": {"token.$": "$$.Task.Token"}}},
        "V": {"Type": "Wait", "Seconds": 5, "End": true}}});
    let first = (store.clone(), done.clone(), machine.clone());
    process(async move {
        let (store, done, machine) = first;
        let engine = builder(&[("m", machine)], &store, &done).virtual_time_from(second(100 * DAY));
        let engine = engine.build().unwrap();
        let _run = run(&engine).await;
        eventually(|| done.all().len() == 1).await;
    });
    let (report, now) = process(async move {
        let token = done.all()[0]["token"].as_str().unwrap().to_owned();
        let engine = builder(&[("m", machine)], &store, &done).virtual_time_from(second(0));
        let engine = engine.build().unwrap();
        engine.send_task_success(&token, "yes").await.unwrap();
        let report = run(&engine).await.report().await;
        (report, engine.clock().now())
    });
    assert_eq!(now, second(5));
    assert_eq!(report.stopped, second(100 * DAY));
    assert!(times(&report).is_sorted());
}

/// The run starts under a clock that is a day ahead.
#[test]
fn a_map_run_does_not_stop_before_it_started() {
    let (store, done) = (MemoryStore::new(), Done::default());
    let inner = json!({"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "Ask", "States": {"Ask": {
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "End": true,
        "Parameters": {"FunctionName": "note", "Payload": {"token.$": "$$.Task.Token"}}}}});
    let machine = json!({"StartAt": "M", "States": {"M": {
        "Type": "Map", "Label": "M", "End": true, "ItemsPath": "$.items", "ItemProcessor": inner}}});
    let start = async |engine: &Engine| {
        let options = StartOptions::new().name("e");
        let run = engine.start_machine("m", json!({"items": [1]}), options);
        run.await.unwrap()
    };
    let first = (store.clone(), done.clone(), machine.clone());
    process(async move {
        let (store, done, machine) = first;
        let engine = builder(&[("m", machine)], &store, &done).virtual_time_from(second(DAY));
        let engine = engine.build().unwrap();
        let _run = start(&engine).await;
        eventually(|| done.all().len() == 1).await;
    });
    let runs = process(async move {
        let token = done.all()[0]["token"].as_str().unwrap().to_owned();
        let engine = builder(&[("m", machine)], &store, &done).virtual_time_from(second(0));
        let engine = engine.build().unwrap();
        let run = engine.blocking_execution(ID).unwrap().unwrap();
        engine.send_task_success(&token, "yes").await.unwrap();
        assert_eq!(run.report().await.status, Status::Succeeded);
        engine.blocking_map_runs(ID).unwrap()
    });
    assert_eq!(runs[0].started, second(DAY));
    assert_eq!(runs[0].stopped, Some(second(DAY)));
}
