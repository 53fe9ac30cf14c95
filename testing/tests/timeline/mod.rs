//! Timelines of executions.

mod explain;
mod field_order;
mod sources;
mod variables;
mod visits;
