//! For any definition, input and tasks: nothing panics, hangs or overflows the stack, an execution
//! ends within its limits, the same seed produces the same history, and the execution is within its
//! estimate.

mod debug;
mod estimate;
mod explain;
mod extremes;
mod generate;
mod nested_containers;
mod random;
mod recordings;
mod run;
mod timeline;
