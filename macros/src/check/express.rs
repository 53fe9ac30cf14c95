//! What an Express workflow cannot do.

use super::machine::Machine;
use crate::errors::Errors;
use crate::syntax::{Callee, Kind, WorkflowOption};

/// An Express workflow neither waits for others (`.sync`, task tokens) nor uses activities.
pub(super) fn rules(machine: &Machine, errors: &Errors) {
    let options = &machine.workflow.options;
    if !options
        .iter()
        .any(|option| matches!(option, WorkflowOption::Express(_)))
    {
        return;
    }
    for option in options {
        if let WorkflowOption::Deploy(_, place) = option
            && place == "activity"
        {
            errors.at(place.span(), "an Express workflow cannot use activities");
        }
    }
    for node in &machine.states {
        let Kind::Task(calls) = &node.state.kind else {
            continue;
        };
        for call in calls {
            if let Some(wait) = &call.call.wait {
                errors.at(
                    wait.span(),
                    "an Express workflow cannot wait for a task token: take `express;` out, or do this in a Standard \
                     workflow",
                );
            }
            if let Callee::Service { resource, .. } = &call.call.callee {
                let text = resource.value();
                if text.contains(".sync") {
                    errors.at(
                        resource.span(),
                        "an Express workflow cannot wait for a job (`.sync`): call the service without it, or do this \
                         in a Standard workflow",
                    );
                } else if text.contains(".waitForTaskToken") {
                    errors.at(
                        resource.span(),
                        "an Express workflow cannot wait for a task token",
                    );
                } else if text.contains(":activity:") {
                    errors.at(resource.span(), "an Express workflow cannot use activities");
                }
            }
        }
    }
}
