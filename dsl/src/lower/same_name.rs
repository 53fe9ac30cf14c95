//! Two tasks with one name, which the definition cannot distinguish.

use crate::flow::{CallTarget, Flow, FlowStateKind, each_state};
use crate::task::{Address, Deploy, effective};
use crate::workflow::{AtSource, WorkflowDiagnostic, problem};
use std::collections::HashMap;

/// The faults of tasks whose placeholder is that of another task. A resource that the program names
/// may have several tasks.
pub(super) fn faults(flow: &Flow) -> Vec<WorkflowDiagnostic> {
    let mut tasks: HashMap<Address, &'static str> = HashMap::new();
    let mut faults = Vec::new();
    each_state(&flow.states, &mut |state| {
        let FlowStateKind::Task { call, .. } = &state.kind else {
            return;
        };
        let CallTarget::Task(task) = &call.sends else {
            return;
        };
        if let Deploy::Resource(_) | Deploy::FunctionName(_) = effective(task.deploy, flow.deploy) {
            return;
        }
        let address = Address::of_task(task.name, task.deploy, flow.deploy);
        let first = *tasks.entry(address).or_insert(task.path);
        if first != task.path {
            let message = format!(
                "the tasks `{first}` and `{}` have one name, `{}`: write `#[task(name = \"..\")]` on one of them",
                task.path, task.name
            );
            faults.push(problem(Some(&state.name), message).at(state.place));
        }
    });
    faults
}
