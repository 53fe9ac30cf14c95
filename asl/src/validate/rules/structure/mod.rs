//! Rules about the structure of a definition: required and known fields, types of values, names and
//! nesting of states.

pub(super) mod duplicate_state_name;
pub(super) mod empty_states;
pub(super) mod invalid_state_name;
pub(super) mod missing_start_at;
pub(super) mod missing_states;
pub(super) mod nested_too_deep;
pub(super) mod unknown_field;
pub(super) mod unknown_state_type;
pub(super) mod wrong_value_type;

use crate::analysis::{NameKind, NameProblem, check_names};
use crate::edit::Edit;
use crate::fix::Fix;
use crate::graph::{Container, State};
use crate::json::{Json, Object};
use crate::model::{StateMachine, ValueKind};
use crate::substitution::is_substitution;
use crate::validate::definition::Definition;
use crate::validate::report::Report;
use crate::validate::rules::{field_fixes, state_fixes};

/// Names all missing fields in one message, as AWS does.
fn required(definition: &Definition<'_>, report: &mut Report<'_>, without_states: bool) {
    for container in definition.graph.containers() {
        let missing: Vec<&str> = ["States", "StartAt"]
            .into_iter()
            .filter(|field| !container.object.contains_key(*field) && !is_below(container, field))
            .collect();
        if !missing.is_empty() && missing.contains(&"States") == without_states {
            let message = format!("These fields are required: [{}]", missing.join(", "));
            let entry = report.add(&container.pointer, message);
            entry.choices(|| complete(definition, container, &missing));
        }
    }
}

/// Adds the missing fields of a container: a state, or the name of its first state.
fn complete(definition: &Definition<'_>, container: &Container<'_>, missing: &[&str]) -> Vec<Fix> {
    let start_at = |name: &str| Edit::Insert {
        pointer: field_fixes::member(&container.pointer, "StartAt"),
        value: name.into(),
        position: state_fixes::before_states(container),
    };
    if *missing == ["StartAt"] {
        let states = definition.graph.states();
        let named = &definition.target_names.named;
        // A state that no transition names is probably the first one.
        let mut all: Vec<usize> = container.states.clone();
        all.sort_by_key(|state| named[*state]);
        let only_first = all.iter().filter(|state| !named[**state]).count() == 1;
        let offered = if only_first { 1 } else { 3 };
        let names = all
            .into_iter()
            .take(offered)
            .map(|state| states[state].name);
        return names
            .map(|name| Fix::choice(format!("start at `{name}`"), [start_at(name)]))
            .collect();
    }
    if container.object.is_empty() {
        let name = state_fixes::fresh_name(definition, "Start");
        let value = state_fixes::container(&name);
        let title = "add a first state";
        return vec![Fix::choice(
            title,
            [Edit::replace(&container.pointer, value)],
        )];
    }
    let fresh = || state_fixes::fresh_name(definition, "Start");
    let name = container.start_at.map_or_else(fresh, str::to_owned);
    let states = Json::Object(state_fixes::placeholder(&name));
    let pointer = field_fixes::member(&container.pointer, "States");
    let mut edits = vec![Edit::insert(pointer, states)];
    if missing.contains(&"StartAt") {
        edits.push(Edit::Insert {
            pointer: field_fixes::member(&container.pointer, "StartAt"),
            value: name.as_str().into(),
            position: field_fixes::first(container.object),
        });
    }
    vec![Fix::choice(
        format!("add `States` with a state `{name}`"),
        edits,
    )]
}

/// Whether a member of `States` is not a state but a misplaced field of its container, such as
/// `StartAt`. Other rules then skip it.
fn is_misplaced(name: &str, object: Option<&Object>) -> bool {
    match (
        StateMachine::schema().field(name).map(|field| field.kind),
        object,
    ) {
        // A state with this name has a `Type`. A container's `States` has the types one level
        // deeper.
        (Some(ValueKind::States), Some(states)) => {
            !states.contains_key("Type")
                && !states.is_empty()
                && states.values().all(|state| state.get("Type").is_some())
        }
        (Some(_), None) => true,
        _ => false,
    }
}

/// Whether a field of the container is among its states by mistake.
pub(super) fn is_below(container: &Container<'_>, field: &str) -> bool {
    let states = container.object.get("States").and_then(Json::as_object);
    states
        .and_then(|states| states.get(field))
        .filter(|value| !value.as_str().is_some_and(is_substitution))
        .is_some_and(|value| is_misplaced(field, value.as_object()))
}

/// The problems of the states' names.
fn state_names<'a, 'd>(
    definition: &'a Definition<'d>,
) -> impl Iterator<Item = (&'a State<'d>, NameProblem)> {
    let states = definition.graph.states();
    let problems = check_names(NameKind::State, states.iter().map(|state| state.name));
    let problems = problems.into_iter();
    problems.map(|(index, problem)| (&states[index], problem))
}
