//! What placeholders stand for.

use std::collections::HashMap;

/// What a template engine puts in a placeholder's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum StandsFor {
    /// The ARN or the name of a Lambda function.
    Function,
    /// The ARN of an activity.
    Activity,
    /// The ARN of a state machine.
    StateMachine,
    /// A value of the user's own.
    Value,
}

/// The states that call something whose address is a placeholder, and what that is.
pub type Addresses = HashMap<String, StandsFor>;
