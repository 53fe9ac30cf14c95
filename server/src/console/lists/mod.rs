//! Pages that list state machines, executions, failures, waiting tasks or activities.

pub(super) mod activities;
mod child_matches;
pub(super) mod confirm;
pub(super) mod error_index;
pub(super) mod executions;
pub(super) mod export;
pub(super) mod failure_cache;
pub(super) mod failures;
pub(super) mod machines;
pub(super) mod map_run;
mod text_search;
pub(super) mod waiting;
