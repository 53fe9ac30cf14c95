use std::any::TypeId;
use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use smol_str::SmolStr;
use stepwright::task::{
    INVALID_INPUT, INVALID_OUTPUT, IntoTaskFailure, JsonCall, Runs, WithContext,
};
use stepwright::{Handler, TaskContext};
use stepwright_interpreter::value::Value;

use super::concurrency_limiter::WaitQueue;
use super::{TaskFailure, TaskFuture};

/// A handler with erased types, with where it runs and whether it is idempotent.
#[derive(Clone)]
pub(crate) struct ErasedHandler {
    pub(super) call: Arc<dyn Fn(TaskContext, Value) -> TaskFuture + Send + Sync>,
    /// Whether it uses its context. Other handlers get a detached context.
    pub(crate) takes_context: bool,
    /// The name for messages.
    pub(crate) name: SmolStr,
    pub(crate) runs: Runs,
    /// Whether it may be called again after its process ended while it was running.
    pub(crate) is_idempotent: bool,
    /// The queue of its calls, when their number is limited.
    pub(super) queue: Option<WaitQueue>,
}

impl ErasedHandler {
    fn new(
        name: SmolStr,
        runs: Runs,
        call: impl Fn(TaskContext, Value) -> TaskFuture + Send + Sync + 'static,
    ) -> Self {
        Self {
            call: Arc::new(call),
            takes_context: true,
            name,
            runs,
            is_idempotent: false,
            queue: None,
        }
    }

    /// Sets whether it may be called again.
    pub(crate) fn idempotent(mut self, is_idempotent: bool) -> Self {
        self.is_idempotent = is_idempotent;
        self
    }

    /// Sets whether it uses its context.
    fn taking_context(mut self, takes_context: bool) -> Self {
        self.takes_context = takes_context;
        self
    }

    /// Makes its calls wait in this queue for a permit.
    pub(crate) fn queue_in(&mut self, queue: &WaitQueue) {
        self.queue = Some(queue.clone());
    }
}

/// A handler, and how it is called.
#[derive(Clone)]
pub(crate) struct ResolvedHandler {
    pub(crate) handler: ErasedHandler,
    /// Whether it is a function: it takes the payload, and its result is put into the integration's
    /// envelope.
    pub(crate) is_function: bool,
}

/// How the handler for the calls of one Task state is found.
#[derive(Clone, Default)]
pub(crate) enum Resolution {
    /// The same handler for all calls, resolved when the engine was built.
    Always(Option<ResolvedHandler>),
    /// It depends on the target in the parameters.
    #[default]
    ByTarget,
}

impl Resolution {
    /// Returns the handler for one call; `search` looks for the target in its parameters.
    pub(crate) fn find(
        &self,
        search: impl FnOnce() -> Option<ResolvedHandler>,
    ) -> Option<Cow<'_, ResolvedHandler>> {
        match self {
            Self::Always(found) => found.as_ref().map(Cow::Borrowed),
            Self::ByTarget => search().map(Cow::Owned),
        }
    }
}

impl Resolution {
    /// Returns the handler, if all calls have the same one.
    #[inline]
    pub(crate) fn known(&self) -> Option<&ResolvedHandler> {
        match self {
            Self::Always(found) => found.as_ref(),
            Self::ByTarget => None,
        }
    }

    /// Returns the name of the handler, if all calls have the same handler.
    pub(crate) fn name(&self) -> Option<SmolStr> {
        match self {
            Self::Always(Some(found)) => Some(found.handler.name.clone()),
            Self::Always(None) | Self::ByTarget => None,
        }
    }
}

impl fmt::Debug for Resolution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Always(Some(_)) => "Handler",
            Self::Always(None) => "NoHandler",
            Self::ByTarget => "ByTarget",
        })
    }
}

/// Creates the handler of a workflow's task function.
pub(crate) fn of_task<T: Handler>() -> ErasedHandler {
    let name = SmolStr::new_static(T::FUNCTION);
    let handler = ErasedHandler::new(name, T::RUNS, |context, payload| {
        Box::pin(async move {
            let input = if T::SENDS_CONTEXT {
                into_typed::<WithContext<T::Input>>(payload)?.input
            } else {
                into_typed::<T::Input>(payload)?
            };
            let output = T::call(context, input).await;
            from_typed(output.map_err(IntoTaskFailure::into_task_failure)?)
        })
    });
    handler
        .idempotent(T::IDEMPOTENT)
        .taking_context(T::TAKES_CONTEXT)
}

/// Creates the handler of a built workflow's task, which takes and returns JSON text.
pub(crate) fn of_call(function: &'static str, call: JsonCall, runs: Runs) -> ErasedHandler {
    let name = SmolStr::new_static(function);
    ErasedHandler::new(name, runs, move |context, payload| {
        Box::pin(async move {
            let output = call(context, payload.to_text()).await?;
            Value::from_text(&output)
                .map_err(|error| TaskFailure::with_message(INVALID_OUTPUT, &error.to_string()))
        })
    })
}

/// Erases the types of a user's closure.
pub(crate) fn of_closure<I, O, E, F, Fut>(key: &str, closure: F) -> ErasedHandler
where
    I: DeserializeOwned + Send + 'static,
    O: Serialize + 'static,
    E: IntoTaskFailure,
    F: Fn(I) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<O, E>> + Send + 'static,
{
    let closure = Arc::new(closure);
    let handler = ErasedHandler::new(key.into(), Runs::InPlace, move |_context, payload| {
        let closure = closure.clone();
        Box::pin(async move {
            let work = closure(into_typed(payload)?);
            // Without `map_err` and `?`, each of which moves the output.
            match work.await {
                Ok(output) => from_typed(output),
                Err(failure) => Err(failure.into_task_failure()),
            }
        })
    });
    handler.taking_context(false)
}

#[inline]
fn into_typed<I: DeserializeOwned + 'static>(payload: Value) -> Result<I, TaskFailure> {
    let is_converted = TypeId::of::<I>() != TypeId::of::<Value>();
    let is_empty = is_converted
        && payload
            .as_object()
            .is_some_and(|members| members.is_empty());
    let error = match payload.into_owned() {
        Ok(typed) => return Ok(typed),
        Err(error) => error,
    };
    // Lambda passes `{}` for `null`.
    let of_null = is_empty.then(|| Value::Null.into_owned().ok()).flatten();
    of_null.ok_or_else(|| TaskFailure::with_message(INVALID_INPUT, &error.to_string()))
}

#[inline]
fn from_typed<O: Serialize + 'static>(output: O) -> Result<Value, TaskFailure> {
    Value::from_owned(output)
        .map_err(|error| TaskFailure::with_message(INVALID_OUTPUT, &error.to_string()))
}
