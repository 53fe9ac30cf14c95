//! `stepwright validate`: every finding about definitions.

use serde_json::{Value, json};
use stepwright_asl::validate::{RuleIdError, Validator};

use crate::args::{Format, ValidateArguments};
use crate::definition::Definition;
use crate::failure::Failure;
use crate::output;
use crate::report;

/// Validates the files and prints what there is to say.
pub(crate) fn validate(arguments: &ValidateArguments) -> Result<(), Failure> {
    let validator = validator(arguments)?;
    let mut errors = 0;
    let mut reports = Vec::new();
    let mut unread = None;
    for path in &arguments.files {
        let definition = match Definition::read(path, &validator) {
            Ok(definition) => definition,
            Err(failure) => {
                // The other files are checked all the same.
                if let Some(earlier) = unread.replace(failure) {
                    report::failure(&earlier);
                }
                continue;
            }
        };
        match arguments.format {
            Format::Json => reports.push(as_json(&definition)),
            Format::Text => as_text(&definition),
        }
        errors += definition.findings.errors().count();
    }
    if arguments.format == Format::Json && !reports.is_empty() {
        // One file is one response, as from AWS; several are a list of them.
        let report = if arguments.files.len() == 1 {
            reports.remove(0)
        } else {
            Value::Array(reports)
        };
        output::line(format_args!("{report:#}"));
    }
    match unread {
        Some(failure) => Err(failure),
        None if errors > 0 => Err(Failure::Findings),
        None => Ok(()),
    }
}

/// The rules, with the user's say in what they count for.
fn validator(arguments: &ValidateArguments) -> Result<Validator, Failure> {
    let usage = |error: RuleIdError| Failure::Usage(error.to_string());
    let validator = Validator::new(arguments.machine_type.into());
    let mut denied = arguments.deny.iter();
    let validator = denied.try_fold(validator, Validator::deny).map_err(usage)?;
    let mut allowed = arguments.allow.iter();
    allowed.try_fold(validator, Validator::allow).map_err(usage)
}

fn as_text(definition: &Definition) {
    for finding in &definition.findings {
        output::line(format_args!(
            "{}\n",
            report::finding(finding, &definition.source)
        ));
    }
    let path = definition.source.shown();
    let errors = definition.findings.errors().count();
    let warnings = definition.findings.len() - errors;
    let summary = match (errors, warnings) {
        (0, 0) => "valid".to_owned(),
        (0, warnings) => format!("valid, {}", count(warnings, "warning")),
        (errors, 0) => count(errors, "error"),
        (errors, warnings) => format!("{}, {}", count(errors, "error"), count(warnings, "warning")),
    };
    output::line(format_args!("{path}: {summary}"));
    if definition.findings.is_truncated() {
        output::line(format_args!(
            "{path}: there is more to find once these are mended"
        ));
    }
}

fn count(number: usize, noun: &str) -> String {
    if number == 1 {
        format!("1 {noun}")
    } else {
        format!("{number} {noun}s")
    }
}

/// The shape of AWS's ValidateStateMachineDefinition response, with our fields beside theirs.
fn as_json(definition: &Definition) -> Value {
    json!({
        "file": definition.source.path,
        "result": if definition.findings.has_errors() { "FAIL" } else { "OK" },
        "diagnostics": definition.findings,
        "truncated": definition.findings.is_truncated(),
    })
}
