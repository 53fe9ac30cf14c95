//! What the language has and this release does not.

use super::machine::Machine;
use crate::errors::Errors;
use crate::syntax::WorkflowOption;

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
}
