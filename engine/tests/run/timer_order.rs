//! Several executions on virtual time: shorter waits end first; of waits that end at the same time,
//! the one that began first. An execution that is alone continues in place, without starving other
//! tasks.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use serde_json::{Value as Json, json};
use stepwright_engine::clock::{Clock, Timestamp};
use stepwright_engine::task::TaskFailure;
use stepwright_engine::{Engine, ExecutionHandle, Limits, MachineType, StartOptions, Status};

use crate::run::support::{builder, task};

/// Returns a chain of Waits of these lengths, with a Task after each.
fn chain(waits: &[u64]) -> Json {
    let mut states = json!({"End": {"Type": "Succeed"}});
    for (at, seconds) in waits.iter().enumerate() {
        let next = if at + 1 == waits.len() {
            "End".to_owned()
        } else {
            format!("W{}", at + 1)
        };
        states[format!("W{at}")] =
            json!({"Type": "Wait", "Seconds": seconds, "Next": format!("T{at}")});
        states[format!("T{at}")] = task(json!({"Next": next}));
    }
    json!({"StartAt": "W0", "States": states})
}

/// Returns the expected order of the tasks.
fn expected(all: &[Vec<u64>]) -> Vec<(u64, usize)> {
    let mut log = Vec::new();
    let mut armed = 0;
    // No execution has waited yet.
    let begins = |who| Reverse((0, 0, who, 0));
    let mut timers: BinaryHeap<_> = (0..all.len()).map(begins).collect();
    while let Some(Reverse((now, _, who, mut at))) = timers.pop() {
        if at > 0 {
            log.push((now, who));
        }
        while all[who].get(at) == Some(&0) {
            log.push((now, who));
            at += 1;
        }
        if let Some(seconds) = all[who].get(at) {
            armed += 1;
            timers.push(Reverse((now + seconds, armed, who, at + 1)));
        }
    }
    log
}

async fn observed(all: &[Vec<u64>]) -> Vec<(u64, usize)> {
    let log = Arc::new(Mutex::new(Vec::new()));
    let (noted, clock) = (log.clone(), Arc::new(Mutex::new(None)));
    let told = clock.clone();
    let mut engine = Engine::builder()
        .virtual_time()
        .function("f", move |who: usize| {
            let clock: Clock = told.lock().unwrap().clone().unwrap();
            noted.lock().unwrap().push((clock.now(), who));
            std::future::ready(Ok::<usize, TaskFailure>(who))
        });
    for (who, waits) in all.iter().enumerate() {
        let text = chain(waits).to_string();
        engine = engine.register_json(format!("m{who}"), &text, MachineType::Standard);
    }
    let engine = engine.build().unwrap();
    *clock.lock().unwrap() = Some(engine.clock().clone());
    let begun = engine.clock().now();
    let held = engine.clock().hold();
    let mut runs: Vec<ExecutionHandle<_>> = Vec::new();
    for who in 0..all.len() {
        let machine = format!("m{who}");
        let run = engine.start_machine(&machine, json!(who), StartOptions::new());
        runs.push(run.await.unwrap());
    }
    // All executions reach their first Wait.
    tokio::task::yield_now().await;
    drop(held);
    for run in runs {
        run.await.unwrap();
    }
    let log = log.lock().unwrap();
    let seconds = |(at, who): &(Timestamp, usize)| ((*at - begun).as_secs(), *who);
    log.iter().map(seconds).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn executions_resume_in_the_order_of_their_timers(
        all in proptest::collection::vec(proptest::collection::vec(0..4_u64, 1..12), 1..7)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let observed = runtime.block_on(observed(&all));
        prop_assert_eq!(observed, expected(&all));
    }
}

#[tokio::test]
async fn an_endless_loop_of_waits_does_not_starve_other_tasks() {
    let endless = json!({"StartAt": "W", "States": {
        "W": {"Type": "Wait", "Seconds": 1, "Next": "P"},
        "P": {"Type": "Pass", "Next": "W"}
    }});
    let limits = Limits::new().events(u32::MAX);
    let engine = builder(&endless).limits(limits).build().unwrap();
    let run = engine.start_machine("m", json!({}), StartOptions::new());
    let run = run.await.unwrap();
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    assert_eq!(run.stop(None, None).await.status, Status::Aborted);
}
