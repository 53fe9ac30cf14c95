//! Recorded executions whose definition is converted from JSONPath to JSONata first.

use std::fmt;

use serde_json::Value as Json;
use stepwright_asl::edit::Editor;
use stepwright_asl::errors;
use stepwright_tools::convert::Converter;

use super::equal::{Volatile, differences};
use super::execution::{result, result_differences, run};
use super::{Differences, Row};

/// How a converted definition compares with its recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConvertedReplay {
    /// The definition has no state in JSONPath.
    NoJsonPath,
    /// No state is converted.
    Refused,
    /// The recorded execution failed because a path found nothing or a function failed, which the
    /// conversion assumes not to happen.
    Assumed,
    /// The execution agrees with the recording.
    Agrees {
        /// Whether all states are converted.
        is_whole: bool,
    },
}

/// The results of many rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ConvertedReplays {
    /// The rows that agree.
    pub passed: usize,
    /// The rows that agree, and whose states are all converted.
    pub whole: usize,
    /// The rows that differ.
    pub failed: usize,
    /// The rows of which no state is converted.
    pub refused: usize,
    /// The rows that violate an assumption of the conversion.
    pub assumed: usize,
    /// The rows without a state in JSONPath.
    pub no_json_path: usize,
}

impl ConvertedReplays {
    /// Replays a row and counts the result. Returns the differences, if there are some.
    pub async fn add(&mut self, row: &Row) -> Option<Differences> {
        match row.check_converted().await? {
            Ok(ConvertedReplay::NoJsonPath) => self.no_json_path += 1,
            Ok(ConvertedReplay::Refused) => self.refused += 1,
            Ok(ConvertedReplay::Assumed) => self.assumed += 1,
            Ok(ConvertedReplay::Agrees { is_whole }) => {
                self.passed += 1;
                self.whole += usize::from(is_whole);
            }
            Err(differences) => {
                self.failed += 1;
                return Some(differences);
            }
        }
        None
    }
}

impl fmt::Display for ConvertedReplays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} without JSONPath, {} not converted, {} failed because a path or function fails",
            self.no_json_path, self.refused, self.assumed
        )?;
        write!(
            f,
            "{} passed, of which {} are converted whole, {} failed",
            self.passed, self.whole, self.failed
        )
    }
}

/// Converts the row's definition and runs it on its input, with the recorded results of tasks.
/// Compares the output, the error, the cause and the path of states.
pub(super) async fn check(row: &Json) -> Result<ConvertedReplay, Differences> {
    let text = format!("{:#}", row["definition"]);
    // Some rows record how the service treats a definition that is no JSON object.
    let mut editor = Editor::parse(&text).map_err(|error| error.to_string())?;
    let conversion = Converter::new().convert(editor.document());
    if conversion.states.is_empty() {
        return Ok(if conversion.refused.is_empty() {
            ConvertedReplay::NoJsonPath
        } else {
            ConvertedReplay::Refused
        });
    }
    let recorded_error = row["expect"]["error"].as_str();
    if recorded_error.is_some_and(|error| QUERY_ERRORS.contains(&error)) {
        return Ok(ConvertedReplay::Assumed);
    }
    editor
        .apply(&conversion.edits)
        .map_err(|error| format!("the edits are impossible: {error}"))?;
    let mut converted = row.clone();
    converted["definition"] =
        serde_json::from_str(editor.text()).map_err(|error| error.to_string())?;
    let volatile = Volatile::new(&row["volatile"]);
    let report = run(&converted, Volatile::new(&row["volatile"])).await?;
    let mut found = result_differences(&row["expect"], &result(&report), &volatile);
    if let Some(history) = row["history"].as_array() {
        let recorded = sorted(entered(history));
        let ours = sorted(report.history.path().into_iter().map(Json::from).collect());
        found.extend(differences(&recorded, &ours, &volatile));
    }
    Differences::check(found)?;
    Ok(ConvertedReplay::Agrees {
        is_whole: conversion.refused.is_empty(),
    })
}

/// The errors of JSONPath fields.
const QUERY_ERRORS: [&str; 5] = [
    errors::PARAMETER_PATH_FAILURE,
    errors::RESULT_PATH_MATCH_FAILURE,
    errors::REFERENCE_PATH_CONFLICT,
    errors::INTRINSIC_FAILURE,
    errors::RUNTIME,
];

/// The names of the states that were entered.
fn entered(history: &[Json]) -> Vec<Json> {
    let entered = history.iter().filter(|event| {
        let kind = event["type"].as_str().unwrap_or_default();
        kind.ends_with("StateEntered")
    });
    entered.map(|event| event["stateName"].clone()).collect()
}

/// Concurrent branches have no order.
fn sorted(mut names: Vec<Json>) -> Json {
    names.sort_by_cached_key(Json::to_string);
    Json::Array(names)
}
