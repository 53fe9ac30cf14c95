use crate::value::Value;

/// One field of a state with a path, a template or an expression, and the value that it had in a visit.
///
/// [`Timeline::explain`](crate::timeline::Timeline::explain) returns them.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FieldExplanation {
    /// The JSON pointer of the field in the state: `/OutputPath`, `/Arguments/order/id`, `/Choices/0/Condition`.
    pub field: String,
    /// The path, the expression with its delimiters, or the template as JSON. A rule of a JSONPath Choice is in readable form.
    pub expression: String,
    /// The result of the evaluation.
    pub outcome: FieldOutcome,
}

/// The result of an expression in a visit.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum FieldOutcome {
    /// A value. That of a condition is whether its rule matched; that of an `ItemSelector` has one value for each item.
    Value(Value),
    /// An error.
    #[non_exhaustive]
    Failed {
        /// The name of the error: `States.Runtime`, `States.QueryEvaluationError`, ...
        error: String,
        /// The cause, without the prefix that names the state.
        cause: String,
    },
    /// It was not evaluated: an earlier field failed, the task has not succeeded, an earlier rule matched.
    #[non_exhaustive]
    NotEvaluated {
        /// Why it was not evaluated.
        reason: String,
    },
    /// Its value cannot be computed again.
    #[non_exhaustive]
    Unknown {
        /// Why the value cannot be computed.
        reason: String,
        /// The value that the history has for the field, if it has one.
        recorded: Option<Value>,
    },
}

/// The fields of a visit cannot be explained.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExplainError {
    /// The timeline has fewer visits.
    #[error("there is no visit {index}, because the timeline has {visits}; choose a smaller index")]
    #[non_exhaustive]
    NoVisit {
        /// The index.
        index: usize,
        /// The number of visits.
        visits: usize,
    },
    /// The definition does not have the state of the visit.
    #[error("the definition has no state `{0}` of this type; use the definition of the execution")]
    UnknownState(String),
}
