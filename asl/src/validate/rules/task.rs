//! Task states.

use crate::finding::Severity;
use crate::json::Json;
use crate::model::{MachineType, QueryLanguage};
use crate::similar::nearest;
use crate::validate::definition::{Definition, Part, member};
use crate::validate::report::Report;
use crate::validate::rule::{Known, Rule, SCHEMA, source};

use super::fields::is_substitution;

fn tasks<'d, 'a>(definition: &'a Definition<'d>) -> impl Iterator<Item = &'a Part<'d>> {
    definition.parts.iter().filter(|part| part.is("Task"))
}

pub(super) const RESOURCE_MISSING: Rule = Rule {
    id: "SW040",
    severity: Severity::Error,
    code: SCHEMA,
    known: Known::Documented,
    summary: "A Task has no `Resource`.",
    doc: "`Resource` says what does the work: the ARN of a function or activity, or an integration such as `arn:aws:states:::lambda:invoke`.",
    source: source::TASK,
    check: resource_missing,
};

fn resource_missing(definition: &Definition<'_>, report: &mut Report<'_>) {
    for task in tasks(definition).filter(|task| !task.has("Resource")) {
        report
            .add(
                task.pointer.as_str(),
                "These fields are required: [Resource]",
            )
            .at_key();
    }
}

pub(super) const RESOURCE: Rule = Rule {
    id: "SW041",
    severity: Severity::Error,
    code: "INVALID_RESOURCE",
    known: Known::Measured,
    summary: "A Task's `Resource` is an integration without action or with an unknown pattern; or it is no ARN or URI, which is a warning.",
    doc: "An integration is written `arn:<partition>:states:::<service>:<action>`, with one of the patterns `.sync`, `.sync:2` and `.waitForTaskToken` behind the action where the service has it. A `Resource` without a colon may still become an ARN when a template engine has run, so it is a warning.",
    source: source::RESOURCES,
    check: resource,
};

/// The suffixes of an integration's action.
const PATTERNS: &[&str] = &["sync", "sync:2", "waitForTaskToken"];

fn resource(definition: &Definition<'_>, report: &mut Report<'_>) {
    for task in tasks(definition) {
        let Some(resource) = task.text("Resource") else {
            continue;
        };
        if is_substitution(resource) {
            continue;
        }
        let pointer = task.at("Resource");
        if !resource.contains(':') {
            // AWS refuses it, but a deployment script may still put the ARN in its place.
            report
                .add(pointer, "Value is not a valid resource ARN")
                .warn()
                .suggest(Some(
                    "an integration is written like `arn:aws:states:::lambda:invoke`".to_owned(),
                ));
            continue;
        }
        let Some(integration) = integration(resource) else {
            continue;
        };
        let unrecognized = format!(
            "The resource provided {resource} is not recognized. The value is not a valid resource ARN, or the resource is not available in this region."
        );
        let (service, action) = match integration.rsplit_once(':') {
            // The pattern `.sync:2` has a colon of its own.
            Some((rest, "2")) if rest.ends_with(".sync") => (
                rest.split_once(':').map_or("", |(service, _)| service),
                integration,
            ),
            Some((service, action)) => (service, action),
            None => ("", integration),
        };
        let pattern = action.split_once('.').map(|(_, pattern)| pattern);
        if service.is_empty() || action.is_empty() {
            report.add(pointer, unrecognized);
        } else if let Some(pattern) = pattern.filter(|pattern| !PATTERNS.contains(pattern)) {
            let meant = nearest(pattern, PATTERNS.iter().copied());
            let suggestion = meant.map(|meant| format!("did you mean `.{meant}`?"));
            report.add(pointer, unrecognized).suggest(suggestion);
        }
    }
}

/// What follows `arn:aws:states:::` in the name of a service integration.
fn integration(resource: &str) -> Option<&str> {
    let rest = resource.strip_prefix("arn:")?;
    let (_partition, rest) = rest.split_once(':')?;
    rest.strip_prefix("states:::")
}

