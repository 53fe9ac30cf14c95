//! The distributed trace of a request.

use stepwright_engine::TraceContext;

tokio::task_local! {
    /// The trace that the request continues; not set if the request has none.
    pub(crate) static TRACE: TraceContext;
}

/// Returns the trace of the request that this task performs.
pub(crate) fn current() -> Option<TraceContext> {
    TRACE.try_with(Clone::clone).ok()
}
