//! The shortest and the longest paths through a container.

use std::collections::{BTreeMap, HashMap, HashSet};

use stepwright_asl::analysis::components;
use stepwright_asl::graph::{EdgeKind, Graph};
use stepwright_asl::model::{StateKind, StateMachine};

use super::cost::CostCase;
use super::options::EstimateOptions;
use super::states::StateCost;

/// An exit of a state: the target (`None` for an end), and whether its error was caught.
#[derive(Debug, Clone, Copy)]
pub(super) struct StateExit {
    pub(super) to: Option<usize>,
    pub(super) caught: bool,
    /// Whether it is the end of a Fail.
    pub(super) fails: bool,
}

/// The exits of a state.
pub(super) fn state_exits(graph: &Graph<'_, StateMachine>, state: usize) -> Vec<StateExit> {
    let mut exits: Vec<StateExit> = graph
        .successors(state)
        .map(|(to, edge)| StateExit {
            to: Some(to),
            caught: matches!(edge.kind, EdgeKind::Catch(_)),
            fails: false,
        })
        .collect();
    let found = &graph.states()[state];
    if found.is_terminal() {
        exits.push(StateExit {
            to: None,
            caught: false,
            fails: found.kind == Some(StateKind::Fail),
        });
    }
    exits
}

/// The states of a container that are reachable from its first one, and the cost of each by its
/// index in the graph.
pub(super) struct ReachableStates<'a, 'm> {
    pub(super) graph: &'a Graph<'m, StateMachine>,
    pub(super) container: usize,
    pub(super) costs: &'a HashMap<usize, StateCost>,
    pub(super) options: &'a EstimateOptions,
}

/// A loop without a bound, by the names of its states.
pub(super) type UnboundedLoop = Vec<String>;

impl ReachableStates<'_, '_> {
    /// The minimum cost of a path to a success, each amount separately; to any end if there is no
    /// success and `any_end` is set. Infinite if there is no such path.
    pub(super) fn best(&self, any_end: bool) -> CostCase {
        let states = self.graph.reachable(self.container);
        let success = self.shortest(&states, false);
        if any_end && success.events.is_infinite() {
            return self.shortest(&states, true);
        }
        success
    }

    /// Distances to an end, computed backwards from the ends until nothing changes. Each iteration
    /// finds the distance of at least one state.
    fn shortest(&self, states: &[usize], fails: bool) -> CostCase {
        let exits: Vec<Vec<StateExit>> = states
            .iter()
            .map(|state| state_exits(self.graph, *state))
            .collect();
        let index: HashMap<usize, usize> = states.iter().copied().zip(0..).collect();
        let mut least = vec![CostCase::ENDLESS; states.len()];
        let mut preceding: Vec<Vec<usize>> = vec![Vec::new(); states.len()];
        for (at, exits) in exits.iter().enumerate() {
            for to in exits.iter().filter_map(|exit| exit.to) {
                if let Some(to) = index.get(&to) {
                    preceding[*to].push(at);
                }
            }
        }
        let mut open: std::collections::VecDeque<usize> = (0..states.len()).rev().collect();
        let mut waits = vec![true; states.len()];
        while let Some(at) = open.pop_front() {
            waits[at] = false;
            let cost = &self.costs[&states[at]];
            let mut found = least[at];
            for exit in &exits[at] {
                let own = if exit.caught {
                    cost.failure.best
                } else {
                    cost.success.best
                };
                let rest = match exit.to {
                    Some(to) => index.get(&to).map(|to| least[*to]),
                    None if exit.fails && !fails => None,
                    None => Some(CostCase::default()),
                };
                if let Some(rest) = rest {
                    found = found.min(own.then(rest));
                }
            }
            if found != least[at] {
                least[at] = found;
                for before in &preceding[at] {
                    if !waits[*before] {
                        waits[*before] = true;
                        open.push_back(*before);
                    }
                }
            }
        }
        // The list starts with `StartAt`.
        least.first().copied().unwrap_or(CostCase::ENDLESS)
    }

    /// The maximum cost of any path, and the loops without a bound.
    pub(super) fn worst(&self) -> (CostCase, Vec<UnboundedLoop>) {
        let states = self.graph.reachable(self.container);
        let mut endless = Vec::new();
        let parts = parts(&states, &|state| self.targets(state));
        let most = self.longest(&states, &parts, &mut |part| {
            let (case, bounded) = self.turns(part);
            if !bounded {
                let names = part
                    .iter()
                    .map(|state| self.graph.states()[*state].name.to_owned());
                endless.push(names.collect());
            }
            case
        });
        (most, endless)
    }

