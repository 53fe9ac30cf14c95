//! A task's call, as the check block sees it.

use super::never;
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
