//! Which parts of the definition the paths reached, and why they did not enter other states.

use std::collections::{HashMap, HashSet};

use smol_str::SmolStr;
use stepwright_asl::errors;
use stepwright_asl::graph::{EdgeKind, Graph, is_distributed};
use stepwright_asl::json::{Json, Object};
use stepwright_history::coverage::{Coverage as DefinitionCoverage, ReachedPart};
use stepwright_interpreter::execution::FailureHandler;

use super::call_options::Move;
use super::machine::ExploredMachine;
use super::path_part::PathPart;
use super::path_state::PathState;
use crate::outcomes::Outcome;
use crate::report::Coverage;

/// The parts of the explored definition that paths reached, and the faults that calls took.
#[derive(Debug, Default)]
pub(super) struct ReachedParts {
    parts: HashSet<PathPart>,
    /// The errors of each state's calls that paths took.
    errors: HashMap<String, HashSet<String>>,
    /// The states at which the bound of faults left out an outcome.
    limited: HashSet<usize>,
}

impl ReachedParts {
    /// Adds the parts that a path has reached since the last point.
    pub(super) fn add(&mut self, machine: &ExploredMachine, path: &mut PathState) {
        self.parts.extend(std::mem::take(&mut path.reached));
        for (definition, state, failure) in &path.evaluations {
            if *definition != 0 {
                continue;
            }
            let name = machine.state_name(0, *state).to_owned();
            let error = failure.error.as_deref().unwrap_or_default();
            self.errors
                .entry(name)
                .or_default()
                .insert(error.to_owned());
        }
    }

    fn is_entered(&self, state: &str) -> bool {
        self.parts.contains(&PathPart::State(SmolStr::new(state)))
    }

    /// Returns the coverage of the explored definition by all paths.
    pub(super) fn coverage(&self, machine: &ExploredMachine) -> DefinitionCoverage {
        let mut coverage = DefinitionCoverage::of_definition(&machine.main().json);
        for part in &self.parts {
            coverage.count(match part {
                PathPart::State(name) => ReachedPart::State(name),
                PathPart::Transition(from, to) => ReachedPart::Transition { from, to },
                PathPart::Handler(state, handler) => {
                    let state = machine.state_name(0, *state);
                    match *handler {
                        FailureHandler::Retrier(index) => ReachedPart::Retrier { state, index },
                        FailureHandler::Catcher(index) => ReachedPart::Catcher { state, index },
                    }
                }
            });
        }
        coverage
    }

    /// Adds the outcome of a move.
    pub(super) fn take(&mut self, path: &PathState, chosen: &Move) {
        if let Move::Complete { call, outcome, .. } = chosen {
            let error = match outcome {
                Outcome::Failure(error) => error.as_str(),
                Outcome::Timeout | Outcome::LateAnswer => errors::TIMEOUT,
                Outcome::MissedHeartbeat => errors::HEARTBEAT_TIMEOUT,
                Outcome::Success(_) | Outcome::SecondAnswer | Outcome::Silence => return,
            };
            if path.calls[*call].definition != 0 {
                return;
            }
            let state = path.calls[*call].called.state.clone();
            self.errors
                .entry(state)
                .or_default()
                .insert(error.to_owned());
        }
    }

    /// Adds the states at which the bound of faults left out an outcome.
    pub(super) fn limit(&mut self, states: &[usize]) {
        self.limited.extend(states);
    }

    /// Returns the states that no path enters although a path comes to the state before them: no
    /// value satisfies the condition, or an earlier catcher takes all errors.
    pub(super) fn unreached(&self, machine: &ExploredMachine, coverage: &Coverage) -> Vec<String> {
        let graph = Graph::of(&machine.main().json);
        let mut unreached = Vec::new();
        for (index, state) in graph.states().iter().enumerate() {
            if self.is_entered(state.name) {
                continue;
            }
            let mut edges = graph
                .predecessors(index)
                .filter(|(from, _)| self.is_entered(graph.states()[*from].name))
                .peekable();
            let has_edges = edges.peek().is_some();
            let is_proven = edges.all(|(from, edge)| {
                let from = &graph.states()[from];
                match edge.kind {
                    EdgeKind::Choice(_) | EdgeKind::Default => {
                        !coverage.has_incomplete_values
                            && !coverage.has_long_loops
                            && self.combines_reads(machine, from.name)
                    }
                    EdgeKind::Catch(catcher) => {
                        let inside = inner_states(&graph, from.name);
                        // The errors of the children of a Map Run do not leave it.
                        !is_distributed(from.object)
                            && self.is_shadowed(from.object, catcher, &inside)
                    }
                    _ => false,
                }
            });
            if has_edges && is_proven {
                unreached.push(state.name.to_owned());
            }
        }
        unreached
    }

    fn combines_reads(&self, machine: &ExploredMachine, state: &str) -> bool {
        let is_given = |state: &str| {
            let definition = machine.main();
            // The result of a state whose execution is explored is not made up.
            if definition.linked.contains(state) {
                return true;
            }
            let index = definition.program.find(state).map(|state| state.index());
            // A fault that the bound leaves out may be the reason of a missing value.
            let is_limited = index.is_some_and(|index| self.limited.contains(&index));
            machine.has_given_results(0, state) || is_limited && !self.is_entered(state)
        };
        machine.main().outcomes.combines_reads(state, is_given)
    }

    /// Returns whether paths took an error that the catcher names, and an earlier catcher caught
    /// it.
    fn is_shadowed(&self, object: &Object, catcher: usize, inside: &[&str]) -> bool {
        let catchers = object
            .get("Catch")
            .and_then(Json::as_array)
            .unwrap_or_default();
        let names = catchers
            .get(catcher)
            .and_then(|catcher| catcher.get("ErrorEquals"));
        let names: Vec<&str> = names
            .and_then(Json::as_array)
            .into_iter()
            .flatten()
            .filter_map(Json::as_str)
            .collect();
        let mut taken = inside
            .iter()
            .filter_map(|state| self.errors.get(*state))
            .flatten();
        taken.any(|error| errors::matches(&names, error))
    }
}

/// Returns a state and all states inside of it.
fn inner_states<'d>(graph: &Graph<'d>, name: &'d str) -> Vec<&'d str> {
    let states = graph.states();
    let mut found = Vec::new();
    let mut open: Vec<usize> = (0..states.len())
        .filter(|state| states[*state].name == name)
        .collect();
    while let Some(state) = open.pop() {
        found.push(states[state].name);
        for container in &states[state].inner {
            open.extend(&graph.containers()[*container].states);
        }
    }
    found
}
