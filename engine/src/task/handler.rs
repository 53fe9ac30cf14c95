//! Handlers without their Rust types, the conversion of their values, and how they are found.

use std::any::TypeId;
use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use smol_str::SmolStr;
use stepwright_asl::errors::{INVALID_INPUT, INVALID_OUTPUT};
use stepwright_interpreter::value::Value;

use super::concurrency_limiter::WaitQueue;
use super::{RunningTask, TaskFailure, TaskFuture};

/// Where a handler runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunsOn {
    /// In the task of the execution.
    Execution,
    /// In a separate task.
    Task,
    /// On a thread for blocking work.
    Thread,
}

/// Calls a handler: with its attempt, if it takes one, and with its payload.
type CallHandler = dyn Fn(Option<Arc<RunningTask>>, Value) -> TaskFuture + Send + Sync;

/// A handler with erased types, with where it runs and whether it is idempotent.
#[derive(Clone)]
pub struct ErasedHandler {
    pub(super) call: Arc<CallHandler>,
    /// Whether it gets the attempt that it runs for.
    pub(crate) takes_attempt: bool,
    /// The name for messages.
    pub(crate) name: SmolStr,
    pub(crate) runs_on: RunsOn,
    /// Whether it may be called again after its process ended while it was running.
    pub(crate) is_idempotent: bool,
    /// The queue of its calls, when their number is limited.
    pub(super) queue: Option<WaitQueue>,
}

impl fmt::Debug for ErasedHandler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ErasedHandler")
            .field("name", &self.name)
            .field("runs_on", &self.runs_on)
            .finish_non_exhaustive()
    }
}

impl ErasedHandler {
    /// Creates a handler that gets its attempt, and is not idempotent.
    pub fn new(
        name: SmolStr,
        runs_on: RunsOn,
        call: impl Fn(Option<Arc<RunningTask>>, Value) -> TaskFuture + Send + Sync + 'static,
    ) -> Self {
        Self {
            call: Arc::new(call),
            takes_attempt: true,
            name,
            runs_on,
            is_idempotent: false,
            queue: None,
        }
    }

    /// Sets whether it may be called again.
    #[must_use]
    pub fn idempotent(mut self, is_idempotent: bool) -> Self {
        self.is_idempotent = is_idempotent;
        self
    }

    /// Sets whether it gets its attempt.
    #[must_use]
    pub fn taking_attempt(mut self, takes_attempt: bool) -> Self {
        self.takes_attempt = takes_attempt;
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

/// Erases the types of a user's closure. `failure` turns its error into that of the task: a
/// function item, which takes no space in the future of each call.
pub(crate) fn of_closure<I, O, E, F, Fut>(
    key: &str,
    failure: impl Fn(E) -> TaskFailure + Copy + Send + Sync + 'static,
    closure: F,
) -> ErasedHandler
where
    I: DeserializeOwned + Send + 'static,
    O: Serialize + 'static,
    E: 'static,
    F: Fn(I) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<O, E>> + Send + 'static,
{
    let closure = Arc::new(closure);
    let handler = ErasedHandler::new(key.into(), RunsOn::Execution, move |_, payload| {
        let closure = closure.clone();
        Box::pin(async move {
            let work = closure(into_typed(payload)?);
            // Without `map_err` and `?`, each of which moves the output.
            match work.await {
                Ok(output) => from_typed(output),
                Err(error) => Err(failure(error)),
            }
        })
    });
    handler.taking_attempt(false)
}

/// Reads a payload as the type of a handler's input.
///
/// # Errors
///
/// `Stepwright.InvalidInput` with the field that does not match.
#[inline]
pub fn into_typed<I: DeserializeOwned + 'static>(payload: Value) -> Result<I, TaskFailure> {
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

/// Writes the output of a handler as JSON.
///
/// # Errors
///
/// `Stepwright.InvalidOutput` for a value that JSON does not have.
#[inline]
pub fn from_typed<O: Serialize + 'static>(output: O) -> Result<Value, TaskFailure> {
    Value::from_owned(output)
        .map_err(|error| TaskFailure::with_message(INVALID_OUTPUT, &error.to_string()))
}
