//! The names that a `catch` binds.

use crate::errors::Errors;
use crate::machine::{Edge, EdgeKind, ErrorPattern, Machine, StateNode, cases, error_fields};
use proc_macro2::Span;
use syn::Pat;
use syn::spanned::Spanned;

/// A `catch` binds fields of the error by name, without nested patterns, because Step Functions
/// selects a catcher by the error's name alone.
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
                        let alternatives = patterns.iter().map(|one| match one {
                            ErrorPattern::Fields(_, pattern) => (one.span(), Some(pattern)),
                            _ => (one.span(), None),
                        });
                        alternatives_bind_the_same(&alternatives.collect::<Vec<_>>(), errors);
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
                    let cases = cases(pattern);
                    let alternatives = cases.iter().map(|case| (case.span(), Some(*case)));
                    alternatives_bind_the_same(&alternatives.collect::<Vec<_>>(), errors);
                    for case in cases {
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

/// The errors of a `catch` bind the same names. An error without a pattern binds none.
fn alternatives_bind_the_same(alternatives: &[(Span, Option<&Pat>)], errors: &Errors) {
    let bound = |pattern: Option<&Pat>| -> Vec<String> {
        let fields = pattern.and_then(|pattern| error_fields(pattern).ok());
        let fields = fields.unwrap_or_default().into_iter();
        fields.map(|(_, name)| crate::name::text(name)).collect()
    };
    let all: Vec<(Span, Vec<String>)> = alternatives
        .iter()
        .map(|(span, pattern)| (*span, bound(*pattern)))
        .collect();
    for (span, names) in &all {
        let mut others = all.iter().flat_map(|(_, names)| names);
        if let Some(name) = others.find(|name| !names.contains(name)) {
            errors.at(
                *span,
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
