//! JSONata expressions.

use crate::finding::Severity;
use crate::substitution::is_substitution;
use crate::syntax_error::{SyntaxError, SyntaxFault};
use crate::validate::definition::{Definition, ExpressionText};
use crate::validate::report::Report;
use crate::validate::rule::{Known, Rule, SCHEMA, source};

/// AWS's code for a text that is no JSONata.
const INVALID_EXPRESSION: &str = "INVALID_JSONATA_EXPRESSION";
/// AWS's code for JSONata that it does not support.
const UNSUPPORTED_EXPRESSION: &str = "UNSUPPORTED_JSONATA_EXPRESSION";

pub(super) const INVALID: Rule = Rule {
    id: "SW124",
    severity: Severity::Error,
    code: Some(INVALID_EXPRESSION),
    known: Known::Measured,
    summary: "An expression is no JSONata.",
    doc: "The message has JSONata's own code. The suggestion says at which character of the expression reading stopped.",
    source: source::JSONATA,
    check: |definition, report| {
        refused(definition, report, |error| {
            error.fault != SyntaxFault::Unsupported
        })
    },
};

pub(super) const TOP_LEVEL: Rule = Rule {
    id: "SW126",
    severity: Severity::Error,
    code: Some(UNSUPPORTED_EXPRESSION),
    known: Known::Measured,
    summary: "An expression begins a path with a bare name, or assigns `$states`.",
    doc: "There is no input at the top level of an expression. A path begins with `$states`, a variable or a local binding; bare names stand inside predicates, map steps and groupings.",
    source: source::JSONATA,
    check: |definition, report| {
        refused(definition, report, |error| {
            error.fault == SyntaxFault::Unsupported && !is_context(error)
        });
    },
};

pub(super) const CONTEXT: Rule = Rule {
    id: "SW127",
    severity: Severity::Error,
    code: Some(UNSUPPORTED_EXPRESSION),
    known: Known::Measured,
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
    severity: Severity::Error,
    code: SCHEMA,
    known: Known::Documented,
    summary: "A string begins with `{%` and does not end with `%}`; or blanks outside of both make it a literal, which is a warning.",
    doc: "A string is an expression when it begins with `{%` and ends with `%}` exactly. With a blank in front or behind, AWS takes the string as it stands and evaluates nothing.",
    source: source::JSONATA,
    check: not_closed,
};

fn not_closed(definition: &Definition<'_>, report: &mut Report<'_>) {
    for ExpressionText {
        pointer,
        field,
        text,
        parsed,
        ..
    } in &definition.expressions
    {
        let trimmed = text.trim();
        if parsed.is_some() || !trimmed.starts_with("{%") {
            continue;
        }
        // There a literal is no condition.
        if *field == "Condition" && !text.starts_with("{%") {
            continue;
        }
        if trimmed.len() >= 4 && trimmed.ends_with("%}") {
            let message =
                "blanks before `{%` or after `%}` make the string a literal that is not evaluated";
            report.add(pointer, message).warn();
        } else if text.starts_with("{%") {
            let message = "an expression that begins with `{%` must end with `%}`";
            report.add(pointer, message);
        }
    }
}

pub(super) const STATES: Rule = Rule {
    id: "SW128",
    severity: Severity::Error,
    code: Some(UNSUPPORTED_EXPRESSION),
    known: Known::Measured,
    summary: "An expression reads `$states.errorOutput` outside of a catcher, or `$states.result` outside of `Output` and `Assign`.",
    doc: "The result is there once the work is done, in the `Output` and `Assign` of a Task, Parallel or Map; the error output is there in the `Output` and `Assign` of a catcher. It is a warning where the result of another state, or that of the state in its catcher, is read, and where `$states` has no such field at all: what AWS says of these is not recorded.",
    source: source::JSONATA,
    check: states,
};

/// What `$states` has.
const FIELDS: &[&str] = &["input", "context", "result", "errorOutput"];

/// Where the result is.
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
                        .suggest(Some(format!("it is there only in {RESULT}")));
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
            report
                .add(pointer, message)
                .suggest(Some(format!("`$states.{field}` is there only in {place}")));
        }
    }
}
