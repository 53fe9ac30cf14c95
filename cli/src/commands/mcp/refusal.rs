//! Calls that are not made.

use std::borrow::Cow;
use std::fmt;

use crate::failure::Failure;

/// The reason why a call was not made, for the agent.
#[derive(Debug)]
pub(super) struct Refusal(Cow<'static, str>);

impl Refusal {
    pub(super) fn new(reason: impl Into<Cow<'static, str>>) -> Refusal {
        Refusal(reason.into())
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Refusal {
        Refusal::new(failure.into_reason())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
