//! Failures of the Rust half of a workflow.

use serde_json::{Value, json};
use stepwright::ErrorOutput;

use crate::tasks::{CheckError, FindError, InsideError};

/// The result of a state, a branch or an execution.
pub type Out<T> = Result<T, Failure>;

/// A failure.
#[derive(Debug, Clone, PartialEq)]
pub enum Failure {
    /// A task failed.
    Check(CheckError),
    /// A task failed.
    Find(FindError),
    /// An expression panicked, with this message.
    Query(String),
    /// A choice has no rule for its input.
    NoMatch,
    /// A Fail state: error and cause.
    Fail(Option<String>, Option<String>),
    /// The run is not compared, for this reason.
    Skip(&'static str),
}

impl Failure {
    /// Whether the two look equal to a workflow.
    pub fn is_same(&self, other: &Failure) -> bool {
        match (self, other) {
            (Failure::Query(_), Failure::Query(_)) => true,
            (one, other) => one == other,
        }
    }

    /// Whether `States.ALL` matches it.
    pub fn is_any(&self) -> bool {
        !matches!(self, Failure::NoMatch | Failure::Skip(_))
    }

    /// The error's name.
    pub fn error(&self) -> Option<String> {
        let name = match self {
            Failure::Check(CheckError::Negative { .. }) => "CheckError.Negative",
            Failure::Check(CheckError::Seven) => "CheckError.Seven",
            Failure::Check(CheckError::Busy { .. }) => "Busy",
            Failure::Find(FindError::Missing(..)) => "FindError.Missing",
            Failure::Find(FindError::Away) => "Errors.Away",
            Failure::Find(FindError::Inside(InsideError::Late)) => "InsideError.Late",
            Failure::Find(FindError::Inside(InsideError::Lost { .. })) => "InsideError.Lost",
            Failure::Query(_) => "States.QueryEvaluationError",
            Failure::NoMatch => "States.Runtime",
            Failure::Fail(error, _) => return error.clone(),
            Failure::Skip(why) => why,
        };
        Some(name.to_owned())
    }

    /// The cause, unless it contains a message of the engine.
    pub fn cause(&self) -> Option<Option<String>> {
        let of_task = |fields: Option<Value>, message: &str| {
            let message = match fields {
                Some(fields) => json!({"message": message, "fields": fields}).to_string(),
                None => message.to_owned(),
            };
            let cause = json!({"errorType": self.error(), "errorMessage": message});
            Some(Some(cause.to_string()))
        };
        match self {
            Failure::Check(CheckError::Negative { by }) => {
                of_task(Some(json!({"by": by})), &format!("negative by {by}"))
            }
            Failure::Check(CheckError::Seven) => of_task(None, "seven"),
            Failure::Check(CheckError::Busy { error, cause, item }) => {
                let fields = json!({"error": error, "cause": cause, "item": item});
                of_task(Some(fields), &format!("busy: {error}"))
            }
            Failure::Find(FindError::Missing(text, list)) => {
                of_task(Some(json!({"0": text, "1": list})), &format!("no {text}"))
            }
            Failure::Find(FindError::Away) => of_task(None, "away"),
            Failure::Find(FindError::Inside(InsideError::Late)) => of_task(None, "late"),
            Failure::Find(FindError::Inside(InsideError::Lost { at })) => {
                of_task(Some(json!({"at": at})), &format!("lost {at}"))
            }
            Failure::Fail(_, cause) => Some(cause.clone()),
            Failure::Query(_) | Failure::NoMatch | Failure::Skip(_) => None,
        }
    }

    /// The value that `catch .. as error` binds.
    pub fn output(&self) -> ErrorOutput {
        ErrorOutput {
            error: self.error(),
            cause: self.cause().flatten(),
        }
    }
}
