//! The rules for definitions that the typed builder makes. Neither rustc nor AWS checks them.
//!
//! They check the [flow tree](crate::flow). Rules about graphs, variables and error names are in [`stepwright_asl::analysis`], which `workflow!` and
//! the validator use as well. Messages name the builder's calls.

mod assigned;
mod distributed;
mod endings;
mod errors;
mod graph;
mod lints;
mod loops;
mod names;
mod numbers;
mod shape;

pub use self::lints::Lint;
pub(crate) use self::lints::{Level, Levels};

use self::graph::FlowGraph;
use crate::flow::{Flow, State, each_state};
use crate::workflow::{AtSource, WorkflowDiagnostic, problem};

/// Returns the faults of a flow. The rules about paths run only if `is_complete`: each state is defined and has its transitions.
pub(crate) fn faults(flow: &Flow, is_complete: bool) -> Vec<WorkflowDiagnostic> {
    let mut faults = Vec::new();
    names::rules(flow, &mut faults);
    numbers::of_workflow(flow, &mut faults);
    each_state(&flow.states, &mut |state| {
        errors::rules(state, &mut faults);
        numbers::rules(state, &mut faults);
        shape::rules(flow, state, &mut faults);
        distributed::rules(state, &mut faults);
    });
    if is_complete {
        let graph = FlowGraph::of(flow);
        endings::rules(&graph, &mut faults);
        assigned::rules(&graph, &mut faults);
    }
    faults
}

/// Returns the diagnostics of the lints. The lint for loops runs only if `is_complete`.
pub(crate) fn lints(flow: &Flow, is_complete: bool) -> Vec<(Lint, WorkflowDiagnostic)> {
    let mut found = lints::all(flow);
    found.retain(|(lint, _)| is_complete || *lint != Lint::UnboundedLoop);
    found
}

/// A fault of a state.
fn fault(state: &State, message: impl Into<String>) -> WorkflowDiagnostic {
    problem(Some(&state.name), message).at(state.place)
}
