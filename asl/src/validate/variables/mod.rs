//! Workflow variables: where they are assigned and read, and whether every path to a read assigns
//! them.

mod data;
mod evaluated_reads;
mod find;
mod places;
mod references;
mod unassigned;

pub(super) use data::{Assignment, DefinitionVariables, VariableUses};
pub use evaluated_reads::{EvaluatedRead, evaluated_reads};
pub(super) use find::find_variables;
pub use places::{VariablePlace, variable_places};
pub use references::variable_references;
