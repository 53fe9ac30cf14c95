//! The values that expressions read and return, and the reasons why a value is unknown.

use stepwright_interpreter::Timestamp;
use stepwright_interpreter::query::QueryError;
use stepwright_interpreter::value::Value;

/// The value of an expression, or why there is none.
pub(super) type Outcome = Result<Value, NoValue>;

#[derive(Debug, Clone)]
pub(super) enum NoValue {
    Failed(QueryError),
    NotEvaluated(&'static str),
    /// An earlier expression of the state failed.
    Stopped,
    Unknown(String),
}

impl NoValue {
    pub(super) fn unknown(reason: &str) -> Self {
        Self::Unknown(reason.to_owned())
    }
}

/// A value that expressions read.
#[derive(Debug, Clone)]
pub(super) enum Operand {
    /// The field has no such value.
    Absent,
    Value(Value),
    /// It has a value, which is not known.
    Missing(NoValue),
}

impl From<Outcome> for Operand {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Ok(value) => Self::Value(value),
            Err(NoValue::Failed(_)) => Self::Missing(NoValue::Stopped),
            Err(missing) => Self::Missing(missing),
        }
    }
}

impl Operand {
    pub(super) fn outcome(&self) -> Outcome {
        match self {
            Self::Absent => Err(NoValue::Stopped),
            Self::Value(value) => Ok(value.clone()),
            Self::Missing(missing) => Err(missing.clone()),
        }
    }

    pub(super) fn value(&self) -> Option<&Value> {
        match self {
            Self::Value(value) => Some(value),
            _ => None,
        }
    }
}

/// The data of an evaluation.
#[derive(Debug, Clone)]
pub(super) struct ReplayData {
    /// The input of the state.
    pub(super) raw: Operand,
    /// `$` in JSONPath; the input of the state in JSONata.
    pub(super) input: Operand,
    pub(super) result: Operand,
    pub(super) error_output: Operand,
    /// The items of a Map, if a field selects them.
    pub(super) items: Operand,
    /// The time of the evaluation, for functions that complete a date.
    pub(super) at: Timestamp,
}
