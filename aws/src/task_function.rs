//! Task functions with erased types, for Lambda and for workers of activities.
//!
//! It adds the shared state to `stepwright::task::call`, which calls a task with its payload as
//! JSON text, and catches panics. `tests/aws` replaces AWS on loopback.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::Poll;

#[cfg(feature = "sfn")]
use stepwright::task::Runs;
use stepwright::task::{
    Cancelled, JsonCall, TASK_PANICKED, TaskFailure, TaskHost, call_json, panic_message,
};
use stepwright::{Handler, TaskContext};

/// The application's shared state, one value of each type.
pub(crate) type SharedState = HashMap<TypeId, Box<dyn Any + Send + Sync>>;

/// The JSON text of a task's output, or its failure.
pub(crate) type TaskResult = Result<String, TaskFailure>;

/// A task's function with erased types.
#[derive(Clone, Copy)]
pub(crate) struct TaskFunction {
    #[cfg(feature = "lambda")]
    pub(crate) type_id: TypeId,
    /// The name in definitions.
    pub(crate) name: &'static str,
    /// The Rust name.
    #[cfg(feature = "lambda")]
    pub(crate) function: &'static str,
    /// Where the function runs. Lambda ignores it.
    #[cfg(feature = "sfn")]
    pub(crate) runs: Runs,
    call: JsonCall,
}

impl TaskFunction {
    pub(crate) fn of<T: Handler>() -> Self {
        Self {
            #[cfg(feature = "lambda")]
            type_id: TypeId::of::<T>(),
            name: T::NAME,
            #[cfg(feature = "lambda")]
            function: T::FUNCTION,
            #[cfg(feature = "sfn")]
            runs: T::RUNS,
            call: call_json::<T>,
        }
    }

    /// Runs the function with its payload as JSON text. A panic is a failure, as in an engine.
    pub(crate) async fn call(self, host: FunctionContext, payload: String) -> TaskResult {
        let mut work = (self.call)(TaskContext::new(Arc::new(host)), payload);
        poll_fn(move |context| {
            let polled = catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context)));
            polled.unwrap_or_else(|panic| {
                let message = panic_message(panic);
                tracing::error!(task = self.name, message, "the task panicked");
                Poll::Ready(Err(TaskFailure::with_message(TASK_PANICKED, &message)))
            })
        })
        .await
    }
}

/// The context of a task.
pub(crate) struct FunctionContext {
    /// The application's own state.
    pub(crate) shared: Arc<SharedState>,
    /// State of this call only.
    pub(crate) own: Option<Box<dyn Any + Send + Sync>>,
    /// Cancellation and heartbeats of the call, where they are supported.
    pub(crate) signals: Option<Arc<dyn CallerLink>>,
}

/// The link between a running task and its caller.
pub(crate) trait CallerLink: Send + Sync {
    /// Whether the result is not awaited any more.
    fn is_cancelled(&self) -> bool;
    /// Returns a future that ends when the result is not awaited any more.
    fn cancelled(&self) -> Cancelled<'_>;
    /// Reports that the task is still running.
    fn heartbeat(&self);
}

impl FunctionContext {
    pub(crate) fn new(shared: Arc<SharedState>) -> Self {
        Self {
            shared,
            own: None,
            signals: None,
        }
    }
}

/// The execution is only known from the envelope of a `#[task(context)]`, which [`call_json`] adds.
impl TaskHost for FunctionContext {
    fn state(&self, type_id: TypeId) -> Option<&(dyn Any + Send + Sync)> {
        let own = self.own.as_deref();
        own.filter(|own| (*own).type_id() == type_id)
            .or_else(|| self.shared.get(&type_id).map(|state| &**state))
    }

    fn is_cancelled(&self) -> bool {
        let signals = self.signals.as_ref();
        signals.is_some_and(|signals| signals.is_cancelled())
    }

    fn cancelled(&self) -> Cancelled<'_> {
        match &self.signals {
            Some(signals) => signals.cancelled(),
            None => Box::pin(std::future::pending()),
        }
    }

    fn heartbeat(&self) {
        if let Some(signals) = &self.signals {
            signals.heartbeat();
        }
    }
}
