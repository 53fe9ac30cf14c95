//! The error names of `retry` and `catch`.

use crate::errors::{Errors, TokenRange};
use crate::machine::{EdgeKind, ErrorPattern, Machine, StateNode};
use quote::ToTokens;
use stepwright_asl::Diagnostic;
use stepwright_asl::analysis::{HandlerKind, HandlerProblem, HandlerWords, check_handlers};
use syn::Pat;

const WORDS: HandlerWords = HandlerWords {
    retrier: "`retry`",
    catcher: "`catch`",
    all: "`States::ALL`",
};

/// The words for `#[workflow]`.
const FUNCTION_WORDS: HandlerWords = HandlerWords {
    retrier: "`.retry(..)`",
    catcher: "arm `Err(..)`",
    all: "`_`",
};

/// Runs the rules of this file.
pub(super) fn rules(machine: &Machine, errors: &Errors) {
    let words = if machine.workflow.function.is_some() {
        &FUNCTION_WORDS
    } else {
        &WORDS
    };
    for node in &machine.states {
        let retries = node.state.options.retries.iter();
        let retries = retries.map(|retry| retry.errors.as_slice()).collect();
        names_are_valid(HandlerKind::Retriers, retries, words, errors);
        names_are_valid(
            HandlerKind::Catchers,
            node.catches().collect(),
            words,
            errors,
        );
        catch_every_names_all_errors(node, errors);
    }
}

/// The error names of a state's `retry`s or `catch`es are valid, and none is covered by an earlier
/// one.
fn names_are_valid(
    kind: HandlerKind,
    list: Vec<&[ErrorPattern]>,
    words: &HandlerWords,
    errors: &Errors,
) {
    let names: Vec<Vec<String>> = list
        .iter()
        .map(|group| group.iter().map(name).collect())
        .collect();
    let borrowed: Vec<Vec<&str>> = names
        .iter()
        .map(|group| group.iter().map(String::as_str).collect())
        .collect();
    for (group, index, problem) in check_handlers(&borrowed) {
        // The parser reports a list without names.
        let Some(pattern) = list[group].get(index) else {
            continue;
        };
        let location = match (&problem, pattern.path()) {
            (HandlerProblem::Unknown(..), Some(path)) => match path.segments.last() {
                Some(last) => TokenRange::at(last.ident.span()),
                None => TokenRange::of(path),
            },
            (HandlerProblem::AllNotAlone | HandlerProblem::AllNotLast, Some(path)) => {
                TokenRange::of(path)
            }
            _ => TokenRange::at(pattern.span()),
        };
        let message = problem.message(kind, words, &shown);
        let mut diagnostic = Diagnostic::error(location, message).with_code(problem.code());
        diagnostic.help = problem.suggestion(&shown);
        if let Some((group, index, text)) = problem.earlier(&shown)
            && let Some(earlier) = list[group].get(index)
        {
            diagnostic = diagnostic.with_related(TokenRange::at(earlier.span()), text);
        }
        errors.push(diagnostic);
    }
}

/// If a state has a `catch { .. }`, which names every error of its task, its other `catch`es
/// contain only `States::*` and names in quotes.
fn catch_every_names_all_errors(node: &StateNode, errors: &Errors) {
    if node.state.options.catch_every.is_none() {
        return;
    }
    for pattern in node.catches().flatten() {
        if pattern.is_own() {
            errors.at(
                pattern.span(),
                format!(
                    "`catch {{ .. }}` of `{}` names every error of its task: move this error into it",
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
                "`_` matches every error, so each handler after it never runs: put it last",
            );
        }
    }
}

/// Returns an error's name for comparison: its ASL name if it is known here, else its path.
fn name(pattern: &ErrorPattern) -> String {
    if let ErrorPattern::Every(_) = pattern {
        return "every error of the task".to_owned();
    }
    match (pattern.wire_name(), pattern.path()) {
        (None, Some(path)) => path.to_token_stream().to_string().replace(' ', ""),
        (None, None) if matches!(pattern, ErrorPattern::Every(_)) => {
            "every error of the task".to_owned()
        }
        (name, _) => name.unwrap_or_default(),
    }
}

/// Formats an error's name as it is written in the macro.
fn shown(name: &str) -> String {
    match name.strip_prefix("States.") {
        Some(predefined) if !predefined.contains('.') => format!("States::{predefined}"),
        _ => name.to_owned(),
    }
}
