//! The rules for definitions of the typed builder that neither rustc nor the validator checks.
//!
//! They check the [flow tree](crate::flow), which has what the text of a definition lacks: types,
//! declarations, repeated keys and settings, and errors of children, which become a Choice. The
//! lowering runs the validator for all other rules. The rules about graphs, variables and error
//! names are in [`stepwright_asl::analysis`], which `workflow!` and the validator also use.
//! Messages name the builder's methods.

mod assigned;
mod distributed;
mod endings;
mod errors;
mod graph;
mod lints;
mod loops;
mod names;
mod shape;

pub use self::lints::Lint;
pub(crate) use self::lints::{LintLevel, LintLevels};

use self::graph::FlowGraph;
use crate::flow::{Flow, State, each_state};
use crate::workflow::{AtSource, WorkflowDiagnostic, problem};

/// Returns the faults of a flow. The rules about paths run only if `is_complete`: each state is
/// defined and has its transitions.
pub(crate) fn faults(flow: &Flow, is_complete: bool) -> Vec<WorkflowDiagnostic> {
    let mut faults = Vec::new();
    names::rules(flow, &mut faults);
    each_state(&flow.states, &mut |state| {
        errors::rules(state, &mut faults);
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

/// Returns a fault of a state, at the state's location.
fn fault(state: &State, message: impl Into<String>) -> WorkflowDiagnostic {
    problem(Some(&state.name), message).at(state.place)
}
