//! Resolves who executes a task: handlers, mocks, nested state machines, activities.
//!
//! - A task that was running when its process ended is called again, lost, or waits for its handler
//!   (`resolve.rs`). `unhandled_tasks.rs` lists the waiting ones.
//! - Of the mocks of a single start, only a test case of the mock file is stored, by its name
//!   (`test_cases.rs`).
//! - `task/executor.rs` calls a handler, and runs it on another task or thread.
//!   `task/concurrency_limiter.rs` queues it while too many handlers run, and
//!   `task/blocking_watcher.rs` reports a handler that blocks its thread.

pub(super) mod call_site;
pub(super) mod handlers;
mod missing_handlers;
pub(super) mod resolve;
pub(super) mod task_sources;
pub(super) mod test_case_source;
pub(super) mod test_cases;
pub(super) mod unhandled_tasks;
