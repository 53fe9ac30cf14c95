//! `stepwright history --explain`: the values of the expressions of each visited state.

use std::path::PathBuf;

use serde_json::{Value as Json, json};

use crate::common::{Ran, stepwright};

/// Computes a total, and fails where an expression reads a missing field.
fn definition() -> Json {
    json!({"QueryLanguage": "JSONata", "StartAt": "Sum", "States": {
        "Sum": {
            "Type": "Pass",
            "Assign": {"tax": "{% $states.input.net * 0.2 %}"},
            "Output": {"gross": "{% $states.input.net * 1.2 %}", "card": "{% $states.input.card %}"},
            "Next": "Each",
        },
        "Each": {
            "Type": "Map", "Items": "{% [1] %}",
            "ItemProcessor": {"StartAt": "Inner", "States": {
                "Inner": {"Type": "Pass", "Output": "{% $states.input + 1 %}", "End": true},
            }},
            "Output": "{% $states.input %}",
            "Next": "Nothing",
        },
        "Nothing": {"Type": "Wait", "Seconds": 0, "Next": "Fails"},
        "Fails": {"Type": "Pass", "Output": "{% $states.input.gone %}", "End": true},
    }})
}

const INPUT: &str = r#"{"net": 10, "card": {"number": "4111"}}"#;

/// A folder with the definition, a history and a store of one execution.
struct Recorded(tempfile::TempDir);

impl Recorded {
    fn new() -> Self {
        let recorded = Self(tempfile::tempdir().expect("there is room"));
        let definition = definition().to_string();
        std::fs::write(recorded.path("sum.asl.json"), definition).expect("there is room");
        let (definition, history) = (recorded.text("sum.asl.json"), recorded.text("history.json"));
        let store = recorded.text("sums.db");
        let run = ["run", &definition, "--input", INPUT];
        let stored = ["--history", &history, "--store", &store, "--name", "s-1"];
        let ran = stepwright(&[run.as_slice(), &stored].concat(), "");
        assert_eq!(ran.status, 1, "{}", ran.stderr);
        recorded
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        let path = self.path(name);
        path.to_str().expect("it is text").to_owned()
    }

    fn of_store(&self, more: &[&str]) -> Ran {
        let store = self.text("sums.db");
        let arguments = ["history", "--store", &store, "--name", "s-1", "--explain"];
        stepwright(&[arguments.as_slice(), more].concat(), "")
    }

    fn of_history(&self, definition: &str, more: &[&str]) -> Ran {
        let (history, definition) = (self.text("history.json"), self.text(definition));
        let files = ["--history", &history, "--definition", &definition];
        let arguments = ["history", "--explain"];
        stepwright(&[arguments.as_slice(), &files, more].concat(), "")
    }
}

/// The columns of the table, without the ID.
fn rows(printed: &str) -> Vec<String> {
    let lines = printed.lines().skip_while(|line| !line.starts_with("ID"));
    let columns = |line: &str| {
        let columns = line.split("  ").filter(|column| !column.is_empty());
        columns
            .skip(1)
            .map(str::trim)
            .collect::<Vec<_>>()
            .join(" | ")
    };
    lines.skip(1).map(columns).collect()
}

#[test]
fn each_expression_of_each_visit_is_printed_with_its_value() {
    let recorded = Recorded::new();
    let ran = recorded.of_store(&[]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(ran.stdout.starts_with("s-1 of sum: FAILED, started "));
    let found = rows(&ran.stdout);
    for expected in [
        "Sum | Output/gross | {% $states.input.net * 1.2 %} | 12",
        "Sum | Assign/tax | {% $states.input.net * 0.2 %} | 2",
        "Each | Items | {% [1] %} | [1]",
        "Each[0] > Inner | Output | {% $states.input + 1 %} | 2",
        "Nothing",
    ] {
        assert!(
            found.iter().any(|row| row == expected),
            "`{expected}`: {found:#?}"
        );
    }
    let failed = found.last().expect("there are rows");
    assert!(
        failed.starts_with(
            "Fails | Output | {% $states.input.gone %} | States.QueryEvaluationError: "
        ),
        "{failed}"
    );
    // A recorded history has no names, and the same rows.
    let ran = recorded.of_history("sum.asl.json", &[]);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    assert_eq!(rows(&ran.stdout), found);
    let ran = recorded.of_store(&["--reverse"]);
    assert!(rows(&ran.stdout)[0].starts_with("Fails"), "{}", ran.stdout);
}

#[test]
fn the_json_has_whole_values_and_failures() {
    let recorded = Recorded::new();
    let ran = recorded.of_store(&["--format", "json"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    let printed: Json = serde_json::from_str(&ran.stdout).expect("it is JSON");
    let visits = printed["visits"].as_array().expect("it is a list");
    let states: Vec<_> = visits.iter().map(|visit| &visit["state"]).collect();
    assert_eq!(states, ["Sum", "Each", "Inner", "Nothing", "Fails"]);
    assert_eq!(visits[0]["event"], 2);
    assert_eq!(visits[2]["scope"], json!(["Each[0]"]));
    let fields = visits[0]["fields"].as_array().expect("it is a list");
    let output = fields.iter().find(|field| field["field"] == "/Output");
    assert_eq!(
        output.expect("it is there")["value"],
        json!({"gross": 12, "card": {"number": "4111"}})
    );
    let failed = &visits[4]["fields"][0];
    assert_eq!(failed["error"], "States.QueryEvaluationError");
    assert!(failed["cause"].is_string(), "{failed}");
}

#[test]
fn redacted_fields_are_masked_also_where_an_expression_reads_them() {
    let recorded = Recorded::new();
    for more in [
        &["--redact", "number"][..],
        &["--redact", "number", "--format", "json"],
    ] {
        for ran in [
            recorded.of_store(more),
            recorded.of_history("sum.asl.json", more),
        ] {
            assert_eq!(ran.status, 0, "{}", ran.stderr);
            assert!(!ran.stdout.contains("4111"), "{}", ran.stdout);
            assert!(ran.stdout.contains("[redacted]"), "{}", ran.stdout);
        }
    }
}

#[test]
fn a_definition_of_another_execution_is_refused() {
    let recorded = Recorded::new();
    let other = json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}});
    std::fs::write(recorded.path("other.asl.json"), other.to_string()).expect("there is room");
    let ran = recorded.of_history("other.asl.json", &[]);
    assert_eq!((ran.status, ran.stdout.as_str()), (2, ""));
    assert!(
        ran.stderr.contains("the definition has no state `Sum`"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_history_file_needs_its_definition_and_the_option() {
    let recorded = Recorded::new();
    let history = recorded.text("history.json");
    for arguments in [
        &["history", "--history", &history][..],
        &["history", "--history", &history, "--explain"],
        &["history", "--explain"],
        &["history"],
    ] {
        let ran = stepwright(arguments, "");
        assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{arguments:?}");
    }
}
