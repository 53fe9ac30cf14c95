//! Reports an expression that reads a part of `$states` where AWS does not provide it.

use crate::validate::definition::ExpressionText;
use crate::validate::rules::prelude::*;

use super::UNSUPPORTED_EXPRESSION;
use super::expression_fixes::renamed;

pub(in crate::validate::rules) const RULE: Rule = Rule {
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
                        .suggest(format!("it is available only in {RESULT}"))
                        .choices(|| of_input(expression, "result"));
                    continue;
                }
                Some(field) if !FIELDS.contains(&field) => {
                    report
                        .add(pointer, format!("`$states` has no field `{field}`"))
                        .warn()
                        .meant(field, FIELDS.iter().copied())
                        .fix_meant(|meant| {
                            let (old, new) =
                                (format!("$states.{field}"), format!("$states.{meant}"));
                            let text = renamed(expression.text, &old, &new)?;
                            let title = format!("replace `{old}` with `{new}`");
                            Some(Fix::risky(title, Edit::replace(pointer, text)))
                        })
                        .choices(|| of_input(expression, field));
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
                .suggest(format!("`$states.{field}` is available only in {place}"))
                .choices(|| of_input(expression, field));
        }
    }
}

/// Reads the input instead of a field of `$states`.
fn of_input(expression: &ExpressionText<'_>, field: &str) -> Option<Fix> {
    let text = renamed(
        expression.text,
        &format!("$states.{field}"),
        "$states.input",
    )?;
    let title = format!("replace `$states.{field}` with `$states.input`");
    let edit = Edit::replace(&expression.pointer, text);
    Some(Fix::choice(title, [edit]))
}
