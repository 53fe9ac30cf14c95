//! What Step Functions refuses.

use std::error::Error;

use aws_sdk_sfn::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};

/// An answer to a task token does not count.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallbackError {
    /// Step Functions never gave this token.
    #[error("the token is none of Step Functions': {0}")]
    InvalidToken(String),
    /// Its task timed out: by the state's timeout or its heartbeat.
    #[error("the task of this token timed out: {0}")]
    TaskTimedOut(String),
    /// Its task was answered already, or its execution is over.
    #[error("the task of this token does not exist any more: {0}")]
    TaskDoesNotExist(String),
    /// The output is no JSON, or larger than AWS takes.
    #[error("the output cannot be used: {0}")]
    InvalidOutput(String),
    /// Step Functions was not reached, or refuses the request: missing rights, throttling that lasts. The task still waits for an answer.
    #[error("Step Functions did not take the answer: {message}")]
    NotSent {
        /// What the service or the connection said.
        message: String,
        /// The service's name for it, where it answered: `AccessDeniedException`.
        code: Option<String>,
        /// The SDK's own error.
        source: Box<dyn Error + Send + Sync>,
    },
}

impl CallbackError {
    pub(super) fn of<E, R>(error: SdkError<E, R>) -> Self
    where
        E: Error + ProvideErrorMetadata + Send + Sync + 'static,
        R: std::fmt::Debug + Send + Sync + 'static,
    {
        let message = said(&error);
        match error.code() {
            Some("InvalidToken") => Self::InvalidToken(message),
            Some("TaskTimedOut") => Self::TaskTimedOut(message),
            Some("TaskDoesNotExist") => Self::TaskDoesNotExist(message),
            Some("InvalidOutput") => Self::InvalidOutput(message),
            code => Self::NotSent {
                code: code.map(str::to_owned),
                message,
                source: Box::new(error),
            },
        }
    }

    /// Whether no answer to this token will ever count.
    pub(super) fn is_too_late(&self) -> bool {
        matches!(
            self,
            Self::InvalidToken(_) | Self::TaskTimedOut(_) | Self::TaskDoesNotExist(_)
        )
    }

    /// Whether the same answer will be refused again.
    pub(super) fn is_for_good(&self) -> bool {
        match self {
            Self::NotSent { code, .. } => code.as_deref() == Some("ValidationException"),
            _ => true,
        }
    }
}

/// A worker does not go on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WorkerError {
    /// It was given none.
    #[error("this worker has no activity; add one with `ActivityWorker::activity`")]
    NoActivity,
    /// There is no such activity, or the program may not ask for its tasks.
    #[error("Step Functions gives no tasks of the activity `{activity}`: {message}")]
    Refused {
        /// Its ARN.
        activity: String,
        /// The service's name for it: `ActivityDoesNotExist`, `AccessDeniedException`.
        code: String,
        /// What the service said.
        message: String,
    },
    /// The system tells of no signals.
    #[error("the worker cannot wait for SIGTERM: {0}; use `ActivityWorker::run_until`")]
    NoSignals(String),
}

/// The answers to a poll after which another one is of no use.
const REFUSED: [&str; 5] = [
    "AccessDeniedException",
    "ActivityDoesNotExist",
    "InvalidArn",
    "KmsAccessDeniedException",
    "ValidationException",
];

impl WorkerError {
    /// Why an activity is not polled again, if that is of no use.
    pub(super) fn refused<E, R>(activity: &str, error: &SdkError<E, R>) -> Option<Self>
    where
        E: Error + ProvideErrorMetadata + 'static,
        R: std::fmt::Debug,
    {
        let code = error.code().filter(|code| REFUSED.contains(code))?;
        Some(Self::Refused {
            activity: activity.to_owned(),
            code: code.to_owned(),
            message: said(error),
        })
    }
}

/// What the service said, or else what happened to the request.
pub(super) fn said<E, R>(error: &SdkError<E, R>) -> String
where
    E: Error + ProvideErrorMetadata + 'static,
    R: std::fmt::Debug,
{
    match (error.code(), error.message()) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        (Some(code), None) => code.to_owned(),
        (None, _) => DisplayErrorContext(error).to_string(),
    }
}
