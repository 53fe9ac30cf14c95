//! Deletes closed executions after their retention time, and the versions that no execution uses.
//!
//! `retention_thread.rs` is the thread, `retention_job.rs` its work. `stored_versions.rs` protects
//! the versions that a start needs.

pub(super) mod delete;
pub(super) mod retention_job;
pub(super) mod retention_thread;
pub(super) mod stored_versions;
pub(super) mod trusted_clock;
