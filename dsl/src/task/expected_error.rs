//! The error that a test expects.

use super::TaskError;
use super::cause::read_cause;
use std::borrow::Cow;

/// The error that a test expects: a value of an error type, which includes its fields, or the name
/// of an error as text.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no error that a test can expect",
    label = "neither an error of a task or workflow nor a name",
    note = "write a value of an error type, `PaymentError::Busy`, or the name of an error, `\"States.Timeout\"`"
)]
pub trait ExpectedError {
    /// The error's name.
    fn expected_name(&self) -> Cow<'_, str>;

    /// The cause, if it belongs to the error.
    fn expected_cause(&self) -> Option<String>;
}

impl<E: TaskError> ExpectedError for E {
    fn expected_name(&self) -> Cow<'_, str> {
        self.name()
    }

    fn expected_cause(&self) -> Option<String> {
        Some(TaskError::cause(self))
    }
}

impl ExpectedError for &str {
    fn expected_name(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }

    fn expected_cause(&self) -> Option<String> {
        None
    }
}

impl ExpectedError for String {
    fn expected_name(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }

    fn expected_cause(&self) -> Option<String> {
        None
    }
}

/// The message in a cause: of a task's or a function's error that is the message of the Rust value,
/// and of a Fail state with a text that text.
#[doc(hidden)]
#[must_use]
pub fn message_of_cause(cause: &str) -> String {
    let message = read_cause(cause).and_then(|mut cause| {
        let message = cause.get_mut("errorMessage")?.take();
        match message.get("message") {
            Some(inner) => Some(inner.as_str()?.to_owned()),
            None => Some(message.as_str()?.to_owned()),
        }
    });
    message.unwrap_or_else(|| cause.to_owned())
}
