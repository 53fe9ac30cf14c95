//! Realistic workflows as a library, so that the tests run the same workflows.

pub mod escalation;
pub mod order_processing;
pub mod patterns;
