//! Whether the JSON of a matched value says which variant it is.
//!
//! `derive(Payload)` marks untagged enums; a method call on a reference finds the marked ones first and takes every other
//! type after a second reference.

use crate::shape::UntaggedEnum;
use std::fmt;
use std::marker::PhantomData;

/// A type whose tagging is asked for.
pub struct Tagging<T>(PhantomData<fn() -> T>);

impl<T> fmt::Debug for Tagging<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tagging")
    }
}

/// Asks for the tagging of a value's type.
pub fn tagging<T>(_value: &T) -> Tagging<T> {
    Tagging(PhantomData)
}

/// Its JSON says which variant it is, or it has none.
#[derive(Debug)]
pub struct Tagged;

/// Its JSON does not say which variant it is.
#[derive(Debug)]
pub struct Untagged;

/// The tagging of an untagged enum.
pub trait OfUntagged {
    /// Says it.
    fn of(&self) -> Untagged {
        Untagged
    }
}

impl<T: UntaggedEnum> OfUntagged for Tagging<T> {}

/// The tagging of every other type.
pub trait OfTagged {
    /// Says it.
    fn of(&self) -> Tagged {
        Tagged
    }
}

impl<T> OfTagged for &Tagging<T> {}

/// A tagging by which a `T` can be matched.
#[diagnostic::on_unimplemented(
    message = "`{T}` is untagged, so its JSON does not say which variant it is",
    label = "this variant cannot be told from the others",
    note = "take `#[serde(untagged)]` off `{T}`, or decide in a task"
)]
pub trait Told<T>: Sized {
    /// Asks whether the variant can be told.
    fn told(_value: &T, _tagging: Self) {}
}

impl<T> Told<T> for Tagged {}
