//! For any definition, input and tasks: nothing panics, hangs or overflows the stack, an execution
//! ends within its limits, the same seed produces the same history, and the execution is within its
//! estimate.

mod estimate;
mod explain;
mod extremes;
pub(crate) mod generate;
mod nested_containers;
mod random;
mod recordings;
pub(crate) mod run;
mod timeline;
