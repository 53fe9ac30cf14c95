//! Workflow variables.

use std::collections::{HashMap, HashSet, VecDeque};

use indexmap::IndexMap;

use crate::diagnostic::Severity;
use crate::graph::Graph;
use crate::json::Pointer;
use crate::name::check_variable;
use crate::substitution::is_substitution;
use crate::validate::definition::Definition;
use crate::validate::report::Report;
use crate::validate::rule::{Evidence, Rule, SCHEMA, source};
use crate::validate::variables::Assignment;

pub(super) const UNASSIGNED: Rule = Rule {
    id: "SW130",
    name: "unassigned-variable",
    severity: Severity::Warning,
    code: None,
    known: Evidence::Presumed,
    summary: "A variable may be read before it is assigned.",
    doc: "AWS accepts the definition. If an execution takes a path on which no state assigns the variable, the state that reads it fails with States.QueryEvaluationError or States.Runtime. Assignments of a state are visible from the next state on. After a catcher, the variables are those from before the state, with the catcher's own `Assign`. States inside a branch or an inline Map can read outer variables; their own variables are discarded when the branch or iteration ends. Children of a Distributed Map cannot read outer variables: pass the values in `ItemSelector`. An expression that contains `$exists($name)` is not reported.",
    source: source::VARIABLES,
    check: unassigned,
};

/// Maximum number of diagnostics that show a path without the assignment. Diagnostic the path takes a walk over the container.
const PATHS: usize = 50;

fn unassigned(definition: &Definition<'_>, report: &mut Report<'_>) {
    let (variables, graph) = (&definition.variables, &definition.graph);
    let mut places: HashMap<usize, HashSet<usize>> = HashMap::new();
    for assignment in &variables.assignments {
        let container = graph.states()[assignment.state].container;
        places.entry(assignment.name).or_default().insert(container);
    }
    for (count, read) in definition.unassigned().iter().enumerate() {
        let read = &variables.reads[*read];
        let name = &variables.names[read.name];
        let nowhere = HashSet::new();
        let assigned_in = places.get(&read.name).unwrap_or(&nowhere);
        // The state whose container has an assignment: the reading state, or a state around it.
        let scope = Scopes::around(definition, read.state);
        let found = scope.clone().find(|state| {
            let container = graph.states()[*state].container;
            assigned_in.contains(&container)
        });
        let Some(state) = found else {
            let message = format!("no assignment of variable `${name}` is visible here");
            let entry = report.add(&read.pointer, message);
            let outside = Scopes::everywhere(graph, read.state);
            if outside
                .into_iter()
                .any(|container| assigned_in.contains(&container))
            {
                entry.suggest(Some(
                    "children of a Distributed Map cannot read the variables of the machine; pass the value in `ItemSelector`".to_owned(),
                ));
            } else if assigned_in.is_empty() {
                entry.meant(
                    name,
                    variables
                        .names
                        .iter()
                        .filter(|other| *other != name)
                        .map(String::as_str),
                );
            } else {
                entry.suggest(Some(format!(
                    "`{name}` is assigned inside a branch or Map and discarded when that ends; return the value in its `Output`"
                )));
            }
            continue;
        };
        let message = match count < PATHS {
            true => {
                let path = definition.path_without(read.name, state);
                path.message(&format!("${name}"), false, |state| {
                    graph.states()[state].name
                })
            }
            false => format!("variable `${name}` may be read before it is assigned"),
        };
        report.add(&read.pointer, message);
    }
}

/// A state, the state that contains it, and so on, up to the scope boundary of variables.
#[derive(Clone)]
struct Scopes<'a, 'd> {
    definition: &'a Definition<'d>,
    state: Option<usize>,
}

impl<'a, 'd> Scopes<'a, 'd> {
    fn around(definition: &'a Definition<'d>, state: usize) -> Scopes<'a, 'd> {
        Scopes {
            definition,
            state: Some(state),
        }
    }

    /// The containers around a state, even beyond the scope boundary of variables.
    fn everywhere(graph: &Graph<'_>, state: usize) -> Vec<usize> {
        let parent = |container: &usize| {
            let parent = graph.containers()[*container].parent?;
            Some(graph.states()[parent].container)
        };
        std::iter::successors(Some(graph.states()[state].container), parent).collect()
    }
}

impl Iterator for Scopes<'_, '_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let state = self.state?;
        let graph = &self.definition.graph;
        let container = graph.states()[state].container;
        self.state = graph.containers()[container]
            .parent
            .filter(|_| !self.definition.is_distributed(container));
        Some(state)
    }
}

pub(super) const NAME: Rule = Rule {
    id: "SW131",
    name: "invalid-variable-name",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "A key of `Assign` is not a valid variable name.",
    doc: "A name has at most 80 characters, begins with a letter or `_`, continues with letters, digits and `_` (of any script), and is not `states`. In JSONPath, `.$` after the name requests evaluation and is not part of the name.",
    source: source::VARIABLES,
    check: name,
};

fn name(definition: &Definition<'_>, report: &mut Report<'_>) {
    let variables = &definition.variables;
    for assignment in &variables.assignments {
        let name = &variables.names[assignment.name];
        if is_substitution(name) {
            continue;
        }
        if let Err(error) = check_variable(name) {
            let message = format!("`{}` is not a valid variable name: {error}", assignment.key);
            report
                .add(pointer(definition, assignment), message)
                .at_key();
        }
    }
}

fn pointer<'d>(definition: &Definition<'d>, assignment: &Assignment<'d>) -> Pointer<'d> {
    let assign = definition.parts[assignment.part].at("Assign");
    assign.key(assignment.key)
}

