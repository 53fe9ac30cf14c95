//! A task's call, as the check block sees it.

use super::never;
use super::witness::Witness;
use std::fmt;
use std::marker::PhantomData;

/// What the `check` of a task gives: its output, and the error that `retry` and `catch` name.
pub struct Checked<Output, Error> {
    types: PhantomData<fn() -> (Output, Error)>,
}

impl<Output, Error> Checked<Output, Error> {
    /// The result of a call that is never made.
    #[must_use]
    pub const fn new() -> Self {
        Checked { types: PhantomData }
    }

    /// What the task gives.
    pub fn output(&self) -> Output {
        never()
    }

    /// What the task fails with.
    pub fn error(&self) -> Error {
        never()
    }
}

impl<Output, Error> Default for Checked<Output, Error> {
    fn default() -> Self {
        Checked::new()
    }
}

impl<Output, Error> fmt::Debug for Checked<Output, Error> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Checked")
    }
}

/// The enums that the arms of a `catch { .. }` name, as nested pairs of witnesses.
#[diagnostic::on_unimplemented(
    message = "a task inside fails with `{Error}`, and no arm names that",
    label = "`{Error}` is not caught",
    note = "name each variant of `{Error}`, or end with `_ => State`"
)]
pub trait Catches<Error, Place> {}

/// The first of the pairs has it.
#[derive(Debug)]
pub struct First;

/// A later one has it.
#[derive(Debug)]
pub struct Later<Place>(PhantomData<Place>);

#[diagnostic::do_not_recommend]
impl<Error, Rest> Catches<Error, First> for (Witness<Error>, Rest) {}
#[diagnostic::do_not_recommend]
impl<Error, Other, Rest, Place> Catches<Error, Later<Place>> for (Witness<Other>, Rest) where
    Rest: Catches<Error, Place>
{
}

/// Asks that the arms of a `catch { .. }` name an error.
pub fn covered<Error, Place, Caught: Catches<Error, Place>>(_caught: &Caught) {}
