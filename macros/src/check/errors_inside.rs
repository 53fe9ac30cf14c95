//! Which errors of tasks inside come out of a parallel or a map.

use super::machine::Machine;
use super::retry::predefined;
use crate::syntax::{Callee, Kind, State, StateOption};
use std::collections::HashSet;
use syn::Path;

/// The tasks inside a state whose errors nothing inside takes as a whole, each once. The children of a Distributed Map
/// hand no errors out.
pub(crate) fn failing_tasks<'a>(machine: &Machine<'a>, state: usize) -> Vec<&'a Path> {
    let mut tasks = Vec::new();
    let mut seen = HashSet::new();
    let mut todo = machine.states[state].inner.clone();
    while let Some(scope) = todo.pop() {
        if machine.scopes[scope].children.is_some() {
            continue;
        }
        for inner in &machine.scopes[scope].states {
            let node = &machine.states[*inner];
            if catches_everything(node.state) {
                continue;
            }
            todo.extend(&node.inner);
            if let Kind::Task(calls) = &node.state.kind {
                for call in calls {
                    if let Callee::Task { path, .. } = &call.call.callee
                        && seen.insert(quote::quote!(#path).to_string())
                    {
                        tasks.push(path);
                    }
                }
            }
        }
    }
    tasks
}

/// Whether no error of a task gets out of a state.
pub(crate) fn catches_everything(state: &State) -> bool {
    state.options.iter().any(|option| match option {
        StateOption::CatchEvery(_) => true,
        StateOption::Catch(_, catch) => catch.errors.iter().any(|pattern| {
            predefined(pattern).is_some_and(|name| name == "ALL" || name == "TaskFailed")
        }),
        _ => false,
    })
}
