//! The ASL names and the fields of a task's errors, by variant.

use super::{Expr, ExprNode, Text};
use crate::shape::Shape;
use crate::task::{CallOutcome, ErrorVariant, TaskError};

/// The name of a variant of `E` in Step Functions.
///
/// The derive writes the table that this function reads, and rustc has checked that the variant
/// exists. For an unknown variant it returns `Enum.Variant`, the default of `derive(TaskError)`.
pub fn error_name<E: TaskError>(variant: &str) -> Text {
    match find::<E>(variant) {
        Some(found) => Text::Borrowed(found.error),
        None => Text::Owned(variant.to_owned()),
    }
}

/// A field of a caught error, as an expression of the catch edge.
pub fn error_field<E: TaskError>(variant: &str, field: &str) -> Expr {
    let shape: Option<fn() -> Shape> = find::<E>(variant)
        .and_then(|found| found.fields.iter().find(|(name, _)| *name == field))
        .map(|(_, shape)| *shape);
    Expr::new(match shape {
        Some(shape) => ExprNode::ErrorField(Text::Owned(field.to_owned()), shape),
        None => ExprNode::Refused(format!(
            "the field `{field}` of the error `{variant}` is not part of the cause, so a catch cannot bind it; take \
             `#[task_error(skip)]` or `#[source]` off it, or write `..`"
        )),
    })
}

/// [`error_name`] of the error of a call. Without a bound on that error, which rustc reports where
/// the function returns it.
pub fn called_error_name<C: CallOutcome>(variant: &str) -> Text {
    error_name::<C::Error>(variant)
}

/// [`error_field`] of the error of a call.
pub fn called_error_field<C: CallOutcome>(variant: &str, field: &str) -> Expr {
    error_field::<C::Error>(variant, field)
}

/// The variant's row; `None` if the variant is transparent.
pub fn error_variant<E: TaskError>(variant: &str) -> Option<&'static ErrorVariant> {
    find::<E>(variant)
}

/// The variant's row; for an error that is a struct, the only row.
fn find<E: TaskError>(variant: &str) -> Option<&'static ErrorVariant> {
    E::VARIANTS
        .iter()
        .find(|row| row.variant == variant)
        .or(match E::VARIANTS {
            [only] if variant.is_empty() => Some(only),
            _ => None,
        })
}
