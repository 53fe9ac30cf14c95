//! Timelines of executions.

mod variables;
mod visits;
