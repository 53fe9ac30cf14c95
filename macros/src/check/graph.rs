//! The control flow of a workflow.

use crate::machine::{Machine, State, StateWork};
use stepwright_asl::analysis::ControlFlow;

/// Returns the transitions between the states. Their targets must be resolved.
pub(super) fn control_flow(machine: &Machine) -> ControlFlow {
    let states = machine.states.iter();
    let targets = states.map(|node| node.edges.iter().map(|edge| edge.to).collect());
    let starts = machine.scopes.iter();
    let starts = starts.filter_map(|scope| scope.states.first().copied());
    ControlFlow::new(targets.collect(), starts, |state| {
        is_an_end(&machine.states[state].state)
    })
}

/// Whether an execution can stop at a state.
fn is_an_end(state: &State) -> bool {
    match &state.kind {
        StateWork::Succeed(_) | StateWork::Fail(_) | StateWork::Exit(_) | StateWork::Unknown => {
            true
        }
        StateWork::Choice(choice) => choice.fails.is_some(),
        _ => state.broken || state.ends() || state.exit.is_none(),
    }
}
