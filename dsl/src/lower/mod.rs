//! From the flow tree to ASL.
//!
//! `scope` finds variables and what they hold; `state` makes one state of one state; `jsonata` and `jsonpath` write its
//! expressions; `machine` puts the whole together. Everything that cannot be said is a fault, and all are reported at once.

mod addresses;
mod env;
mod handed;
mod jsonata;
mod jsonpath;
mod machine;
mod members;
mod pattern;
mod reads;
mod redaction;
mod refused;
mod report;
mod results;
mod scope;
mod state;
mod text;
mod tree;
mod unhandled;

#[cfg(test)]
mod tests;

pub(crate) use self::handed::handed_into;
pub(crate) use self::machine::faults;
pub(crate) use self::unhandled::unhandled;
