//! Random JSONPath machines, which run in both query languages.
//!
//! A machine grows from the shape of its input: each field reads values that exist, so most
//! executions satisfy the assumptions of the conversion. An execution in which a path finds nothing
//! is counted and not compared.

mod check;
mod compare;
mod condition;
mod convert;
mod data;
mod machine;
mod names;
mod path;
mod report;
mod run;
mod shape;
mod shrink;

pub use report::{Conversions, Report};
