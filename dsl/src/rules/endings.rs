//! Whether a body ends.

use super::fault;
use super::graph::FlowGraph;
use crate::workflow::WorkflowDiagnostic;

/// Each reachable state of a body has a path to an end. Otherwise an execution that enters the
/// state runs until AWS stops it.
pub(super) fn rules(graph: &FlowGraph<'_>, faults: &mut Vec<WorkflowDiagnostic>) {
    for body in &graph.bodies {
        if let Some(stuck) = graph.flow.endless(&body.states).next() {
            let message = "no path from this state ends: add a transition to an `.end()`, a `succeed` or a `fail`";
            faults.push(fault(graph.states[stuck].state, message).with_code("SW023"));
        }
    }
}
