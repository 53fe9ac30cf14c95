//! Task states.

use std::collections::HashSet;

use crate::diagnostic::Severity;
use crate::edit::Edit;
use crate::errors;
use crate::fix::Fix;
use crate::json::Json;
use crate::limits::{AwaitedEvent, SECONDS};
use crate::model::{MachineType, QueryLanguage};
use crate::path::{Path, PathStep, Root};
use crate::resource::Resource;
use crate::validate::definition::{Definition, DefinitionPart};
use crate::validate::report::Report;
use crate::validate::rule::{Evidence, Rule, SCHEMA, source};

use super::fields::is_substitution;

fn tasks<'d, 'a>(definition: &'a Definition<'d>) -> impl Iterator<Item = &'a DefinitionPart<'d>> {
    definition.parts_of("Task")
}

pub(super) const RESOURCE_MISSING: Rule = Rule {
    id: "SW040",
    name: "missing-resource",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "A Task has no `Resource`.",
    doc: "`Resource` names what does the work: the ARN of a function or activity, or an integration such as `arn:aws:states:::lambda:invoke`.",
    source: source::TASK,
    check: resource_missing,
};

fn resource_missing(definition: &Definition<'_>, report: &mut Report<'_>) {
    for task in tasks(definition).filter(|task| !task.has("Resource")) {
        report
            .add(&task.pointer, "These fields are required: [Resource]")
            .at_key();
    }
}

pub(super) const TWO_TIMEOUTS: Rule = Rule {
    id: "SW042",
    name: "timeout-and-path",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "A Task has both `TimeoutSeconds` and `TimeoutSecondsPath`, or both `HeartbeatSeconds` and `HeartbeatSecondsPath`.",
    doc: "A timeout is given as a number or as a path to one, not both.",
    source: source::TASK,
    check: two_timeouts,
};

fn two_timeouts(definition: &Definition<'_>, report: &mut Report<'_>) {
    for task in tasks(definition) {
        for (value, path) in [
            ("TimeoutSeconds", "TimeoutSecondsPath"),
            ("HeartbeatSeconds", "HeartbeatSecondsPath"),
        ] {
            if task.language == QueryLanguage::JsonPath && task.has(value) && task.has(path) {
                let message = format!("a Task has either `{value}` or `{path}`, not both");
                report.add(task.at(path), message).at_key();
            }
        }
    }
}

pub(super) const TIMEOUT_RANGE: Rule = Rule {
    id: "SW043",
    name: "timeout-out-of-range",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "`TimeoutSeconds` or `HeartbeatSeconds` is not a whole number from 1 to 99,999,999.",
    doc: "Without `TimeoutSeconds` a task may take 99,999,999 seconds, longer than the year that an execution may take.",
    source: source::TASK,
    check: timeout_range,
};

fn timeout_range(definition: &Definition<'_>, report: &mut Report<'_>) {
    let machine = definition.parts_of("StateMachine");
    for part in machine.chain(tasks(definition)) {
        for field in ["TimeoutSeconds", "HeartbeatSeconds"] {
            whole_number(part, field, *SECONDS.start(), *SECONDS.end(), report);
        }
    }
}

/// Reports a number that is not an integer or is out of bounds.
pub(super) fn whole_number(
    part: &DefinitionPart<'_>,
    field: &'static str,
    least: u64,
    most: u64,
    report: &mut Report<'_>,
) {
    if let Some(number) = part.number(field)
        && (number.fract() != 0.0 || !(least as f64..=most as f64).contains(&number))
    {
        let message =
            format!("`{field}` must be a whole number from {least} to {most}, not {number}");
        report.add(part.at(field), message);
    }
}

pub(super) const HEARTBEAT: Rule = Rule {
    id: "SW044",
    name: "heartbeat-not-shorter",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "`HeartbeatSeconds` is not less than `TimeoutSeconds`.",
    doc: "A heartbeat that is not shorter than the timeout can never be missed.",
    source: source::TASK,
    check: heartbeat,
};

fn heartbeat(definition: &Definition<'_>, report: &mut Report<'_>) {
    for task in tasks(definition) {
        let numbers = task
            .number("HeartbeatSeconds")
            .zip(task.number("TimeoutSeconds"));
        if numbers.is_some_and(|(heartbeat, timeout)| heartbeat >= timeout) {
            report.add(
                task.at("HeartbeatSeconds"),
                "`HeartbeatSeconds` must be less than `TimeoutSeconds`",
            );
        }
    }
}

pub(super) const CREDENTIALS: Rule = Rule {
    id: "SW045",
    name: "invalid-credentials",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Measured,
    summary: "`Credentials` is not an object with a string `RoleArn`.",
    doc: "A Task assumes the role in `Credentials.RoleArn`, or in `RoleArn.$` in JSONPath.",
    source: source::CREDENTIALS,
    check: credentials,
};

