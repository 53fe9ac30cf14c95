//! JSONata expressions.

use std::collections::HashSet;

use crate::diagnostic::Severity;
use crate::fix::Safety;
use crate::jsonata;
use crate::substitution::is_substitution;
use crate::syntax_error::{SyntaxError, SyntaxFault};
use crate::validate::definition::{Definition, ExpressionText};
use crate::validate::delimiters::mended;
use crate::validate::report::Report;
use crate::validate::rule::{Evidence, Rule, SCHEMA, source};

use super::proposals;

/// AWS's code for a text that is not valid JSONata.
const INVALID_EXPRESSION: &str = "INVALID_JSONATA_EXPRESSION";
/// AWS's code for JSONata features that it does not support.
const UNSUPPORTED_EXPRESSION: &str = "UNSUPPORTED_JSONATA_EXPRESSION";

pub(super) const INVALID: Rule = Rule {
    id: "SW124",
    name: "invalid-jsonata",
    severity: Severity::Error,
    code: Some(INVALID_EXPRESSION),
    known: Evidence::Measured,
    summary: "An expression is not valid JSONata.",
    doc: "The message has JSONata's own error code. The suggestion gives the character of the expression at which parsing stopped.",
    source: source::JSONATA,
    check: |definition, report| {
        refused(definition, report, |error| {
            error.fault != SyntaxFault::Unsupported
        })
    },
};

pub(super) const TOP_LEVEL: Rule = Rule {
    id: "SW126",
    name: "bare-name-in-jsonata",
    severity: Severity::Error,
    code: Some(UNSUPPORTED_EXPRESSION),
    known: Evidence::Measured,
    summary: "An expression begins a path with a bare name, or assigns `$states`.",
    doc: "There is no input at the top level of an expression. A path begins with `$states`, a variable or a local binding; bare names are allowed inside predicates, map steps and groupings.",
    source: source::JSONATA,
    check: |definition, report| {
        refused(definition, report, |error| {
            error.fault == SyntaxFault::Unsupported && !is_context(error)
        });
    },
};

pub(super) const CONTEXT: Rule = Rule {
    id: "SW127",
    name: "missing-jsonata-context",
    severity: Severity::Error,
    code: Some(UNSUPPORTED_EXPRESSION),
    known: Evidence::Measured,
    summary: "An expression uses `$` or `$$` at the top level.",
    doc: "There is no context value at the top level of an expression. `$states.input` is the state's input.",
    source: source::JSONATA,
    check: |definition, report| refused(definition, report, is_context),
};

fn is_context(error: &SyntaxError) -> bool {
    error.message.contains("'$'") || error.message.contains("'$$'")
}

fn refused(
    definition: &Definition<'_>,
    report: &mut Report<'_>,
    is_ours: fn(&SyntaxError) -> bool,
) {
    for expression in &definition.expressions {
        let Some(Err(error)) = &expression.parsed else {
            continue;
        };
        if !is_ours(error) || is_substitution(expression.text) {
            continue;
        }
        let suggestion = if error.fault != SyntaxFault::Unsupported {
            Some(format!(
                "at character {} of the expression",
                error.offset + 1
            ))
        } else {
            Some(
                "begin with `$states.input`, a variable such as `$name`, or a local binding"
                    .to_owned(),
            )
        };
        report
            .add(&expression.pointer, error.message.as_str())
            .suggest(suggestion);
    }
}

pub(super) const NOT_CLOSED: Rule = Rule {
    id: "SW125",
    name: "broken-delimiters",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "A string begins with `{%` but does not end with `%}`; a warning if blanks outside the delimiters, or misspelled delimiters, make the string a literal.",
    doc: "A string is an expression only if it begins with `{%` and ends with `%}`. With a blank before or after these, or with `{ %` instead of `{%`, AWS uses the string unchanged and evaluates nothing.",
    source: source::JSONATA,
    check: not_closed,
};

