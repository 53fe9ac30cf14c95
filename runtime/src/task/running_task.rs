use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use smol_str::SmolStr;
use stepwright::task::{Cancelled, TaskHost};
use stepwright_interpreter::ExecutionInfo;
use stepwright_interpreter::task::TraceContext;
use tokio::sync::Notify;

use super::Responder;

/// The application's shared state, one value of each type.
pub(crate) type SharedState = HashMap<TypeId, Box<dyn Any + Send + Sync>>;

/// The context of a task function: one attempt at a Task state.
///
/// A task whose result is not awaited any more is dropped at its next await. Work that it has moved
/// to other threads or tasks continues; this context notifies it.
pub(crate) struct RunningTask {
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

impl TaskHost for RunningTask {
    fn state(&self, type_id: TypeId) -> Option<&(dyn Any + Send + Sync)> {
        self.shared.get(&type_id).map(|state| &**state)
    }

    fn is_cancelled(&self) -> bool {
        self.is_over.load(Ordering::Acquire)
    }

    fn cancelled(&self) -> Cancelled<'_> {
        Box::pin(async move {
            let mut ended = std::pin::pin!(self.ended.notified());
            // Registered before the flag is read, so that no end is missed.
            ended.as_mut().enable();
            if !self.is_cancelled() {
                ended.await;
            }
        })
    }

    fn heartbeat(&self) {
        self.responder.heartbeat();
    }

    fn execution(&self) -> Option<&str> {
        Some(self.about.id())
    }

    fn state_name(&self) -> Option<&str> {
        Some(&self.state)
    }

    fn attempt(&self) -> Option<u32> {
        Some(self.attempt)
    }

    fn start_time(&self) -> Option<&str> {
        let started = || self.about.started.to_string();
        Some(self.started.get_or_init(started))
    }

    fn traceparent(&self) -> Option<&str> {
        self.trace_context().map(TraceContext::traceparent)
    }

    fn tracestate(&self) -> Option<&str> {
        self.trace_context()?.tracestate()
    }
}
