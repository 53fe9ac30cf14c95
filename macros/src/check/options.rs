//! Which options a kind of state has.

use super::machine::Machine;
use crate::errors::Errors;
use crate::suggest::did_you_mean;
use crate::syntax::{Kind, State, StateOption, WorkflowOption};
use std::collections::HashSet;

const LANGUAGES: &[&str] = &["JSONata", "JSONPath"];
const PLACES: &[&str] = &["lambda", "lambda_arn", "activity"];

/// Runs the rules of this file.
pub(super) fn rules(machine: &Machine, errors: &Errors) {
    for node in &machine.states {
        options_belong_to_the_kind(node.state, errors);
        options_are_given_once(node.state, errors);
        for option in &node.state.options {
            if let StateOption::QueryLanguage(_, language) = option {
                languages_exist(language, errors);
            }
        }
    }
    let mut seen = HashSet::new();
    for option in &machine.workflow.options {
        workflow_options_are_given_once(option, &mut seen, machine.what(), errors);
        match option {
            WorkflowOption::QueryLanguage(_, language) => languages_exist(language, errors),
            WorkflowOption::Deploy(_, place) => places_exist(place, errors),
            _ => {}
        }
    }
}

/// An option stands in a state that has such a field in ASL.
fn options_belong_to_the_kind(state: &State, errors: &Errors) {
    for option in &state.options {
        let allowed = match option {
            StateOption::Timeout(..)
            | StateOption::Heartbeat(..)
            | StateOption::Credentials(..) => {
                matches!(state.kind, Kind::Task(_) | Kind::Unknown)
            }
            StateOption::Catch(..) if matches!(state.kind, Kind::Include(_)) => true,
            StateOption::Retry(_) | StateOption::Catch(..) | StateOption::CatchEvery(_) => {
                matches!(
                    state.kind,
                    Kind::Task(_) | Kind::Parallel(_) | Kind::Map(_) | Kind::Unknown
                )
            }
            StateOption::QueryLanguage(..) | StateOption::Raw(..) => {
                !matches!(state.kind, Kind::Include(_))
            }
        };
        if allowed {
            continue;
        }
        if let Kind::Include(_) = state.kind {
            let what = match option {
                StateOption::CatchEvery(_) => "catch { .. }",
                other => other.keyword(),
            };
            errors.at(
                option.span(),
                format!(
                    "an include has no `{what}`, because it is several states: write it in the states of the fragment, or put \
                     the include into the branch of a `parallel`"
                ),
            );
            continue;
        }
        let who = match option {
            StateOption::Retry(_) | StateOption::Catch(..) | StateOption::CatchEvery(_) => {
                "task, parallel and map states"
            }
            _ => "task states",
        };
        errors.at(
            option.span(),
            format!(
                "a {} state has no `{}`: that is for {who}",
                state.kind.word(),
                option.keyword()
            ),
        );
    }
}

/// An option that ASL has once is given once.
fn options_are_given_once(state: &State, errors: &Errors) {
    let mut seen = HashSet::new();
    for option in &state.options {
        let once = matches!(
            option,
            StateOption::Timeout(..)
                | StateOption::Heartbeat(..)
                | StateOption::Credentials(..)
                | StateOption::QueryLanguage(..)
        );
        if once && !seen.insert(option.keyword()) {
            errors.at(
                option.span(),
                format!("`{}` is given twice in `{}`", option.keyword(), state.name),
            );
        }
    }
}

/// An option of the workflow is given once, but for `raw`.
fn workflow_options_are_given_once(
    option: &WorkflowOption,
    seen: &mut HashSet<String>,
    what: &str,
    errors: &Errors,
) {
    let keyword = option.keyword();
    let repeats = matches!(
        option,
        WorkflowOption::Raw(..) | WorkflowOption::Deny(..) | WorkflowOption::Allow(..)
    );
    if !repeats && !seen.insert(keyword.to_string()) {
        errors.at(
            keyword.span(),
            format!("`{keyword}` is given twice in this {what}"),
        );
    }
}

/// The query languages are JSONata and JSONPath.
fn languages_exist(language: &proc_macro2::Ident, errors: &Errors) {
    let found = language.to_string();
    if !LANGUAGES.contains(&found.as_str()) {
        errors.at(
            language.span(),
            format!(
                "`{found}` is no query language: `JSONata` or `JSONPath`{}",
                did_you_mean(&found, LANGUAGES.iter().copied())
            ),
        );
    }
}

/// Tasks are deployed as Lambda functions, by their ARN, or as activities.
fn places_exist(place: &proc_macro2::Ident, errors: &Errors) {
    let found = place.to_string();
    if !PLACES.contains(&found.as_str()) {
        errors.at(
            place.span(),
            format!(
                "`{found}` is no place for a task: `lambda`, `lambda_arn` or `activity`{}",
                did_you_mean(&found, PLACES.iter().copied())
            ),
        );
    }
}
