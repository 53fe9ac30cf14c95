//! Workflows that a team would really have, as a library, so that the tests run the very same ones.

pub mod escalation;
pub mod order_processing;
pub mod patterns;
