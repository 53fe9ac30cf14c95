//! Types that are inferred in code that never runs: from a pattern, from a value.
//!
//! `Receipt { .. }` as a pattern names the type `Receipt` in the same form as the user's struct
//! literal. A misspelled name is therefore one error; a type argument would add a second, different
//! one.

use super::never;
use crate::expr::{ErrorNames, Expr, error_field, error_names_of_variant};
use crate::shape::{Payload, Shape};
use crate::task::{ParameterType, TaskError};
use crate::workflow::Workflow;
use std::fmt;
use std::marker::PhantomData;

/// A type without a value.
pub struct Witness<T> {
    of: PhantomData<fn() -> T>,
}

impl<T> Witness<T> {
    /// A witness of a type that a later line determines.
    #[must_use]
    pub const fn new() -> Self {
        Witness { of: PhantomData }
    }

    /// A value to match, in code that never runs.
    pub fn get(&self) -> T {
        never()
    }

    /// Determines the type from a value, in code that never runs.
    pub fn see(&self, _value: T) {}

    /// The witness of a value's type.
    #[must_use]
    pub fn of(_value: &T) -> Self {
        Witness::new()
    }
}

/// Determines the type of a witness from a value, and returns the value.
///
/// It takes a reference, so that the expected type of the position does not reach the value through
/// this call: rustc reports a value that does not fit at its position, not as an argument of a
/// function.
pub fn is<'v, T>(_witness: &Witness<T>, value: &'v T) -> &'v T {
    value
}

impl<T> Clone for Witness<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Witness<T> {}

impl<T> Default for Witness<T> {
    fn default() -> Self {
        Witness::new()
    }
}

impl<T> fmt::Debug for Witness<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Witness")
    }
}

/// The type of a parameter. rustc reports a missing `Payload` impl at the type in the source.
pub fn payload<T: Payload>() -> ParameterType {
    ParameterType::of::<T>()
}

/// The type of a struct literal or of a variant in a value.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no value that a workflow can write",
    label = "this type has no JSON shape",
    note = "write the error inside of a `#[task_error(transparent)]` variant without the variant: `Err(Inner::Variant {{ .. }}.into())`",
    note = "write `#[derive(Serialize, Deserialize, JsonSchema, Payload)]` on a type of your own that is no error"
)]
pub trait RecordType: Payload {}

#[diagnostic::do_not_recommend]
impl<T: Payload> RecordType for T {}

/// [`Expr::record`] of the witnessed type.
pub fn record_of<T: RecordType>(
    _of: Witness<T>,
    variant: Option<&'static str>,
    fields: Vec<(&'static str, Expr)>,
) -> Expr {
    Expr::record::<T>(variant, fields)
}

/// [`Expr::record_from`] of the witnessed type.
pub fn record_from<T: Payload>(
    _of: Witness<T>,
    fields: Vec<(&'static str, Expr)>,
    base: Expr,
) -> Expr {
    Expr::record_from::<T>(fields, base)
}

/// [`error_names_of_variant`] of the witnessed type.
pub fn error_names_of_witness<T: TaskError>(_of: Witness<T>, variant: &str) -> ErrorNames {
    error_names_of_variant::<T>(variant)
}

/// [`error_field`] of the witnessed type.
pub fn error_field_of<T: TaskError>(_of: Witness<T>, variant: &str, field: &str) -> Expr {
    error_field::<T>(variant, field)
}

/// The shape of a workflow's input.
pub fn input_shape<W: Workflow>() -> Shape {
    <W::Input as Payload>::shape()
}

/// The shape of a workflow's output.
pub fn output_shape<W: Workflow>() -> Shape {
    <W::Output as Payload>::shape()
}
