//! Workflow variables: where they are assigned and read, and whether every way to a reader assigns them.

mod data;
mod find;
mod references;
mod unassigned;

pub(super) use data::{Assignment, Variables};
pub(super) use find::find_variables;
pub use references::variable_references;
