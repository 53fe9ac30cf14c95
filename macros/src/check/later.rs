//! What the language has and this release does not.

use super::machine::Machine;
use crate::errors::Errors;
use crate::syntax::{Kind, WorkflowOption};

/// A form that is fixed but not there yet says so, and what to use instead.
pub(super) fn nothing_that_is_not_there_yet(machine: &Machine, errors: &Errors) {
    for option in &machine.workflow.options {
        if let WorkflowOption::Deny(keyword) = option {
            errors.at(
                keyword.span(),
                "`deny` is not supported yet: leave the line out, the other checks are always on",
            );
        }
    }
    for node in &machine.states {
        let Kind::Map(map) = &node.state.kind else {
            continue;
        };
        if let Some(first) = map.distributed.first() {
            errors.at(
                first.span(),
                format!(
                    "`{first}` belongs to Distributed Map, which is not supported yet: an inline map runs over a list of \
                     the workflow, `for item in list {{ .. }}`"
                ),
            );
        } else if let Some(run) = map.runs.iter().find(|run| run.list.is_none()) {
            errors.at(
                run.item.span(),
                "`in reader` belongs to Distributed Map, which is not supported yet: name a list of the workflow",
            );
        }
    }
}
