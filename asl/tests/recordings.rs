//! Compares the verdicts of the validator with those of the service.

#[cfg(feature = "convert")]
mod convert;
#[cfg(feature = "estimate")]
mod estimate;
mod round_trip;

use std::path::PathBuf;

use serde_json::Value;
use stepwright_asl::validate::{
    Diagnostics, MachineType, Severity, service_diagnostics, validate_text,
};

/// The folder of the recordings, which is outside of the repository.
fn folder() -> PathBuf {
    std::env::var_os("STEPWRIGHT_RECORDINGS")
        .expect("STEPWRIGHT_RECORDINGS is the folder of the recordings")
        .into()
}

/// Reads a file of the recordings.
pub(crate) fn read(file: &str) -> String {
    let path = folder().join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Reads a file with one JSON value in each line.
pub(crate) fn rows(file: &str) -> Vec<Value> {
    let text = read(file);
    let rows = text.lines().map(serde_json::from_str);
    rows.collect::<Result<_, _>>()
        .unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// Reads the definitions of public projects: their paths and texts. Some of them are not JSON.
pub(crate) fn realworld() -> Vec<(PathBuf, String)> {
    let folder = folder().join("conformance/realworld");
    let entries = folder
        .read_dir()
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("the folder can be read").path())
        .collect();
    paths.sort();
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).expect("the file can be read");
        (path, text)
    };
    paths.into_iter().map(read).collect()
}

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
