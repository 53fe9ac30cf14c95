//! Random well-typed expressions: grown from a grammar, bound to names that collide with what the lowering writes.
//!
//! `cargo run -p stepwright-tests --bin random_expressions` writes a crate of them and runs it; `tests/tests/random_expressions` holds a sample.

mod draw;
mod grow;
mod kind;
mod names;
mod own;
mod program;
mod rules;

pub use grow::Options;
pub use program::{Program, program, rows_module};
