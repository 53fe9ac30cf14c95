//! `stepwright validate`: every finding about definitions.

use serde_json::{Value, json};
use stepwright_asl::{Finding, Severity};

use crate::args::{Format, ValidateArguments};
use crate::definition::Definition;
use crate::failure::Failure;
use crate::report;

/// Validates the files and prints what there is to say.
pub(crate) fn validate(arguments: &ValidateArguments) -> Result<(), Failure> {
    let mut errors = 0;
    let mut reports = Vec::new();
    for path in &arguments.files {
        let definition = Definition::read(path, arguments.machine_type.into())?;
        let findings: Vec<(&Finding, Severity)> = definition
            .findings
            .iter()
            .filter_map(|finding| Some((finding, severity(finding, arguments)?)))
            .collect();
        let refused = findings
            .iter()
            .filter(|(_, severity)| *severity == Severity::Error)
            .count();
        match arguments.format {
            Format::Json => reports.push(as_json(&definition, &findings)),
            Format::Text => as_text(&definition, &findings, refused),
        }
        errors += refused;
    }
    if arguments.format == Format::Json {
        // One file is one response, as from AWS; several are a list of them.
        let report = if reports.len() == 1 {
            reports.remove(0)
        } else {
            Value::Array(reports)
        };
        println!("{report:#}");
    }
    if errors > 0 {
        Err(Failure::Findings)
    } else {
        Ok(())
    }
}

/// What the user makes of a finding: `None` silences it. An error cannot be silenced, because AWS would refuse the definition all the same.
fn severity(finding: &Finding, arguments: &ValidateArguments) -> Option<Severity> {
    let named = |rules: &[String]| {
        rules
            .iter()
            .any(|rule| rule.eq_ignore_ascii_case(finding.rule))
    };
    match finding.severity {
        Severity::Error => Some(Severity::Error),
        Severity::Warning if named(&arguments.deny) => Some(Severity::Error),
        Severity::Warning if named(&arguments.allow) => None,
        Severity::Warning => Some(Severity::Warning),
    }
}

fn as_text(definition: &Definition, findings: &[(&Finding, Severity)], errors: usize) {
    for (finding, severity) in findings {
        anstream::println!(
            "{}\n",
            report::finding(finding, *severity, &definition.path, &definition.text)
        );
    }
    let path = definition.path.display();
    let warnings = findings.len() - errors;
    match (errors, warnings) {
        (0, 0) => println!("{path}: valid"),
        (0, warnings) => println!("{path}: valid, {}", count(warnings, "warning")),
        (errors, 0) => println!("{path}: {}", count(errors, "error")),
        (errors, warnings) => println!(
            "{path}: {}, {}",
            count(errors, "error"),
            count(warnings, "warning")
        ),
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
fn as_json(definition: &Definition, findings: &[(&Finding, Severity)]) -> Value {
    let refused = findings
        .iter()
        .any(|(_, severity)| *severity == Severity::Error);
    let diagnostics: Vec<Value> = findings
        .iter()
        .map(|(finding, severity)| {
            json!({
                "severity": severity.as_str(),
                "code": finding.code,
                "message": finding.message,
                "location": finding.location(),
                "rule": finding.rule,
                "line": finding.line,
                "column": finding.column,
                "suggestion": finding.suggestion,
            })
        })
        .collect();
    json!({
        "file": definition.path,
        "result": if refused { "FAIL" } else { "OK" },
        "diagnostics": diagnostics,
        "truncated": false,
    })
}
