//! Workflow variables: where they are assigned and read, and whether every way to a reader assigns them.

use std::collections::{HashSet, VecDeque};

use indexmap::{IndexMap, IndexSet};

use crate::graph::{EdgeKind, Graph};
use crate::json::{Json, Pointer};
use crate::path::Path;

use super::definition::{Definition, Part};

/// All assignments and reads of a definition.
#[derive(Default)]
pub(super) struct Variables<'d> {
    /// Every name that is assigned or read.
    pub(super) names: IndexSet<String>,
    pub(super) assignments: Vec<Assignment<'d>>,
    pub(super) reads: Vec<Read<'d>>,
}

/// A member of an `Assign`.
pub(super) struct Assignment<'d> {
    /// The part that has the `Assign`.
    pub(super) part: usize,
    pub(super) state: usize,
    on: On,
    /// The member's key as it is written.
    pub(super) key: &'d str,
    /// Its name, by its number.
    pub(super) name: usize,
}

/// A place at which a variable is read.
pub(super) struct Read<'d> {
    pub(super) state: usize,
    on: On,
    pub(super) name: usize,
    pub(super) pointer: Pointer<'d>,
    /// The part that reads, and the member of its `Assign` for which it does.
    pub(super) assigns: Option<(usize, &'d str)>,
}

/// The ways out of a state on which something happens.
#[derive(Clone, Copy, PartialEq, Eq)]
enum On {
    /// On all but those of catchers.
    Work,
    /// On one, by its number; on none when there is no such way.
    Edge(Option<usize>),
}

/// What the variables that are read are known to be.
const ALL: u64 = u64::MAX;

/// How many steps the analysis takes at most: a definition of a mebibyte needs a small part of them.
const STEPS: usize = 20_000_000;

