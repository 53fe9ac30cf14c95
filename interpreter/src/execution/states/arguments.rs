//! Checks the parameters of a task against its integration.

use crate::execution::message_text::unusable_parameters_text;
use crate::query::QueryError;
use crate::value::Value;

/// Checks that the parameters in `lists_by_name` are objects of lists. Absent parameters are valid
/// here.
pub(super) fn check_lists(parameters: &Value, lists_by_name: &[&str]) -> Result<(), QueryError> {
    for name in lists_by_name {
        let holds = match parameters.get(name) {
            None | Some(Value::Null) => true,
            Some(found) => found.as_object().is_some_and(|members| {
                members
                    .iter()
                    .all(|(_, member)| matches!(member, Value::Null) || member.as_array().is_some())
            }),
        };
        if !holds {
            let reason = format!("The value of the field '{name}' has an invalid format");
            return Err(unusable_parameters(parameters, &reason));
        }
    }
    Ok(())
}

/// Returns the error for parameters with which the task cannot start.
pub(crate) fn unusable_parameters(parameters: &Value, reason: &str) -> QueryError {
    QueryError::runtime(unusable_parameters_text(parameters, reason))
}
