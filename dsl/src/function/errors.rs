//! Errors that a function passes on with `?`.

use super::body::Operation;
use super::join::{CannotFail, TryJoin};
use crate::shape::Payload;
use crate::task::TaskError;

/// An error type that passes on another error under the other's name.
///
/// `derive(TaskError)` implements it for each variant
/// `#[task_error(transparent)] Variant(#[from] Other)`.
#[diagnostic::on_unimplemented(
    message = "passing on `{E}` as `{Self}` would rename the error",
    label = "the workflow fails with the name of `{E}`, and the function with that of `{Self}`",
    note = "write `#[task_error(transparent)]` on the variant of `{Self}` that contains `{E}` with `#[from]`, or match the error"
)]
pub trait KeepsName<E> {
    /// Converts the error.
    fn keep(error: E) -> Self;
}

/// An error keeps its own name. Any type, because rustc reports a type that is no error where a
/// function returns it.
#[diagnostic::do_not_recommend]
impl<E> KeepsName<E> for E {
    fn keep(error: E) -> E {
        error
    }
}

/// Converts an error that keeps its name: `?` and `Err(e.into())`.
pub fn keeps<E, F: KeepsName<E>>(error: E) -> F {
    F::keep(error)
}

/// The error of a `try_join!` that `?` passes on.
pub trait PassesAs<F> {
    /// Converts the error.
    fn pass(self) -> F;
}

impl<F> PassesAs<F> for CannotFail {
    fn pass(self) -> F {
        match self {}
    }
}

impl<E: TaskError, F: KeepsName<E>> PassesAs<F> for E {
    fn pass(self) -> F {
        F::keep(self)
    }
}

/// Converts the error of a `try_join!` whose branches determine it.
pub fn passes<E: PassesAs<F>, F>(error: E) -> F {
    error.pass()
}

/// The result of a call that may fail.
#[diagnostic::on_unimplemented(
    message = "`?` passes on the error of a call, and this call has none",
    label = "the call returns `{Self}`, and no `Result`",
    note = "remove the `?`; what fails outside of an error type, such as a timeout, fails the execution"
)]
pub trait CanFail<T, E> {
    /// The result.
    fn result(self) -> Result<T, E>;
}

#[diagnostic::do_not_recommend]
impl<T, E> CanFail<T, E> for Result<T, E> {
    fn result(self) -> Self {
        self
    }
}

/// The result of a call with `?`.
pub fn fallible<T, E, R: CanFail<T, E>>(result: R) -> Result<T, E> {
    result.result()
}

/// The return type of a function that passes on an error with `?`.
#[diagnostic::on_unimplemented(
    message = "`?` passes on an error, and this function returns no `Result`",
    label = "the function returns `{Self}`",
    note = "return a `Result<{Self}, E>`, where `E` is the error of the call, and write `Ok(..)` around the value at the end; or match the result of the call"
)]
pub trait ReturnsResult {
    /// The error type.
    type Error;

    /// The error as the result of the function.
    fn failed(error: Self::Error) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T, E> ReturnsResult for Result<T, E> {
    type Error = E;

    fn failed(error: E) -> Self {
        Err(error)
    }
}

/// A second implementation. With only one, rustc would infer the return type from it and report
/// mismatched types.
#[diagnostic::do_not_recommend]
impl ReturnsResult for Unrelated {
    type Error = CannotFail;

    fn failed(error: CannotFail) -> Self {
        match error {}
    }
}

/// Returns an error that `?` passes on.
pub fn failed<R: ReturnsResult>(error: R::Error) -> R {
    R::failed(error)
}

/// A result without an error.
#[diagnostic::on_unimplemented(
    message = "the error of this call is dropped",
    label = "plain Rust continues after this error, and Step Functions fails",
    note = "write `?` after the call, or match its result"
)]
pub trait Handled {}

#[diagnostic::do_not_recommend]
impl<T: Payload> Handled for T {}

/// Runs an operation that returns no error, because the code does not handle one.
pub fn wait_value<O: Operation<Output: Handled>>(operation: O) -> O::Output {
    operation.run()
}

/// The result of a `try_join!` whose branches cannot fail.
#[diagnostic::on_unimplemented(
    message = "the error of this call is dropped",
    label = "plain Rust continues after this error, and Step Functions fails",
    note = "write `?` after the call, or match its result"
)]
pub trait Joined {
    /// The type of its value.
    type Value;

    /// The value.
    fn value(self) -> Self::Value;
}

#[diagnostic::do_not_recommend]
impl<T> Joined for Result<T, CannotFail> {
    type Value = T;

    fn value(self) -> T {
        match self {
            Ok(value) => value,
            Err(never) => match never {},
        }
    }
}

/// Runs the branches of a `try_join!` that cannot fail.
pub fn wait_joined<O: Operation<Output: Joined>>(operation: O) -> <O::Output as Joined>::Value {
    operation.run().value()
}

/// The operation of `try_join!`.
#[diagnostic::on_unimplemented(
    message = "this is not the `try_join!` of `stepwright::function`, which the workflow runs",
    label = "this is a `{Self}`",
    note = "import `stepwright::function::*`"
)]
pub trait Vocabulary {}

/// A function that is one of `stepwright::function`.
#[diagnostic::on_unimplemented(
    message = "this is not the function of `stepwright::function` with this name, which the workflow runs",
    label = "the workflow has the states of `stepwright::function`, and this function does something else",
    note = "give the other function another name, and import `stepwright::function::*`",
    note = "a workflow waits with `sleep(secs(60)).await`, and not with the `sleep` of a runtime or of a thread"
)]
pub trait FunctionOf<Standard> {}

#[diagnostic::do_not_recommend]
impl<F> FunctionOf<F> for F {}

/// A second implementation. With only one, rustc would infer `Standard` from it and report
/// mismatched types.
#[derive(Debug)]
pub struct Unrelated;

impl<F> FunctionOf<(Unrelated, F)> for F {}

/// Requires that a function is the one of `stepwright::function`. The result is that one, so that
/// another function has no further errors.
pub fn function_of<F: FunctionOf<Standard>, Standard>(
    _function: F,
    standard: Standard,
) -> Standard {
    standard
}

impl<O, E> Vocabulary for TryJoin<'_, O, E> {}

/// Requires that a call is one of `stepwright::function`.
pub fn vocabulary<V: Vocabulary>(call: V) -> V {
    call
}
