//! What a choice decides by.

use crate::errors::Errors;
use crate::machine::{ChoiceState, EdgeKind, Machine, StateNode, StateWork, is_bound};
use quote::ToTokens;
use syn::Pat;
use syn::spanned::Spanned;

/// Runs the rules of this file.
pub(super) fn rules(machine: &Machine, errors: &Errors) {
    for node in &machine.states {
        if let StateWork::Choice(choice) = &node.state.kind {
            decides_in_one_way(node, choice, errors);
            says_what_otherwise(node, choice, errors);
            arms_can_be_taken(node, errors);
        }
    }
}

/// A choice has `when` rules or one `match`, not both and not none.
fn decides_in_one_way(node: &StateNode, choice: &ChoiceState, errors: &Errors) {
    let name = &node.state.name;
    let mut rules = node.edges.iter().filter_map(|edge| match &edge.kind {
        EdgeKind::Rule { keyword, .. } => Some(keyword),
        _ => None,
    });
    let Some(subject) = &choice.subject else {
        if rules.next().is_none() && !node.state.broken {
            errors.at(
                name.span(),
                format!("choice `{name}` decides nothing: write `when condition => State;`"),
            );
        }
        return;
    };
    if let Some(keyword) = rules.next() {
        errors.at(
            keyword.span(),
            format!("choice `{name}` has a `match` and a `when`: a guard, `pattern if condition => State`, says both"),
        );
    }
    let otherwise = node.edges.iter().find_map(|edge| match &edge.kind {
        EdgeKind::Otherwise(keyword) => Some(keyword),
        _ => None,
    });
    if let Some(keyword) = otherwise.or(choice.fails.as_ref()) {
        errors.at(
            keyword.span(),
            "a `match` needs no `otherwise`: its last arm can be `_ => State`",
        );
    }
    let is_arm = |kind: &EdgeKind| matches!(kind, EdgeKind::Arm { .. });
    if !node.edges.iter().any(|edge| is_arm(&edge.kind)) && !node.state.broken {
        errors.at(
            subject.keyword,
            format!("the `match` of `{name}` has no arms"),
        );
    }
}

/// A choice says what happens to an input that no `when` takes, even if that is a failure.
fn says_what_otherwise(node: &StateNode, choice: &ChoiceState, errors: &Errors) {
    let name = &node.state.name;
    let any = |is: fn(&EdgeKind) -> bool| node.edges.iter().any(|edge| is(&edge.kind));
    if choice.fails.is_none()
        && !any(|kind| matches!(kind, EdgeKind::Otherwise(_)))
        && choice.subject.is_none()
        && any(|kind| matches!(kind, EdgeKind::Rule { .. }))
        && !node.state.broken
    {
        errors.at(
            name.span(),
            format!(
                "choice `{name}` has no `otherwise`: an input that no `when` takes would fail with States.Runtime; write \
                 `otherwise => State;`, or `otherwise fail;` to mean it"
            ),
        );
    }
}

/// An arm that takes everything is the last one.
fn arms_can_be_taken(node: &StateNode, errors: &Errors) {
    let arms = node.edges.iter().filter_map(|edge| match &edge.kind {
        EdgeKind::Arm { pattern, guard } => Some((pattern, guard)),
        _ => None,
    });
    let arms: Vec<_> = arms.collect();
    for (pattern, guard) in arms.iter().rev().skip(1) {
        let takes_all = match pattern {
            Pat::Wild(_) => true,
            Pat::Ident(name) => name.subpat.is_none() && is_bound(&name.ident),
            _ => false,
        };
        if guard.is_none() && takes_all {
            let pattern_text = pattern.to_token_stream();
            errors.at(
                pattern.span(),
                format!("`{pattern_text}` matches everything, so the arms after it never run: put it last"),
            );
        }
    }
}
