//! The names of a definition: where states and variables are named, and what a state can read.

pub(crate) mod references;
pub(crate) mod state_names;
pub(crate) mod variable_names;
pub(crate) mod variables_in_scope;
