//! Task functions outside of an engine: as Lambda functions, and for the workers of activities.

use std::any::{Any, TypeId};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
#[cfg(feature = "aws")]
use stepwright::task::Runs;
use stepwright::task::{Cancelled, SentContext, TaskHost, WithContext};
use stepwright::{Handler, TaskContext};

use super::handler::{PANICKED, from_typed, into_typed};
use super::{SharedState, TaskFailure, TaskFuture, TaskResult};
use crate::panics::said;
use crate::value::Value;

/// A task's function with erased types.
#[derive(Clone, Copy)]
pub(crate) struct TaskFunction {
    pub(crate) type_id: TypeId,
    /// The name in definitions.
    pub(crate) name: &'static str,
    /// The Rust name.
    pub(crate) function: &'static str,
    /// Where the function runs. Lambda ignores it.
    #[cfg(feature = "aws")]
    pub(crate) runs: Runs,
    call: fn(FunctionContext, Value) -> TaskFuture,
}

impl TaskFunction {
    pub(crate) fn of<T: Handler>() -> Self {
        Self {
            type_id: TypeId::of::<T>(),
            name: T::NAME,
            function: T::FUNCTION,
            #[cfg(feature = "aws")]
            runs: T::RUNS,
            call: call::<T>,
        }
    }

    /// Whether this is the task's name, in definitions or in Rust.
    pub(crate) fn is_named(&self, name: &str) -> bool {
        self.name == name || self.function == name
    }

    /// Runs the function. A panic is a failure, as in an engine.
    pub(crate) async fn call(self, surroundings: FunctionContext, payload: Value) -> TaskResult {
        let work = AssertUnwindSafe(async move { (self.call)(surroundings, payload).await });
        work.catch_unwind().await.unwrap_or_else(|panic| {
            let message = said(panic);
            tracing::error!(task = self.name, message, "the task panicked");
            Err(TaskFailure::internal(PANICKED, &message))
        })
    }
}

fn call<T: Handler>(mut surroundings: FunctionContext, payload: Value) -> TaskFuture {
    Box::pin(async move {
        let input = if T::SENDS_CONTEXT {
            let sent = into_typed::<WithContext<T::Input>>(payload)?;
            surroundings.sent = Some(sent.context);
            sent.input
        } else {
            into_typed::<T::Input>(payload)?
        };
        let context = TaskContext::new(Arc::new(surroundings));
        from_typed(T::call(context, input).await?)
    })
}

/// The context of a task.
pub(crate) struct FunctionContext {
    /// The application's own state.
    pub(crate) shared: Arc<SharedState>,
    /// State of this call only.
    pub(crate) own: Option<Box<dyn Any + Send + Sync>>,
    /// Cancellation and heartbeats of the call, where they are supported.
    pub(crate) signals: Option<Arc<dyn CallerLink>>,
    /// The context that was sent with the input of a `#[task(context)]`.
    sent: Option<SentContext>,
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
            sent: None,
        }
    }
}

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

    fn execution(&self) -> Option<&str> {
        Some(&self.sent.as_ref()?.execution)
    }

    fn state_name(&self) -> Option<&str> {
        Some(&self.sent.as_ref()?.state)
    }

    fn attempt(&self) -> Option<u32> {
        Some(self.sent.as_ref()?.attempt)
    }

    fn start_time(&self) -> Option<&str> {
        Some(&self.sent.as_ref()?.start_time)
    }
}
