//! What fields, states and functions mean, for completion and hover.

mod fields;
mod functions;

pub(crate) use fields::{field, state_type};
pub(crate) use functions::function;
