//! Lists and descriptions of executions, in memory and in the store.

pub(super) mod executions;
pub(super) mod list;
pub(super) mod list_index;
#[cfg(feature = "serve")]
pub(super) mod listed;
pub(super) mod listing;
pub(super) mod listing_job;
pub(super) mod stored_executions;
