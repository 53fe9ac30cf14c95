//! Lowers the flow tree to ASL.
//!
//! `scope` finds the variables, `shape_inference` their shapes; `state` lowers single states;
//! `jsonata` and `jsonpath` lower their expressions; `machine` combines the results. `syntax` is
//! JSONata itself, and `code` is a part of it with the shape of its value. Everything that ASL
//! cannot express is a fault, and all faults are reported together.

mod addresses;
mod code;
mod env;
mod field_sources;
mod jsonata;
mod jsonpath;
mod known;
mod machine;
mod members;
mod passed_value;
mod pattern;
mod reads;
mod redaction;
mod refused;
mod report;
mod results;
mod same_name;
mod scope;
mod shape_inference;
mod state;
mod state_result;
mod syntax;
mod text;
mod tree;
mod unhandled;

#[cfg(test)]
mod tests;

pub(crate) use self::machine::lower_with_faults;
pub(crate) use self::passed_value::handed_into;
pub(crate) use self::unhandled::unhandled;
