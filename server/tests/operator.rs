//! `/health`, `/ready` and `/metrics`.

use std::time::Duration;

use serde_json::json;
use stepwright_engine::Engine;
use stepwright_engine::store::{MemoryStore, StoreError, StoreLease};
use stepwright_engine::test_support::CommitFailures as _;
use stepwright_server::AccessKeys;

use crate::basic_store::BasicStore;
use crate::support::{Api, ROLE};

/// Starts an execution of a machine that waits, and returns the status of the response.
fn start(api: &Api) -> u16 {
    let wait =
        json!({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 1_000, "End": true}}});
    let machine = json!({"name": "waits", "definition": wait.to_string(), "roleArn": ROLE});
    let arn = "arn:aws:states:us-east-1:123456789012:stateMachine:waits";
    api.ask("CreateStateMachine", &machine);
    api.ask("StartExecution", &json!({"stateMachineArn": arn}))
        .0
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..5_000 {
        if holds() {
            return;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    panic!("{what} does not happen within ten seconds");
}

#[test]
fn the_metrics_are_the_statistics_of_the_engine_as_text() {
    let api = Api::over(Engine::builder());
    assert_eq!(start(&api), 200);
    let (status, media_type, text) = api.get("/metrics");
    assert_eq!(
        (status, &*media_type),
        (200, "text/plain; version=0.0.4; charset=utf-8")
    );
    assert_eq!(text, api.engine.statistics().to_prometheus());
    for line in [
        "# TYPE stepwright_executions_started_total counter",
        "stepwright_executions_started_total{state_machine=\"waits\"} 1",
        "stepwright_executions_open{state_machine=\"waits\"} 1",
        "stepwright_execution_time_seconds_bucket{state_machine=\"waits\",le=\"+Inf\"} 0",
    ] {
        assert!(text.lines().any(|known| known == line), "{line}:\n{text}");
    }
}

#[test]
fn the_paths_for_operators_need_no_signature_and_metrics_can_be_disabled() {
    let with_keys = |builder: stepwright_server::ServerBuilder| {
        builder.access_keys(AccessKeys::new().key("AKIATEAM", "secret"))
    };
    let api = Api::with(Engine::builder(), with_keys);
    for path in ["/health", "/ready", "/metrics"] {
        assert_eq!(api.get(path).0, 200, "{path}");
    }
    let api = Api::with(Engine::builder(), |builder| builder.metrics(false));
    assert_eq!(api.get("/metrics").0, 404);
    assert_eq!(api.get("/ready").0, 200);
}

#[test]
fn a_server_whose_store_cannot_commit_is_not_ready_until_it_commits_again() {
    let store = MemoryStore::new();
    let api = Api::over(Engine::builder().store(store.clone()).resume_later());
    assert_eq!(start(&api), 200);
    let (status, _, body) = api.get("/ready");
    assert_eq!((status, &*body), (200, r#"{"status":"ready"}"#));
    let why = "the disk of this test is full".to_owned();
    store.fail_commits_from(0, StoreError::Full { path: None, why });
    assert_eq!(start(&api), 503);
    until("the outage", || api.get("/ready").0 == 503);
    let (_, _, body) = api.get("/ready");
    assert!(
        body.contains("unavailable") && body.contains("the disk of this test is full"),
        "{body}"
    );
    let (_, _, text) = api.get("/metrics");
    assert!(
        text.contains("\nstepwright_store_unavailable 1\n"),
        "{text}"
    );
    store.fail_no_commits();
    until("the end of the outage", || api.get("/ready").0 == 200);
    assert!(
        api.get("/metrics")
            .2
            .contains("\nstepwright_store_unavailable 0\n")
    );
}

#[test]
fn a_server_that_shuts_down_is_not_ready_but_healthy() {
    let api = Api::over(Engine::builder());
    api.wait(api.engine.shutdown(Duration::ZERO));
    let (status, _, body) = api.get("/ready");
    assert_eq!((status, &*body), (503, r#"{"status":"shutting down"}"#));
    assert_eq!(api.get("/health").0, 200);
}

#[test]
fn a_server_answers_only_while_the_lease_of_its_store_is_trusted() {
    let lease = StoreLease::new();
    let hour = Duration::from_secs(3_600);
    lease.renew(lease.ask(), hour);
    let mut store = BasicStore::default();
    store.lease = Some(lease.clone());
    let api = Api::over(Engine::builder().store(store).resume_later());
    assert_eq!(start(&api), 200);
    assert_eq!(api.get("/ready").0, 200);
    // Its time is over.
    lease.renew(lease.ask(), Duration::ZERO);
    assert_eq!(start(&api), 503);
    let list = api.ask("ListStateMachines", &json!({}));
    assert_eq!(list.0, 503, "{list:?}");
    let (status, _, body) = api.get("/ready");
    assert!(status == 503 && body.contains("renew its lease"), "{body}");
    lease.renew(lease.ask(), hour);
    assert_eq!(start(&api), 200);
    lease.lose(StoreError::TakenOver {
        store: "orders".to_owned(),
        by: "this test".to_owned(),
    });
    assert_eq!(start(&api), 503);
    let (status, _, body) = api.get("/health");
    assert!(
        status == 503 && body.contains("another engine has taken over"),
        "{body}"
    );
}
