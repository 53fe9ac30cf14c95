use serde_json::{Value as Json, json};
use stepwright_engine::Status;
use stepwright_testing::{Mock, Mocks};

use crate::run::support::{kinds, machine, output, run, seconds, task};

fn flaky(failures: usize) -> Mocks {
    let mock = Mock::failure("Throttled", "slow down")
        .times(failures)
        .then(Mock::output("done"));
    Mocks::new().function("f", mock)
}

fn retrying(retry: Json) -> Json {
    machine(task(json!({ "Retry": retry })))
}

#[tokio::test]
async fn backoff_is_measured_on_the_virtual_clock() {
    let definition = retrying(json!([
        {"ErrorEquals": ["Throttled"], "IntervalSeconds": 2, "BackoffRate": 3.0, "MaxAttempts": 3}
    ]));
    let report = run(&definition, &flaky(3), json!({})).await;
    assert_eq!(output(&report), json!("done"));
    assert_eq!(seconds(&report), 2.0 + 6.0 + 18.0);
}

#[tokio::test]
async fn a_retrier_has_three_attempts_and_doubling_delays_by_default() {
    let definition = retrying(json!([{"ErrorEquals": ["States.ALL"]}]));
    let report = run(&definition, &flaky(4), json!({})).await;
    assert_eq!(report.status, Status::Failed);
    assert_eq!(report.error.as_deref(), Some("Throttled"));
    assert_eq!(seconds(&report), 1.0 + 2.0 + 4.0);
    let scheduled = kinds(&report)
        .into_iter()
        .filter(|kind| *kind == "TaskScheduled");
    assert_eq!(scheduled.count(), 4);
}

#[tokio::test]
async fn max_delay_seconds_limits_the_delays_of_a_thousand_retries() {
    let definition = retrying(json!([{
        "ErrorEquals": ["States.TaskFailed"], "MaxAttempts": 1000, "MaxDelaySeconds": 60
    }]));
    let report = run(&definition, &flaky(1000), json!({})).await;
    assert_eq!(output(&report), json!("done"));
    assert_eq!(seconds(&report), 63.0 + 994.0 * 60.0);
}

#[tokio::test]
async fn jitter_stays_within_the_delay_and_is_deterministic() {
    let definition = retrying(json!([{
        "ErrorEquals": ["Throttled"], "IntervalSeconds": 10, "BackoffRate": 1.0, "MaxAttempts": 5,
        "JitterStrategy": "FULL"
    }]));
    let first = seconds(&run(&definition, &flaky(5), json!({})).await);
    assert!(first > 0.0 && first < 50.0, "{first}");
    assert_eq!(
        first,
        seconds(&run(&definition, &flaky(5), json!({})).await)
    );
}

#[tokio::test]
async fn each_retrier_counts_separately_and_the_first_match_applies() {
    let definition = retrying(json!([
        {"ErrorEquals": ["A"], "MaxAttempts": 1, "IntervalSeconds": 1},
        {"ErrorEquals": ["B"], "MaxAttempts": 1, "IntervalSeconds": 100},
        {"ErrorEquals": ["States.ALL"], "MaxAttempts": 9}
    ]));
    let mocks = Mocks::new().function(
        "f",
        Mock::failure("A", "")
            .then(Mock::failure("B", ""))
            .then(Mock::failure("A", "")),
    );
    let report = run(&definition, &mocks, json!({})).await;
    assert_eq!(report.error.as_deref(), Some("A"));
    assert_eq!(seconds(&report), 101.0);
}

#[tokio::test]
async fn the_retry_count_is_seen_by_the_next_attempt() {
    let definition = machine(task(json!({
        "Parameters": {"FunctionName": "f", "Payload": {"n.$": "$$.State.RetryCount"}},
        "Retry": [{"ErrorEquals": ["Throttled"]}]
    })));
    let mocks = flaky(2);
    run(&definition, &mocks, json!({})).await;
    let seen: Vec<Json> = mocks
        .calls()
        .iter()
        .map(|call| call.parameters.get("Payload").unwrap().to_json())
        .collect();
    assert_eq!(seen, [json!({"n": 0}), json!({"n": 1}), json!({"n": 2})]);
}

#[tokio::test]
async fn zero_max_attempts_disable_the_retry() {
    let definition = retrying(json!([{"ErrorEquals": ["States.ALL"], "MaxAttempts": 0}]));
    let report = run(&definition, &flaky(1), json!({})).await;
    assert_eq!((report.status, seconds(&report)), (Status::Failed, 0.0));
}
