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
use crate::model::StateKind;
use crate::validate::definition::Definition;

/// Removes a state that is not the only one.
fn removal(container: &Container<'_>, state: &State<'_>) -> Option<Fix> {
    let title = format!("remove state `{}`", state.name);
    let fix = Fix::risky(title, Edit::remove(&state.pointer));
    (container.states.len() > 1).then_some(fix)
}

/// Whether a state continues with `Next` or ends with `End`.
fn takes_next(state: &State<'_>) -> bool {
    state.kind.is_some_and(|kind| {
        !matches!(
            kind,
            StateKind::Choice | StateKind::Succeed | StateKind::Fail
        )
    })
}

/// The states that continue with `Next` or end with `End`.
fn continuing<'d, 'a>(definition: &'a Definition<'d>) -> impl Iterator<Item = &'a State<'d>> {
    let states = definition.graph.states().iter();
    states.filter(|state| takes_next(state))
}

fn end(state: &State<'_>) -> Option<bool> {
    state.object.get("End").and_then(Json::as_bool)
}
