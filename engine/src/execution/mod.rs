//! The data of executions: their states and messages, what begins them, what reports their end, and
//! which ones the engine has.

pub(super) mod drain;
pub(super) mod execution_state;
pub(super) mod executions;
pub(super) mod list_index;
pub(super) mod message;
pub(super) mod parent_link;
pub(super) mod parked_execution;
pub(super) mod pending_execution;
pub(super) mod redrive_data;
pub(super) mod report;
pub(super) mod retention;
pub(super) mod running_slot;
