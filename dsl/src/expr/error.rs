//! The ASL names and the fields of a task's errors, by variant.

use super::{Expr, ExprNode, Text};
use crate::shape::Shape;
use crate::task::{CallOutcome, ErrorVariant, TaskError};
use std::collections::HashSet;
use stepwright_asl::errors::is_reserved;

/// The names of a variant of `E` in Step Functions: one, or those of the error in a transparent
/// variant.
///
/// The derive writes the tables that this function reads, and rustc has checked that the variant
/// exists. For an unknown variant it returns the variant.
pub fn error_names_of_variant<E: TaskError>(variant: &str) -> ErrorNames {
    if let Some(inside) = E::variants_inside(variant) {
        let names = selected_names(inside);
        let all: Vec<Text> = selected_names(E::variants());
        let count = |name: &Text, of: &[Text]| of.iter().filter(|other| *other == name).count();
        let mut several = names
            .iter()
            .filter(|name| count(name, &all) > count(name, &names));
        let unclear = several.next().map(|name| {
            format!(
                "another variant than `{variant}` contains the error `{name}`, too, and Step Functions selects errors by their names: match `Err(e)` or \
                 `Err(_)`, or pass the error on in one variant only"
            )
        });
        return ErrorNames { names, unclear };
    }
    let name = match find::<E>(variant) {
        Some(found) => Text::Borrowed(found.error),
        None => Text::Owned(variant.to_owned()),
    };
    vec![name].into()
}

/// The names that a Retrier or a Catcher selects.
#[derive(Clone, Debug, Default)]
pub struct ErrorNames {
    pub(crate) names: Vec<Text>,
    /// Why the names select errors that Rust does not.
    pub(crate) unclear: Option<String>,
}

impl ErrorNames {
    /// A name of Step Functions or of a service.
    pub fn of(name: &'static str) -> ErrorNames {
        vec![Text::Borrowed(name)].into()
    }

    /// Adds other names.
    #[must_use]
    pub fn and(mut self, other: ErrorNames) -> ErrorNames {
        self.names.extend(other.names);
        self.unclear = self.unclear.or(other.unclear);
        self
    }
}

impl From<Vec<Text>> for ErrorNames {
    fn from(names: Vec<Text>) -> ErrorNames {
        ErrorNames {
            names,
            unclear: None,
        }
    }
}

/// The names of variants, without those of Step Functions: the timeout of a `Failed` that an error
/// passes on is outside of the error type.
fn selected_names(variants: Vec<ErrorVariant>) -> Vec<Text> {
    let names = variants.into_iter().map(|row| row.error);
    let names = names.filter(|name| !is_reserved(name));
    names.map(Text::Borrowed).collect()
}

/// The names of all errors of a type, without those of Step Functions. Two variants may contain
/// one error.
pub fn error_names<E: TaskError>() -> ErrorNames {
    let mut names = selected_names(E::variants());
    let mut seen = HashSet::new();
    names.retain(|name| seen.insert(name.clone()));
    names.into()
}

/// The names of all errors of the type that the closure takes. It is never called.
pub fn error_names_of<E: TaskError>(_of: impl FnOnce(E)) -> ErrorNames {
    error_names::<E>()
}

/// A field of a caught error, as an expression of the catch edge.
pub fn error_field<E: TaskError>(variant: &str, field: &str) -> Expr {
    let shape: Option<fn() -> Shape> = find::<E>(variant)
        .and_then(|found| found.fields.iter().find(|(name, _)| *name == field))
        .map(|(_, shape)| *shape);
    Expr::new(match shape {
        Some(shape) => ExprNode::ErrorField(Text::Owned(field.to_owned()), shape),
        None if E::variants_inside(variant).is_some() => ExprNode::Refused(format!(
            "the variant `{variant}` is transparent, and a catch selects the names of the errors inside: write `{variant}(_)`, or call what fails with the \
             error inside in a fragment, and match the variants of that error"
        )),
        None => ExprNode::Refused(format!(
            "the field `{field}` of the error `{variant}` is not part of the cause, so a catch cannot bind it; take \
             `#[task_error(skip)]` or `#[source]` off it, or write `..`"
        )),
    })
}

/// [`error_names_of_variant`] of the error of a call. Without a bound on that error, which rustc
/// reports where the function returns it.
pub fn called_error_names_of_variant<C: CallOutcome>(variant: &str) -> ErrorNames {
    error_names_of_variant::<C::Error>(variant)
}

/// The names of all errors of a call.
pub fn called_error_names<C: CallOutcome>() -> ErrorNames {
    error_names::<C::Error>()
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
