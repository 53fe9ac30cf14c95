//! Executions that AWS recorded. They are outside of the repository.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Map, Value as Json, json};
use stepwright_review::rehearsal::{Finding, RehearsalKind, ValueDifference};

use super::rehearse;

/// Converts a recorded row to a response of GetExecutionHistory.
fn history(row: &Json) -> Option<Json> {
    let events = row["history"].as_array()?.iter().map(|event| {
        let kind = event["type"].as_str().unwrap_or_default();
        let mut details = Map::new();
        for (key, value) in event["details"].as_object().into_iter().flatten() {
            let is_data = matches!(key.as_str(), "input" | "output" | "parameters");
            let value = match value {
                _ if is_data => json!(value.to_string()),
                Json::Object(variables) if key == "assignedVariables" => variables
                    .iter()
                    .map(|(name, value)| (name.clone(), json!(value.to_string())))
                    .collect(),
                Json::Object(cause) if key == "cause" && cause.contains_key("$json") => {
                    json!(cause["$json"].to_string())
                }
                value => value.clone(),
            };
            details.insert(key.clone(), value);
        }
        let has_name = kind.ends_with("StateEntered") || kind.ends_with("StateExited");
        if kind == "ExecutionStarted" {
            details.insert(
                "roleArn".to_owned(),
                row["context"]["Execution"]["RoleArn"].clone(),
            );
        }
        if has_name {
            details.insert("name".to_owned(), event["stateName"].clone());
        }
        let key = match kind {
            "ExecutionStarted" => "executionStartedEventDetails",
            "MapRunStarted" => "mapRunStartedEventDetails",
            _ => "anyEventDetails",
        };
        json!({"id": event["id"], "previousEventId": event["previousEventId"], "type": kind,
            "timestamp": "2026-01-01T00:00:00Z", key: details})
    });
    Some(json!({ "events": events.collect::<Vec<_>>() }))
}

/// Whether a difference is between a masked value of the recording and the computed one.
fn is_masked(row: &Json, difference: &ValueDifference) -> bool {
    let recorded = difference.recorded.as_deref().unwrap_or_default();
    let mut volatile = row["volatile"].as_array().into_iter().flatten();
    volatile.any(|mask| mask.as_str().is_some_and(|mask| recorded.contains(mask)))
        || recorded.contains('<')
}

#[test]
#[ignore = "needs the recordings in STEPWRIGHT_RECORDINGS"]
fn each_recorded_execution_is_the_same_on_its_own_definition() {
    let recordings = std::env::var_os("STEPWRIGHT_RECORDINGS")
        .expect("STEPWRIGHT_RECORDINGS is the folder of the recordings");
    let path = Path::new(&recordings).join("conformance/cases.jsonl");
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let known: BTreeSet<&str> = include_str!("different_recordings.txt")
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .collect();
    let (mut same, mut unusable, mut wrong) = (0, 0, Vec::new());
    let mut different = BTreeSet::new();
    for line in text.lines() {
        let row: Json = serde_json::from_str(line).unwrap();
        let Some(history) =
            history(&row).filter(|_| row["type"] != "EXPRESS" && row["orderLost"] != true)
        else {
            continue;
        };
        let result = rehearse(&row["definition"], &row["definition"], &history);
        let differs = result.findings.iter().filter(|finding| match finding {
            Finding::ChangedCall { differences, .. }
            | Finding::ChangedOutput { differences, .. } => {
                !differences.iter().all(|one| is_masked(&row, one))
            }
            _ => true,
        });
        let differs: Vec<String> = differs.map(Finding::to_string).collect();
        let id = row["id"].as_str().unwrap_or_default();
        if result.kind == RehearsalKind::Unusable {
            unusable += 1;
        } else if differs.is_empty() {
            same += 1;
        } else if known.contains(id) {
            different.insert(id.to_owned());
        } else {
            wrong.push(format!("{id}\n    {}", differs.join("\n    ")));
        }
    }
    println!(
        "{same} same, {unusable} cannot be rehearsed, {} known",
        different.len()
    );
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    let stale: Vec<&&str> = known
        .iter()
        .filter(|id| !different.contains(**id))
        .collect();
    assert!(
        stale.is_empty(),
        "these are the same now; remove them: {stale:?}"
    );
}
