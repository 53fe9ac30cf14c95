//! The tests of the search and of properties.

mod monitors;
mod planted_bugs;
mod search;
