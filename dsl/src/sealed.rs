//! Seals public traits: other crates cannot implement them.

/// A supertrait that only this crate can implement.
pub trait Sealed {}

/// Type equality: every type implements it only for itself.
pub trait Is<T> {}

impl<T> Is<T> for T {}
