//! Reports an inner state that assigns a variable which exists outside of its branch or Map.

use indexmap::IndexMap;
use std::collections::{HashMap, VecDeque};

use crate::name::MAX_LENGTH;
use crate::validate::rules::prelude::*;
use crate::validate::rules::proposals::replace_name;

use super::{Scopes, pointer};

pub(in crate::validate::rules) const RULE: Rule = Rule {
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
            .suggest(suggestion)
            .choices(|| renamed_inside(definition, container, assignment.name));
    }
}

/// Renames a variable in a container and the containers inside.
fn renamed_inside(definition: &Definition<'_>, container: usize, name: usize) -> Option<Fix> {
    let (variables, graph) = (&definition.variables, &definition.graph);
    let is_inside = |state: usize| {
        let mut around = Scopes::around(definition, state);
        around.any(|state| graph.states()[state].container == container)
    };
    let old = variables.names.get_index(name)?;
    let names = variables.names.iter().map(String::as_str).collect();
    let new = state_fixes::fresh(&names, old, MAX_LENGTH);
    let assignments = variables.assignments.iter();
    let assignments = assignments.filter(|one| one.name == name && is_inside(one.state));
    let mut edits: Vec<Edit> = assignments
        .map(|one| {
            let suffix = one.key.strip_prefix(old.as_str()).unwrap_or_default();
            Edit::rename(pointer(definition, one), format!("{new}{suffix}"))
        })
        .collect();
    let (old, new) = (format!("${old}"), format!("${new}"));
    let mut texts: IndexMap<String, &str> = IndexMap::new();
    let reads = variables.reads.iter();
    for read in reads.filter(|read| read.name == name && is_inside(read.state)) {
        let pointer = read.pointer.to_string();
        let text = definition.document.json().pointer(&pointer)?.as_str()?;
        texts.insert(pointer, text);
    }
    for (pointer, text) in texts {
        edits.push(Edit::replace(pointer, replace_name(text, &old, &new)?));
    }
    Some(Fix::choice(
        format!("rename `{old}` to `{new}` here"),
        edits,
    ))
}

/// Searches transitions backwards.
struct TransitionSearch<'a, 'd> {
    definition: &'a Definition<'d>,
    /// For each state, the last search that visited it.
    seen: Vec<usize>,
    walks: usize,
    /// Remaining number of transitions to follow. Without a limit, thousands of Maps after
    /// thousands of states would take too long.
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
