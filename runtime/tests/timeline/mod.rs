//! Timelines of executions.

mod explain;
mod variables;
mod visits;
