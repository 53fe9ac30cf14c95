//! Reports, and histories that a repository commits.

use serde_json::json;
use stepwright_engine::Redaction;
use stepwright_review::rehearsal::{
    RecordedExecution, Rehearsal, RehearsalKind, RehearsalReport, SavedHistory,
};

use super::{paid, payments, recorded};

fn report() -> RehearsalReport {
    let mut new = payments();
    new["States"]["Large?"]["Choices"][0]["NumericGreaterThan"] = json!(5000);
    let executions: Vec<RecordedExecution> = [20, 30, 2000, 3000, 777, 666]
        .map(|total| {
            let text = paid(total).to_string();
            RecordedExecution::parse(format!("order-{total}"), &text)
                .unwrap()
                .definition(payments().to_string())
        })
        .into();
    Rehearsal::new(&new.to_string())
        .unwrap()
        .rehearse_all(&executions)
}

#[test]
fn one_execution_is_saved_for_each_distinct_path() {
    let report = report();
    // The orders of 30 and 3000 take the paths of those of 20 and 2000.
    assert_eq!(report.distinct_paths(), [0, 2, 4, 5]);
}

#[test]
fn executions_with_the_same_findings_are_one_group() {
    let report = report();
    let groups: Vec<(RehearsalKind, usize)> = report
        .groups()
        .iter()
        .map(|group| (group.kind, group.executions))
        .collect();
    assert_eq!(
        groups,
        [(RehearsalKind::OtherPath, 2), (RehearsalKind::Same, 4)]
    );
    assert!(!report.is_same());
}

#[test]
fn the_report_has_what_no_execution_covers() {
    let text = report().to_string();
    assert!(
        text.contains("no execution covers state `Review`"),
        "{text}"
    );
    insta::assert_snapshot!("report_text", text);
    insta::assert_snapshot!("report_markdown", report().to_markdown());
}

#[test]
fn junit_has_a_case_for_each_execution() {
    let report = report();
    let text = report.to_junit(|kind| kind == RehearsalKind::OtherPath);
    assert!(
        text.contains("tests=\"6\" failures=\"2\" skipped=\"0\""),
        "{text}"
    );
    assert_eq!(text.matches("<testcase ").count(), 6);
    assert_eq!(text.matches("<failure ").count(), 2);
}

#[test]
fn the_page_has_the_picture_and_no_script() {
    let page = report().to_html("<payments>");
    assert!(page.contains("<svg ") && page.contains("Large?"));
    assert!(page.contains("Rehearsal of &lt;payments&gt;"));
    assert!(!page.contains("<script"));
}

#[test]
fn a_saved_history_is_masked_and_finds_renamed_states() {
    let redaction = Redaction::new().path("id").unwrap();
    let saved = SavedHistory::masked(&paid(20), Some(&payments().to_string()), &redaction);
    let text = saved.to_text();
    assert!(!text.contains("ch_1"), "{text}");
    let mut new = payments();
    let charge = new["States"]
        .as_object_mut()
        .unwrap()
        .remove("Charge")
        .unwrap();
    new["States"]["ChargeCard"] = charge;
    new["States"]["Large?"]["Default"] = json!("ChargeCard");
    new["States"]["Review"]["Next"] = json!("ChargeCard");
    let execution = saved.execution("saved").unwrap();
    let result = Rehearsal::new(&new.to_string())
        .unwrap()
        .rehearse(&execution);
    assert_eq!(
        (result.kind, result.findings.len()),
        (RehearsalKind::Same, 0),
        "{result:?}"
    );
}

#[test]
fn a_history_without_data_and_a_part_of_one_cannot_be_rehearsed() {
    let mut history = paid(20);
    history["events"][0]["executionStartedEventDetails"]
        .as_object_mut()
        .unwrap()
        .remove("input");
    let rehearsal = Rehearsal::new(&payments().to_string()).unwrap();
    let result = rehearsal.rehearse(&recorded(&payments(), &history));
    assert_eq!(result.kind, RehearsalKind::Unusable);
    let mut history = paid(20);
    history["nextToken"] = json!("more");
    let result = rehearsal.rehearse(&recorded(&payments(), &history));
    assert!(
        result.findings[0]
            .to_string()
            .contains("fetch all of its events"),
        "{result:?}"
    );
}
