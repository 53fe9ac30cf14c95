//! Errors of tasks.

use crate::shape::{Field, Fields, Form, Payload, Presence, Shape, StructShape};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;

use super::TaskFailure;

/// An error that a workflow can retry and catch, with its name and cause in Step Functions.
///
/// `#[derive(TaskError)]` implements it; the name and cause are the same on every transport.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an error that a workflow can catch",
    label = "this error has no name in Step Functions",
    note = "add `#[derive(TaskError)]` to `{Self}` (it also needs `std::error::Error`); for a type of another crate, write an enum with a variant for it, such as `Io(String)`, and convert with `map_err`"
)]
pub trait TaskError: std::error::Error + Send + 'static {
    /// Every variant except transparent ones, for `retry` and `catch`.
    const VARIANTS: &'static [ErrorVariant];

    /// Returns every variant, with those of the errors in transparent variants.
    #[must_use]
    fn variants() -> Vec<ErrorVariant> {
        Self::VARIANTS.to_vec()
    }

    /// Returns the variants of the error in a transparent variant, which is given by its Rust name;
    /// `None` for other variants.
    #[must_use]
    fn variants_inside(_variant: &str) -> Option<Vec<ErrorVariant>> {
        None
    }

    /// `Error`: what `ErrorEquals` matches.
    fn name(&self) -> Cow<'static, str>;

    /// `Cause`: the JSON text `{"errorType", "errorMessage"}`, at most 32,768 characters unless
    /// bound fields need more.
    fn cause(&self) -> String;
}

/// What becomes the failure of a task: a typed error, or a [`TaskFailure`] with any error name and
/// cause.
pub trait IntoTaskFailure {
    /// Returns the error name and the cause that a runtime reports.
    fn into_task_failure(self) -> TaskFailure;
}

impl<E: TaskError> IntoTaskFailure for E {
    fn into_task_failure(self) -> TaskFailure {
        TaskFailure::new(self.name(), TaskError::cause(&self))
    }
}

impl IntoTaskFailure for TaskFailure {
    fn into_task_failure(self) -> TaskFailure {
        self
    }
}

/// One variant of an error.
#[derive(Clone, Copy, Debug)]
pub struct ErrorVariant {
    /// The variant's Rust name; for a struct, the struct's name.
    pub variant: &'static str,
    /// Its name in `ErrorEquals`.
    pub error: &'static str,
    /// The serialized fields, by name (for a tuple `"0"`, `"1"`, ..), with their shapes.
    pub fields: &'static [ErrorField],
    /// The template of its message, `#[error("..")]`, if it contains only text and the names of
    /// serialized fields.
    pub message: Option<&'static [MessagePiece]>,
}

/// A part of the message of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessagePiece {
    /// Text.
    Text(&'static str),
    /// The value of a field, by its name.
    Field(&'static str),
}

/// A serialized field of an error: its name, and the shape of its value.
pub type ErrorField = (&'static str, fn() -> Shape);

/// The error of a task that returns no `Result`. It has no values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoError {}

impl fmt::Display for NoError {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}

impl std::error::Error for NoError {}

macro_rules! never_fails {
    ($($error:ty)*) => {$(
        #[diagnostic::do_not_recommend]
        impl TaskError for $error {
            const VARIANTS: &'static [ErrorVariant] = &[];

            fn name(&self) -> Cow<'static, str> {
                match *self {}
            }

            fn cause(&self) -> String {
                match *self {}
            }
        }
    )*};
}
never_fails!(NoError Infallible);

/// The value that `catch .. as error` binds: the error output of Step Functions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct ErrorOutput {
    /// The error's name. `None` if a task token was failed without one.
    pub error: Option<String>,
    /// The cause. For an error of a task function it is JSON text.
    pub cause: Option<String>,
}

#[diagnostic::do_not_recommend]
impl Payload for ErrorOutput {
    fn shape() -> Shape {
        let text = |name: &'static str, wire: &'static str| Field {
            name: name.into(),
            wire: wire.into(),
            shape: Shape::Option(Box::new(Shape::String)),
            flatten: false,
            is_redacted: false,
            presence: Presence::Explicit,
        };
        Shape::Struct(StructShape {
            name: "ErrorOutput".into(),
            fields: Fields::Named(vec![text("error", "Error"), text("cause", "Cause")]),
            tag: None,
        })
    }
}

impl Form for ErrorOutput {
    type Owned = ErrorOutput;
}
