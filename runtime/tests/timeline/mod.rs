//! Timelines of executions.

mod explain;
mod sources;
mod variables;
mod visits;
