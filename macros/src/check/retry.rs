//! The order of `retry` and `catch`.

use super::machine::Machine;
use crate::errors::Errors;
use crate::suggest::did_you_mean;
use crate::syntax::{ErrorPattern, State, StateOption};
use quote::ToTokens;
use std::collections::HashSet;
use stepwright_asl::errors::{RESERVED, is_reserved, matches};
use syn::Pat;

/// Runs the rules of this file.
pub(super) fn rules(machine: &Machine, errors: &Errors) {
    for node in &machine.states {
        let retries = node.state.options.iter().filter_map(|option| match option {
            StateOption::Retry(retry) => Some(retry.errors.as_slice()),
            _ => None,
        });
        let catches = node.state.options.iter().filter_map(|option| match option {
            StateOption::Catch(_, catch) => Some(catch.errors.as_slice()),
            _ => None,
        });
        let retries: Vec<_> = retries.collect();
        let catches: Vec<_> = catches.collect();
        for (what, list) in [("retry", &retries), ("catch", &catches)] {
            for group in list {
                predefined_errors_exist(group, errors);
                all_stands_alone(what, group, errors);
            }
            nothing_is_shadowed(what, list, errors);
        }
        one_kind_of_catch(node.state, errors);
    }
}

/// `States::X` is one of ASL's predefined names.
fn predefined_errors_exist(group: &[ErrorPattern], errors: &Errors) {
    for pattern in group {
        let Some(name) = predefined(pattern) else {
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
            if predefined(pattern).is_some() {
                predefined_before.push(name);
            }
        }
    }
}

/// A state has single `catch`es, or one `catch { .. }` that names every error of its task; beside it stand only
/// `States::*` and names in quotes.
fn one_kind_of_catch(state: &State, errors: &Errors) {
    let mut every = state.options.iter().filter_map(|option| match option {
        StateOption::CatchEvery(every) => Some(every),
        _ => None,
    });
    let Some(first) = every.next() else {
        return;
    };
    if let Some(second) = every.next() {
        errors.at(
            second.keyword.span(),
            format!(
                "`{}` has two `catch {{ .. }}`: put the arms into one",
                state.name
            ),
        );
    }
    for option in &state.options {
        if let StateOption::Catch(_, catch) = option {
            for pattern in &catch.errors {
                if pattern.path().is_some() && predefined(pattern).is_none() {
                    errors.at(
                        pattern.span(),
                        format!(
                            "`catch {{ .. }}` of `{}` names this error as well: say it there",
                            state.name
                        ),
                    );
                }
            }
        }
    }
    let wild = first
        .arms
        .iter()
        .position(|arm| matches!(arm.pattern, Pat::Wild(_)));
    let last_catch = state
        .options
        .iter()
        .rposition(|option| matches!(option, StateOption::Catch(..) | StateOption::CatchEvery(_)));
    let every_is_last = last_catch
        .and_then(|last| state.options.get(last))
        .is_some_and(|last| matches!(last, StateOption::CatchEvery(_)));
    if let Some(wild) = wild
        && (wild + 1 < first.arms.len() || !every_is_last)
    {
        errors.on(
            &first.arms[wild].pattern,
            "`_` takes every error, so what stands after it never runs: put it last",
        );
    }
}

fn is_all(pattern: &ErrorPattern) -> bool {
    predefined(pattern).is_some_and(|name| name == "ALL")
}

/// `X` of `States::X`.
pub(crate) fn predefined(pattern: &ErrorPattern) -> Option<String> {
    let path = pattern.path()?;
    let mut segments = path.segments.iter();
    let (first, second) = (segments.next()?, segments.next()?);
    (first.ident == "States" && segments.next().is_none()).then(|| second.ident.to_string())
}

/// An error's name, for comparison: that of ASL where it is known here, else the path.
fn name(pattern: &ErrorPattern) -> String {
    match predefined(pattern) {
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
