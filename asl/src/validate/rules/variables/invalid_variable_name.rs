//! Reports a variable whose name AWS does not accept.

use std::collections::HashSet;

use indexmap::IndexSet;

use crate::name::{MAX_LENGTH, check_variable, continues_variable, starts_variable};
use crate::validate::rules::prelude::*;

use super::pointer;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW131",
    name: "invalid-variable-name",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "A key of `Assign` is not a valid variable name.",
    doc: "A name has at most 80 characters, begins with a letter or `_`, continues with letters, digits and `_` (of any script), and is not `states`. In JSONPath, `.$` after the name requests evaluation and is not part of the name.",
    source: source::VARIABLES,
    check: name,
};

fn name(definition: &Definition<'_>, report: &mut Report<'_>) {
    let variables = &definition.variables;
    for assignment in &variables.assignments {
        let name = &variables.names[assignment.name];
        if is_substitution(name) {
            continue;
        }
        if let Err(error) = check_variable(name) {
            let message = format!("`{}` is not a valid variable name: {error}", assignment.key);
            let pointer = pointer(definition, assignment);
            report.add(&pointer, message).at_key().choices(|| {
                let suffix = assignment
                    .key
                    .strip_prefix(name.as_str())
                    .unwrap_or_default();
                let new = format!("{}{suffix}", valid(name, &variables.names));
                let edit = Edit::rename(&pointer, new.as_str());
                [Fix::choice(
                    format!("rename `{}` to `{new}`", assignment.key),
                    [edit],
                )]
            });
        }
    }
}

/// A valid name that is like an invalid one.
fn valid(name: &str, names: &IndexSet<String>) -> String {
    let mut valid = String::new();
    let mut is_new_word = false;
    for char in name.chars() {
        let fits = if valid.is_empty() {
            starts_variable(char)
        } else {
            continues_variable(char)
        };
        match (fits, is_new_word && !valid.is_empty()) {
            (true, true) => valid.extend(char.to_uppercase()),
            (true, false) => valid.push(char),
            (false, _) => {}
        }
        is_new_word = !fits;
    }
    let base = match valid.as_str() {
        "" | "states" => "value",
        valid => valid,
    };
    let names: HashSet<&str> = names.iter().map(String::as_str).collect();
    state_fixes::fresh(&names, base, MAX_LENGTH)
}
