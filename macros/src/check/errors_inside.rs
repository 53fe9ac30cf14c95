//! The errors of inner tasks with which a parallel or a map can fail.

use crate::machine::{Machine, StateNode, StateWork};
use std::collections::HashSet;
use stepwright_asl::errors::{ALL, TASK_FAILED};
use syn::Path;

/// Returns the tasks inside a state whose errors no inner state catches completely, each once. A
/// Distributed Map does not fail with the errors of its children.
pub(crate) fn failing_tasks(machine: &Machine, state: usize) -> Vec<&Path> {
    let mut tasks = Vec::new();
    let mut seen = HashSet::new();
    let mut todo = machine.states[state].inner.clone();
    while let Some(scope) = todo.pop() {
        if machine.scopes[scope].children.is_some() {
            continue;
        }
        for inner in &machine.scopes[scope].states {
            let node = &machine.states[*inner];
            if catches_everything(node) {
                continue;
            }
            todo.extend(&node.inner);
            if let Some(path) = node.state.task()
                && seen.insert(quote::quote!(#path).to_string())
            {
                tasks.push(path);
            }
        }
    }
    tasks
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

/// Returns the paths of the errors that Fail states inside of a state raise.
pub(crate) fn raised_inside(machine: &Machine, state: usize) -> Vec<&Path> {
    let mut paths = Vec::new();
    let mut todo = machine.states[state].inner.clone();
    while let Some(scope) = todo.pop() {
        for inner in &machine.scopes[scope].states {
            let node = &machine.states[*inner];
            todo.extend(&node.inner);
            if let StateWork::Fail(fail) = &node.state.kind
                && let Some(raised) = &fail.raised
            {
                paths.push(&raised.path);
            }
        }
    }
    paths
}