    fn targets(&self, state: usize) -> Vec<usize> {
        self.graph.successors(state).map(|(to, _)| to).collect()
    }

    /// The maximum cost of a path through strongly connected components, which are in reverse
    /// topological order.
    fn longest(
        &self,
        states: &[usize],
        parts: &[Vec<usize>],
        of_loop: &mut dyn FnMut(&[usize]) -> CostCase,
    ) -> CostCase {
        let mut part_of: HashMap<usize, usize> = HashMap::new();
        for (index, part) in parts.iter().enumerate() {
            part_of.extend(part.iter().map(|state| (*state, index)));
        }
        let mut most: Vec<CostCase> = Vec::with_capacity(parts.len());
        for (index, part) in parts.iter().enumerate() {
            let targets = part.iter().flat_map(|state| self.targets(*state));
            let after = targets
                .filter_map(|to| part_of.get(&to))
                .filter(|to| **to < index);
            let rest = after.fold(CostCase::default(), |rest, to| rest.max(most[*to]));
            let own = match part.as_slice() {
                [state] if !self.targets(*state).contains(state) => self.costs[state].worst(),
                part => of_loop(part),
            };
            most.push(own.then(rest));
        }
        // A path begins with the first state. Inside a loop it may begin anywhere.
        let first = states.first().and_then(|state| part_of.get(state));
        first.map_or(CostCase::default(), |first| most[*first])
    }

    /// The total cost of all rounds of a loop, and whether it is bounded.
    ///
    /// If removing the states with their own bounds breaks every cycle, the other states are
    /// visited once before each visit of them, and once after the last. Otherwise each state is
    /// visited as often as its own bound, or the general bound, allows.
    fn turns(&self, part: &[usize]) -> (CostCase, bool) {
        let bound = |state: &usize| {
            let name = self.graph.states()[*state].name;
            self.options
                .rounds_of
                .get(name)
                .map(|rounds| *rounds as f64)
        };
        let (bounded, free): (Vec<usize>, Vec<usize>) =
            part.iter().partition(|state| bound(state).is_some());
        let is_free: HashSet<usize> = free.iter().copied().collect();
        let inside = |state: usize| -> Vec<usize> {
            let targets = self.targets(state).into_iter();
            targets.filter(|to| is_free.contains(to)).collect()
        };
        let pieces = parts(&free, &inside);
        let is_cut = pieces.iter().all(|piece| match piece.as_slice() {
            [one] => !inside(*one).contains(one),
            _ => false,
        });
        let all = |sum: CostCase, state: &usize, rounds: f64| {
            sum.then(self.costs[state].worst().repeated(rounds))
        };
        if is_cut {
            let mut most: BTreeMap<usize, CostCase> = BTreeMap::new();
            for piece in &pieces {
                let state = piece[0];
                let after = inside(state)
                    .into_iter()
                    .filter_map(|to| most.get(&to).copied());
                let rest = after.fold(CostCase::default(), CostCase::max);
                most.insert(state, self.costs[&state].worst().then(rest));
            }
            let piece = most
                .values()
                .copied()
                .fold(CostCase::default(), CostCase::max);
            let turns: f64 = bounded.iter().filter_map(bound).sum();
            let own = bounded.iter().fold(CostCase::default(), |sum, state| {
                all(sum, state, bound(state).unwrap_or_default())
            });
            return (own.then(piece.repeated(turns + 1.0)), true);
        }
        match self.options.rounds {
            Some(rounds) => {
                let sum = part.iter().fold(CostCase::default(), |sum, state| {
                    all(sum, state, bound(state).unwrap_or(rounds as f64))
                });
                (sum, true)
            }
            None => {
                // An amount that is zero in one round is zero in infinitely many.
                let once = part.iter().fold(CostCase::default(), |sum, state| {
                    all(sum, state, f64::INFINITY)
                });
                (once, false)
            }
        }
    }
}

/// The strongly connected components of states, in reverse topological order.
pub(super) fn parts(states: &[usize], targets: &dyn Fn(usize) -> Vec<usize>) -> Vec<Vec<usize>> {
    let index: HashMap<usize, usize> = states.iter().copied().zip(0..).collect();
    let targets: Vec<Vec<Option<usize>>> = states
        .iter()
        .map(|state| {
            let targets = targets(*state).into_iter();
            targets.map(|target| index.get(&target).copied()).collect()
        })
        .collect();
    let component = components(states.len(), |state| &targets[state]);
    let mut parts = vec![Vec::new(); component.iter().max().map_or(0, |last| last + 1)];
    for (state, component) in states.iter().zip(component) {
        parts[component].push(*state);
    }
    for part in &mut parts {
        part.sort_unstable();
    }
    parts
}
