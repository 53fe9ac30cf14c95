//! Checks whether every path to a read of a variable assigns it.

use std::collections::{HashSet, VecDeque};

use indexmap::IndexMap;

use super::data::ExitKind;
use crate::validate::definition::Definition;

/// The bit set of all 64 variables.
const ALL: u64 = u64::MAX;

/// Maximum number of steps of the analysis. A definition of 1 MiB needs a small part of them.
const STEPS: usize = 20_000_000;

impl Definition<'_> {
    /// The reads of variables that some path to the read does not assign.
    pub(in crate::validate) fn unassigned(&self) -> &[usize] {
        self.unassigned.get_or_init(|| unassigned(self))
    }

    /// The states on a path from the `StartAt` of the container to a state, on which a variable is not assigned.
    pub(in crate::validate) fn way_without(&self, name: usize, state: usize) -> Vec<usize> {
        let (graph, flow) = (&self.graph, &self.flow);
        let assignments = self.variables.assignments.iter();
        let assigned: Vec<(usize, ExitKind)> = assignments
            .filter(|assignment| assignment.name == name)
            .map(|assignment| (assignment.state, assignment.on))
            .collect();
        let container = graph.states()[state].container;
        let start = graph.containers()[container].start_at;
        let Some(start) = start.and_then(|start| graph.find(container, start)) else {
            return Vec::new();
        };
        let mut before: IndexMap<usize, usize> = IndexMap::from([(start, start)]);
        let mut open = VecDeque::from([start]);
        while let Some(from) = open.pop_front() {
            if from == state {
                break;
            }
            for (edge, target) in flow.targets[from].iter().enumerate() {
                let Some(target) = *target else { continue };
                let assigns = assigned
                    .iter()
                    .any(|(state, on)| *state == from && on.happens(graph, from, edge));
                if !assigns && !before.contains_key(&target) {
                    before.insert(target, from);
                    open.push_back(target);
                }
            }
        }
        let mut way = vec![state];
        let mut last = state;
        while let Some(from) = before.get(&last).filter(|from| **from != last) {
            way.push(*from);
            last = *from;
        }
        way.reverse();
        way
    }
}

/// The reads, by number, of variables that some path to the read does not assign. Of several reads on one path, only the first.
fn unassigned(definition: &Definition<'_>) -> Vec<usize> {
    let variables = &definition.variables;
    let mut by_name: IndexMap<usize, Vec<usize>> = IndexMap::new();
    for (number, read) in variables.reads.iter().enumerate() {
        by_name.entry(read.name).or_default().push(number);
    }
    let mut assignments: Vec<Vec<usize>> = vec![Vec::new(); variables.names.len()];
    for (number, assignment) in variables.assignments.iter().enumerate() {
        assignments[assignment.name].push(number);
    }
    let mut found = Vec::new();
    let mut analysis = Analysis::new(definition);
    let names: Vec<(&usize, &Vec<usize>)> = by_name.iter().collect();
    // 64 names at a time, one per bit.
    for names in names.chunks(64) {
        analysis.begin();
        for (bit, (name, reads)) in names.iter().enumerate() {
            for assignment in &assignments[**name] {
                let assignment = &variables.assignments[*assignment];
                analysis.assign(assignment.state, assignment.on, 1 << bit);
            }
            // A read of an unassigned variable fails, so the path ends there.
            for read in reads.iter().map(|read| &variables.reads[*read]) {
                analysis.assign(read.state, read.on, 1 << bit);
                if read.on == ExitKind::Work {
                    analysis.read[read.state] |= 1 << bit;
                }
            }
        }
        if !analysis.run() {
            return Vec::new();
        }
        for (bit, (_, reads)) in names.iter().enumerate() {
            let mut states = HashSet::new();
            found.extend(reads.iter().copied().filter(|read| {
                let state = variables.reads[*read].state;
                analysis.known[state] & (1 << bit) == 0 && states.insert(state)
            }));
        }
    }
    found.sort_unstable();
    found
}

/// Which of 64 variables are certainly assigned when a state starts.
struct Analysis<'a, 'd> {
    definition: &'a Definition<'d>,
    /// For each edge of each state, the variables that are assigned on it.
    assigned: Vec<u64>,
    /// For each state, the index of its first edge in `assigned`.
    edges: Vec<usize>,
    /// For each state, the variables that it reads in its work.
    read: Vec<u64>,
    /// For each state, the variables that are assigned when it starts; initially all of them.
    known: Vec<u64>,
    /// Remaining number of steps.
    steps: usize,
}

impl<'a, 'd> Analysis<'a, 'd> {
    fn new(definition: &'a Definition<'d>) -> Analysis<'a, 'd> {
        let targets = &definition.flow.targets;
        let mut count = 0;
        let edges = targets.iter().map(|targets| {
            let first = count;
            count += targets.len();
            first
        });
        Analysis {
            definition,
            edges: edges.collect(),
            assigned: vec![0; count],
            read: vec![0; targets.len()],
            known: vec![ALL; targets.len()],
            steps: STEPS,
        }
    }

    /// Resets the analysis for other variables.
    fn begin(&mut self) {
        self.assigned.fill(0);
        self.read.fill(0);
        self.known.fill(ALL);
        self.steps = self
            .steps
            .saturating_sub(self.assigned.len() + self.known.len());
    }

    fn assign(&mut self, state: usize, on: ExitKind, variables: u64) {
        let graph = &self.definition.graph;
        for edge in 0..graph.states()[state].edges.len() {
            if on.happens(graph, state, edge) {
                self.assigned[self.edges[state] + edge] |= variables;
            }
        }
    }

    /// Returns `false` if the steps are used up.
    fn run(&mut self) -> bool {
        let (graph, flow) = (&self.definition.graph, &self.definition.flow);
        for (index, container) in graph.containers().iter().enumerate() {
            let start = container.start_at;
            let Some(start) = start.and_then(|start| graph.find(index, start)) else {
                continue;
            };
            self.known[start] = match container.parent {
                // Children of a Distributed Map are separate executions.
                Some(parent) if !self.definition.is_distributed(index) => {
                    self.known[parent] | self.read[parent]
                }
                _ => 0,
            };
            let mut open = VecDeque::from([start]);
            while let Some(state) = open.pop_front() {
                for (edge, target) in flow.targets[state].iter().enumerate() {
                    self.steps = self.steps.saturating_sub(1);
                    let Some(target) = *target else { continue };
                    let assigned = self.assigned[self.edges[state] + edge];
                    let known = self.known[target] & (self.known[state] | assigned);
                    if known != self.known[target] {
                        self.known[target] = known;
                        open.push_back(target);
                    }
                }
                if self.steps == 0 {
                    return false;
                }
            }
        }
        true
    }
}
