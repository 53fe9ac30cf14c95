//! Compares the verdicts of the validator with those of the service.

use std::path::{Path, PathBuf};

use serde_json::Value;
use stepwright_asl::validate::{Findings, MachineType, validate_text};

/// The conformance data, in a folder next to the project's root; it may be absent.
fn conformance() -> Option<PathBuf> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    if !shared.exists() {
        eprintln!("skipped: there is no {}", shared.display());
        return None;
    }
    // If the data is there, all of it is compared.
    Some(shared.join("conformance"))
}

fn rows(folder: &Path, file: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(folder.join(file)).expect("the file can be read");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("a line is JSON"))
        .collect()
}

fn check(row: &Value) -> Findings {
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
    validate_text(&text, machine_type)
}

#[test]
fn recorded_verdicts_agree() {
    let Some(folder) = conformance() else { return };
    let mut differ = Vec::new();
    let mut others = (0, 0);
    for row in rows(&folder, "validation.jsonl") {
        let findings = check(&row);
        let agrees = findings.has_errors() != row["valid"].as_bool().expect("has a verdict");
        if row["origin"] == "aws-recorded" {
            // AWS's message and location, joined as CreateStateMachine does.
            let joined = findings.errors().next().map_or(String::new(), |finding| {
                let location = finding.location().unwrap_or_default();
                let code = finding.code.unwrap_or(finding.rule);
                format!("{code}: {} at {location}", finding.message)
            });
            let told = row["error"]
                .as_str()
                .is_none_or(|error| error.contains(&joined));
            if !agrees || !told {
                differ.push(format!(
                    "{}: {}\n{findings}\n{joined}",
                    row["id"], row["error"]
                ));
            }
        } else {
            others.0 += usize::from(agrees);
            others.1 += 1;
            if !agrees {
                eprintln!("differs from a tool's opinion: {} {findings}", row["id"]);
            }
        }
    }
    eprintln!("{} of {} opinions of other tools agree", others.0, others.1);
    assert!(differ.is_empty(), "{}", differ.join("\n"));
    // At most 5 % may differ, each for a known reason.
    assert!(others.0 * 100 >= others.1 * 90, "{others:?}");
}

#[test]
fn definitions_that_ran_give_no_error() {
    let Some(folder) = conformance() else { return };
    let mut faults = Vec::new();
    for row in rows(&folder, "cases.jsonl") {
        let findings = check(&row);
        faults.extend(
            findings
                .errors()
                .map(|finding| format!("{}: {finding}", row["id"])),
        );
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn realworld_definitions_give_no_error() {
    let Some(folder) = conformance() else { return };
    let entries = folder
        .join("realworld")
        .read_dir()
        .expect("the folder can be read");
    let mut faults = Vec::new();
    for entry in entries {
        let path = entry.expect("the entry can be read").path();
        let text = std::fs::read_to_string(&path).expect("the file can be read");
        let findings = validate_text(&text, MachineType::Standard);
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if serde_json::from_str::<Value>(&text).is_err() {
            assert_eq!(
                findings
                    .iter()
                    .map(|finding| finding.rule)
                    .collect::<Vec<_>>(),
                ["SW001"],
                "{name}"
            );
            continue;
        }
        faults.extend(
            findings
                .errors()
                .map(|finding| format!("{name}: {finding}")),
        );
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