pub(super) const TWO_TIMEOUTS: Rule = Rule {
    id: "SW042",
    severity: Severity::Error,
    code: SCHEMA,
    known: Known::Documented,
    summary: "A Task has both `TimeoutSeconds` and `TimeoutSecondsPath`, or both of the heartbeat's.",
    doc: "A timeout is given as a number or as a path to one.",
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

/// The largest number of seconds that fields take.
pub(super) const MAX_SECONDS: f64 = 99_999_999.0;

pub(super) const TIMEOUT_RANGE: Rule = Rule {
    id: "SW043",
    severity: Severity::Error,
    code: SCHEMA,
    known: Known::Documented,
    summary: "`TimeoutSeconds` or `HeartbeatSeconds` is no whole number from 1 to 99,999,999.",
    doc: "Seconds are whole. Without `TimeoutSeconds` a task may take 99,999,999 seconds, which is more than the year that an execution may take.",
    source: source::TASK,
    check: timeout_range,
};

fn timeout_range(definition: &Definition<'_>, report: &mut Report<'_>) {
    for part in definition
        .parts
        .iter()
        .filter(|part| part.is("Task") || part.is("StateMachine"))
    {
        for field in ["TimeoutSeconds", "HeartbeatSeconds"] {
            whole_number(part, field, 1.0, MAX_SECONDS, report);
        }
    }
}

/// Reports a number that is not whole or not within bounds.
pub(super) fn whole_number(
    part: &Part<'_>,
    field: &str,
    least: f64,
    most: f64,
    report: &mut Report<'_>,
) {
    if let Some(number) = part.number(field)
        && (number.fract() != 0.0 || !(least..=most).contains(&number))
    {
        let message =
            format!("`{field}` must be a whole number from {least} to {most}, not {number}");
        report.add(part.at(field), message);
    }
}

pub(super) const HEARTBEAT: Rule = Rule {
    id: "SW044",
    severity: Severity::Error,
    code: SCHEMA,
    known: Known::Documented,
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
    severity: Severity::Error,
    code: SCHEMA,
    known: Known::Measured,
    summary: "`Credentials` is no object with `RoleArn`.",
    doc: "A Task takes on the role in `Credentials.RoleArn`, or in JSONPath `RoleArn.$`.",
    source: source::CREDENTIALS,
    check: credentials,
};

fn credentials(definition: &Definition<'_>, report: &mut Report<'_>) {
    for task in tasks(definition) {
        let pointer = task.at("Credentials");
        match task.object.get("Credentials") {
            None => {}
            Some(Json::Object(object)) => {
                let computed =
                    task.language == QueryLanguage::JsonPath && object.contains_key("RoleArn.$");
                if !object.contains_key("RoleArn") && !computed {
                    report.add(pointer, "The field 'RoleArn' is required but was missing");
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
    severity: Severity::Error,
    code: SCHEMA,
    known: Known::Measured,
    summary: "An Express machine waits for a job, a callback or an activity.",
    doc: "Express executions end after five minutes and cannot be waited for from outside: `.sync`, `.waitForTaskToken` and activities are for Standard machines.",
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
        let message = if resource.ends_with(".waitForTaskToken") {
            // The blank at the end is AWS's.
            "Express state machine does not support '.waitForTaskToken' service integration "
        } else if resource.ends_with(".sync") || resource.ends_with(".sync:2") {
            "Express state machine does not support '.sync' service integration"
        } else if is_activity(resource) {
            "Express state machine does not support Activity ARN"
        } else {
            continue;
        };
        report.add(member(&task.pointer, "Resource"), message);
    }
}

/// What an integration waits for: `sync`, `sync:2` or `waitForTaskToken`.
pub(super) fn pattern(resource: &str) -> Option<&str> {
    let action = integration(resource)?;
    let (_, pattern) = action.split_once('.')?;
    PATTERNS.contains(&pattern).then_some(pattern)
}

/// `arn:aws:states:us-east-1:123456789012:activity:name`
pub(super) fn is_activity(resource: &str) -> bool {
    let mut parts = resource.split(':');
    parts.next() == Some("arn")
        && parts.nth(1) == Some("states")
        && parts.nth(2) == Some("activity")
}
