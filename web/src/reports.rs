//! What the commands `explore`, `estimate`, `policy` and `diff` report. Each report has a `text`
//! for readers, which is what the command prints.

use std::time::Duration;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use stepwright_asl::MachineType;
use stepwright_asl::diff::Diff;
use stepwright_asl::json::Json;
use stepwright_explore::{Settings, UnknownName};
use stepwright_tools::estimate::{Estimate, EstimateOptions};
use stepwright_tools::policy::{Policy, PolicyOptions};
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

/// A definition whose paths are searched, with the bounds of the search.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ExploreRequest {
    definition: Box<RawValue>,
    #[serde(default = "crate::standard")]
    machine_type: String,
    /// The text of a property file.
    properties: Option<String>,
    faults: Option<u32>,
    loops: Option<u32>,
    /// In seconds.
    time_limit: Option<u64>,
}

/// Searches all paths of a definition. Takes and returns JSON.
///
/// The request has `definition`, `machineType`, `properties` (the text of a property file),
/// `faults`, `loops` and `timeLimit` in seconds. The answer is that of `explore --format json`.
///
/// # Errors
///
/// A definition that AWS refuses, and properties that do not fit it.
#[wasm_bindgen]
pub fn explore(request: &str) -> Result<String, JsError> {
    let request: ExploreRequest = crate::parsed(request)?;
    let machine_type = crate::machine_type_of(&request.machine_type)?;
    let machine = crate::machine(request.definition.get(), machine_type)?;
    let mut settings = Settings::new();
    if let Some(properties) = &request.properties {
        settings.add_file("properties", properties)?;
    }
    settings.machine_type = machine_type;
    settings.faults = request.faults.unwrap_or(settings.faults);
    settings.loops = request.loops.unwrap_or(settings.loops);
    let limit = request.time_limit.map(Duration::from_secs);
    settings.time_limit = limit.or(settings.time_limit);
    let report = stepwright_explore::explore(&machine, &settings)?;
    let unknown = report.unknown_names().iter().map(UnknownName::to_string);
    let unknown: Vec<String> = unknown.collect();
    if !unknown.is_empty() {
        return Err(JsError::new(&unknown.join("\n")));
    }
    let mut text = report.findings_text() + &report.summary();
    for note in report.all_notes() {
        text += &format!("\nnote: {note}");
    }
    Ok(with_text(Value::from(&report.to_json()), &text))
}

/// A definition, and how much its executions have to do.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct EstimateRequest {
    definition: Box<RawValue>,
    input_bytes: Option<u64>,
    result_bytes: Option<u64>,
    task_seconds: Option<f64>,
    executions: Option<u64>,
    region: Option<String>,
}

/// Estimates the costs, transitions and durations of a definition. Takes and returns JSON.
///
/// The request has `definition`, `inputBytes`, `resultBytes`, `taskSeconds`, `executions` in a
/// month and `region`. The answer is that of `estimate --format json`.
///
/// # Errors
///
/// A definition that AWS refuses.
#[wasm_bindgen]
pub fn estimate(request: &str) -> Result<String, JsError> {
    let request: EstimateRequest = crate::parsed(request)?;
    let machine = crate::machine(request.definition.get(), MachineType::Standard)?;
    let mut options = EstimateOptions::new();
    if let Some(bytes) = request.input_bytes {
        options = options.input_bytes(bytes);
    }
    if let Some(bytes) = request.result_bytes {
        options = options.result_bytes(bytes);
    }
    if let Some(seconds) = request.task_seconds {
        options = options.task_seconds(seconds);
    }
    if let Some(executions) = request.executions {
        options = options.executions(executions);
    }
    if let Some(region) = &request.region {
        options = options.region(region);
    }
    let estimate = Estimate::of(&machine, &options);
    let mut text = estimate.to_string();
    for warning in &estimate.warnings {
        text += &format!("\nwarning: {warning}");
    }
    Ok(with_text(serde_json::to_value(&estimate)?, &text))
}

/// A definition, and where it is deployed.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PolicyRequest {
    definition: Box<RawValue>,
    #[serde(default = "unnamed")]
    name: String,
    partition: Option<String>,
    region: Option<String>,
    account: Option<String>,
    #[serde(default)]
    logging: bool,
    #[serde(default)]
    tracing: bool,
    #[serde(default)]
    redrive: bool,
}

fn unnamed() -> String {
    "StateMachine".to_owned()
}

/// Returns the IAM policy that the role of a state machine needs. Takes and returns JSON.
///
/// The request has `definition`, `name`, `partition`, `region`, `account`, `logging`, `tracing` and
/// `redrive`. The answer has the `policy`, the `warnings`, and the `roles` that tasks assume, each
/// with its policy.
///
/// # Errors
///
/// A definition that AWS refuses.
#[wasm_bindgen]
pub fn policy(request: &str) -> Result<String, JsError> {
    let request: PolicyRequest = crate::parsed(request)?;
    let machine = crate::machine(request.definition.get(), MachineType::Standard)?;
    let mut options = PolicyOptions::new(request.name)
        .logging(request.logging)
        .tracing(request.tracing)
        .redrive(request.redrive);
    if let Some(partition) = request.partition {
        options = options.partition(partition);
    }
    if let Some(region) = request.region {
        options = options.region(region);
    }
    if let Some(account) = request.account {
        options = options.account(account);
    }
    let policy = Policy::of(&machine, &options);
    let warnings: Vec<String> = policy.warnings().iter().map(ToString::to_string).collect();
    let mut text = policy.to_json_pretty();
    for warning in &warnings {
        text += &format!("\nwarning: {warning}");
    }
    let mut roles = Vec::new();
    for role in policy.roles() {
        let needed = role.to_value();
        let note = format!(
            "the role `{}` needs this policy:\n{}",
            role.role,
            needed.to_pretty()
        );
        text += &format!("\nnote: {note}");
        roles.push(json!({"role": role.role, "policy": Value::from(&needed)}));
    }
    let policy = Value::from(&policy.to_value());
    let report = json!({"policy": policy, "warnings": warnings, "roles": roles});
    Ok(with_text(report, &text))
}

/// Compares two definitions. Takes and returns JSON: the answer is that of `diff --format json`.
///
/// # Errors
///
/// A text that is no JSON.
#[wasm_bindgen]
pub fn diff(old: &str, new: &str) -> Result<String, JsError> {
    let (old, new): (Json, Json) = (old.parse()?, new.parse()?);
    let diff = Diff::of(&old, &new);
    Ok(with_text(
        serde_json::to_value(diff.report())?,
        &diff.to_string(),
    ))
}

fn with_text(mut report: Value, text: &str) -> String {
    report["text"] = json!(text);
    report.to_string()
}
