//! What `catch` binds.

use super::machine::{EdgeKind, Machine};
use super::patterns::error_fields;
use crate::errors::Errors;
use crate::syntax::ErrorPattern;
use syn::Pat;

/// A `catch` binds fields of the error by name and looks no deeper: Step Functions chooses by the error's name alone.
pub(super) fn rules(machine: &Machine, errors: &Errors) {
    for (index, node) in machine.states.iter().enumerate() {
        for edge in &node.edges {
            match edge.kind {
                EdgeKind::Catch(catch) => {
                    alternatives_bind_the_same(&catch.errors, errors);
                    for pattern in &catch.errors {
                        if let ErrorPattern::Fields(_, pattern) = pattern {
                            binds_fields_only(pattern, errors);
                            jsonpath_binds_nothing(machine, index, pattern, errors);
                        }
                    }
                    if catch.output.is_some()
                        && let Some(both) = catch.errors.iter().find(|pattern| {
                            matches!(pattern, ErrorPattern::Fields(_, fields)
                                if error_fields(fields).is_ok_and(|fields| !fields.is_empty()))
                        })
                    {
                        errors.at(
                            both.span(),
                            "a `catch` binds fields or, with `as`, the whole error; not both",
                        );
                    }
                }
                EdgeKind::CatchArm(arm) => match &arm.pattern {
                    Pat::Or(or) => {
                        for case in &or.cases {
                            binds_fields_only(case, errors);
                        }
                    }
                    pattern => {
                        binds_fields_only(pattern, errors);
                        jsonpath_binds_nothing(machine, index, pattern, errors);
                    }
                },
                _ => {}
            }
        }
    }
}

/// What one alternative of a `catch` binds, all bind: rustc sees to it among patterns, and names bind nothing.
fn alternatives_bind_the_same(alternatives: &[ErrorPattern], errors: &Errors) {
    let bound = |pattern: &ErrorPattern| -> Vec<String> {
        match pattern {
            ErrorPattern::Fields(_, fields) => error_fields(fields)
                .map(|fields| {
                    fields
                        .iter()
                        .map(|(_, name)| crate::name::text(name))
                        .collect()
                })
                .unwrap_or_default(),
            _ => Vec::new(),
        }
    };
    let Some(name) = alternatives.iter().flat_map(bound).next() else {
        return;
    };
    for other in alternatives {
        if bound(other).is_empty() {
            errors.at(
                other.span(),
                format!("this error does not bind `{name}`, and the others of its `catch` do: give it a `catch` of its own"),
            );
        }
    }
}

/// In JSONPath nothing reads the fields of a caught error: they are JSON text in its cause.
fn jsonpath_binds_nothing(machine: &Machine, node: usize, pattern: &Pat, errors: &Errors) {
    let state = machine.states[node].state;
    if machine.is_jsonpath(state)
        && let Ok(fields) = error_fields(pattern)
        && let Some((_, name)) = fields.first()
    {
        errors.at(
            name.span(),
            format!(
                "JSONPath cannot read a field of an error: write `query_language JSONata;` in `{}`, or bind the whole \
                 error with `as`",
                state.name
            ),
        );
    }
}

fn binds_fields_only(pattern: &Pat, errors: &Errors) {
    if let Err(deeper) = error_fields(pattern) {
        errors.on(
            &deeper,
            "a `catch` binds fields by name, `Error::Variant { field }`, and looks no deeper: Step Functions chooses by \
             the error's name alone; look into the value in a choice",
        );
    }
}
