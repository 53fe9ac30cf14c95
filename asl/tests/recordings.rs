//! Compares the verdicts of the validator with those of the service.

pub(crate) mod files;
mod round_trip;

use serde_json::Value;
use stepwright_asl::validate::{
    Diagnostics, MachineType, Severity, service_diagnostics, validate_text,
};

use files::{realworld, rows};

fn check(row: &Value) -> Diagnostics {
    let (text, machine_type) = definition(row);
    validate_text(&text, machine_type)
}

fn definition(row: &Value) -> (String, MachineType) {
    let definition = &row["definition"];
    let text = definition
        .as_str()
        .map_or_else(|| definition.to_string(), str::to_owned);
    let express = row["type"] == "EXPRESS";
    let machine_type = if express {
        MachineType::Express
    } else {
        MachineType::Standard
    };
    (text, machine_type)
}

#[test]
#[ignore = "needs the recordings in STEPWRIGHT_RECORDINGS"]
fn diagnostics_agree_with_recorded_verdicts() {
    let mut differ = Vec::new();
    let mut others = (0, 0);
    for row in rows("conformance/validation.jsonl") {
        let diagnostics = check(&row);
        let agrees = diagnostics.has_errors() != row["valid"].as_bool().expect("has a verdict");
        if row["origin"] == "aws-recorded" {
            // AWS's message and location, joined as CreateStateMachine does.
            let (text, machine_type) = definition(&row);
            let as_service = service_diagnostics(&text, machine_type).all;
            let errors = as_service
                .iter()
                .filter(|diagnostic| diagnostic.severity == Severity::Error);
            let joined: Vec<String> = errors.map(ToString::to_string).collect();
            let joined = joined.join(", ");
            let told = row["error"]
                .as_str()
                .is_none_or(|error| error.contains(&joined));
            if !agrees || !told {
                differ.push(format!(
                    "{}: {}\n{diagnostics}\n{joined}",
                    row["id"], row["error"]
                ));
            }
        } else {
            others.0 += usize::from(agrees);
            others.1 += 1;
            if !agrees {
                eprintln!("differs from a tool's opinion: {} {diagnostics}", row["id"]);
            }
        }
    }
    eprintln!("{} of {} opinions of other tools agree", others.0, others.1);
    assert!(differ.is_empty(), "{}", differ.join("\n"));
    // At most 5 % may differ, each for a known reason.
    assert!(others.0 * 100 >= others.1 * 90, "{others:?}");
}

#[test]
#[ignore = "needs the recordings in STEPWRIGHT_RECORDINGS"]
fn definitions_that_ran_give_no_error() {
    let mut faults = Vec::new();
    for row in rows("conformance/cases.jsonl") {
        let diagnostics = check(&row);
        faults.extend(
            diagnostics
                .errors()
                .map(|diagnostic| format!("{}: {diagnostic}", row["id"])),
        );
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
#[ignore = "needs the recordings in STEPWRIGHT_RECORDINGS"]
fn realworld_definitions_give_no_error() {
    let mut faults = Vec::new();
    for (path, text) in realworld() {
        let diagnostics = validate_text(&text, MachineType::Standard);
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if serde_json::from_str::<Value>(&text).is_err() {
            assert_eq!(
                diagnostics
                    .iter()
                    .map(|diagnostic| diagnostic.code.unwrap_or_default())
                    .collect::<Vec<_>>(),
                ["SW001"],
                "{name}"
            );
            continue;
        }
        faults.extend(
            diagnostics
                .errors()
                .map(|diagnostic| format!("{name}: {diagnostic}")),
        );
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
