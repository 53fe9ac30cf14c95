//! Whether the JSON of a matched value contains its variant.
//!
//! `derive(Payload)` marks untagged enums. A method call on a reference finds the marked types
//! first; all other types are found after a second reference.

use crate::shape::UntaggedEnum;
use std::fmt;
use std::marker::PhantomData;

/// Selects the tagging of a type.
pub struct Tagging<T>(PhantomData<fn() -> T>);

impl<T> fmt::Debug for Tagging<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tagging")
    }
}

/// Returns the tagging of a value's type.
pub fn tagging<T>(_value: &T) -> Tagging<T> {
    Tagging(PhantomData)
}

/// Its JSON contains its variant, or it has no variants.
#[derive(Debug)]
pub struct Tagged;

/// Its JSON does not contain its variant.
#[derive(Debug)]
pub struct Untagged;

/// The tagging of an untagged enum.
pub trait OfUntagged {
    /// Returns it.
    fn of(&self) -> Untagged {
        Untagged
    }
}

impl<T: UntaggedEnum> OfUntagged for Tagging<T> {}

/// The tagging of every other type.
pub trait OfTagged {
    /// Returns it.
    fn of(&self) -> Tagged {
        Tagged
    }
}

impl<T> OfTagged for &Tagging<T> {}

/// A tagging with which a `T` can be matched.
#[diagnostic::on_unimplemented(
    message = "`{T}` is untagged, so its JSON does not say which variant it is",
    label = "this variant cannot be distinguished from the others",
    note = "take `#[serde(untagged)]` off `{T}`, or decide in a task"
)]
pub trait MatchableTagging<T>: Sized {
    /// Requires that the variant can be found in the JSON.
    fn require(_value: &T, _tagging: Self) {}
}

impl<T> MatchableTagging<T> for Tagged {}
