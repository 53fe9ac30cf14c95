//! The kinds of values of placeholders.

use std::collections::HashMap;

/// The kind of value that a template engine substitutes for a placeholder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SubstitutedValue {
    /// The ARN or the name of a Lambda function.
    Function,
    /// The ARN of an activity.
    Activity,
    /// The ARN of a state machine.
    StateMachine,
    /// A user-defined value.
    Value,
}

/// For each state with a placeholder as the address of its call: the kind of the called resource.
pub type Addresses = HashMap<String, SubstitutedValue>;
