//! Starts executions: options, inputs, redrives and inspections of single states.

pub(super) mod from_state;
pub(super) mod inspect;
pub(super) mod redrive;
pub(super) mod resume;
mod start_operations;
