//! The errors of inner states with which a parallel or a map can fail.

use crate::machine::{Machine, StateNode, StateWork};
use std::collections::HashSet;
use stepwright_asl::errors::{ALL, TASK_FAILED};
use syn::Path;

/// Returns the tasks inside a state whose errors no inner state catches completely, each once.
pub(crate) fn failing_tasks(machine: &Machine, state: usize) -> Vec<&Path> {
    each_once(inside(machine, state).filter_map(|node| node.state.task()))
}

/// Returns the paths of the errors that Fail states inside of a state raise and that no inner state
/// catches completely, each once.
pub(crate) fn raised_inside(machine: &Machine, state: usize) -> Vec<&Path> {
    each_once(
        inside(machine, state).filter_map(|node| match &node.state.kind {
            StateWork::Fail(fail) => fail.raised.as_ref().map(|raised| &raised.path),
            _ => None,
        }),
    )
}

/// Whether a state catches every error of the tasks in it.
pub(crate) fn catches_everything(node: &StateNode) -> bool {
    let mut named = node.catches().flatten();
    node.state.options.catch_every.is_some()
        || named.any(|pattern| {
            let name = pattern.wire_name();
            name.is_some_and(|name| name == ALL || name == TASK_FAILED)
        })
}

/// The states inside a state, without those whose errors an inner state catches completely. A
/// Distributed Map does not fail with the errors of its children.
fn inside(machine: &Machine, state: usize) -> impl Iterator<Item = &StateNode> {
    let mut found = Vec::new();
    let mut todo = machine.states[state].inner.clone();
    while let Some(scope) = todo.pop() {
        if machine.scopes[scope].children.is_some() {
            continue;
        }
        for inner in &machine.scopes[scope].states {
            let node = &machine.states[*inner];
            if !catches_everything(node) {
                todo.extend(&node.inner);
                found.push(node);
            }
        }
    }
    found.into_iter()
}

fn each_once<'m>(paths: impl Iterator<Item = &'m Path>) -> Vec<&'m Path> {
    let mut seen = HashSet::new();
    paths
        .filter(|path| seen.insert(quote::quote!(#path).to_string()))
        .collect()
}
