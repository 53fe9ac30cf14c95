//! Starts executions: options, inputs, redrives and inspections of single states.

pub(super) mod from_state;
pub(super) mod input;
pub(super) mod inspect;
pub(super) mod launch;
pub(super) mod options;
pub(super) mod pending_execution;
pub(super) mod redrive;
pub(super) mod redrive_data;
mod start_operations;
