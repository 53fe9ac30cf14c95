//! Finds the task source that stops a job; a source that panics is skipped.

use std::sync::Arc;

use stepwright_interpreter::value::Value;

use crate::panics::guarded;
use crate::task::{JobStopFuture, TaskSource};

/// Returns the future that stops a job by its request; `None` if no source stops it.
pub(crate) fn job_stop<'a>(
    mut sources: impl Iterator<Item = &'a Arc<dyn TaskSource>>,
    request: &Value,
) -> Option<JobStopFuture> {
    sources.find_map(|source| match guarded(|| source.stop_job(request)) {
        Ok(stop) => stop,
        Err(message) => {
            tracing::error!("the source of a job panicked when it was stopped: {message}");
            None
        }
    })
}
