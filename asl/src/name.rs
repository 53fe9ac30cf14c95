//! Rules for names.
//!
//! Sources: <https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html> and
//! <https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html>.

/// Maximum length of the name of a machine, an execution, an activity, a state or a variable, in
/// characters.
pub const MAX_LENGTH: usize = 80;

/// Maximum length of the label of a Distributed Map, in characters.
pub(crate) const MAX_LABEL_LENGTH: usize = 40;

/// Characters that are not allowed in labels and in names of machines, executions and activities,
/// in addition to blanks and control characters.
pub const FORBIDDEN: &str = "<>{}[]?*\"#%\\^|~`$&,;:/";

/// The rule of [`check_machine`], for messages.
pub const MACHINE_RULE: &str = "use 1 to 80 characters, without blanks, control characters and any of <>{}[]?*\"#%\\^|~`$&,;:/";

/// A fault in a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// The name is empty.
    #[error("the name is empty")]
    Empty,
    /// The name is too long.
    #[error("the name has {length} characters; at most {limit} are allowed")]
    TooLong {
        /// Its number of characters.
        length: usize,
        /// The maximum number of characters.
        limit: usize,
    },
    /// The name contains a character that is not allowed.
    #[error("the name has the character `{}`, which is not allowed", .0.escape_debug())]
    Character(char),
    /// The name is reserved.
    #[error("the name `{0}` is reserved")]
    Reserved(&'static str),
}

/// Checks the name of a state machine, an execution or an activity.
///
/// # Errors
///
/// If it is empty, longer than 80 characters, or has a blank, a control character or one of
/// ``? * < > { } [ ] " # % \ ^ | ~ ` $ & , ; : /``.
///
/// ```
/// use stepwright_asl::name::{NameError, check_machine};
///
/// assert_eq!(check_machine("OrderProcessing-2"), Ok(()));
/// assert_eq!(check_machine("order processing"), Err(NameError::Character(' ')));
/// ```
pub fn check_machine(name: &str) -> Result<(), NameError> {
    check_length(name, MAX_LENGTH)?;
    check_characters(name, is_allowed)
}

/// Checks the label of a Distributed Map.
///
/// # Errors
///
/// Like [`check_machine`], with at most 40 characters.
pub fn check_label(name: &str) -> Result<(), NameError> {
    check_length(name, MAX_LABEL_LENGTH)?;
    check_characters(name, is_allowed)
}

/// Whether this character is allowed in labels and in names of state machines, executions and
/// activities.
pub fn is_allowed(char: char) -> bool {
    !(char.is_whitespace() || char.is_control() || FORBIDDEN.contains(char))
}

/// Checks the name of a state, which may have blanks and punctuation.
///
/// # Errors
///
/// If it is empty, longer than 80 characters or has a control character.
pub fn check_state(name: &str) -> Result<(), NameError> {
    check_length(name, MAX_LENGTH)?;
    check_characters(name, |char| !char.is_control())
}

/// Checks the name of a workflow variable, without its `$`.
///
/// # Errors
///
/// If it is empty, longer than 80 characters, not a Unicode identifier, or `states`.
pub fn check_variable(name: &str) -> Result<(), NameError> {
    check_length(name, MAX_LENGTH)?;
    if name == "states" {
        return Err(NameError::Reserved("states"));
    }
    let mut chars = name.chars();
    let wrong = chars
        .next()
        .filter(|char| !starts_variable(*char))
        .or_else(|| chars.find(|char| !continues_variable(*char)));
    wrong.map_or(Ok(()), |char| Err(NameError::Character(char)))
}

/// Whether a variable's name may begin with this character.
pub(crate) fn starts_variable(char: char) -> bool {
    char.is_alphabetic() || char == '_'
}

/// Whether a variable's name may contain this character after the first.
pub(crate) fn continues_variable(char: char) -> bool {
    char.is_alphanumeric() || char == '_'
}

fn check_length(name: &str, limit: usize) -> Result<(), NameError> {
    match name.chars().count() {
        0 => Err(NameError::Empty),
        length if length > limit => Err(NameError::TooLong { length, limit }),
        _ => Ok(()),
    }
}

fn check_characters(name: &str, is_allowed: impl Fn(char) -> bool) -> Result<(), NameError> {
    match name.chars().find(|char| !is_allowed(*char)) {
        Some(char) => Err(NameError::Character(char)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_names_the_length_and_all_characters() {
        assert!(MACHINE_RULE.contains(&format!("1 to {MAX_LENGTH} characters")));
        assert!(MACHINE_RULE.ends_with(FORBIDDEN));
    }

    #[test]
    fn machine_names_are_checked() {
        assert_eq!(check_machine(""), Err(NameError::Empty));
        assert_eq!(check_machine(&"é".repeat(80)), Ok(()));
        assert!(matches!(
            check_machine(&"é".repeat(81)),
            Err(NameError::TooLong {
                length: 81,
                limit: 80
            })
        ));
        for char in "?*<>{}[]\"#%\\^|~`$&,;:/ \t\u{1}\u{7f}\u{85}".chars() {
            assert_eq!(
                check_machine(&format!("a{char}")),
                Err(NameError::Character(char))
            );
            assert_eq!(
                check_label(&format!("a{char}")),
                Err(NameError::Character(char))
            );
        }
        assert!(check_label(&"a".repeat(41)).is_err());
    }

    #[test]
    fn state_names_may_have_blanks() {
        assert_eq!(check_state("Charge the card: 100 %?"), Ok(()));
        assert_eq!(check_state("a\u{1}"), Err(NameError::Character('\u{1}')));
        assert!(check_state(&"a".repeat(81)).is_err());
    }

    #[test]
    fn variable_names_are_identifiers() {
        for name in ["a", "_a1", "größe", "变量"] {
            assert_eq!(check_variable(name), Ok(()), "{name}");
        }
        assert_eq!(check_variable("1a"), Err(NameError::Character('1')));
        assert_eq!(check_variable("a-b"), Err(NameError::Character('-')));
        assert_eq!(check_variable("states"), Err(NameError::Reserved("states")));
    }
}
