//! The operations, a file for each group.

pub(super) mod activities;
pub(super) mod aliases;
mod configuration;
pub(super) mod executions;
pub(super) mod map_runs;
pub(super) mod state_machines;
pub(super) mod tags;
pub(super) mod test_state;
pub(super) mod tokens;
pub(super) mod validate;
pub(super) mod versions;
