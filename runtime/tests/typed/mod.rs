//! What engines do with Rust types: inputs, outputs, errors, handlers.

mod cancelled;
mod concurrency_limits;
mod depth;
mod executors;
mod lost_tasks;
mod testing_guide;
mod workflows;
