//! The operations, a file for each group.

pub(super) mod configuration;
pub(super) mod executions;
pub(super) mod state_machines;
