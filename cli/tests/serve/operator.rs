//! The options and paths for operators: limits, retention, the size of the store, `/ready` and
//! `/metrics`.

use serde_json::json;

use super::support::{Server, until};

/// The value of a metric without a label, or with this one.
fn metric(server: &Server, name: &str) -> f64 {
    let (status, text) = server.get("/metrics");
    assert_eq!(status, 200);
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    let number = line.unwrap_or_else(|| panic!("{name} is missing:\n{text}"));
    number.parse().expect("it is a number")
}

#[test]
fn metrics_and_readiness_are_served_and_metrics_can_be_disabled() {
    let server = Server::start(&[]);
    server.run_state("Greet", json!({"Type": "Pass"}), &json!({}));
    let greet = "stepwright_executions_succeeded_total{state_machine=\"Greet\"}";
    assert_eq!(metric(&server, greet), 1.0);
    assert_eq!(server.get("/ready").0, 200);
    let server = Server::start(&["--no-metrics"]);
    assert_eq!(server.get("/metrics").0, 404);
}

#[test]
fn open_executions_and_retained_ones_are_limited() {
    let server = Server::start(&["--max-open-executions", "1", "--retention-count", "2"]);
    for _ in 0..4 {
        server.run_state("Greet", json!({"Type": "Pass"}), &json!({}));
    }
    assert_eq!(metric(&server, "stepwright_executions_deleted_total"), 2.0);
    assert_eq!(metric(&server, "stepwright_open_executions_limit"), 1.0);
    server.start_state("Rest", json!({"Type": "Wait", "Seconds": 1000}), &json!({}));
    let arn = "arn:aws:states:us-east-1:123456789012:stateMachine:Rest";
    let (status, body) = server.ask("StartExecution", &json!({"stateMachineArn": arn}));
    assert_eq!(status, 400);
    assert!(
        body["__type"]
            .as_str()
            .is_some_and(|code| code.ends_with("ExecutionLimitExceeded")),
        "{body}"
    );
}

#[test]
fn a_store_that_reaches_its_maximum_size_is_an_outage() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("local.db");
    let path = path.to_str().expect("it is text");
    let server = Server::start(&[
        "--store",
        path,
        "--max-store-size",
        "400kB",
        "--retention",
        "30",
    ]);
    assert_eq!(server.get("/ready").0, 200);
    let created = server.start_state("Rest", json!({"Type": "Wait", "Seconds": 1000}), &json!({}));
    assert!(created.contains(":Rest:"));
    let arn = "arn:aws:states:us-east-1:123456789012:stateMachine:Rest";
    let input = json!({"text": "x".repeat(50_000)}).to_string();
    until("a full store after 100 large inputs", || {
        server
            .ask(
                "StartExecution",
                &json!({"stateMachineArn": arn, "input": input}),
            )
            .0
            == 503
    });
    until("a metric with the size", || {
        metric(&server, "stepwright_store_file_size_bytes") > 0.0
    });
    assert!(metric(&server, "stepwright_store_file_size_bytes") <= 400_000.0);
    assert!(metric(&server, "stepwright_store_log_size_bytes") > 0.0);
    assert!(metric(&server, "stepwright_store_commits_failed_total") >= 1.0);
}

#[test]
fn sizes_and_days_that_cannot_be_read_are_refused_with_an_example() {
    for (option, value, hint) in [
        ("--retention", "0", "a whole number of days"),
        ("--retention-size", "many", "500MB or 10GiB"),
        ("--max-store-size", "10XB", "GiB"),
    ] {
        let ran = std::process::Command::new(env!("CARGO_BIN_EXE_stepwright"))
            .args([
                "serve",
                "--port",
                "0",
                "--store",
                "unused.db",
                option,
                value,
            ])
            .output()
            .expect("the command is there");
        let message = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(2), "{message}");
        assert!(message.contains(hint), "{message}");
    }
}
