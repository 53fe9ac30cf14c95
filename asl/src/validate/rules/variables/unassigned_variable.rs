//! Reports a variable that has no value on some path to the state that reads it.

use std::collections::{HashMap, HashSet};

use crate::model::StateKind;
use crate::validate::rules::jsonata::expression_fixes::{LONGEST, renamed};
use crate::validate::rules::prelude::*;
use crate::validate::rules::proposals::replace_name;

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
                let others = variables.names.iter().filter(|other| *other != name);
                entry
                    .meant(name, others.map(String::as_str))
                    .fix_meant(|meant| {
                        let (old, new) = (format!("${name}"), format!("${meant}"));
                        let json = definition
                            .document
                            .json()
                            .pointer(&read.pointer.to_string());
                        // Each of many reads in a long text would have a copy of it.
                        let text = json?.as_str().filter(|text| text.len() <= LONGEST)?;
                        let text = replace_name(text, &old, &new)?;
                        let title = format!("replace `{old}` with `{new}`");
                        Some(Fix::risky(title, Edit::replace(&read.pointer, text)))
                    })
                    .choices(|| supplied(definition, read.state, &read.pointer, name));
            } else {
                entry.suggest(format!(
                    "`{name}` is assigned inside a branch or Map and discarded when that ends; return the value in its `Output`"
                ));
            }
            continue;
        };
        let message = if count < PATHS {
            let path = definition.path_without(read.name, state);
            let is_own = variables.assigns(state, read.name);
            path.message(&format!("${name}"), is_own, "catcher", |state| {
                graph.states()[state].name
            })
        } else {
            format!("variable `${name}` may be read before it is assigned")
        };
        let entry = report.add(&read.pointer, message);
        entry.choices(|| supplied(definition, read.state, &read.pointer, name));
    }
}

/// Supplies null for a variable without a value: in the first state, or where it is read.
fn supplied(
    definition: &Definition<'_>,
    state: usize,
    pointer: &Pointer<'_>,
    name: &str,
) -> Vec<Fix> {
    let mut fixes = Vec::new();
    let graph = &definition.graph;
    let container = graph.states()[state].container;
    let first = graph.containers()[container].start_at;
    let first = first.and_then(|name| graph.find(container, name));
    if let Some(first) = first.filter(|first| *first != state) {
        let first = &graph.states()[first];
        let takes = first
            .kind
            .is_some_and(|kind| kind != StateKind::Choice && kind.schema().has("Assign"));
        // A catcher discards the assignments of its state.
        let is_certain = takes && !first.object.contains_key("Catch");
        let assign = first.pointer.key("Assign");
        let edit = match first.object.get("Assign") {
            Some(Json::Object(_)) => {
                let pointer = field_fixes::member(&assign, name);
                Some(Edit::insert(pointer, Json::Null))
            }
            Some(_) => None,
            None => Some(Edit::insert(&assign, json!({(name): null}))),
        };
        let edit = edit.filter(|_| is_certain);
        let title = format!("assign null to `${name}` in `{}`", first.name);
        fixes.extend(edit.map(|edit| Fix::choice(title, [edit])));
    }
    let json = definition.document.json().pointer(&pointer.to_string());
    let old = format!("${name}");
    let new = format!("($exists({old}) ? {old} : null)");
    let text = json.and_then(Json::as_str);
    if let Some(text) = text.and_then(|text| renamed(text, &old, &new)) {
        let title = format!("read null while `{old}` has no value");
        fixes.push(Fix::choice(title, [Edit::replace(pointer, text)]));
    }
    fixes
}
