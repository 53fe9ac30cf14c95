//! The tests of the search and of properties.

mod derived_schemas;
mod handled_errors;
mod monitors;
mod planted_bugs;
mod reached_parts;
mod read_fields;
mod search;
