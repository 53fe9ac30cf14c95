use std::collections::{HashMap, HashSet};

use crate::validate::rules::prelude::*;

use super::Scopes;

pub(in crate::validate::rules) const RULE: Rule = Rule {
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

/// Maximum number of diagnostics that show a path without the assignment. Diagnostic the path takes
/// a walk over the container.
const PATHS: usize = 50;

fn unassigned(definition: &Definition<'_>, report: &mut Report<'_>) {
    if definition.unknown.may_assign(definition.document.json()) {
        return;
    }
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
                entry.suggest("children of a Distributed Map cannot read the variables of the machine; pass the value in `ItemSelector`".to_owned());
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
                entry.suggest(format!(
                    "`{name}` is assigned inside a branch or Map and discarded when that ends; return the value in its `Output`"
                ));
            }
            continue;
        };
        let message = match count < PATHS {
            true => {
                let path = definition.path_without(read.name, state);
                let is_own = variables.assigns(state, read.name);
                path.message(&format!("${name}"), is_own, "catcher", |state| {
                    graph.states()[state].name
                })
            }
            false => format!("variable `${name}` may be read before it is assigned"),
        };
        report.add(&read.pointer, message);
    }
}
