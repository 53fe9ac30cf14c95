//! Definitions that AWS accepts have no errors, and each fault in a rejected definition is one
//! error at its location.
//!
//! `definitions/accepted.jsonl` contains every field of every state in both query languages, every
//! form of a path, call and expression, and `${substitutions}` in every possible location.
//! `definitions/refused.jsonl` contains the faults, with rule and location.

use serde_json::{Map, Value};
use stepwright_asl::StateMachine;
use stepwright_asl::json::Document;
use stepwright_asl::validate::{Diagnostic, Diagnostics, MachineType, Severity, validate_text};

fn rows(text: &str) -> Vec<Map<String, Value>> {
    let rows = text.lines().map(serde_json::from_str);
    rows.collect::<Result<_, _>>().expect("each line is JSON")
}

/// The definition's text. A JSON string is used literally, so that it can be invalid JSON.
fn text(row: &Map<String, Value>) -> String {
    let definition = &row["definition"];
    definition
        .as_str()
        .map_or_else(|| definition.to_string(), str::to_owned)
}

fn check(row: &Map<String, Value>) -> Diagnostics {
    let express = row.get("type").is_some_and(|kind| kind == "EXPRESS");
    let machine_type = if express {
        MachineType::Express
    } else {
        MachineType::Standard
    };
    validate_text(&text(row), machine_type)
}

/// Advice that many definitions get, regardless of their purpose here.
fn is_advice(diagnostic: &Diagnostic) -> bool {
    matches!(
        diagnostic.code.unwrap_or_default(),
        "SW048" | "SW142" | "SW143"
    )
}

fn listed(row: &Map<String, Value>, key: &str) -> Vec<String> {
    let items = row.get(key).and_then(Value::as_array).into_iter().flatten();
    items
        .filter_map(|item| item.as_str().map(str::to_owned))
        .collect()
}

#[test]
fn definitions_accepted_by_aws_have_no_error() {
    let mut faults = Vec::new();
    for row in rows(include_str!("definitions/accepted.jsonl")) {
        let diagnostics = check(&row);
        let (errors, mut warnings) = (
            diagnostics.errors().count(),
            diagnostics
                .iter()
                .filter(|diagnostic| {
                    diagnostic.severity == Severity::Warning && !is_advice(diagnostic)
                })
                .map(|diagnostic| diagnostic.code.unwrap_or_default().to_owned())
                .collect::<Vec<_>>(),
        );
        warnings.sort();
        warnings.dedup();
        if errors > 0 || warnings != listed(&row, "warnings") {
            faults.push(format!("{}:\n{diagnostics}", row["name"]));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn definitions_refused_by_aws_have_one_error_at_its_location() {
    let mut faults = Vec::new();
    for row in rows(include_str!("definitions/refused.jsonl")) {
        let diagnostics = check(&row);
        let found: Vec<String> = diagnostics
            .errors()
            .map(|diagnostic| {
                format!(
                    "{} {}",
                    diagnostic.code.unwrap_or_default(),
                    diagnostic.location.pointer
                )
            })
            .map(|diagnostic| diagnostic.trim_end().to_owned())
            .collect();
        if found != listed(&row, "errors") {
            faults.push(format!(
                "{}: {:?} was expected:\n{diagnostics}",
                row["name"], row["errors"]
            ));
        }
        // The position is inside the text.
        let text = text(&row);
        for diagnostic in &diagnostics {
            assert!(
                text.get(diagnostic.location.offset..).is_some(),
                "{diagnostic}"
            );
            if let Ok(document) = Document::parse(&text) {
                let is_there = document.span(&diagnostic.location.pointer).is_some();
                assert!(is_there, "{} points nowhere: {diagnostic}", row["name"]);
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn definitions_accepted_by_aws_round_trip_through_the_model() {
    for row in rows(include_str!("definitions/accepted.jsonl")) {
        let text = text(&row);
        let machine = match StateMachine::from_json(&text) {
            Ok(machine) => machine,
            Err(diagnostics) => {
                // The model only requires a known state type.
                let open_type =
                    |diagnostic: &Diagnostic| diagnostic.code.unwrap_or_default() == "SW015";
                assert!(
                    diagnostics.iter().all(open_type),
                    "{}:\n{diagnostics}",
                    row["name"]
                );
                continue;
            }
        };
        let compact = |text: &str| {
            let document = Document::parse(text).expect("is JSON");
            document.json().to_string()
        };
        assert_eq!(
            compact(&machine.to_json()),
            compact(&text),
            "{}",
            row["name"]
        );
    }
}
