//! Control flow: which states are reachable, which form cycles, and which can reach an end.

/// The transitions between states, by index, and what follows from them.
///
/// Transitions never leave their body (the workflow, a branch or an item processor), so one value
/// holds all bodies of a workflow, each with its own start.
#[derive(Debug, Clone)]
pub struct ControlFlow {
    /// For each state and each of its transitions, the target; `None` if it is unknown.
    pub targets: Vec<Vec<Option<usize>>>,
    /// For each state, the states with a transition to it.
    pub sources: Vec<Vec<usize>>,
    /// For each state, whether it is reachable from a start.
    pub reached: Vec<bool>,
    /// For each state, whether it can reach an end of its body.
    pub ends: Vec<bool>,
    /// For each state, the number of its cycle (strongly connected component). Two states have the
    /// same number if each can reach the other. The number of a component is higher than those of
    /// the components that it can reach.
    pub cycle: Vec<usize>,
}

impl ControlFlow {
    /// Analyses transitions. `is_end` states end their body.
    pub fn new(
        targets: Vec<Vec<Option<usize>>>,
        starts: impl IntoIterator<Item = usize>,
        is_end: impl Fn(usize) -> bool,
    ) -> ControlFlow {
        let mut sources = vec![Vec::new(); targets.len()];
        for (state, targets) in targets.iter().enumerate() {
            for target in targets.iter().flatten() {
                sources[*target].push(state);
            }
        }
        let cycle = components(targets.len(), |state| &targets[state]);
        let mut flow = ControlFlow {
            targets,
            sources,
            reached: Vec::new(),
            ends: Vec::new(),
            cycle,
        };
        flow.reached = flow.walk(starts);
        let ends = (0..flow.targets.len()).filter(|state| is_end(*state));
        flow.ends = walk(flow.targets.len(), ends, |state| {
            flow.sources[state].iter().copied()
        });
        flow
    }

    /// The states that are reachable from any of these states, which are included.
    pub fn walk(&self, from: impl IntoIterator<Item = usize>) -> Vec<bool> {
        walk(self.targets.len(), from, |state| self.next(state))
    }

    /// The known targets of a state.
    fn next(&self, state: usize) -> impl Iterator<Item = usize> {
        self.targets[state].iter().flatten().copied()
    }

    /// Whether a state can reach itself.
    pub(crate) fn is_in_cycle(&self, state: usize) -> bool {
        self.next(state)
            .any(|target| self.cycle[target] == self.cycle[state])
    }

    /// The states that are reachable from these starts, start by start, each in reverse postorder:
    /// a state comes before its targets, except along the transitions that close a cycle.
    pub fn order(&self, starts: impl IntoIterator<Item = usize>) -> Vec<usize> {
        let mut order = Vec::new();
        let mut seen = vec![false; self.targets.len()];
        for start in starts {
            let first = order.len();
            seen[start] = true;
            // Transitions are followed last to first, so that the reverse keeps the order of the
            // source.
            let mut path = vec![(start, self.targets[start].len())];
            while let Some((state, left)) = path.pop() {
                if left == 0 {
                    order.push(state);
                    continue;
                }
                path.push((state, left - 1));
                if let Some(target) = self.targets[state][left - 1]
                    && !std::mem::replace(&mut seen[target], true)
                {
                    path.push((target, self.targets[target].len()));
                }
            }
            order[first..].reverse();
        }
        order
    }

    /// The unreachable states, without those that another unreachable state leads to: once that is
    /// reachable, so are they.
    pub fn unreachable(&self) -> Vec<usize> {
        let states = || (0..self.targets.len()).filter(|state| !self.reached[*state]);
        let mut follows = vec![false; self.targets.len()];
        for state in states() {
            if follows[state] {
                continue;
            }
            let mut open = vec![state];
            while let Some(here) = open.pop() {
                for target in self.next(here) {
                    let is_new = target != state && !self.reached[target];
                    if is_new && !std::mem::replace(&mut follows[target], true) {
                        open.push(target);
                    }
                }
            }
        }
        states().filter(|state| !follows[*state]).collect()
    }

    /// The reachable ones of these states from which no end can be reached.
    pub fn endless(&self, states: &[usize]) -> impl Iterator<Item = usize> {
        let states = states.iter().copied();
        states.filter(|state| self.reached[*state] && !self.ends[*state])
    }
}