fn not_closed(definition: &Definition<'_>, report: &mut Report<'_>) {
    for ExpressionText {
        pointer,
        field,
        is_whole,
        text,
        parsed,
        ..
    } in &definition.expressions
    {
        if parsed.is_some() {
            continue;
        }
        let suggestion = mended(text).map(|text| format!("write `{text}`"));
        let trimmed = text.trim();
        let is_closed = trimmed.len() >= 4 && trimmed.ends_with("%}");
        if text.starts_with("{%") && !is_closed {
            let message = "an expression that begins with `{%` must end with `%}`";
            report
                .add(pointer, message)
                .suggest(suggestion)
                .fix(proposals::delimit(pointer, text));
            continue;
        }
        // Another rule reports a literal in these fields.
        if *is_whole && matches!(*field, "Condition" | "Items" | "Timestamp") {
            continue;
        }
        let message = if is_closed && trimmed.starts_with("{%") {
            "blanks before `{%` or after `%}` make the string a literal that is not evaluated"
        } else {
            "an expression begins with `{%` and ends with `%}`; this string is a literal that is not evaluated"
        };
        let fix = proposals::delimit(pointer, text);
        report
            .add(pointer, message)
            .warn()
            .suggest(suggestion)
            .fix(fix.map(|fix| fix.with_safety(Safety::Unsafe)));
    }
}

pub(super) const STATES: Rule = Rule {
    id: "SW128",
    name: "unavailable-states-field",
    severity: Severity::Error,
    code: Some(UNSUPPORTED_EXPRESSION),
    known: Evidence::Measured,
    summary: "An expression reads `$states.errorOutput` outside of a catcher, or `$states.result` outside of `Output` and `Assign`.",
    doc: "The result is available when the work is done, in the `Output` and `Assign` of a Task, Parallel or Map; the error output is available in the `Output` and `Assign` of a catcher. Three cases are warnings, because AWS's response to them is not recorded: the result in a state of another type, the result in a catcher, and a field that `$states` does not have.",
    source: source::JSONATA,
    check: states,
};

/// The members of `$states`.
const FIELDS: &[&str] = &["input", "context", "result", "errorOutput"];

/// Where `$states.result` exists.
const RESULT: &str = "`Output` and `Assign` of a Task, Parallel or Map";

fn states(definition: &Definition<'_>, report: &mut Report<'_>) {
    for expression in &definition.expressions {
        let Some(Ok(parsed)) = &expression.parsed else {
            continue;
        };
        let shapes_output = matches!(expression.field, "Output" | "Assign");
        for read in &parsed.states {
            let pointer = &expression.pointer;
            let (field, place) = match read.field.as_deref() {
                Some("errorOutput") if expression.owner != "Catcher" => {
                    ("errorOutput", "`Output` and `Assign` of a catcher")
                }
                Some("result") if !shapes_output => ("result", RESULT),
                Some("result") if !matches!(expression.owner, "Task" | "Parallel" | "Map") => {
                    report
                        .add(pointer, "there is no `$states.result` here")
                        .warn()
                        .suggest(Some(format!("it is available only in {RESULT}")));
                    continue;
                }
                Some(field) if !FIELDS.contains(&field) => {
                    report
                        .add(pointer, format!("`$states` has no field `{field}`"))
                        .warn()
                        .meant(field, FIELDS.iter().copied());
                    continue;
                }
                _ => continue,
            };
            let message = format!(
                "Reference to '$states.{field}' is not supported in the field '{}'.",
                expression.field
            );
            report.add(pointer, message).suggest(Some(format!(
                "`$states.{field}` is available only in {place}"
            )));
        }
    }
}

pub(super) const UNKNOWN_FUNCTION: Rule = Rule {
    id: "SW134",
    name: "unknown-jsonata-function",
    severity: Severity::Warning,
    code: None,
    known: Evidence::Measured,
    summary: "An expression calls an unknown function.",
    doc: "AWS accepts the definition, and the state fails with States.QueryEvaluationError whenever the call is evaluated. The functions are those of JSONata 2.0 without `$eval`, AWS's own (`$partition`, `$range`, `$hash`, `$random`, `$uuid`, `$parse`), and those that the expression itself binds. A name that an `Assign` sets is not reported.",
    source: source::JSONATA,
    check: unknown_function,
};

fn unknown_function(definition: &Definition<'_>, report: &mut Report<'_>) {
    let variables = &definition.variables;
    let assignments = variables.assignments.iter();
    let assigned: HashSet<&str> = assignments
        .map(|assignment| variables.names[assignment.name].as_str())
        .collect();
    for expression in &definition.expressions {
        let Some(Ok(parsed)) = &expression.parsed else {
            continue;
        };
        if is_substitution(expression.text) {
            continue;
        }
        for name in &parsed.unknown_functions {
            if assigned.contains(name.as_str()) {
                continue;
            }
            let message = format!("there is no function `${name}`");
            let entry = report.add(&expression.pointer, message);
            if name == "eval" {
                entry.suggest(Some("`$parse` reads JSON from a string".to_owned()));
            } else {
                entry.meant_with(name, jsonata::functions(), |meant| format!("`${meant}`"));
            }
        }
    }
}
