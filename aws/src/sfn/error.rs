//! Errors of Step Functions.

use std::error::Error;

use aws_sdk_sfn::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};

/// Step Functions rejected an answer to a task token, or was not reached.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallbackError {
    /// Step Functions did not issue this token.
    #[error("the task token is invalid: {0}")]
    InvalidToken(String),
    /// Its task timed out: by the state's timeout or its heartbeat.
    #[error("the task of this token timed out: {0}")]
    TaskTimedOut(String),
    /// Its task was answered before, or its execution has ended.
    #[error("the task of this token does not exist any more: {0}")]
    TaskDoesNotExist(String),
    /// The output is not JSON, or larger than AWS accepts.
    #[error("the output cannot be used: {0}")]
    InvalidOutput(String),
    /// Step Functions was not reached, or refuses the request: missing permissions, or continued
    /// throttling. The task still waits for an answer.
    #[error("Step Functions did not accept the result: {message}")]
    NotSent {
        /// The message of the service or of the connection.
        message: String,
        /// The error code, if the service responded: `AccessDeniedException`.
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
        let message = message_of(&error);
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

    /// Whether no answer to this token will be accepted any more.
    pub(super) fn is_too_late(&self) -> bool {
        matches!(
            self,
            Self::InvalidToken(_) | Self::TaskTimedOut(_) | Self::TaskDoesNotExist(_)
        )
    }

    /// Whether the same answer will be rejected again.
    pub(super) fn is_for_good(&self) -> bool {
        match self {
            Self::NotSent { code, .. } => code.as_deref() == Some("ValidationException"),
            _ => true,
        }
    }
}

/// A worker cannot continue.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WorkerError {
    /// The worker has no activities.
    #[error("this worker has no activity; add one with `ActivityWorker::activity`")]
    NoActivity,
    /// The activity does not exist, or the program may not poll it.
    #[error("cannot poll for tasks of the activity `{activity}`: {message}")]
    Refused {
        /// Its ARN.
        activity: String,
        /// The error code of the service: `ActivityDoesNotExist`, `AccessDeniedException`.
        code: String,
        /// The message of the service.
        message: String,
    },
    /// The operating system does not deliver signals.
    #[error("the worker cannot wait for SIGTERM: {0}; use `ActivityWorker::run_until`")]
    NoSignals(String),
}

/// The errors of a poll after which another poll cannot succeed.
const REFUSED: [&str; 5] = [
    "AccessDeniedException",
    "ActivityDoesNotExist",
    "InvalidArn",
    "KmsAccessDeniedException",
    "ValidationException",
];

impl WorkerError {
    /// Returns the error if polling the activity again cannot succeed.
    pub(super) fn refused<E, R>(activity: &str, error: &SdkError<E, R>) -> Option<Self>
    where
        E: Error + ProvideErrorMetadata + 'static,
        R: std::fmt::Debug,
    {
        let code = error.code().filter(|code| REFUSED.contains(code))?;
        Some(Self::Refused {
            activity: activity.to_owned(),
            code: code.to_owned(),
            message: message_of(error),
        })
    }
}

/// Returns the message of the service, or the error of the request.
pub(super) fn message_of<E, R>(error: &SdkError<E, R>) -> String
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