pub(super) const SHADOWS: Rule = Rule {
    id: "SW132",
    name: "shadowed-variable",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "A state inside a branch or inline Map assigns a variable that a state before the Parallel or Map assigned.",
    doc: "Inner states can read outer variables but cannot assign them or declare variables of the same name. AWS accepts this if only the Parallel or Map itself, or a state after it, assigns the outer variable (recorded). Rename the inner variable, or return the value in `Output` and assign it in the Parallel or Map. Children of a Distributed Map are separate executions and may use any name.",
    source: source::VARIABLES,
    check: shadows,
};

fn shadows(definition: &Definition<'_>, report: &mut Report<'_>) {
    let (variables, graph) = (&definition.variables, &definition.graph);
    // For each container and name, the assigning states with their first assignment.
    let mut by_scope: HashMap<(usize, usize), IndexMap<usize, usize>> = HashMap::new();
    for (number, assignment) in variables.assignments.iter().enumerate() {
        let container = graph.states()[assignment.state].container;
        let scope = by_scope.entry((container, assignment.name)).or_default();
        scope.entry(assignment.state).or_insert(number);
    }
    let mut search = TransitionSearch::new(definition);
    for (number, assignment) in variables.assignments.iter().enumerate() {
        let container = graph.states()[assignment.state].container;
        // One diagnostic for each name and container.
        let own = &by_scope[&(container, assignment.name)];
        if own.first().is_none_or(|(_, first)| *first != number) {
            continue;
        }
        let outer = Scopes::around(definition, assignment.state)
            .skip(1)
            .find_map(|state| {
                let container = graph.states()[state].container;
                let others = by_scope.get(&(container, assignment.name))?;
                let before = search.before(state, |other| others.contains_key(&other))?;
                others.get(&before)
            });
        let Some(outer) = outer else { continue };
        let outer = &variables.assignments[*outer];
        let place = definition
            .document
            .key_position(&pointer(definition, outer).to_string());
        let name = &variables.names[assignment.name];
        let message = format!("variable `{name}` is already assigned outside this branch or Map");
        let suggestion = place.map(|place| {
            format!(
                "it is assigned at line {}, column {}; give the inner variable another name",
                place.line, place.column
            )
        });
        report
            .add(pointer(definition, assignment), message)
            .at_key()
            .suggest(suggestion);
    }
}

/// Searches transitions backwards.
struct TransitionSearch<'a, 'd> {
    definition: &'a Definition<'d>,
    /// For each state, the last search that visited it.
    seen: Vec<usize>,
    walks: usize,
    /// Remaining number of transitions to follow. Without a limit, thousands of Maps after thousands of states would take too long.
    steps: usize,
}

impl<'a, 'd> TransitionSearch<'a, 'd> {
    fn new(definition: &'a Definition<'d>) -> TransitionSearch<'a, 'd> {
        TransitionSearch {
            definition,
            seen: vec![0; definition.graph.states().len()],
            walks: 0,
            steps: 20_000_000,
        }
    }

    /// The nearest other wanted state from which this state is reachable.
    fn before(&mut self, state: usize, wanted: impl Fn(usize) -> bool) -> Option<usize> {
        self.walks += 1;
        let mut open = VecDeque::from([state]);
        while let Some(at) = open.pop_front() {
            for source in &self.definition.flow.sources[at] {
                self.steps = self.steps.checked_sub(1)?;
                if *source != state && wanted(*source) {
                    return Some(*source);
                }
                if std::mem::replace(&mut self.seen[*source], self.walks) != self.walks {
                    open.push_back(*source);
                }
            }
        }
        None
    }
}

pub(super) const TOGETHER: Rule = Rule {
    id: "SW133",
    name: "stale-variable",
    severity: Severity::Warning,
    code: None,
    known: Evidence::Presumed,
    summary: "A member of `Assign` reads a variable that another member of the same `Assign` sets.",
    doc: "All members of an `Assign` are evaluated with the variables from before the state, in any order. A counter that reads itself (`\"i\": \"{% $i + 1 %}\"`) is not reported, nor are variables that are computed from each other, because that only makes sense with the old values.",
    source: source::VARIABLES,
    check: together,
};

fn together(definition: &Definition<'_>, report: &mut Report<'_>) {
    let variables = &definition.variables;
    let mut assigned: HashMap<(usize, usize), &str> = HashMap::new();
    for assignment in &variables.assignments {
        assigned.insert((assignment.part, assignment.name), assignment.key);
    }
    let key_of = |read: usize| {
        let read = &variables.reads[read];
        let (part, key) = read.assigns?;
        let other = assigned
            .get(&(part, read.name))
            .filter(|other| **other != key)?;
        Some((part, key, *other))
    };
    let pairs: HashSet<(usize, &str, &str)> =
        (0..variables.reads.len()).filter_map(key_of).collect();
    // A variable that has no value at all is the more severe fault.
    let unassigned: HashSet<usize> = definition.unassigned().iter().copied().collect();
    for (number, read) in variables.reads.iter().enumerate() {
        let Some((part, key, other)) = key_of(number) else {
            continue;
        };
        if unassigned.contains(&number) || pairs.contains(&(part, other, key)) {
            continue;
        }
        let name = &variables.names[read.name];
        let message = format!(
            "`{key}` reads the value that `${name}` has before this state: the assignment to `{other}` takes effect in the next state"
        );
        report.add(&read.pointer, message);
    }
}
