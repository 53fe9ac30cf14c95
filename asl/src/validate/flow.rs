//! Control flow: which states are reachable from `StartAt`, which form cycles, and which can reach an end.

use crate::graph::{Container, Graph};
use crate::json::Json;
use crate::substitution::is_substitution;

/// The control flow graph of a definition, computed once.
pub(super) struct FlowAnalysis {
    /// For each state and each of its edges, the target state; `None` if the container has no such state.
    pub(super) targets: Vec<Vec<Option<usize>>>,
    /// For each state, the states with a transition to it.
    pub(super) sources: Vec<Vec<usize>>,
    /// For each state, whether a transition or `StartAt` names it.
    pub(super) named: Vec<bool>,
    /// For each state, whether it is reachable from the `StartAt` of its container.
    pub(super) reached: Vec<bool>,
    /// For each state, whether it can reach a terminal state of its container.
    pub(super) ends: Vec<bool>,
    /// For each state, the number of its cycle (strongly connected component). Two states have the same number if each can reach the other.
    pub(super) circle: Vec<usize>,
    /// For each container, whether a transition target is missing or a state cannot be parsed. Rules then skip findings that would only be
    /// consequences.
    pub(super) incomplete: Vec<bool>,
    /// For each container, whether a template engine fills in a part of a state's name, so that any name may exist there.
    pub(super) open: Vec<bool>,
}

impl FlowAnalysis {
    pub(super) fn of(graph: &Graph<'_>) -> FlowAnalysis {
        let states = graph.states();
        let targets: Vec<Vec<Option<usize>>> = states
            .iter()
            .map(|state| {
                let edges = state.edges.iter();
                edges
                    .map(|edge| graph.find(state.container, edge.target))
                    .collect()
            })
            .collect();
        let mut sources = vec![Vec::new(); states.len()];
        for (state, targets) in targets.iter().enumerate() {
            for target in targets.iter().flatten() {
                sources[*target].push(state);
            }
        }
        let starts = graph
            .containers()
            .iter()
            .enumerate()
            .filter_map(|(index, container)| graph.find(index, container.start_at?));
        let starts: Vec<usize> = starts.collect();
        let mut named: Vec<bool> = sources.iter().map(|sources| !sources.is_empty()).collect();
        for start in &starts {
            named[*start] = true;
        }
        let terminal = (0..states.len()).filter(|state| states[*state].is_terminal());
        let incomplete = graph.containers().iter();
        let open = graph.containers().iter().map(|container| {
            let mut own = container.states.iter();
            own.any(|state| is_substitution(states[*state].name))
        });
        FlowAnalysis {
            open: open.collect(),
            reached: walk(states.len(), starts.iter().copied(), |state| {
                targets[state].iter().flatten().copied()
            }),
            ends: walk(states.len(), terminal, |state| {
                sources[state].iter().copied()
            }),
            circle: circles(&targets),
            incomplete: incomplete
                .map(|container| is_incomplete(graph, container, &targets))
                .collect(),
            targets,
            sources,
            named,
        }
    }

    /// The states that are reachable from any of these states.
    pub(super) fn walk(&self, from: impl Iterator<Item = usize>) -> Vec<bool> {
        walk(self.targets.len(), from, |state| {
            self.targets[state].iter().flatten().copied()
        })
    }

    /// Whether a state can reach itself.
    pub(super) fn is_in_circle(&self, state: usize) -> bool {
        self.targets[state]
            .iter()
            .flatten()
            .any(|target| self.circle[*target] == self.circle[state])
    }
}

fn walk<I: Iterator<Item = usize>>(
    states: usize,
    from: impl Iterator<Item = usize>,
    next: impl Fn(usize) -> I,
) -> Vec<bool> {
    let mut seen = vec![false; states];
    let mut open: Vec<usize> = from.collect();
    while let Some(state) = open.pop() {
        if !std::mem::replace(&mut seen[state], true) {
            open.extend(next(state));
        }
    }
    seen
}