fn credentials(definition: &Definition<'_>, report: &mut Report<'_>) {
    for task in tasks(definition) {
        let pointer = task.at("Credentials");
        match task.object.get("Credentials") {
            None => {}
            Some(Json::String(text)) if is_substitution(text) => {}
            Some(Json::Object(object)) => {
                let computed =
                    task.language == QueryLanguage::JsonPath && object.contains_key("RoleArn.$");
                match object.get("RoleArn") {
                    None if !computed => {
                        report.add(pointer, "The field 'RoleArn' is required but was missing");
                    }
                    None | Some(Json::String(_)) => {}
                    Some(other) => {
                        let message = format!("expected a string, found {}", other.noun());
                        report.add(pointer.key("RoleArn"), message);
                    }
                }
            }
            Some(other) => {
                let message = format!("expected an object, found {}", other.noun());
                report.add(pointer, message);
            }
        }
    }
}

pub(super) const EXPRESS: Rule = Rule {
    id: "SW046",
    name: "waiting-in-express",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Measured,
    summary: "An Express machine waits for a job, a callback or an activity.",
    doc: "`.sync`, `.waitForTaskToken` and activities need a Standard machine: an Express execution ends after five minutes.",
    source: source::EXPRESS,
    check: express,
};

fn express(definition: &Definition<'_>, report: &mut Report<'_>) {
    if definition.machine_type != MachineType::Express {
        return;
    }
    for task in tasks(definition) {
        let Some(resource) = task.text("Resource") else {
            continue;
        };
        let message = match AwaitedEvent::of(resource) {
            // The space at the end is AWS's.
            Some(AwaitedEvent::Token) => {
                "Express state machine does not support '.waitForTaskToken' service integration "
            }
            Some(AwaitedEvent::Job) => {
                "Express state machine does not support '.sync' service integration"
            }
            Some(AwaitedEvent::Activity) => "Express state machine does not support Activity ARN",
            None => continue,
        };
        report.add(task.pointer.key("Resource"), message);
    }
}

/// The text for what a Task waits for in addition to the response to its call.
fn waits_for(task: &DefinitionPart<'_>) -> Option<&'static str> {
    Some(match AwaitedEvent::of(task.text("Resource")?)? {
        AwaitedEvent::Token => "a callback",
        AwaitedEvent::Job => "a job",
        AwaitedEvent::Activity => "an activity",
    })
}

pub(super) const TOKEN: Rule = Rule {
    id: "SW047",
    name: "unused-task-token",
    severity: Severity::Warning,
    code: None,
    known: Evidence::Presumed,
    summary: "A Task waits for its task token but does not pass the token on.",
    doc: "Add `$$.Task.Token` (in JSONata `$states.context.Task.Token`) to `Parameters` or `Arguments`; the worker returns it with SendTaskSuccess or SendTaskFailure. Without it the Task waits until it times out.",
    source: source::PATTERNS,
    check: token,
};

fn token(definition: &Definition<'_>, report: &mut Report<'_>) {
    // Express machines reject such a Task.
    if definition.machine_type == MachineType::Express {
        return;
    }
    let is_waiting = |task: &DefinitionPart<'_>| {
        task.text("Resource").and_then(AwaitedEvent::of) == Some(AwaitedEvent::Token)
    };
    if !tasks(definition).any(is_waiting) {
        return;
    }
    let mut giving: HashSet<usize> = HashSet::new();
    for binding in &definition.bindings {
        if let Some(Ok(parsed)) = &binding.parsed
            && parsed.paths().into_iter().any(selects_token)
        {
            giving.insert(binding.part);
        }
    }
    for path in &definition.paths {
        if let Ok(parsed) = &path.parsed
            && path.field == "InputPath"
            && parsed.paths().into_iter().any(selects_token)
        {
            giving.insert(path.part);
        }
    }
    for expression in definition
        .expressions
        .iter()
        .filter(|expression| expression.field == "Arguments")
    {
        if let Some(Ok(parsed)) = &expression.parsed
            && reads_token(parsed.source)
        {
            giving.insert(expression.part);
        }
    }
    for number in definition.numbers_of("Task") {
        let task = &definition.parts[number];
        if !is_waiting(task) || giving.contains(&number) {
            continue;
        }
        let (field, token) = match task.language {
            QueryLanguage::JsonPath => ("Parameters", "\"token.$\": \"$$.Task.Token\""),
            QueryLanguage::Jsonata => (
                "Arguments",
                "\"token\": \"{% $states.context.Task.Token %}\"",
            ),
        };
        let payload = task.object.get(field);
        if payload.and_then(Json::as_str).is_some_and(is_substitution) {
            continue;
        }
        let pointer = task.at(payload.map_or("Resource", |_| field));
        report
            .add(
                pointer,
                "the task token is not passed on, so no worker can return it",
            )
            .suggest(Some(format!("add it to `{field}`, as in `{token}`")));
    }
}

