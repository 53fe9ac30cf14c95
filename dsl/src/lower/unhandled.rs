//! With `deny unhandled_errors`: uncaught errors of tasks.

use crate::flow::{CallTarget, FlowStateKind, State};
use crate::workflow::{AtSource, WorkflowDiagnostic, problem};
use stepwright_asl::errors::matches_task_failure;

/// Each error of a task that neither its state nor an outer state catches; `way_out` is the
/// suggested fix.
pub(crate) fn unhandled(states: &[State], way_out: &str) -> Vec<WorkflowDiagnostic> {
    faults(states, &mut Vec::new(), way_out)
}

fn faults<'a>(
    states: &'a [State],
    around: &mut Vec<&'a State>,
    way_out: &str,
) -> Vec<WorkflowDiagnostic> {
    let mut faults = Vec::new();
    for state in states {
        around.push(state);
        if let FlowStateKind::Task { call, .. } = &state.kind
            && let CallTarget::Task(task) = &call.sends
        {
            for error in &task.errors {
                if !is_caught(around, error.error) {
                    let message = format!(
                        "nothing catches `{}`, with which the task `{}` may fail; {way_out}",
                        error.error, task.function
                    );
                    faults.push(problem(Some(&state.name), message).at(state.place));
                }
            }
        }
        for body in state.bodies() {
            faults.extend(self::faults(&body.states, around, way_out));
        }
        around.pop();
    }
    faults
}

/// Whether one of these states, from the outermost to the innermost, catches an error of the last
/// one. A Distributed Map replaces the error's name.
fn is_caught(states: &[&State], error: &str) -> bool {
    let mut name = error;
    for state in states.iter().rev() {
        if let FlowStateKind::Map(map) = &state.kind
            && map.distributed.is_some()
        {
            name = "States.ExceedToleratedFailureThreshold";
        }
        let caught = state.catch.iter().any(|catch| {
            let names: Vec<String> = catch.errors.iter().map(ToString::to_string).collect();
            matches_task_failure(&names, name)
        });
        if caught {
            return true;
        }
    }
    false
}
