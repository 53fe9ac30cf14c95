//! Reports an `Assign` that reads a variable's old value where its new one may be meant.

use std::collections::{HashMap, HashSet};

use crate::validate::rules::prelude::*;

pub(in crate::validate::rules) const RULE: Rule = Rule {
    id: "SW133",
    name: "stale-variable",
    severity: Severity::Warning,
    code: None,
    known: Evidence::Presumed,
    summary: "A member of `Assign` reads a variable that another member of the same `Assign` sets.",
    doc: "All members of an `Assign` are evaluated with the variables from before the state, in any order. A counter that reads itself (`\"i\": \"{% $i + 1 %}\"`) is not reported, nor are variables that are computed from each other, nor the item at an index that the same `Assign` advances (`\"item\": \"{% $list[$i] %}\"`), because that only makes sense with the old values.",
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
    let counters: HashSet<(usize, &str)> = variables
        .reads
        .iter()
        .filter_map(|read| {
            let (part, key) = read.assigns?;
            (assigned.get(&(part, read.name)) == Some(&key)).then_some((part, key))
        })
        .collect();
    // The loops of compiled functions take the next item and advance the index.
    let takes_an_item = |part: usize, key: &str, name: &str| {
        let assign = definition.parts[part].get("Assign");
        let value = assign
            .and_then(|assign| assign.get(key))
            .and_then(Json::as_str);
        value.is_some_and(|value| value.contains(&format!("[${name}]")))
    };
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
        if counters.contains(&(part, other)) && takes_an_item(part, key, name) {
            continue;
        }
        let message = format!(
            "`{key}` reads the value that `${name}` has before this state: the assignment to `{other}` takes effect in the next state"
        );
        report.add(&read.pointer, message);
    }
}
