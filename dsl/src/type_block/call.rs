//! Calls of tasks in the type block.

use super::never;
use super::witness::Witness;
use crate::task::{NoError, TaskError};
use std::convert::Infallible;
use std::fmt;
use std::marker::PhantomData;

/// The return type of `called` for a task: its output and its error, which `retry` and `catch`
/// name.
pub struct Called<Output, Error> {
    types: PhantomData<fn() -> (Output, Error)>,
}

impl<Output, Error> Called<Output, Error> {
    /// The result of a call that never runs.
    #[must_use]
    pub const fn new() -> Self {
        Called { types: PhantomData }
    }

    /// The task's result.
    pub fn output(&self) -> Output {
        never()
    }

    /// The task's error.
    pub fn error(&self) -> Error {
        never()
    }
}

impl<Output, Error> Default for Called<Output, Error> {
    fn default() -> Self {
        Called::new()
    }
}

impl<Output, Error> fmt::Debug for Called<Output, Error> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Called")
    }
}

/// The error type of a call that cannot fail.
#[diagnostic::on_unimplemented(
    message = "a workflow has no value for the `Result` of a call, so no method can read it",
    label = "the call fails with `{Self}`",
    note = "write `?` after the call, or match its result"
)]
pub trait NeverFails {
    /// The type of the result. rustc reports no errors about it if the call may fail.
    type Value<Output>;
}

#[diagnostic::do_not_recommend]
impl NeverFails for NoError {
    type Value<Output> = Output;
}

#[diagnostic::do_not_recommend]
impl NeverFails for Infallible {
    type Value<Output> = Output;
}

/// The result of a call, which a method reads as a value.
pub fn value_without_error<Output, Error: NeverFails>(
    _: &Called<Output, Error>,
) -> Error::Value<Output> {
    never()
}

/// The error enums that the arms of a `catch { .. }` name, as nested pairs of witnesses.
#[diagnostic::on_unimplemented(
    message = "a state inside fails with `{Error}`, and no arm names that",
    label = "`{Error}` is not caught",
    note = "name each variant of `{Error}`, or end with `_ => State`"
)]
pub trait Catches<Error, Place> {}

/// The first of the pairs contains it.
#[derive(Debug)]
pub struct First;

/// A later pair contains it.
#[derive(Debug)]
pub struct Later<Place>(PhantomData<Place>);

#[diagnostic::do_not_recommend]
impl<Error, Rest> Catches<Error, First> for (Witness<Error>, Rest) {}
#[diagnostic::do_not_recommend]
impl<Error, Other, Rest, Place> Catches<Error, Later<Place>> for (Witness<Other>, Rest) where
    Rest: Catches<Error, Place>
{
}

/// Requires that a Fail state can contain the error.
pub fn raises<Error: TaskError>(_error: Error) {}

/// Requires that the arms of a `catch { .. }` name the error that the closure takes. It is never
/// called.
pub fn covered_error<Error, Place, Caught: Catches<Error, Place>>(
    _of: impl FnOnce(Error),
    _caught: &Caught,
) {
}

/// Requires that the arms of a `catch { .. }` name an error.
pub fn covered<Error, Place, Caught: Catches<Error, Place>>(_caught: &Caught) {}
