//! The transitions of a definition: its control flow, and the names that transitions use.

use crate::analysis::ControlFlow;
use crate::graph::{Container, Graph};
use crate::json::Json;
use crate::substitution::is_substitution;

use super::unknown::{UnknownValues, has_open_members};

/// The control flow of a definition.
pub(super) fn control_flow(graph: &Graph<'_>) -> ControlFlow {
    let states = graph.states();
    let targets = states.iter().map(|state| {
        let edges = state.edges.iter();
        edges
            .map(|edge| graph.find(state.container, edge.target))
            .collect()
    });
    let starts = graph.containers().iter().enumerate();
    let starts = starts.filter_map(|(index, container)| graph.find(index, container.start_at?));
    ControlFlow::new(targets.collect(), starts, |state| {
        states[state].is_terminal()
    })
}

/// The names that transitions use.
pub(super) struct TargetNames {
    /// For each state, whether a transition or `StartAt` names it.
    pub(super) named: Vec<bool>,
    /// For each container, whether a transition target is missing or a state cannot be parsed.
    /// Rules then skip diagnostics that would only be consequences.
    pub(super) incomplete: Vec<bool>,
    /// For each container, whether a template engine fills in a part of a state's name, so that any
    /// name may exist there.
    pub(super) open: Vec<bool>,
}

impl TargetNames {
    pub(super) fn of(
        graph: &Graph<'_>,
        flow: &ControlFlow,
        unknown: &UnknownValues,
    ) -> TargetNames {
        TargetNames::new(graph, flow, unknown, |_| true)
    }

    /// Lets rules report the consequences of missing targets, as AWS does. A target that a template
    /// engine fills in may exist.
    pub(super) fn with_consequences(
        graph: &Graph<'_>,
        flow: &ControlFlow,
        unknown: &UnknownValues,
    ) -> TargetNames {
        TargetNames::new(graph, flow, unknown, is_substitution)
    }

    /// Finds the names. `counts` returns whether a container without this target is incomplete.
    fn new(
        graph: &Graph<'_>,
        flow: &ControlFlow,
        unknown: &UnknownValues,
        counts: fn(&str) -> bool,
    ) -> TargetNames {
        let mut named: Vec<bool> = flow
            .sources
            .iter()
            .map(|sources| !sources.is_empty())
            .collect();
        for (index, container) in graph.containers().iter().enumerate() {
            if let Some(start) = container
                .start_at
                .and_then(|start_at| graph.find(index, start_at))
            {
                named[start] = true;
            }
        }
        let containers = graph.containers().iter();
        let open = containers.clone().map(|container| {
            let states = container.object.get("States");
            let mut own = container.states.iter();
            states.is_some_and(|states| unknown.contains(states))
                || has_open_members(container.object)
                || own.any(|state| is_substitution(graph.states()[*state].name))
                || states
                    .and_then(Json::as_object)
                    .is_some_and(has_open_members)
        });
        TargetNames {
            named,
            open: open.collect(),
            incomplete: containers
                .map(|container| is_incomplete(graph, container, &flow.targets, unknown, counts))
                .collect(),
        }
    }
}

/// Whether a transition target for which `counts` returns `true` is missing, or a state cannot be
/// parsed.
fn is_incomplete(
    graph: &Graph<'_>,
    container: &Container<'_>,
    targets: &[Vec<Option<usize>>],
    unknown: &UnknownValues,
    counts: fn(&str) -> bool,
) -> bool {
    let states = container.object.get("States").and_then(Json::as_object);
    let unread = states.is_none_or(|states| states.len() != container.states.len());
    let lost_start = container
        .start_at
        .is_none_or(|start_at| !has_state(container, start_at) && counts(start_at));
    unread
        || lost_start
        || container.states.iter().any(|number| {
            let state = &graph.states()[*number];
            let mut edges = state.edges.iter().zip(&targets[*number]);
            let dangling = edges.any(|(edge, target)| {
                target.is_none() && !has_state(container, edge.target) && counts(edge.target)
            });
            state.kind.is_none()
                || dangling
                || unknown.has_transition_in(state.object)
                || (state.edges.is_empty() && !state.is_terminal())
        })
}

/// Whether a container has a state with this name, including a state that cannot be parsed.
pub(super) fn has_state(container: &Container<'_>, name: &str) -> bool {
    let states = container.object.get("States").and_then(Json::as_object);
    states.is_some_and(|states| states.contains_key(name))
}
