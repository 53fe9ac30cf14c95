//! Random well-typed expressions: grown from a grammar, with names that collide with names of the
//! lowering.
//!
//! `cargo run -p stepwright-tests --bin random_expressions` writes a crate of them and runs it;
//! `tests/tests/random_expressions` holds a sample. `function` grows `#[workflow]` functions, for
//! `--bin random_functions` and `tests/tests/functions`. `flow` grows whole workflows around such
//! expressions, for `--bin random_workflows` and `tests/tests/random_workflows`.

mod batch;
mod compile;
mod conversion;
mod crates;
mod decimals;
mod draw;
mod flow;
mod function;
mod grow;
mod kind;
mod names;
mod own;
mod program;
mod rules;

pub use batch::{Batch, Program};
pub use compile::{Refused, report_refused};
pub use conversion::{Conversions, Report};
pub use crates::{Crates, GeneratedRow};
pub use flow::{FlowRow, flows};
pub use function::{FunctionSource, functions};
pub use grow::Options;
pub use program::{ProgramRow, program};
