//! Random whole workflows, each as `workflow!` and as the same control flow in plain Rust.
//!
//! [`Scope`] grows a workflow, a branch or the body of a map: a graph of states whose edges lead
//! forward, except those that a counter bounds. Each state writes both of its halves. A variable of
//! the workflow is a slot (`__s3`) of the Rust half, which each state reads into a name.

mod choice;
mod container;
mod ending;
mod failing;
mod names;
mod program;
mod scope;
mod state;
mod task;

pub use program::{FlowRow, flows};
