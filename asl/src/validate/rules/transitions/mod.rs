//! Rules about transitions between states: targets, reachability, ends and loops.

pub(super) mod cycles;
pub(super) mod endless_loop;
pub(super) mod missing_end_state;
pub(super) mod missing_next_or_end;
pub(super) mod missing_start_target;
pub(super) mod missing_transition_target;
pub(super) mod needless_end_false;
pub(super) mod next_not_allowed;
pub(super) mod next_with_end;
mod targets;
pub(super) mod transition_between_containers;
pub(super) mod unreachable_loop;
pub(super) mod unreachable_state;

use crate::edit::Edit;
use crate::fix::Fix;
use crate::graph::{Container, State};
use crate::json::Json;
use crate::validate::definition::Definition;
use crate::validate::rules::state_fixes;

/// Removes a state that is not the only one.
fn removal(container: &Container<'_>, state: &State<'_>) -> Option<Fix> {
    let title = format!("remove state `{}`", state.name);
    let fix = Fix::risky(title, Edit::remove(&state.pointer));
    (container.states.len() > 1).then_some(fix)
}

/// Lets another state of the container continue with a state: one that ends it now.
fn reached_from(definition: &Definition<'_>, index: usize) -> Vec<Fix> {
    let states = definition.graph.states();
    let container = &definition.graph.containers()[states[index].container];
    let place = container.states.iter().position(|state| *state == index);
    let (before, after) = container.states.split_at(place.unwrap_or_default());
    let nearest = before.iter().rev().chain(after);
    let others = nearest.filter(|other| **other != index && definition.flow.reached[**other]);
    let fixes = others.filter_map(|other| {
        // A container needs a state that ends it.
        let is_last = container
            .states
            .iter()
            .all(|state| state == other || !states[*state].is_terminal());
        let fix = state_fixes::continue_with(&states[*other], states[index].name)?;
        (!is_last).then_some(fix)
    });
    fixes.take(state_fixes::OFFERED).collect()
}

/// Whether a state continues with `Next` or ends with `End`.
fn takes_next(state: &State<'_>) -> bool {
    state_fixes::takes_next(state.kind)
}

/// The states that continue with `Next` or end with `End`.
fn continuing<'d, 'a>(definition: &'a Definition<'d>) -> impl Iterator<Item = &'a State<'d>> {
    let states = definition.graph.states().iter();
    states.filter(|state| takes_next(state))
}

fn end(state: &State<'_>) -> Option<bool> {
    state.object.get("End").and_then(Json::as_bool)
}
