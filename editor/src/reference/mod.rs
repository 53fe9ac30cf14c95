//! What fields, states and functions mean, for completion and hover.

mod context;
mod errors;
mod fields;
mod functions;

pub(crate) use context::{context_meaning, context_members};
pub(crate) use errors::error_meaning;
pub(crate) use fields::{field, page, state_type};
pub(crate) use functions::function;

/// Returns the meaning of a field of a structure of the States Language, as one sentence or more.
///
/// ```
/// let meaning = stepwright_editor::field_meaning("Retrier", "MaxAttempts");
/// assert!(meaning.is_some_and(|meaning| meaning.contains("retries")));
/// ```
pub fn field_meaning(structure: &str, field: &str) -> Option<String> {
    fields::field(structure, field)
}