impl<'d> Variables<'d> {
    /// Finds all assignments and reads.
    pub(super) fn of(definition: &Definition<'d>) -> Variables<'d> {
        let mut variables = Variables::default();
        let graph = &definition.graph;
        for (number, part) in definition.parts.iter().enumerate() {
            let assign = part.object.get("Assign").and_then(Json::as_object);
            let (Some(assign), Some(state)) = (assign, part.state) else {
                continue;
            };
            if !part.schema.has("Assign") {
                continue;
            }
            let on = on(graph, part, state, true);
            for key in assign.keys() {
                let name = variables.number(variable_name(part, key));
                variables.assignments.push(Assignment {
                    part: number,
                    state,
                    on,
                    key,
                    name,
                });
            }
        }
        for path in &definition.paths {
            if let (Ok(parsed), false) = (&path.parsed, path.field == "ResultPath") {
                let shapes_output = path.field == "OutputPath";
                let place = (path.part, shapes_output, None);
                variables.paths(definition, &parsed.paths(), place, || path.pointer.clone());
            }
        }
        for binding in &definition.bindings {
            if let Some(Ok(parsed)) = &binding.parsed {
                let paths = parsed.paths();
                let place = (binding.part, binding.assigns.is_some(), binding.assigns);
                variables.paths(definition, &paths, place, || {
                    binding.object.key(binding.key)
                });
            }
        }
        for expression in &definition.expressions {
            let Some(Ok(parsed)) = &expression.parsed else {
                continue;
            };
            let asked = asked_for(parsed.source);
            for name in &parsed.variables {
                // A test for presence is what one writes for a variable that may be missing.
                if !asked.contains(name.as_str()) {
                    let shapes_output = matches!(expression.field, "Output" | "Assign");
                    let place = (expression.part, shapes_output, expression.assigns);
                    variables.read(definition, name, place, expression.pointer.clone());
                }
            }
        }
        variables
    }

    fn paths(
        &mut self,
        definition: &Definition<'d>,
        paths: &[&Path],
        place: (usize, bool, Option<&'d str>),
        pointer: impl Fn() -> Pointer<'d>,
    ) {
        for name in paths.iter().filter_map(|path| path.variable()) {
            self.read(definition, name, place, pointer());
        }
    }

    fn read(
        &mut self,
        definition: &Definition<'d>,
        name: &str,
        (part, shapes_output, assigns): (usize, bool, Option<&'d str>),
        pointer: Pointer<'d>,
    ) {
        let Some(state) = definition.parts[part].state else {
            return;
        };
        let name = self.number(name);
        self.reads.push(Read {
            state,
            on: on(
                &definition.graph,
                &definition.parts[part],
                state,
                shapes_output,
            ),
            name,
            pointer,
            assigns: assigns.map(|key| (part, key)),
        });
    }

    fn number(&mut self, name: &str) -> usize {
        match self.names.get_index_of(name) {
            Some(number) => number,
            None => self.names.insert_full(name.to_owned()).0,
        }
    }

    /// The reads, by their numbers, of variables that some way to the reader does not assign; of several reads on a way the first.
    pub(super) fn unassigned(&self, definition: &Definition<'_>) -> Vec<usize> {
        let mut by_name: IndexMap<usize, Vec<usize>> = IndexMap::new();
        for (number, read) in self.reads.iter().enumerate() {
            by_name.entry(read.name).or_default().push(number);
        }
        let mut assignments: Vec<Vec<usize>> = vec![Vec::new(); self.names.len()];
        for (number, assignment) in self.assignments.iter().enumerate() {
            assignments[assignment.name].push(number);
        }
        let mut found = Vec::new();
        let mut analysis = Analysis::new(definition);
        let names: Vec<(&usize, &Vec<usize>)> = by_name.iter().collect();
        // 64 names at a time, one in each bit.
        for names in names.chunks(64) {
            analysis.begin();
            for (bit, (name, reads)) in names.iter().enumerate() {
                for assignment in &assignments[**name] {
                    let assignment = &self.assignments[*assignment];
                    analysis.assign(assignment.state, assignment.on, 1 << bit);
                }
                // Past a read that failed nothing goes on.
                for read in reads.iter().map(|read| &self.reads[*read]) {
                    analysis.assign(read.state, read.on, 1 << bit);
                    if read.on == On::Work {
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
                    let state = self.reads[*read].state;
                    analysis.known[state] & (1 << bit) == 0 && states.insert(state)
                }));
            }
        }
        found.sort_unstable();
        found
    }

    /// The states on a way to a state that does not assign a variable, from the `StartAt` of its container.
    pub(super) fn way_without(
        &self,
        definition: &Definition<'_>,
        name: usize,
        state: usize,
    ) -> Vec<usize> {
        let (graph, flow) = (&definition.graph, &definition.flow);
        let assignments = self.assignments.iter();
        let assigned: Vec<(usize, On)> = assignments
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
                    .any(|(state, on)| *state == from && happens(graph, from, edge, *on));
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

/// The name of a member of `Assign`, without the `.$` of a payload template.
fn variable_name<'k>(part: &Part<'_>, key: &'k str) -> &'k str {
    let is_template = part.language == crate::model::QueryLanguage::JsonPath;
    match key.strip_suffix(".$") {
        Some(name) if is_template => name,
        _ => key,
    }
}

/// When the `Assign` or `Output` of a part, or its other fields, are evaluated.
fn on(graph: &Graph<'_>, part: &Part<'_>, state: usize, shapes_output: bool) -> On {
    let edge = |wanted: EdgeKind| {
        let mut edges = graph.states()[state].edges.iter();
        On::Edge(edges.position(|edge| edge.kind == wanted))
    };
    let index = || part.pointer.last_index();
    match part.schema.name {
        "Catcher" => index().map_or(On::Edge(None), |index| edge(EdgeKind::Catch(index))),
        "ChoiceRule" if shapes_output => {
            index().map_or(On::Edge(None), |index| edge(EdgeKind::Choice(index)))
        }
        "Choice" if shapes_output => edge(EdgeKind::Default),
        _ => On::Work,
    }
}

/// Whether something happens on the way out of a state by an edge.
fn happens(graph: &Graph<'_>, state: usize, edge: usize, on: On) -> bool {
    match on {
        On::Edge(only) => only == Some(edge),
        On::Work => !matches!(graph.states()[state].edges[edge].kind, EdgeKind::Catch(_)),
    }
}

/// The variables of which an expression asks whether they are there.
fn asked_for(source: &str) -> HashSet<&str> {
    let mut questions = source.split("$exists($");
    questions.next();
    let name = |rest: &'_ str| {
        let end = rest.find(|char| !crate::name::continues_variable(char));
        end.unwrap_or(rest.len())
    };
    questions.map(|rest| &rest[..name(rest)]).collect()
}

/// Which of 64 variables are assigned for certain where a state begins.
struct Analysis<'a, 'd> {
    definition: &'a Definition<'d>,
    /// For each edge of each state the variables that are assigned on it.
    assigned: Vec<u64>,
    /// Where the edges of a state begin in that list.
    edges: Vec<usize>,
    /// For each state the variables that it reads to do its work.
    read: Vec<u64>,
    /// For each state the variables that are assigned where it begins; all of them where nothing was found out.
    known: Vec<u64>,
    /// How many steps may still be taken.
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

    /// Begins with other variables.
    fn begin(&mut self) {
        self.assigned.fill(0);
        self.read.fill(0);
        self.known.fill(ALL);
        self.steps = self
            .steps
            .saturating_sub(self.assigned.len() + self.known.len());
    }

    fn assign(&mut self, state: usize, on: On, variables: u64) {
        let graph = &self.definition.graph;
        for edge in 0..graph.states()[state].edges.len() {
            if happens(graph, state, edge, on) {
                self.assigned[self.edges[state] + edge] |= variables;
            }
        }
    }

    /// `false` when it takes too long.
    fn run(&mut self) -> bool {
        let (graph, flow) = (&self.definition.graph, &self.definition.flow);
        for (index, container) in graph.containers().iter().enumerate() {
            let start = container.start_at;
            let Some(start) = start.and_then(|start| graph.find(index, start)) else {
                continue;
            };
            self.known[start] = match container.parent {
                // Children of a Distributed Map are executions of their own.
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
