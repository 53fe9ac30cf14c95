//! docs/guides/rehearse.md and docs/guides/review.md show what the commands print.
//! `PAGES=overwrite` writes the reports and the pictures.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use stepwright_asl::json::Document;
use stepwright_asl::validate::Validator;
use stepwright_diagram::Diagram;
use stepwright_review::rehearsal::{RecordedExecution, Rehearsal};
use stepwright_review::review::{Review, ReviewedDefinition, RiskKind};
use stepwright_runtime::task::{Answer, TaskCall};
use stepwright_runtime::{Engine, MachineType, StartOptions};

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../docs")
        .join(name)
}

fn page(name: &str) -> String {
    std::fs::read_to_string(path(name)).expect("the page can be read")
}

/// Compares the content of a file or writes it.
fn check(name: &str, expected: &str) {
    if std::env::var("PAGES").is_ok_and(|value| value == "overwrite") {
        std::fs::write(path(name), expected).expect("the file can be written");
    }
    assert_eq!(
        page(name),
        expected,
        "run with PAGES=overwrite, and read the difference"
    );
}

/// Returns the page with another content of its only text block.
fn with_report(page: &str, report: &str) -> String {
    let (before, rest) = page.split_once("```text\n").expect("the page has a report");
    let (_, after) = rest.split_once("```").expect("the report ends");
    let lines: Vec<&str> = report.lines().map(str::trim_end).collect();
    format!("{before}```text\n{}\n```{after}", lines.join("\n"))
}

/// The definitions of the page.
fn definitions() -> (String, String) {
    let page = page("guides/rehearse.md");
    let blocks: Vec<&str> = page
        .split("```json\n")
        .skip(1)
        .filter_map(|block| block.split("```").next())
        .collect();
    let [old, new] = blocks.as_slice() else {
        panic!("the page has two definitions");
    };
    ((*old).to_owned(), (*new).to_owned())
}

async fn recorded(old: &str, total: u64) -> RecordedExecution {
    let engine = Engine::builder()
        .register_json("orders", old, MachineType::Standard)
        .tasks(|call: &TaskCall<'_>| {
            let payload = match call.state() {
                "Charge" => json!({"id": "ch_1"}),
                _ => json!({"approved": true}),
            };
            Some(Answer::output(
                json!({"Payload": payload, "StatusCode": 200}),
            ))
        })
        .virtual_time()
        .build()
        .expect("it is valid");
    let input = json!({"total": total});
    let report = engine
        .execute_machine("orders", input, StartOptions::new())
        .await;
    let history = report.expect("it ends").history.to_json().to_string();
    RecordedExecution::parse(format!("order-{total}"), &history)
        .expect("it is a history")
        .definition(old)
}

#[tokio::test]
async fn the_rehearsal_of_the_page_is_what_the_command_prints() {
    let (old, new) = definitions();
    let mut executions = Vec::new();
    for total in [20, 90, 300, 700, 2000] {
        executions.push(recorded(&old, total).await);
    }
    let report = Rehearsal::new(&new)
        .expect("it is valid")
        .rehearse_all(&executions);
    let text = page("guides/rehearse.md");
    check(
        "guides/rehearse.md",
        &with_report(&text, &report.to_string()),
    );
    let document = Document::parse(&new).expect("it is JSON");
    let picture = Diagram::of(&document).with(&report.coverage().overlay());
    check("images/rehearsal.svg", &picture.to_svg());
}

#[test]
fn the_review_of_the_page_is_what_the_command_prints() {
    let (old, new) = definitions();
    let mut old: Value = serde_json::from_str(&old).expect("it is JSON");
    old["States"]["Charge"]["Retry"] =
        json!([{"ErrorEquals": ["Lambda.TooManyRequestsException"]}]);
    let mut new: Value = serde_json::from_str(&new).expect("it is JSON");
    new["States"]["Charge"]["Parameters"]["FunctionName"] = json!("charge-v2");
    let side = |definition: &Value| {
        let document = Document::parse(&format!("{definition:#}")).expect("it is JSON");
        let diagnostics = Validator::new(MachineType::Standard).check(&document);
        ReviewedDefinition::new("orders", "orders.asl.json", document.json().clone())
            .diagnostics(diagnostics)
            .document(document)
    };
    let mut review = Review::new();
    review.compare(Some(side(&old)), Some(side(&new)));
    let text = page("guides/review.md");
    check("guides/review.md", &with_report(&text, &review.to_string()));
    let picture = review.definitions()[0]
        .picture()
        .expect("it has a new definition");
    check("images/review.svg", &picture.to_svg());
}

#[test]
fn each_kind_of_risk_has_its_row() {
    let page = page("guides/review.md");
    let rows: Vec<(&str, &str)> = page
        .lines()
        .filter_map(|line| {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let name = cells.get(1)?.strip_prefix('`')?.strip_suffix('`')?;
            Some((name, *cells.get(3)?))
        })
        .collect();
    let kinds = RiskKind::ALL
        .iter()
        .map(|kind| (kind.as_str(), kind.summary()));
    assert_eq!(rows, kinds.collect::<Vec<_>>());
}
