//! Fixes that add, rename or connect states.

use std::collections::HashSet;

use crate::edit::{Edit, InsertPosition};
use crate::fix::Fix;
use crate::graph::{Container, EdgeKind, State};
use crate::json;
use crate::json::{Json, Object};
use crate::model::StateKind;
use crate::validate::definition::Definition;

use super::field_fixes::member;

/// Maximum number of states that a diagnostic offers as targets.
pub(super) const OFFERED: usize = 3;

/// The states of a container that a transition may name, at most three: the state after `from`,
/// then the others in text order.
pub(super) fn targets<'d>(
    definition: &Definition<'d>,
    container: usize,
    from: Option<usize>,
) -> Vec<&'d str> {
    let states = &definition.graph.containers()[container].states;
    let place = from.and_then(|from| states.iter().position(|state| *state == from));
    let (before, after) = states.split_at(place.map_or(0, |place| place + 1));
    let all = after.iter().chain(before);
    let others = all.filter(|state| from != Some(**state));
    let names = others.map(|state| definition.graph.states()[*state].name);
    names.take(OFFERED).collect()
}

/// A state that ends its container, as a placeholder.
pub(super) fn placeholder(name: &str) -> Object {
    let mut states = Object::new();
    states.insert(name.to_owned(), json!({"Type": "Pass", "End": true}));
    states
}

/// A container with one state, as a placeholder.
pub(super) fn container(name: &str) -> Json {
    json!({"StartAt": name, "States": Json::Object(placeholder(name))})
}

/// A name that no state has: the given one, or the given one with a number.
pub(super) fn fresh_name(definition: &Definition<'_>, base: &str) -> String {
    let states = definition.graph.states().iter();
    let names: HashSet<&str> = states.map(|state| state.name).collect();
    fresh(&names, base, crate::name::MAX_LENGTH)
}

/// A name that is not in a set: the given one, or the given one with a number.
pub(super) fn fresh(names: &HashSet<&str>, base: &str, limit: usize) -> String {
    let numbered = |number: usize| {
        let number = number.to_string();
        let length = limit.saturating_sub(number.len());
        base.chars().take(length).collect::<String>() + &number
    };
    let first: String = base.chars().take(limit).collect();
    let mut others = (2..).map(numbered);
    if names.contains(first.as_str()) {
        // The numbers are unlimited, so one of them is free.
        others
            .find(|name| !names.contains(name.as_str()))
            .unwrap_or_default()
    } else {
        first
    }
}

/// Adds a state that ends its container.
pub(super) fn add_state(container: &Container<'_>, name: &str, state: Json) -> Edit {
    Edit::insert(member(container.pointer.key("States"), name), state)
}

/// Renames a state, and the transitions to it in its container.
pub(super) fn rename_state(definition: &Definition<'_>, state: &State<'_>, new: &str) -> Fix {
    let container = &definition.graph.containers()[state.container];
    let mut edits = vec![Edit::rename(&state.pointer, new)];
    if container.start_at == Some(state.name) {
        edits.push(Edit::replace(container.pointer.key("StartAt"), new));
    }
    for other in &container.states {
        for edge in &definition.graph.states()[*other].edges {
            if edge.target == state.name {
                edits.push(Edit::replace(&edge.pointer, new));
            }
        }
    }
    let title = format!("rename state `{}` to `{new}`", state.name);
    Fix::choice(title, edits)
}

/// Ends the container after a state instead of continuing with another one, if the other one is
/// still reached.
pub(super) fn end_after(definition: &Definition<'_>, index: usize) -> Option<Fix> {
    let state = &definition.graph.states()[index];
    if !takes_next(state.kind) || state.object.contains_key("End") {
        return None;
    }
    let next = state
        .edges
        .iter()
        .position(|edge| edge.kind == EdgeKind::Next)?;
    if let Some(target) = definition.flow.targets[index][next]
        && !is_named_elsewhere(definition, target, index)
    {
        return None;
    }
    let next = &state.edges[next];
    let title = format!(
        "end after `{}`: replace `Next` with `\"End\": true`",
        state.name
    );
    let edits = [
        Edit::rename(&next.pointer, "End"),
        Edit::replace(&next.pointer, true),
    ];
    Some(Fix::choice(title, edits))
}

/// Whether `StartAt` or a state other than `from` names a state.
pub(super) fn is_named_elsewhere(definition: &Definition<'_>, state: usize, from: usize) -> bool {
    let states = definition.graph.states();
    let container = &definition.graph.containers()[states[state].container];
    container.start_at == Some(states[state].name)
        || definition.flow.sources[state]
            .iter()
            .any(|source| *source != from)
        || states[from]
            .edges
            .iter()
            .filter(|edge| edge.target == states[state].name)
            .count()
            > 1
}

/// Continues with a state after one that ends the container.
pub(super) fn continue_with(state: &State<'_>, target: &str) -> Option<Fix> {
    let ends = state.object.get("End").and_then(Json::as_bool) == Some(true);
    if !ends || state.object.contains_key("Next") {
        return None;
    }
    let pointer = state.pointer.key("End");
    let title = format!("continue with `{target}` after `{}`", state.name);
    let edits = [
        Edit::rename(&pointer, "Next"),
        Edit::replace(&pointer, target),
    ];
    Some(Fix::choice(title, edits))
}

/// Whether a state continues with `Next` or ends with `End`.
pub(super) fn takes_next(kind: Option<StateKind>) -> bool {
    kind.is_some_and(|kind| {
        !matches!(
            kind,
            StateKind::Choice | StateKind::Succeed | StateKind::Fail
        )
    })
}

/// The position of a new field of a container: `StartAt` comes before `States`.
pub(super) fn before_states(container: &Container<'_>) -> InsertPosition {
    if container.object.contains_key("States") {
        InsertPosition::Before("States".to_owned())
    } else {
        InsertPosition::Last
    }
}
