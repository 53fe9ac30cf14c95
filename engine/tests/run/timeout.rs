use std::time::{Duration, Instant};

use proptest::prelude::*;
use serde_json::{Value as Json, json};
use stepwright_engine::task::TaskFailure;
use stepwright_engine::{Engine, MachineType, StartOptions, Status};
use stepwright_testing::{Mock, Mocks};

use crate::run::support::{builder, kinds, machine, output, run, seconds, task};

#[tokio::test]
async fn a_mock_that_never_completes_times_out_immediately() {
    let begun = Instant::now();
    let definition = machine(task(json!({"TimeoutSeconds": 3600})));
    let mocks = Mocks::new().function("f", Mock::never());
    let report = run(&definition, &mocks, json!({})).await;
    assert_eq!(report.status, Status::Failed);
    assert_eq!(report.error.as_deref(), Some("States.Timeout"));
    assert_eq!(report.cause, None);
    assert_eq!(seconds(&report), 3600.0);
    assert_eq!(
        kinds(&report)[2..],
        [
            "TaskScheduled",
            "TaskStarted",
            "TaskTimedOut",
            "ExecutionFailed"
        ]
    );
    assert!(begun.elapsed().as_secs() < 60);
}

#[tokio::test]
async fn a_handler_that_hangs_times_out_in_real_time() {
    let begun = Instant::now();
    let definition = machine(task(json!({"TimeoutSeconds": 1})));
    let engine = builder(&definition)
        .function("f", |_: Json| async {
            std::future::pending::<()>().await;
            Ok::<Json, TaskFailure>(Json::Null)
        })
        .build()
        .unwrap();
    let run = engine
        .start_machine("m", json!({}), StartOptions::new())
        .await
        .unwrap();
    let report = run.report().await;
    assert_eq!(report.error.as_deref(), Some("States.Timeout"));
    assert_eq!(seconds(&report), 1.0);
    let elapsed = begun.elapsed();
    assert!(elapsed >= Duration::from_millis(900) && elapsed < Duration::from_secs(20));
}

#[tokio::test]
async fn a_caught_timeout_has_an_empty_cause() {
    let definition = json!({"StartAt": "S", "States": {
        "S": task(json!({
            "TimeoutSecondsPath": "$.t",
            "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "C"}],
            "End": true
        })),
        "C": {"Type": "Succeed"}
    }});
    let mocks = Mocks::new().function("f", Mock::never());
    let report = run(&definition, &mocks, json!({"t": 7})).await;
    assert_eq!(
        output(&report),
        json!({"Error": "States.Timeout", "Cause": ""})
    );
    assert_eq!(seconds(&report), 7.0);
}

#[tokio::test]
async fn the_timeout_of_the_state_machine_ends_the_execution() {
    let mut definition = machine(json!({"Type": "Wait", "Seconds": 1000}));
    definition["TimeoutSeconds"] = json!(60);
    let report = run(&definition, &Mocks::new(), json!({})).await;
    assert_eq!(report.status, Status::TimedOut);
    assert_eq!((&report.error, &report.cause), (&None, &None));
    assert_eq!(seconds(&report), 60.0);
    let last = report.history.events().last().unwrap();
    assert_eq!(last.kind().name(), "ExecutionTimedOut");
    assert_eq!(
        (last.error(), last.previous_id()),
        (Some("States.Timeout"), 0)
    );
}

#[tokio::test]
async fn an_execution_times_out_after_a_year() {
    let definition = machine(task(json!({})));
    let mocks = Mocks::new().function("f", Mock::never());
    let report = run(&definition, &mocks, json!({})).await;
    assert_eq!(report.status, Status::TimedOut);
    assert_eq!(seconds(&report), 366.0 * 86_400.0);
}

#[tokio::test]
async fn each_attempt_has_its_own_timeout() {
    let definition = machine(task(json!({
        "TimeoutSeconds": 10, "Retry": [{"ErrorEquals": ["States.Timeout"], "MaxAttempts": 2}]
    })));
    let slow = Mock::output(1)
        .after(Duration::from_secs(11))
        .times(2)
        .then(Mock::output(2).after(Duration::from_secs(9)));
    let report = run(&definition, &Mocks::new().function("f", slow), json!({})).await;
    assert_eq!(output(&report), json!(2));
    assert_eq!(seconds(&report), 10.0 + 1.0 + 10.0 + 2.0 + 9.0);
}

/// Returns a state machine whose branches wait these numbers of seconds, one after the other.
fn waiting(branches: &[Vec<u8>], timeout: u8) -> Json {
    let chain = |waits: &Vec<u8>| {
        let mut states = serde_json::Map::new();
        for (place, seconds) in waits.iter().enumerate() {
            let next = format!("W{}", place + 1);
            let state = json!({"Type": "Wait", "Seconds": seconds, "Next": next});
            states.insert(format!("W{place}"), state);
        }
        states.insert(format!("W{}", waits.len()), json!({"Type": "Succeed"}));
        json!({"StartAt": "W0", "States": states})
    };
    let branches: Vec<_> = branches.iter().map(chain).collect();
    json!({"StartAt": "All", "TimeoutSeconds": timeout, "States": {
        "All": {"Type": "Parallel", "End": true, "Branches": branches}
    }})
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// With any other timers, an execution times out at its deadline, and before other timers of
    /// the same moment.
    #[test]
    fn an_execution_times_out_at_its_deadline_despite_other_timers(
        branches in prop::collection::vec(prop::collection::vec(0..4u8, 1..5), 1..5),
        timeout in 1..14u8,
        is_express in any::<bool>(),
    ) {
        let definition = waiting(&branches, timeout).to_string();
        let machine_type = if is_express { MachineType::Express } else { MachineType::Standard };
        let engine = Engine::builder().virtual_time().register_json("m", &definition, machine_type);
        let engine = engine.build().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let begun = engine.clock().now();
        let report = runtime.block_on(engine.execute_machine("m", json!({}), StartOptions::new()));
        let report = report.unwrap();
        let longest = branches.iter().map(|waits| waits.iter().sum::<u8>()).max().unwrap();
        let expected = if longest < timeout {
            (Status::Succeeded, longest)
        } else {
            (Status::TimedOut, timeout)
        };
        let took = (report.stopped - begun).as_secs();
        prop_assert_eq!((report.status, took), (expected.0, expected.1.into()));
    }
}
