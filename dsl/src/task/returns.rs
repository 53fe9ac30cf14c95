//! Return types of task functions.

use super::{NoError, TaskError};
use crate::shape::Payload;

/// A payload, or a `Result` of a payload and a task error.
#[diagnostic::on_unimplemented(
    message = "a task cannot return `{Self}`",
    label = "this cannot be returned to the workflow",
    note = "a task returns `T` or `Result<T, E>`: write `#[derive(Serialize, Deserialize, JsonSchema, Payload)]` on `T`, and \
            `#[derive(Debug, thiserror::Error, TaskError)]` on `E`"
)]
pub trait TaskReturn:
    sealed::Returned + ReturnForm<<Self as TaskReturn>::Output, <Self as TaskReturn>::Error>
{
    /// The type of the result.
    type Output: Payload;
    /// The type of the error.
    type Error: TaskError;

    /// Converts it to a `Result`.
    ///
    /// # Errors
    ///
    /// The task's own error.
    fn into_result(self) -> Result<Self::Output, Self::Error>
    where
        Self: Sized,
    {
        self.result()
    }
}

mod sealed {
    use crate::shape::Payload;
    use crate::task::TaskError;

    /// Only the return types of task functions implement it.
    pub trait Returned: 'static {}

    impl<T: Payload> Returned for T {}
    impl<T: Payload, E: TaskError> Returned for Result<T, E> {}
}

#[diagnostic::do_not_recommend]
impl<T: Payload> TaskReturn for T {
    type Output = T;
    type Error = NoError;
}

impl<T: Payload, E: TaskError> TaskReturn for Result<T, E> {
    type Output = T;
    type Error = E;
}

/// The form of a function's result: a value, or a `Result`. Without a bound on the error, which
/// rustc reports where a function returns it.
pub trait ReturnForm<T, E>: 'static {
    /// The same form with another result.
    type With<U: Payload>;

    /// Converts a `Result` to this form.
    fn wrap<U: Payload>(result: Result<U, E>) -> Self::With<U>;

    /// Converts it to a `Result`.
    fn result(self) -> Result<T, E>;
}

#[diagnostic::do_not_recommend]
impl<T: Payload> ReturnForm<T, NoError> for T {
    type With<U: Payload> = U;

    fn wrap<U: Payload>(result: Result<U, NoError>) -> U {
        match result {
            Ok(value) => value,
            Err(never) => match never {},
        }
    }

    fn result(self) -> Result<T, NoError> {
        Ok(self)
    }
}

#[diagnostic::do_not_recommend]
impl<T: 'static, E: 'static> ReturnForm<T, E> for Result<T, E> {
    type With<U: Payload> = Result<U, E>;

    fn wrap<U: Payload>(result: Result<U, E>) -> Result<U, E> {
        result
    }

    fn result(self) -> Result<T, E> {
        self
    }
}
