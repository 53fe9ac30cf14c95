//! Types that are errors if one of their derives is missing.
//!
//! The macros write the types of a signature as projections from the length of an array. If the
//! code of the length does not compile, the type is the type of an error: rustc reports the code of
//! the length, and nothing about the uses of the type.

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::marker::PhantomData;

/// The type, for an array whose length compiles.
pub trait CheckedType<T> {
    /// The type.
    type Type;
}

impl<T> CheckedType<T> for [(); 0] {
    type Type = T;
}

/// The type itself, with a lifetime: in a bound of an `impl`, rustc does not report a type that
/// lacks the trait.
pub trait Itself<'a> {
    /// The type.
    type Type: ?Sized;
}

impl<T: ?Sized> Itself<'_> for T {
    type Type = T;
}

/// A type with `#[derive(Payload)]` or `#[derive(TaskError)]`.
pub trait Derived<Derive> {
    /// Zero. It does not compile if the type lacks the other derives.
    const CHECKED: usize;
}

/// Selects `#[derive(Payload)]`.
#[derive(Debug)]
pub enum DerivesPayload {}

/// Selects `#[derive(TaskError)]`.
#[derive(Debug)]
pub enum DerivesTaskError {}

/// Any type, of which the derives are checked if it has any.
#[derive(Debug)]
pub struct AnyType<T: ?Sized>(PhantomData<T>);

impl<T: Derived<DerivesPayload> + ?Sized> AnyType<T> {
    /// [`Derived::CHECKED`] of a payload.
    pub const PAYLOAD: usize = T::CHECKED;
}

impl<T: Derived<DerivesTaskError> + ?Sized> AnyType<T> {
    /// [`Derived::CHECKED`] of an error.
    pub const TASK_ERROR: usize = T::CHECKED;
}

/// The constants of types without derives.
pub trait NotDerived {
    /// Zero.
    const PAYLOAD: usize = 0;
    /// Zero.
    const TASK_ERROR: usize = 0;
}

impl<T: ?Sized> NotDerived for AnyType<T> {}

/// The traits next to `Payload`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has `Payload`, but not all of `Serialize`, `Deserialize` and `JsonSchema`",
    label = "a derive is missing",
    note = "write `#[derive(Serialize, Deserialize, JsonSchema, Payload)]`, with `serde` and `schemars` in Cargo.toml"
)]
pub trait PayloadTraits {
    /// Zero.
    const CHECKED: usize = 0;
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned + JsonSchema> PayloadTraits for T {}

/// The trait next to `TaskError`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has `TaskError`, but not `std::error::Error`",
    label = "a derive is missing",
    note = "write `#[derive(Debug, thiserror::Error, TaskError)]` with an `#[error(\"..\")]` for each variant, with `thiserror` in Cargo.toml; or implement \
            `Debug`, `Display` and `Error`"
)]
pub trait TaskErrorTraits {
    /// Zero.
    const CHECKED: usize = 0;
}

#[diagnostic::do_not_recommend]
impl<T: std::error::Error> TaskErrorTraits for T {}
