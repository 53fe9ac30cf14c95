//! Lists and descriptions of executions, in memory and in the store.

mod blocking_queries;
pub(super) mod child_list;
mod data_operations;
pub(super) mod execution_data;
pub(super) mod execution_list;
pub(super) mod list_columns;
pub(super) mod offline_abort;
mod query_operations;
mod read_settings;
pub(super) mod store_check;
pub(super) mod store_export;
pub(super) mod stored_executions;
pub(super) mod stored_map_runs;