/// Whether the value that a path selects contains the task token.
fn selects_token(path: &Path) -> bool {
    let mut way = ["Task", "Token"].into_iter();
    path.root == Root::Context
        && path.steps.iter().all(|step| match (step, way.next()) {
            (PathStep::Key(key), Some(wanted)) => key == wanted,
            (_, Some(_)) => true,
            (_, None) => false,
        })
}

/// Whether an expression reads the task token, or an object that contains it: the context object or its `Task`.
fn reads_token(source: &str) -> bool {
    source.match_indices("$states").any(|(at, _)| {
        let rest = source[at + "$states".len()..].trim_start();
        let Some(rest) = rest.strip_prefix('.') else {
            return true;
        };
        let Some(rest) = rest.trim_start().strip_prefix("context") else {
            return false;
        };
        match rest.trim_start().strip_prefix('.') {
            Some(rest) => rest.trim_start().starts_with("Task"),
            None => true,
        }
    })
}

pub(super) const NO_TIMEOUT: Rule = Rule {
    id: "SW048",
    name: "missing-timeout",
    severity: Severity::Warning,
    code: None,
    known: Evidence::Presumed,
    summary: "A Task waits for a job, a callback or an activity without a timeout.",
    doc: "If the response never arrives, the execution waits for a year and then times out. Set `TimeoutSeconds` or `HeartbeatSeconds` on the Task, or `TimeoutSeconds` on the machine.",
    source: source::BEST_PRACTICES,
    check: no_timeout,
};

fn no_timeout(definition: &Definition<'_>, report: &mut Report<'_>) {
    let machine_ends = definition.document.json().get("TimeoutSeconds").is_some();
    if machine_ends || definition.machine_type == MachineType::Express {
        return;
    }
    let limits = [
        "TimeoutSeconds",
        "TimeoutSecondsPath",
        "HeartbeatSeconds",
        "HeartbeatSecondsPath",
    ];
    for task in tasks(definition) {
        let Some(what) = waits_for(task) else {
            continue;
        };
        if !limits.iter().any(|limit| task.has(limit)) {
            report
                .add(
                    task.at("Resource"),
                    format!("this Task waits for {what} without a timeout, up to a year"),
                )
                .suggest(Some(
                    "add `TimeoutSeconds` or `HeartbeatSeconds`".to_owned(),
                ))
                .fix(Some(one_hour(task)));
        }
    }
}

/// Adds a timeout to a Task. Only the author knows how long the work may take.
fn one_hour(task: &DefinitionPart<'_>) -> Fix {
    let edit = Edit::insert_after(task.at("TimeoutSeconds"), "Resource", 3600);
    Fix::risky("add `\"TimeoutSeconds\": 3600`", edit)
}

pub(super) const LAMBDA_RETRY: Rule = Rule {
    id: "SW142",
    name: "missing-lambda-retry",
    severity: Severity::Warning,
    code: None,
    known: Evidence::Presumed,
    summary: "A Task invokes a Lambda function and does not retry transient errors of the Lambda service.",
    doc: "AWS recommends a retrier for `Lambda.ServiceException`, `Lambda.AWSLambdaException`, `Lambda.SdkClientException`, `Lambda.ClientExecutionTimeoutException` and `Lambda.TooManyRequestsException`, for instance `{\"ErrorEquals\": [...], \"IntervalSeconds\": 1, \"MaxAttempts\": 3, \"BackoffRate\": 2, \"JitterStrategy\": \"FULL\"}`. This rule checks the first three; `States.TaskFailed` and `States.ALL` match them too.",
    source: source::BEST_PRACTICES,
    check: lambda_retry,
};

/// Transient errors.
const TRANSIENT: &[&str] = &[
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
];

fn lambda_retry(definition: &Definition<'_>, report: &mut Report<'_>) {
    for task in tasks(definition) {
        let resource = task.text("Resource").map(Resource::parse);
        if !resource.is_some_and(|resource| resource.is_lambda_invoke()) {
            continue;
        }
        let retriers = task.items("Retry").unwrap_or_default().iter();
        let names: Vec<&str> = retriers
            .filter(|retrier| retrier.get("MaxAttempts").and_then(Json::as_f64) != Some(0.0))
            .filter_map(|retrier| retrier.get("ErrorEquals")?.as_array())
            .flatten()
            .filter_map(Json::as_str)
            .collect();
        let missing: Vec<String> = TRANSIENT
            .iter()
            .filter(|error| !errors::matches(&names, error))
            .map(|error| format!("`{error}`"))
            .collect();
        if !missing.is_empty() {
            let message = format!(
                "transient errors of Lambda are not retried: {}",
                missing.join(", ")
            );
            report
                .add(
                    task.at(if task.has("Retry") {
                        "Retry"
                    } else {
                        "Resource"
                    }),
                    message,
                )
                .suggest(Some(
                    "add a retrier for them, with a few attempts".to_owned(),
                ));
        }
    }
}
