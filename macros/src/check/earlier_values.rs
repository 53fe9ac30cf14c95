//! The `let`s before a state's work: those that another state reads are variables.

use super::terms::mentions;
use super::unused::texts_in_raw;
use super::variables::is_silent;
use crate::errors::Errors;
use crate::machine::{Edge, EdgeKind, Let, LetBinding, Machine, State, StateNode, UserExpr};
use crate::name::{pascal, text};
use proc_macro2::Ident;
use std::collections::HashSet;

/// Marks the `let`s before the work of a state whose names only that state reads: they make no
/// variables. A later `let` of the state, or its result, has another name.
pub(super) fn rules(machine: &mut Machine, errors: &Errors) {
    let computed: Vec<usize> = (0..machine.states.len())
        .filter(|state| !machine.states[*state].state.before.is_empty())
        .collect();
    if computed.is_empty() {
        return;
    }
    let reads: Vec<HashSet<String>> = machine.states.iter().map(names_read_in).collect();
    let texts = texts_in_raw(machine);
    for index in computed {
        names_are_bound_once(&machine.states[index], errors);
        let scope = machine.states[index].scope;
        let state = &machine.states[index].state;
        let is_variable = |name: &Ident| {
            let names = state.bindings().flat_map(LetBinding::named);
            let is_shadowed = names.filter(|other| *other == name).count() > 1;
            if !state.makes_variables() || is_silent(name) || is_shadowed {
                return false;
            }
            let name = text(name);
            let in_text = format!("${name}");
            texts.iter().any(|text| text.contains(&in_text))
                || (0..machine.states.len()).any(|other| {
                    other != index
                        && machine.state_in(other, scope).is_some()
                        && !binds_before(&machine.states[other].state, &name)
                        && reads[other].contains(&name)
                })
        };
        let lets = machine.states[index].state.before.iter();
        let is_local = lets.map(|one| !one.binding.named().any(is_variable));
        let is_local: Vec<bool> = is_local.collect();
        let lets = machine.states[index].state.before.iter_mut();
        for (one, is_local) in lets.zip(is_local) {
            one.binding.is_local = is_local;
        }
    }
}

/// Says how to compute a value in a state before the state `of`.
pub(super) fn in_a_pass_before(name: &str, of: &str) -> String {
    format!(
        "write `pass Set{} {{ let {name} = ..; next {of}; }}` before this state",
        pascal(name)
    )
}

/// Whether the name is that of a `let` before the state's work, so that all of the state reads it.
pub(super) fn binds_before(state: &State, name: &str) -> bool {
    let mut names = state.before.iter().flat_map(|one| one.binding.named());
    names.any(|other| text(other) == name)
}

/// No other name of the state is that of a `let` before its work.
fn names_are_bound_once(node: &StateNode, errors: &Errors) {
    let own = node.state.bindings().flat_map(LetBinding::named);
    let own: Vec<&Ident> = own.collect();
    let before = node.state.before.iter();
    let before = before.flat_map(|one| one.binding.named()).count();
    let on_edges = node.edges.iter().flat_map(|edge| {
        let bound = edge.bound().into_iter().map(|(name, _)| name);
        bound.chain(edge.lets.iter().flat_map(|one| one.binding.named()))
    });
    for (index, name) in own.iter().copied().chain(on_edges).enumerate() {
        if own[..before.min(index)].contains(&name) {
            errors.at(
                name.span(),
                format!(
                    "`{name}` is already the name of a `let` before the work of state `{}`: choose another name",
                    node.name
                ),
            );
        }
    }
}

/// The names that the expressions of a state read.
fn names_read_in(node: &StateNode) -> HashSet<String> {
    let mut names = HashSet::new();
    let mut add = |value: &UserExpr| mentions(&value.syn, &mut names);
    node.places().iter().for_each(|place| add(place.expression));
    let state = &node.state;
    let on_edges = node.edges.iter().flat_map(|edge: &Edge| &edge.lets);
    let lets = state.before.iter().chain(&state.lets).chain(on_edges);
    lets.for_each(|Let { value, .. }| add(value));
    state.end_value().into_iter().for_each(&mut add);
    for edge in &node.edges {
        if let EdgeKind::Arm { guard, .. } = &edge.kind {
            guard.iter().for_each(&mut add);
        }
    }
    names
}
