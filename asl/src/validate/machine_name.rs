//! Names of machines, executions and activities. They are arguments of the API, not fields of a
//! definition.

use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::name::{NameError, check_machine};

/// Checks the name of a state machine, an execution or an activity: rule SW150.
///
/// The codes are AWS's: `STATE_MACHINE_NAME_EMPTY`, `STATE_MACHINE_NAME_TOO_LONG` and
/// `STATE_MACHINE_NAME_INVALID`.
///
/// ```
/// use stepwright_asl::validate::validate_name;
///
/// assert!(validate_name("OrderProcessing-2").is_empty());
/// assert_eq!(
///     validate_name("order processing").to_string(),
///     "1:1: SW150 STATE_MACHINE_NAME_INVALID: the name has the character ` `, which is not allowed at /",
/// );
/// ```
pub fn validate_name(name: &str) -> Diagnostics {
    let Err(error) = check_machine(name) else {
        return Diagnostics::default();
    };
    let code = match error {
        NameError::Empty => "STATE_MACHINE_NAME_EMPTY",
        NameError::TooLong { .. } => "STATE_MACHINE_NAME_TOO_LONG",
        NameError::Character(_) | NameError::Reserved(_) => "STATE_MACHINE_NAME_INVALID",
    };
    let diagnostic = Diagnostic::new("SW150", Severity::Error, error.to_string());
    Diagnostics::from_iter([diagnostic.with_aws_code(Some(code))])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_machine_names_have_aws_codes() {
        let code = |name: &str| {
            let diagnostics = validate_name(name);
            diagnostics
                .iter()
                .find_map(|diagnostic| diagnostic.aws_code)
        };
        assert_eq!(code("a-b_1"), None);
        assert_eq!(code(""), Some("STATE_MACHINE_NAME_EMPTY"));
        assert_eq!(code(&"a".repeat(81)), Some("STATE_MACHINE_NAME_TOO_LONG"));
        assert_eq!(code("a/b"), Some("STATE_MACHINE_NAME_INVALID"));
    }
}
