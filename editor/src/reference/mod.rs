//! What fields, states and functions mean, for completion and hover.

mod context;
mod fields;
mod functions;

pub(crate) use context::{context_meaning, context_members};
pub(crate) use fields::{field, page, state_type};
pub(crate) use functions::function;
