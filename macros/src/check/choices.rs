//! What a choice decides by.

use super::machine::Machine;
use crate::errors::Errors;
use crate::syntax::{Choice, Kind, State};
use syn::spanned::Spanned;

/// Runs the rules of this file.
pub(super) fn rules(machine: &Machine, errors: &Errors) {
    for node in &machine.states {
        if let Kind::Choice(choice) = &node.state.kind {
            decides_in_one_way(node.state, choice, errors);
            says_what_otherwise(node.state, choice, errors);
        }
    }
}

/// A choice has `when` rules or one `match`, not both and not none.
fn decides_in_one_way(state: &State, choice: &Choice, errors: &Errors) {
    let name = &state.name;
    if let Some(second) = choice.matches.get(1) {
        errors.at(
            second.keyword,
            format!("choice `{name}` has two `match`es: make a second choice state"),
        );
    }
    if let Some(one) = choice.matches.first() {
        if let Some(rule) = choice.rules.first() {
            errors.at(
                rule.keyword.span(),
                format!("choice `{name}` has a `match` and a `when`: a guard, `pattern if condition => State`, says both"),
            );
        }
        if let Some(otherwise) = choice.otherwise.first() {
            errors.at(
                otherwise.keyword.span(),
                "a `match` needs no `otherwise`: its last arm can be `_ => State`",
            );
        }
        if one.arms.is_empty() && !state.broken {
            errors.at(one.keyword, format!("the `match` of `{name}` has no arms"));
        }
        return;
    }
    if choice.rules.is_empty() && !state.broken {
        errors.at(
            name.span(),
            format!("choice `{name}` decides nothing: write `when condition => State;`"),
        );
    }
}

/// A choice says what happens to an input that no `when` takes, even if that is a failure.
fn says_what_otherwise(state: &State, choice: &Choice, errors: &Errors) {
    let name = &state.name;
    if let Some(second) = choice.otherwise.get(1) {
        errors.at(
            second.keyword.span(),
            format!("choice `{name}` has two `otherwise` arms"),
        );
    }
    if choice.otherwise.is_empty()
        && choice.matches.is_empty()
        && !choice.rules.is_empty()
        && !state.broken
    {
        let span = name.span();
        errors.at(
            span,
            format!(
                "choice `{name}` has no `otherwise`: an input that no `when` takes would fail with States.Runtime; write \
                 `otherwise => State;`, or `otherwise fail;` to mean it"
            ),
        );
    }
    for one in &choice.matches {
        for arm in one.arms.iter().rev().skip(1) {
            if arm.guard.is_none() && matches!(arm.pattern, syn::Pat::Wild(_)) {
                errors.at(
                    arm.pattern.span(),
                    "`_` takes everything, so the arms after it never run: put it last",
                );
            }
        }
    }
}
