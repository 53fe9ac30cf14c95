//! `stepwright diff`.

use crate::common::{Ran, examples, stepwright};

use serde_json::Value;

/// Compares `examples/asl/checkout.asl.json` with a definition on standard input.
fn diff(arguments: &[&str], stdin: &str) -> Ran {
    stepwright(&[&["diff"], arguments].concat(), stdin)
}

fn checkout() -> String {
    std::fs::read_to_string(examples().join("checkout.asl.json")).unwrap()
}

#[test]
fn formatting_and_default_values_make_no_difference() {
    let json: Value = serde_json::from_str(&checkout()).unwrap();
    let written_out = json.to_string().replace(
        r#""IntervalSeconds":5"#,
        r#""JitterStrategy":"NONE","IntervalSeconds":5.0"#,
    );
    for text in [checkout(), json.to_string(), written_out] {
        let ran = diff(&["checkout.asl.json", "-", "--exit-code"], &text);
        assert_eq!(
            (ran.status, ran.stdout.as_str(), ran.stderr.as_str()),
            (0, "no difference\n", "")
        );
    }
}

#[test]
fn changes_are_printed_and_fail_only_with_exit_code() {
    let text = checkout().replace("\"TimeoutSeconds\": 30", "\"TimeoutSeconds\": 60");
    let ran = diff(&["checkout.asl.json", "-"], &text);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(
        ran.stdout
            .starts_with("states:\n  ~ Charge (Task)\n      ~ /TimeoutSeconds: 30 → 60\n"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout.contains("safe   running executions continue"),
        "{}",
        ran.stdout
    );
    let ran = diff(&["checkout.asl.json", "-", "--exit-code"], &text);
    assert_eq!((ran.status, ran.stderr.as_str()), (1, ""));
}

#[test]
fn changed_comments_are_printed_and_make_no_difference() {
    let text = checkout().replace("Charges an order", "Charges any order");
    let ran = diff(&["checkout.asl.json", "-", "--exit-code"], &text);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(
        ran.stdout.starts_with("only comments differ\n"),
        "{}",
        ran.stdout
    );
}

#[test]
fn json_output_lists_the_changes() {
    let text = checkout().replace("\"Done\"", "\"Finished\"");
    let ran = diff(&["checkout.asl.json", "-", "--format", "json"], &text);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    let json: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(json["equal"], false);
    assert_eq!(json["commentsOnly"], false);
    assert_eq!(json["states"][0]["change"], "renamed");
    assert_eq!(json["states"][0]["oldName"], "Done");
    assert_eq!(json["transitions"], Value::Array(Vec::new()));
    assert_eq!(json["effects"][1]["id"], "redrive");
}

#[test]
fn json_and_yaml_are_compared_with_each_other() {
    let ran = diff(&["refund.asl.yaml", "refund.asl.yaml", "--exit-code"], "");
    assert_eq!((ran.status, ran.stdout.as_str()), (0, "no difference\n"));
    let ran = diff(&["refund.asl.yaml", "checkout.asl.json"], "");
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("  + Charge (Task)\n"), "{}", ran.stdout);
}

#[test]
fn unreadable_definitions_are_reported() {
    let ran = diff(&["checkout.asl.json", "-"], "{\"StartAt\": ");
    assert_eq!((ran.status, ran.stdout.as_str()), (1, ""));
    assert!(ran.stderr.contains("error[SW001]"), "{}", ran.stderr);
    let ran = diff(&["-", "-"], "{}");
    assert_eq!(ran.status, 2);
    assert!(
        ran.stderr.contains("cannot both come from standard input"),
        "{}",
        ran.stderr
    );
    let ran = diff(&["nowhere.json", "checkout.asl.json"], "");
    assert_eq!(ran.status, 2, "{}", ran.stderr);
    assert_eq!(diff(&["checkout.asl.json"], "").status, 2);
}

#[test]
fn a_definition_with_errors_is_compared_with_a_warning() {
    let text = checkout().replace("\"Next\": \"Large?\"", "\"Next\": \"Larger?\"");
    let ran = diff(&["checkout.asl.json", "-"], &text);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("standard input has "), "{}", ran.stderr);
    assert!(ran.stdout.contains("+ Charge → Larger?"), "{}", ran.stdout);
}

#[test]
fn the_diff_guide_shows_the_actual_output() {
    let text = checkout();
    let start = text.find("    \"CallCustomer\": {").unwrap();
    let end = text.find("    \"Done\": {").unwrap();
    let next = format!("{}{}", &text[..start], &text[end..])
        .replace("\"TimeoutSeconds\": 30", "\"TimeoutSeconds\": 60")
        .replace(
            "\"amount.$\": \"$.total\",",
            "\"amount.$\": \"$.total\", \"currency\": \"EUR\",",
        )
        .replace(
            "\"NumericGreaterThan\": 1000, \"Next\": \"CallCustomer\"",
            "\"NumericGreaterThan\": 500, \"Next\": \"Done\"",
        )
        .replace("\"Declined\"", "\"Refused\"")
        .replace(
            "\"MaxAttempts\": 2,",
            "\"MaxAttempts\": 2, \"JitterStrategy\": \"NONE\",",
        );
    let ran = diff(&["checkout.asl.json", "-"], &next);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    let page = examples().join("../../docs/guides/diff.md");
    let page = std::fs::read_to_string(page).unwrap();
    assert!(
        page.contains(&format!("```text\n{}```\n", ran.stdout)),
        "docs/guides/diff.md shows something else than\n{}",
        ran.stdout
    );
}
