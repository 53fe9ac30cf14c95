//! The variables that a state can read.

use std::collections::{HashSet, VecDeque};

use stepwright_asl::graph::{Container, Edge, EdgeKind, Graph};
use stepwright_asl::json::{Json, Object};

/// An assignment before a state.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Assignment<'d> {
    /// The variable, without `$`.
    pub(crate) name: &'d str,
    pub(crate) value: &'d Json,
    /// The state that assigns it.
    pub(crate) state: usize,
}

/// The assignments on the paths to a state, the nearest first. A variable may have several.
///
/// A state that no transition reaches yet can be at any position, so it has the assignments of all
/// other states around it.
pub(crate) fn assignments_before<'d>(graph: &Graph<'d>, state: usize) -> Vec<Assignment<'d>> {
    let mut found = Vec::new();
    let mut at = Some(state);
    while let Some(state) = at {
        let container = &graph.containers()[graph.states()[state].container];
        in_container(graph, state, &mut found);
        // The executions of a Distributed Map do not see the variables of the outer states.
        at = container.parent.filter(|_| !is_distributed(container));
    }
    found
}

fn in_container<'d>(graph: &Graph<'d>, state: usize, found: &mut Vec<Assignment<'d>>) {
    let container = &graph.containers()[graph.states()[state].container];
    let is_start = container.start_at == Some(graph.states()[state].name);
    let is_connected = is_start || graph.predecessors(state).next().is_some();
    if !is_connected {
        let others = container.states.iter().filter(|other| **other != state);
        for other in others {
            found.extend(of_state(graph, *other));
        }
        return;
    }
    let mut seen = HashSet::new();
    let mut open = VecDeque::from([state]);
    while let Some(to) = open.pop_front() {
        for (from, edge) in graph.predecessors(to) {
            found.extend(assigned(from, assign_of(graph, from, edge)));
            if seen.insert(from) {
                open.push_back(from);
            }
        }
    }
}

fn is_distributed(container: &Container<'_>) -> bool {
    let mode = container.object.get("ProcessorConfig");
    let mode = mode.and_then(|config| config.get("Mode")?.as_str());
    mode == Some("DISTRIBUTED")
}

/// All assignments of a state.
fn of_state<'d>(graph: &Graph<'d>, state: usize) -> impl Iterator<Item = Assignment<'d>> {
    let edges = graph.states()[state].edges.iter();
    edges.flat_map(move |edge| assigned(state, assign_of(graph, state, edge)))
}

/// The members of `Assign` that take effect on a transition.
fn assign_of<'d>(graph: &Graph<'d>, state: usize, edge: &Edge<'d>) -> Option<&'d Object> {
    let object = graph.states()[state].object;
    let handler = |field: &str, index: usize| object.get(field)?.as_array()?.get(index);
    let assign = match edge.kind {
        EdgeKind::Choice(rule) => handler("Choices", rule)?.get("Assign"),
        EdgeKind::Catch(catcher) => handler("Catch", catcher)?.get("Assign"),
        _ => object.get("Assign"),
    };
    assign?.as_object()
}

fn assigned<'d>(state: usize, assign: Option<&'d Object>) -> impl Iterator<Item = Assignment<'d>> {
    let members = assign.into_iter().flatten();
    members.map(move |(key, value)| Assignment {
        name: key.strip_suffix(".$").unwrap_or(key),
        value,
        state,
    })
}