fn walk<I: Iterator<Item = usize>>(
    states: usize,
    from: impl IntoIterator<Item = usize>,
    next: impl Fn(usize) -> I,
) -> Vec<bool> {
    let mut seen = vec![false; states];
    let mut open: Vec<usize> = from.into_iter().collect();
    while let Some(state) = open.pop() {
        if !std::mem::replace(&mut seen[state], true) {
            open.extend(next(state));
        }
    }
    seen
}

/// Numbers the strongly connected components in reverse topological order (Tarjan's algorithm,
/// without recursion).
pub fn components<'t>(states: usize, targets: impl Fn(usize) -> &'t [Option<usize>]) -> Vec<usize> {
    const NEW: usize = usize::MAX;
    let mut component = vec![NEW; states];
    let mut visited = vec![NEW; states];
    let mut lowest = vec![NEW; states];
    let mut pending = Vec::new();
    let mut count = 0;
    let mut components = 0;
    for root in 0..states {
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
            match targets(state).get(edge) {
                Some(target) => {
                    path.push((state, edge + 1));
                    let Some(target) = *target else { continue };
                    if visited[target] == NEW {
                        path.push((target, 0));
                    } else if component[target] == NEW {
                        lowest[state] = lowest[state].min(visited[target]);
                    }
                }
                None => {
                    if lowest[state] == visited[state] {
                        while let Some(member) = pending.pop() {
                            component[member] = components;
                            if member == state {
                                break;
                            }
                        }
                        components += 1;
                    }
                    if let Some((before, _)) = path.last() {
                        lowest[*before] = lowest[*before].min(lowest[state]);
                    }
                }
            }
        }
    }
    component
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A -> B -> C -> B, C -> D; D -> D; E -> A; D and E are the ends that `ends` names.
    fn flow(ends: &[usize]) -> ControlFlow {
        let targets = [&[1][..], &[2], &[1, 3], &[3], &[0]];
        let targets = targets.map(|targets| targets.iter().copied().map(Some).collect());
        ControlFlow::new(targets.to_vec(), [0], |state| ends.contains(&state))
    }

    #[test]
    fn states_in_cycles_are_found() {
        let flow = flow(&[]);
        assert_eq!(flow.cycle[1], flow.cycle[2]);
        assert!(
            [0, 3, 4]
                .iter()
                .all(|state| flow.cycle[*state] != flow.cycle[1])
        );
        let in_cycle = (0..5).map(|state| flow.is_in_cycle(state));
        assert_eq!(
            in_cycle.collect::<Vec<_>>(),
            [false, true, true, true, false]
        );
        assert_eq!(flow.reached, [true, true, true, true, false]);
        assert!(flow.ends.iter().all(|ends| !ends));
        assert_eq!(flow.order([0]), [0, 1, 2, 3]);
        assert_eq!(flow.unreachable(), [4]);
    }

    #[test]
    fn component_numbers_decrease_along_transitions() {
        let flow = flow(&[]);
        assert!(flow.cycle[4] > flow.cycle[0] && flow.cycle[0] > flow.cycle[1]);
        assert!(flow.cycle[1] > flow.cycle[3]);
    }

    #[test]
    fn cycles_without_an_exit_are_found() {
        let states = [0, 1, 2, 3, 4];
        assert_eq!(flow(&[3]).endless(&states).count(), 0);
        assert_eq!(
            flow(&[2]).endless(&states).collect::<Vec<_>>(),
            [3],
            "only the cycle of D has no end"
        );
    }

    #[test]
    fn successors_of_an_unreachable_state_are_not_reported() {
        // 0 ends; 1 -> 2 -> 3 -> 2.
        let targets = vec![vec![], vec![Some(2)], vec![Some(3)], vec![Some(2)]];
        let flow = ControlFlow::new(targets, [0], |state| state == 0);
        assert_eq!(flow.unreachable(), [1]);
    }

    #[test]
    fn long_chains_do_not_overflow_the_stack() {
        let targets = (1..=50_000)
            .map(|state| vec![Some(state)])
            .chain([Vec::new()]);
        let flow = ControlFlow::new(targets.collect(), [0], |state| state == 50_000);
        assert!(flow.ends.iter().all(|ends| *ends) && flow.reached.iter().all(|reached| *reached));
        assert_eq!(flow.order([0]).len(), 50_001);
    }
}
