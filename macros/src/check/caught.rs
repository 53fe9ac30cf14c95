//! The names that a `catch` binds.

use crate::errors::Errors;
use crate::machine::{Edge, EdgeKind, ErrorPattern, Machine, StateNode, cases, error_fields};
use syn::Pat;

/// A `catch` binds fields of the error by name, without nested patterns, because Step Functions selects a catcher by the error's name alone.
pub(super) fn rules(machine: &Machine, errors: &Errors) {
    let is_function = machine.workflow.function.is_some();
    for node in &machine.states {
        for edge in &node.edges {
            match &edge.kind {
                EdgeKind::Catch {
                    errors: patterns, ..
                } => {
                    // rustc reports it in a function.
                    if !is_function {
                        alternatives_bind_the_same(patterns, errors);
                    }
                    for pattern in patterns {
                        if let ErrorPattern::Fields(_, pattern) = pattern {
                            binds_fields_only(pattern, is_function, errors);
                            jsonpath_binds_nothing(machine, node, pattern, errors);
                        }
                    }
                    binds_fields_or_the_error(edge, patterns, errors);
                }
                EdgeKind::CatchArm { pattern, .. } => {
                    for case in cases(pattern) {
                        binds_fields_only(case, is_function, errors);
                    }
                    jsonpath_binds_nothing(machine, node, pattern, errors);
                }
                _ => {}
            }
        }
    }
}

fn binds_fields_or_the_error(edge: &Edge, patterns: &[ErrorPattern], errors: &Errors) {
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

/// If one error of a `catch` binds names, all its errors do. rustc checks that patterns bind the same names; an error without a pattern binds none.
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
                format!("this error does not bind `{name}`, but another error of this `catch` does: write a separate `catch` for it"),
            );
        }
    }
}

/// JSONPath cannot read the fields of a caught error, because they are JSON text in its `Cause`.
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

fn binds_fields_only(pattern: &Pat, is_function: bool, errors: &Errors) {
    if let Err(deeper) = error_fields(pattern) {
        if let Pat::Rest(rest) = deeper {
            if is_function {
                errors.on(
                    rest,
                    "`..` must be last in a tuple variant of an arm `Err(..)`, because fields are passed by their positions: write `_` \
                     for each field before it",
                );
                return;
            }
            errors.on(
                rest,
                "`..` must be the last field in a `catch`, because fields are passed by their positions: write `_` for each field \
                 before it",
            );
            return;
        }
        if is_function {
            errors.on(
                &deeper,
                "an arm `Err(..)` binds the fields of a variant by name, without nested patterns, because Step Functions selects a Catcher \
                 by the error's name alone: bind the field, and test it in the arm",
            );
            return;
        }
        errors.on(
            &deeper,
            "a `catch` binds fields by name, `Error::Variant { field }`, without nested patterns: Step Functions selects \
             a `catch` by the error's name alone; match the value in a choice",
        );
    }
}
