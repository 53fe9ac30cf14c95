//! Cycles of transitions that no state ends.

use indexmap::IndexMap;

use crate::json::Json;
use crate::limits::AwaitedEvent;
use crate::model::StateKind;
use crate::validate::definition::Definition;

/// The reachable cycles without an exit, in containers with a terminal state.
pub(in crate::validate::rules) fn endless_cycles(definition: &Definition<'_>) -> Vec<Vec<usize>> {
    let (graph, flow) = (&definition.graph, &definition.flow);
    let mut cycles = Vec::new();
    for (index, container) in graph.containers().iter().enumerate() {
        let reached = |state: &&usize| flow.reached[**state];
        // If no terminal state is reachable, the unreachable states are the fault.
        let may_end = container
            .states
            .iter()
            .filter(reached)
            .any(|state| graph.states()[*state].is_terminal());
        if definition.target_names.incomplete[index] || !may_end {
            continue;
        }
        let mut members: IndexMap<usize, Vec<usize>> = IndexMap::new();
        for state in container.states.iter().filter(reached) {
            if !flow.ends[*state] {
                members.entry(flow.cycle[*state]).or_default().push(*state);
            }
        }
        cycles.extend(members.into_values().filter(|cycle| {
            flow.is_in_cycle(cycle[0])
                && cycle.iter().all(|state| {
                    let mut targets = flow.targets[*state].iter().flatten();
                    targets.all(|target| flow.cycle[*target] == flow.cycle[*state])
                })
        }));
    }
    cycles
}

/// Whether a state, or a state nested in it, waits for a time, a job, a callback or an activity.
pub(in crate::validate::rules) fn waits(definition: &Definition<'_>, state: usize) -> bool {
    let state = &definition.graph.states()[state];
    let inner = || {
        let mut inner = state.inner.iter();
        inner.any(|container| {
            let mut states = definition.graph.containers()[*container].states.iter();
            states.any(|state| waits(definition, *state))
        })
    };
    match state.kind {
        Some(StateKind::Wait) => true,
        Some(StateKind::Task) => {
            let resource = state.object.get("Resource").and_then(Json::as_str);
            resource.and_then(AwaitedEvent::of).is_some()
        }
        _ => inner(),
    }
}
