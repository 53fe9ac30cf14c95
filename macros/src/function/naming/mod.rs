//! Names: of states, of variables, of patterns, and the names in expressions.

pub(super) mod final_names;
pub(super) mod name_attributes;
mod name_resolver;
pub(super) mod names;
pub(super) mod pattern_names;
pub(super) mod state_name;
