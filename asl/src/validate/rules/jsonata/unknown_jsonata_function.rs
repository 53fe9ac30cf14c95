//! Reports a call of a function that JSONata, AWS and the definition do not have.

use std::collections::HashSet;

use crate::jsonata;
use crate::validate::definition::ExpressionText;
use crate::validate::rules::prelude::*;

use super::expression_fixes::renamed;

pub(in crate::validate::rules) const RULE: Rule = Rule {
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
    if definition.unknown.may_assign(definition.document.json()) {
        return;
    }
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
                entry
                    .suggest("`$parse` reads JSON from a string".to_owned())
                    .choices(|| replaced(expression, name, "parse"));
            } else {
                entry
                    .meant_with(name, jsonata::functions(), |meant| format!("`${meant}`"))
                    .fix_meant(|meant| replaced(expression, name, meant));
            }
        }
    }
}

/// Calls another function.
fn replaced(expression: &ExpressionText<'_>, name: &str, meant: &str) -> Option<Fix> {
    let (old, new) = (format!("${name}"), format!("${meant}"));
    let text = renamed(expression.text, &old, &new)?;
    let title = format!("replace `{old}` with `{new}`");
    Some(Fix::risky(title, Edit::replace(&expression.pointer, text)))
}
