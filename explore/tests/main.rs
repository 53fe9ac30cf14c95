//! The tests of the search and of properties.

mod derived_schemas;
mod monitors;
mod planted_bugs;
mod search;
