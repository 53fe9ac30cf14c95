//! What `catch` binds.

use crate::errors::Errors;
use crate::machine::{Edge, EdgeKind, ErrorPattern, Machine, StateNode, cases, error_fields};
use syn::Pat;

/// A `catch` binds fields of the error by name and looks no deeper: Step Functions chooses by the error's name alone.
pub(super) fn rules(machine: &Machine, errors: &Errors) {
    for node in &machine.states {
        for edge in &node.edges {
            match &edge.kind {
                EdgeKind::Catch {
                    errors: patterns, ..
                } => {
                    alternatives_bind_the_same(patterns, errors);
                    for pattern in patterns {
                        if let ErrorPattern::Fields(_, pattern) = pattern {
                            binds_fields_only(pattern, errors);
                            jsonpath_binds_nothing(machine, node, pattern, errors);
                        }
                    }
                    binds_in_one_way(edge, patterns, errors);
                }
                EdgeKind::CatchArm { pattern, .. } => {
                    for case in cases(pattern) {
                        binds_fields_only(case, errors);
                    }
                    jsonpath_binds_nothing(machine, node, pattern, errors);
                }
                _ => {}
            }
        }
    }
}

fn binds_in_one_way(edge: &Edge, patterns: &[ErrorPattern], errors: &Errors) {
    let binds = |pattern: &&ErrorPattern| {
        matches!(pattern, ErrorPattern::Fields(_, fields)
            if error_fields(fields).is_ok_and(|fields| !fields.is_empty()))
    };
    if let (Some(_), Some(both)) = (edge.output(), patterns.iter().find(binds)) {
        errors.at(
            both.span(),
            "a `catch` binds fields or, with `as`, the whole error; not both",
        );
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
fn jsonpath_binds_nothing(machine: &Machine, node: &StateNode, pattern: &Pat, errors: &Errors) {
    let state = &node.state;
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
        if let Pat::Rest(rest) = deeper {
            errors.on(
                rest,
                "`..` must be the last in a `catch`, because fields travel by their numbers: write `_` for each field \
                 before",
            );
            return;
        }
        errors.on(
            &deeper,
            "a `catch` binds fields by name, `Error::Variant { field }`, and looks no deeper: Step Functions chooses by \
             the error's name alone; look into the value in a choice",
        );
    }
}
