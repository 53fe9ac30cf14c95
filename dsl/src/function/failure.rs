//! Failures in a plain run.

use crate::task::{TaskError, panic_message};
use std::any::Any;
use std::fmt;
use stepwright_asl::errors::{self, QUERY_EVALUATION_ERROR};

/// The error of a `panic!` or a failed `assert!` in a function workflow.
pub const PANICKED: &str = "Stepwright.WorkflowPanicked";

/// A failed call, or a failed workflow.
pub struct Failure {
    pub(super) error: String,
    pub(super) cause: String,
    pub(super) kind: FailureKind,
}

/// Whether a failure is a value that an arm can match.
pub(super) enum FailureKind {
    /// The value of the task's error type.
    Task(Box<dyn Any + Send>),
    Timeout,
    /// Only `Err(_)` catches it.
    Outside,
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failure")
            .field("error", &self.error)
            .field("cause", &self.cause)
            .finish_non_exhaustive()
    }
}

impl Failure {
    pub(super) fn of<E: TaskError>(error: E) -> Failure {
        let (name, cause) = (error.name().into_owned(), TaskError::cause(&error));
        // A timeout that a `Failed` passes on. It has the name of Step Functions, so no Catcher
        // selects it as an error of the task.
        if errors::is_reserved(&name) {
            return Failure::named(name, cause);
        }
        Failure {
            error: name,
            cause,
            kind: FailureKind::Task(Box::new(error)),
        }
    }

    pub(super) fn outside(error: impl Into<String>, cause: impl Into<String>) -> Failure {
        Failure {
            error: error.into(),
            cause: cause.into(),
            kind: FailureKind::Outside,
        }
    }

    /// A failure with any name: a timeout, or one that only `Err(_)` catches.
    pub(super) fn named(error: String, cause: String) -> Failure {
        let kind = match error.as_str() {
            "States.Timeout" => FailureKind::Timeout,
            _ => FailureKind::Outside,
        };
        Failure { error, cause, kind }
    }

    pub(super) fn timeout(error: &str) -> Failure {
        Failure {
            kind: FailureKind::Timeout,
            ..Failure::outside(error, "")
        }
    }

    /// Whether `States.ALL` matches this failure of a call.
    pub(super) fn is_in_states_all(&self) -> bool {
        errors::matches_task_failure(&[errors::ALL], &self.error)
    }

    /// The failure of a workflow whose function panicked: a `panic!` of the function, or an
    /// expression without a value, such as a division by 0.
    pub(super) fn of_panic(payload: Box<dyn Any + Send>) -> Failure {
        match payload.downcast::<WorkflowPanic>() {
            Ok(panic) => Failure::outside(PANICKED, panic.0),
            Err(payload) => Failure::outside(QUERY_EVALUATION_ERROR, panic_message(payload)),
        }
    }

    /// The failure of a task whose function panicked, as the engine reports it.
    pub(super) fn of_task_panic(payload: Box<dyn Any + Send>) -> Failure {
        let failure = crate::task::TaskFailure::with_message(
            crate::task::TASK_PANICKED,
            &panic_message(payload),
        );
        Failure::outside(
            failure.error.unwrap_or_default(),
            failure.cause.unwrap_or_default(),
        )
    }
}

/// The payload of [`panicked`].
struct WorkflowPanic(String);

/// Ends the workflow: `panic!` in a function.
pub fn panicked(text: fmt::Arguments<'_>) -> ! {
    // This does not run the panic hook, which would print a backtrace of an expected failure.
    std::panic::resume_unwind(Box::new(WorkflowPanic(text.to_string())))
}
