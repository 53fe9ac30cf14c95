//! The states of a flow and their transitions, by index.

use crate::expr::Text;
use crate::flow::{Edge, Flow, FlowStateKind, Otherwise, State, Transition};
use std::collections::HashMap;
use stepwright_asl::analysis::ControlFlow;

/// The states of a flow, including those of branches and maps.
pub(super) struct FlowGraph<'f> {
    pub(super) states: Vec<GraphState<'f>>,
    /// The bodies, outer before inner.
    pub(super) bodies: Vec<GraphBody<'f>>,
    pub(super) flow: ControlFlow,
}

/// A state and its outgoing transitions.
pub(super) struct GraphState<'f> {
    pub(super) state: &'f State,
    pub(super) body: usize,
    pub(super) transitions: Vec<GraphTransition<'f>>,
}

/// The body of the workflow, of a branch or of a map.
pub(super) struct GraphBody<'f> {
    /// The state that contains it.
    pub(super) parent: Option<usize>,
    pub(super) states: Vec<usize>,
    /// The variables that it declares.
    pub(super) variables: Vec<&'f str>,
}

/// A transition.
pub(super) struct GraphTransition<'f> {
    /// The edge; `None` for the state's own `next`.
    pub(super) edge: Option<&'f Edge>,
    pub(super) is_catch: bool,
    /// The variables that only this transition assigns.
    pub(super) assigns: Vec<&'f Text>,
}

impl<'f> FlowGraph<'f> {
    pub(super) fn of(flow: &'f Flow) -> FlowGraph<'f> {
        let mut states: Vec<GraphState<'f>> = Vec::new();
        let mut bodies: Vec<GraphBody<'f>> = Vec::new();
        let mut targets: Vec<Vec<Option<usize>>> = Vec::new();
        let mut pending = vec![(&*flow.states, &flow.variables, None)];
        // A stack instead of recursion, because bodies can nest deeply.
        while let Some((own, variables, parent)) = pending.pop() {
            let body = bodies.len();
            let first = states.len();
            let by_name: HashMap<&str, usize> = own
                .iter()
                .enumerate()
                .map(|(at, state)| (&*state.name, first + at))
                .collect();
            for state in own {
                let (transitions, names): (Vec<_>, Vec<_>) = transitions(state).into_iter().unzip();
                let own = names.iter().map(|name| by_name.get(name).copied());
                targets.push(own.collect());
                states.push(GraphState {
                    state,
                    body,
                    transitions,
                });
            }
            bodies.push(GraphBody {
                parent,
                states: (first..states.len()).collect(),
                variables: variables.iter().map(|one| &*one.name).collect(),
            });
            for (at, state) in own.iter().enumerate().rev() {
                let inner = state.bodies().iter().rev();
                pending
                    .extend(inner.map(|body| (&*body.states, &body.variables, Some(first + at))));
            }
        }
        let starts = bodies
            .iter()
            .filter_map(|body| body.states.first().copied());
        let flow = ControlFlow::new(targets, starts, |state| is_an_end(states[state].state));
        FlowGraph {
            states,
            bodies,
            flow,
        }
    }
}

/// Returns the transitions of a state, each with the name of its target.
fn transitions(state: &State) -> Vec<(GraphTransition<'_>, &str)> {
    let mut transitions = Vec::new();
    if let Some(Transition::Next(next)) = &state.transition {
        let assigns = state.assign.iter().map(|(name, _)| name);
        transitions.push((
            GraphTransition {
                edge: None,
                is_catch: false,
                assigns: assigns.collect(),
            },
            &**next,
        ));
    }
    let catches = state.catch.len();
    for (index, edge) in state.edges().into_iter().enumerate() {
        let mut assigns: Vec<&Text> = edge.assign.iter().map(|(name, _)| name).collect();
        if let FlowStateKind::Choice { rules, arms, .. } = &state.kind
            && let Some(arm) = index.checked_sub(catches + rules.len())
            && let Some(arm) = arms.get(arm)
        {
            assigns.extend(arm.pattern.names());
        }
        transitions.push((
            GraphTransition {
                edge: Some(edge),
                is_catch: index < catches,
                assigns,
            },
            &*edge.target,
        ));
    }
    transitions
}

/// Whether an execution can stop at a state.
fn is_an_end(state: &State) -> bool {
    match &state.kind {
        FlowStateKind::Succeed | FlowStateKind::Fail { .. } => true,
        FlowStateKind::Choice { otherwise, .. } => matches!(otherwise, Otherwise::Fail),
        _ => !matches!(state.transition, Some(Transition::Next(_))),
    }
}
