//! The order of `retry` and `catch`.

use crate::errors::Errors;
use crate::machine::{EdgeKind, ErrorPattern, Machine, StateNode};
use crate::suggest::did_you_mean;
use quote::ToTokens;
use std::collections::HashSet;
use stepwright_asl::errors::{RESERVED, is_reserved, matches};
use syn::Pat;

/// Runs the rules of this file.
pub(super) fn rules(machine: &Machine, errors: &Errors) {
    for node in &machine.states {
        let retries = node.state.options.retries.iter();
        let retries: Vec<_> = retries.map(|retry| retry.errors.as_slice()).collect();
        for (what, list) in [("retry", retries), ("catch", node.catches().collect())] {
            for group in &list {
                predefined_errors_exist(group, errors);
                all_stands_alone(what, group, errors);
            }
            nothing_is_shadowed(what, &list, errors);
        }
        one_kind_of_catch(node, errors);
    }
}

/// `States::X` is one of ASL's predefined names.
fn predefined_errors_exist(group: &[ErrorPattern], errors: &Errors) {
    for pattern in group {
        let Some(name) = pattern.predefined() else {
            continue;
        };
        if !is_reserved(&format!("States.{name}")) {
            errors.at(
                pattern
                    .path()
                    .and_then(|path| path.segments.last())
                    .map_or_else(|| pattern.span(), |last| last.ident.span()),
                format!(
                    "ASL has no error `States.{name}`{}",
                    did_you_mean(
                        &name,
                        RESERVED
                            .iter()
                            .filter_map(|known| known.strip_prefix("States."))
                            .filter(|known| !known.contains('.'))
                    )
                ),
            );
        }
    }
}

/// `States::ALL` stands alone in its `retry` or `catch`.
fn all_stands_alone(what: &str, group: &[ErrorPattern], errors: &Errors) {
    if group.len() < 2 {
        return;
    }
    if let Some(all) = group.iter().find(|pattern| is_all(pattern)) {
        errors.on(
            &all.path(),
            format!("`States::ALL` stands alone in a `{what}`: it names every error already"),
        );
    }
}

/// A `retry` or `catch` names errors that no earlier one of its state takes; `States::ALL` comes last.
fn nothing_is_shadowed(what: &str, list: &[&[ErrorPattern]], errors: &Errors) {
    let mut seen: HashSet<String> = HashSet::new();
    let mut predefined_before: Vec<String> = Vec::new();
    for (index, group) in list.iter().enumerate() {
        for pattern in *group {
            let name = name(pattern);
            if is_all(pattern) {
                if index + 1 < list.len() {
                    errors.on(
                        &pattern.path(),
                        format!("`States::ALL` takes every error, so each `{what}` after it never runs: put it last"),
                    );
                }
                // Said once, at the `States::ALL` that comes too early.
                return;
            }
            let taken_by = predefined_before
                .iter()
                .find(|earlier| matches(std::slice::from_ref(earlier), &name));
            if let Some(earlier) = taken_by.filter(|earlier| **earlier != name) {
                errors.at(
                    pattern.span(),
                    format!(
                        "an earlier `{what}` of this state takes this already: `{}` stands for it too; put this one before",
                        earlier.replace('.', "::")
                    ),
                );
            } else if !seen.insert(name.clone()) {
                errors.at(
                    pattern.span(),
                    format!(
                        "an earlier `{what}` of this state takes `{}` already: take one of them out",
                        written(pattern)
                    ),
                );
            }
        }
        // The errors of one list are taken together.
        let predefined = group
            .iter()
            .filter(|pattern| pattern.predefined().is_some());
        predefined_before.extend(predefined.map(self::name));
    }
}

/// A state has single `catch`es, or one `catch { .. }` that names every error of its task; beside it stand only
/// `States::*` and names in quotes.
fn one_kind_of_catch(node: &StateNode, errors: &Errors) {
    if node.state.options.catch_every.is_none() {
        return;
    }
    for pattern in node.catches().flatten() {
        if pattern.is_own() {
            errors.at(
                pattern.span(),
                format!(
                    "`catch {{ .. }}` of `{}` names this error as well: say it there",
                    node.state.name
                ),
            );
        }
    }
    let mut caught = node.edges.iter().filter(|edge| edge.is_catch()).rev();
    caught.next();
    for edge in caught {
        if let EdgeKind::CatchArm { pattern, .. } = &edge.kind
            && matches!(pattern, Pat::Wild(_))
        {
            errors.on(
                pattern,
                "`_` takes every error, so what stands after it never runs: put it last",
            );
        }
    }
}

fn is_all(pattern: &ErrorPattern) -> bool {
    pattern.predefined().is_some_and(|name| name == "ALL")
}

/// An error's name, for comparison: that of ASL where it is known here, else the path.
fn name(pattern: &ErrorPattern) -> String {
    match pattern.predefined() {
        Some(name) => format!("States.{name}"),
        None => written(pattern),
    }
}

/// An error as the user wrote it.
fn written(pattern: &ErrorPattern) -> String {
    match pattern {
        ErrorPattern::Text(text) => text.value(),
        ErrorPattern::Path(path) | ErrorPattern::Fields(path, _) => {
            path.to_token_stream().to_string().replace(' ', "")
        }
    }
}