/// Numbers the strongly connected components (Tarjan's algorithm, without recursion).
fn circles(targets: &[Vec<Option<usize>>]) -> Vec<usize> {
    const NEW: usize = usize::MAX;
    let mut circle = vec![NEW; targets.len()];
    let mut visited = vec![NEW; targets.len()];
    let mut lowest = vec![NEW; targets.len()];
    let mut pending = Vec::new();
    let mut count = 0;
    let mut circles = 0;
    for root in 0..targets.len() {
        if visited[root] != NEW {
            continue;
        }
        let mut path = vec![(root, 0)];
        while let Some((state, edge)) = path.pop() {
            if edge == 0 {
                visited[state] = count;
                lowest[state] = count;
                count += 1;
                pending.push(state);
            }
            match targets[state].get(edge) {
                Some(target) => {
                    path.push((state, edge + 1));
                    let Some(target) = *target else { continue };
                    if visited[target] == NEW {
                        path.push((target, 0));
                    } else if circle[target] == NEW {
                        lowest[state] = lowest[state].min(visited[target]);
                    }
                }
                None => {
                    if lowest[state] == visited[state] {
                        while let Some(member) = pending.pop() {
                            circle[member] = circles;
                            if member == state {
                                break;
                            }
                        }
                        circles += 1;
                    }
                    if let Some((before, _)) = path.last() {
                        lowest[*before] = lowest[*before].min(lowest[state]);
                    }
                }
            }
        }
    }
    circle
}

fn is_incomplete(
    graph: &Graph<'_>,
    container: &Container<'_>,
    targets: &[Vec<Option<usize>>],
) -> bool {
    let states = container.object.get("States").and_then(Json::as_object);
    let unread = states.is_none_or(|states| states.len() != container.states.len());
    let lost_start = container
        .start_at
        .is_none_or(|start_at| !has_state(container, start_at));
    unread
        || lost_start
        || container.states.iter().any(|number| {
            let state = &graph.states()[*number];
            let mut edges = state.edges.iter().zip(&targets[*number]);
            let dangling =
                edges.any(|(edge, target)| target.is_none() && !has_state(container, edge.target));
            state.kind.is_none() || dangling || (state.edges.is_empty() && !state.is_terminal())
        })
}

/// Whether a container has a state with this name, including a state that cannot be parsed.
pub(super) fn has_state(container: &Container<'_>, name: &str) -> bool {
    let states = container.object.get("States").and_then(Json::as_object);
    states.is_some_and(|states| states.contains_key(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow(text: &str) -> FlowAnalysis {
        let json: Json = text.parse().expect("is JSON");
        FlowAnalysis::of(&Graph::of(&json))
    }

    #[test]
    fn circles_are_told_apart() {
        // A -> B -> C -> B, C -> D; D -> D; E -> A
        let flow = flow(
            r#"{"StartAt": "A", "States": {
            "A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "C"},
            "C": {"Type": "Choice", "Choices": [{"Next": "B"}], "Default": "D"},
            "D": {"Type": "Pass", "Next": "D"}, "E": {"Type": "Pass", "Next": "A"}}}"#,
        );
        assert_eq!(flow.circle[1], flow.circle[2]);
        assert!(
            [0, 3, 4]
                .iter()
                .all(|state| flow.circle[*state] != flow.circle[1])
        );
        assert_eq!(
            (0..5)
                .map(|state| flow.is_in_circle(state))
                .collect::<Vec<_>>(),
            [false, true, true, true, false]
        );
        assert_eq!(flow.reached, [true, true, true, true, false]);
        assert_eq!(flow.named, [true, true, true, true, false]);
        assert!(flow.ends.iter().all(|ends| !ends));
    }

    #[test]
    fn long_chains_do_not_overflow() {
        let states =
            (0..50_000).map(|i| format!(r#""S{i}": {{"Type": "Pass", "Next": "S{}"}}"#, i + 1));
        let text = format!(
            r#"{{"StartAt": "S0", "States": {{{}, "S50000": {{"Type": "Succeed"}}}}}}"#,
            states.collect::<Vec<_>>().join(", ")
        );
        let flow = flow(&text);
        assert!(flow.ends.iter().all(|ends| *ends) && flow.reached.iter().all(|reached| *reached));
    }
}
