//! The rules and the arms of choices.

use crate::errors::Errors;
use crate::machine::{ChoiceState, EdgeKind, Machine, StateNode, StateWork, is_bound};
use quote::ToTokens;
use syn::Pat;
use syn::spanned::Spanned;

/// Runs the rules of this file.
pub(super) fn rules(machine: &Machine, errors: &Errors) {
    for node in &machine.states {
        if let StateWork::Choice(choice) = &node.state.kind {
            has_rules_or_a_match(node, choice, errors);
            has_an_otherwise(node, choice, errors);
            arms_can_be_taken(node, errors);
        }
    }
}

/// A choice has either `when` rules or one `match`.
fn has_rules_or_a_match(node: &StateNode, choice: &ChoiceState, errors: &Errors) {
    let name = &node.state.name;
    let mut rules = node.edges.iter().filter_map(|edge| match &edge.kind {
        EdgeKind::Rule { keyword, .. } => Some(keyword),
        _ => None,
    });
    let Some(subject) = &choice.subject else {
        if rules.next().is_none() && !node.state.broken {
            errors.at(
                name.span(),
                format!("choice `{name}` has no rules: add `when condition => State;`"),
            );
        }
        return;
    };
    if let Some(keyword) = rules.next() {
        errors.at(
            keyword.span(),
            format!("choice `{name}` has both a `match` and a `when`: write the condition as a guard, `pattern if condition => State`"),
        );
    }
    let otherwise = node.edges.iter().find_map(|edge| match &edge.kind {
        EdgeKind::Otherwise(keyword) => Some(keyword),
        _ => None,
    });
    if let Some(keyword) = otherwise.or(choice.fails.as_ref()) {
        errors.at(
            keyword.span(),
            "a `match` cannot have an `otherwise`: write `_ => State` as its last arm",
        );
    }
    let is_arm = |kind: &EdgeKind| matches!(kind, EdgeKind::Arm { .. });
    if !node.edges.iter().any(|edge| is_arm(&edge.kind)) && !node.state.broken {
        errors.at(
            subject.keyword,
            format!("the `match` of `{name}` has no arms: add `pattern => State`"),
        );
    }
}

/// A choice with `when` rules has an `otherwise` for input that matches none of them.
fn has_an_otherwise(node: &StateNode, choice: &ChoiceState, errors: &Errors) {
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
                "choice `{name}` has no `otherwise`: an input that matches no `when` would fail with `States.Runtime`; write \
                 `otherwise => State;`, or `otherwise fail;` if that is intended"
            ),
        );
    }
}

/// An arm that matches everything is the last one.
fn arms_can_be_taken(node: &StateNode, errors: &Errors) {
    let arms = node.edges.iter().filter_map(|edge| match &edge.kind {
        EdgeKind::Arm { pattern, guard } => Some((pattern, guard)),
        _ => None,
    });
    let arms: Vec<_> = arms.collect();
    for (pattern, guard) in arms.iter().rev().skip(1) {
        let matches_all = match pattern {
            Pat::Wild(_) => true,
            Pat::Ident(name) => name.subpat.is_none() && is_bound(&name.ident),
            _ => false,
        };
        if guard.is_none() && matches_all {
            let pattern_text = pattern.to_token_stream();
            errors.at(
                pattern.span(),
                format!("`{pattern_text}` matches everything, so the arms after it never run: put it last"),
            );
        }
    }
}
