//! Machines that ASL can express but AWS would refuse: an unreachable state, a number out of range,
//! a raw field that does not fit.

use crate::flow::{Flow, FlowStateKind, State, each_state};
use crate::workflow::{WorkflowDiagnostic, WorkflowLocation};
use std::collections::{HashMap, HashSet};
use stepwright_asl::json::segments;
use stepwright_asl::model::StateMachine;
use stepwright_asl::validate::validate;

/// The validator's rules about transitions between states.
const OF_WAYS: [&str; 2] = ["SW021", "SW023"];

/// The validator's errors, without those that follow from the `known` faults or from the faults of
/// the lowering, `said`.
pub(super) fn faults(
    flow: &Flow,
    machine: &StateMachine,
    known: &[WorkflowDiagnostic],
    said: &[WorkflowDiagnostic],
) -> Vec<WorkflowDiagnostic> {
    let wrong: Vec<&WorkflowDiagnostic> = known.iter().chain(said).collect();
    let diagnostics = validate(machine, flow.machine_type);
    let mut places = HashMap::new();
    each_state(&flow.states, &mut |state| {
        places.entry(&*state.name).or_insert(state.place);
    });
    let faulty: HashSet<&str> = wrong
        .iter()
        .filter_map(|fault| fault.location.state.as_deref())
        .collect();
    let is_whole = wrong
        .iter()
        .all(|fault| fault.location.state.as_deref().is_some());
    // A missing transition causes further diagnostics in other states.
    let ways_are_known = is_whole && known.is_empty() && goes_on(&flow.states);
    let mut faults = Vec::new();
    for diagnostic in diagnostics.errors() {
        let state = state_of(&diagnostic.location.pointer);
        // A state that could not be lowered contains placeholders, so diagnostics in it are
        // meaningless.
        let follows = match &state {
            _ if OF_WAYS.contains(&diagnostic.code.unwrap_or_default()) && !ways_are_known => true,
            Some(state) => !is_whole || faulty.contains(&**state),
            None => !is_whole,
        };
        if !follows {
            let place = state.as_deref().and_then(|state| places.get(state));
            let location = WorkflowLocation {
                source: place.copied().flatten().or(flow.place),
                state,
            };
            faults.push(diagnostic.clone().relocated(location));
        }
    }
    faults
}

/// Whether each state has a transition, and all targets exist.
fn goes_on(states: &[State]) -> bool {
    let names: HashSet<&str> = states.iter().map(|state| &*state.name).collect();
    states.iter().all(|state| {
        let ends = matches!(
            state.kind,
            FlowStateKind::Choice { .. } | FlowStateKind::Fail { .. } | FlowStateKind::Succeed
        );
        (ends || state.transition.is_some())
            && state.targets().iter().all(|target| names.contains(target))
            && state.bodies().iter().all(|body| goes_on(&body.states))
    })
}

/// The innermost state on the path of a JSON pointer: the key after the last `States`.
fn state_of(pointer: &str) -> Option<String> {
    let steps: Vec<_> = segments(pointer)?.collect();
    let states = steps.iter().rposition(|step| step == "States")?;
    steps.get(states + 1).map(|name| name.to_string())
}
