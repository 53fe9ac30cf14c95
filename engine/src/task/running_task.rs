//! The attempt that a handler runs for: its ids, its heartbeat, and its cancellation.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use smol_str::SmolStr;
use stepwright_interpreter::ExecutionInfo;
use stepwright_interpreter::task::TraceContext;
use tokio::sync::Notify;

use super::Responder;

/// The application's shared state, one value of each type.
pub(crate) type SharedState = HashMap<TypeId, Box<dyn Any + Send + Sync>>;

/// One attempt at a Task state, as its handler knows it.
///
/// A task whose result is not awaited any more is dropped at its next await. Work that it has moved
/// to other threads or tasks continues; the attempt notifies it.
pub struct RunningTask {
    pub(crate) shared: Arc<SharedState>,
    pub(crate) about: Arc<ExecutionInfo>,
    /// The context of the attempt's span.
    pub(crate) trace: Option<Arc<TraceContext>>,
    /// When the execution started, formatted on demand.
    pub(crate) started: OnceLock<String>,
    pub(crate) state: SmolStr,
    pub(crate) attempt: u32,
    pub(crate) responder: Responder,
    /// Whether the result is not awaited any more.
    pub(crate) is_over: AtomicBool,
    pub(crate) ended: Notify,
}

impl fmt::Debug for RunningTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunningTask")
            .field("execution", &self.about.id())
            .field("state", &self.state)
            .field("attempt", &self.attempt)
            .finish_non_exhaustive()
    }
}

impl RunningTask {
    fn trace_context(&self) -> Option<&TraceContext> {
        let of_attempt = self.trace.as_deref();
        of_attempt.or_else(|| self.about.trace_context())
    }

    /// Marks the attempt as over: it was answered, it timed out, or its execution ended.
    pub(crate) fn end(self: Arc<Self>) {
        // Most tasks are answered immediately, and their context is not used any more.
        if Arc::strong_count(&self) == 1 {
            return;
        }
        self.is_over.store(true, Ordering::Release);
        self.ended.notify_waiters();
    }
}

impl RunningTask {
    /// Returns the application's shared state of this type.
    pub fn state(&self, type_id: TypeId) -> Option<&(dyn Any + Send + Sync)> {
        self.shared.get(&type_id).map(|state| &**state)
    }

    /// Whether the result is no longer needed.
    pub fn is_cancelled(&self) -> bool {
        self.is_over.load(Ordering::Acquire)
    }

    /// Completes when the result is no longer needed.
    pub async fn cancelled(&self) {
        let mut ended = std::pin::pin!(self.ended.notified());
        // Registered before the flag is read, so that no end is missed.
        ended.as_mut().enable();
        if !self.is_cancelled() {
            ended.await;
        }
    }

    /// Restarts the heartbeat timeout.
    pub fn heartbeat(&self) {
        self.responder.heartbeat();
    }

    /// Returns the ARN of the execution.
    pub fn execution(&self) -> &str {
        self.about.id()
    }

    /// Returns the name of the state.
    pub fn state_name(&self) -> &str {
        &self.state
    }

    /// Returns the number of earlier attempts.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// Returns the start time of the execution, in RFC 3339.
    pub fn start_time(&self) -> &str {
        let started = || self.about.started.to_string();
        self.started.get_or_init(started)
    }

    /// Returns the position of the task in a distributed trace.
    pub fn traceparent(&self) -> Option<&str> {
        self.trace_context().map(TraceContext::traceparent)
    }

    /// Returns the data of tracing systems.
    pub fn tracestate(&self) -> Option<&str> {
        self.trace_context()?.tracestate()
    }
}
