//! Reports about executions.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use serde_json::{Value as Json, json};
use stepwright_history::report::Report;
use stepwright_runtime::testing::{Mock, Mocks, RecordedHistory, expect};
use stepwright_runtime::{
    Engine, EngineBuilder, ExecutionReport, MachineType, Redaction, StartOptions,
};

const CHARGE: &str = "arn:aws:lambda:us-east-1:123456789012:function:charge";

fn machine() -> Json {
    json!({"QueryLanguage": "JSONata", "StartAt": "Note <b>", "States": {
        "Note <b>": {"Type": "Pass", "Assign": {"kind": "{% 'a' & '</style>' %}"}, "Next": "Each"},
        "Each": {"Type": "Map", "Items": "{% $states.input.items %}", "ItemProcessor": {"StartAt": "Charge", "States": {
            "Charge": {"Type": "Task", "Resource": CHARGE, "Arguments": "{% $states.input %}",
                "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 5, "MaxAttempts": 2}], "End": true}
        }}, "End": true}
    }})
}

async fn run(builder: EngineBuilder, mock: Mock) -> ExecutionReport {
    let text = machine().to_string();
    let engine = builder
        .register_json("orders", &text, MachineType::Standard)
        .tasks(Mocks::new().function("charge", mock))
        .virtual_time()
        .build()
        .unwrap();
    let input = json!({"items": [1, "<script>alert(1)</script>"], "password": "secret"});
    let report = engine.execute_machine("orders", input, StartOptions::new());
    (*report.await.unwrap()).clone()
}

/// A browser would load nothing and run nothing.
fn check_is_self_contained(html: &str) {
    assert!(html.starts_with("<!DOCTYPE html>"), "{html}");
    for forbidden in ["<script", " src=", "<link", "<iframe", "onclick"] {
        assert!(!html.contains(forbidden), "{forbidden}");
    }
    assert_eq!(html.matches("</style>").count(), 1);
    // The arrow heads are in the same file.
    assert_eq!(html.matches("url(").count(), html.matches("url(#").count());
    // The picture has a namespace, which is no address of a resource.
    let links = html.matches("href=\"").count();
    assert_eq!(html.matches("href=\"#visit-").count(), links);
}

#[tokio::test]
async fn a_report_has_the_states_their_data_and_the_error() {
    let failing = Mock::failure("Declined", "no money");
    let ended = run(Engine::builder(), failing).await;
    let html = Report::of(&ended.history).to_string();
    check_is_self_contained(&html);
    for part in [
        "execution failed: Declined",
        "no money",
        "Note &lt;b&gt;",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "<svg",
        "Each[0]",
        "ExecutionFailed",
        "$kind",
    ] {
        assert!(html.contains(part), "{part}");
    }
}

#[tokio::test]
async fn retries_are_counted() {
    let busy = Mock::failure("Busy", "later")
        .times(1)
        .then(Mock::output(json!("paid")));
    let ended = run(Engine::builder(), busy).await;
    let html = Report::of(&ended.history).to_string();
    assert!(html.contains("after 1 retry"), "{html}");
    assert!(html.contains("5 s after the failure"), "{html}");
}

#[tokio::test]
async fn redacted_data_is_not_in_a_report() {
    let redaction = Redaction::new().path("password").unwrap();
    let mock = || Mock::output(json!({"password": "other secret"}));
    let ended = run(Engine::builder().redact(&redaction), mock()).await;
    assert!(!Report::of(&ended.history).to_string().contains("secret"));

    let ended = run(Engine::builder(), mock()).await;
    assert!(Report::of(&ended.history).to_string().contains("secret"));
    let html = Report::redacted(&ended.history, &redaction).to_string();
    assert!(!html.contains("secret"), "{html}");
}

#[tokio::test]
async fn a_recorded_history_has_the_same_visits_in_its_report() {
    let ended = run(Engine::builder(), Mock::output(json!("paid"))).await;
    let recorded = RecordedHistory::from_json(&ended.history.to_json()).unwrap();
    let definition = machine().to_string().parse().unwrap();
    let html = Report::of_recorded(&recorded, &definition).to_string();
    check_is_self_contained(&html);
    let original = Report::of(&ended.history).to_string();
    let visits = |html: &str| html.matches("id=\"visit-").count();
    assert_eq!((visits(&html), visits(&original)), (4, 4));
    let events = |html: &str| html.matches("id=\"event-").count();
    assert_eq!(events(&html), events(&original));
}

#[tokio::test]
async fn an_assertion_writes_the_report_to_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("reports/orders.html");
    let ended = run(Engine::builder(), Mock::output(json!("paid"))).await;
    expect(&ended).report(&file).succeeded();
    let html = std::fs::read_to_string(&file).unwrap();
    assert_eq!(html, Report::of(&ended.history).to_string());
}

#[tokio::test]
async fn a_failed_assertion_names_the_file_of_its_report() {
    let ended = run(Engine::builder(), Mock::output(json!("paid"))).await;
    let failed = catch_unwind(AssertUnwindSafe(|| expect(&ended).failed("Declined")));
    let message = failed.expect_err("it succeeded");
    let message = message.downcast_ref::<String>().unwrap();
    let path = message
        .lines()
        .find_map(|line| line.strip_prefix("report: "));
    let path = Path::new(path.unwrap_or_else(|| panic!("{message}")));
    let html = std::fs::read_to_string(path).unwrap();
    std::fs::remove_file(path).unwrap();
    assert_eq!(html, Report::of(&ended.history).to_string());
}

#[tokio::test]
async fn a_huge_execution_has_a_report_with_its_first_visits() {
    let text = r#"{"QueryLanguage": "JSONata", "StartAt": "Each", "States": {"Each": {"Type": "Map", "Items": "{% [1..5000] %}",
        "ItemProcessor": {"StartAt": "Keep", "States": {"Keep": {"Type": "Pass", "End": true}}}, "End": true}}}"#;
    let engine = Engine::builder()
        .register_json("many", text, MachineType::Standard)
        .virtual_time()
        .build()
        .unwrap();
    let ended = engine.execute_machine("many", json!({}), StartOptions::new());
    let html = Report::of(&ended.await.unwrap().history).to_string();
    assert!(html.contains("The first 2000 of 5001 visits"));
    assert!(html.contains("The first 2000 events"));
    assert!(html.len() < 8_000_000, "{}", html.len());
}
