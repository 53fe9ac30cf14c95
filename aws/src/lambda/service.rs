//! One task as a service for lambda_runtime.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use lambda_runtime::{Diagnostic, LambdaEvent, Service};
use serde_json::Value;
use serde_json::value::RawValue;
use stepwright::task::{INVALID_OUTPUT, TaskFailure};

use crate::task_function::{FunctionContext, SharedState, TaskFunction};

/// A task as a service of [`lambda_runtime`]: it takes an event, and returns the task's output or
/// its failure. [`Tasks::service`](super::Tasks::service) creates it.
#[derive(Clone)]
pub struct TaskService {
    task: TaskFunction,
    shared: Arc<SharedState>,
}

impl TaskService {
    pub(super) fn new(task: TaskFunction, shared: SharedState) -> Self {
        Self {
            task,
            shared: Arc::new(shared),
        }
    }

    /// Returns the name of the task in definitions.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.task.name
    }
}

impl fmt::Debug for TaskService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TaskService").field(&self.task.name).finish()
    }
}

impl Service<LambdaEvent<Box<RawValue>>> for TaskService {
    type Response = Box<RawValue>;
    type Error = FunctionError;
    type Future = Pin<Box<dyn Future<Output = Result<Box<RawValue>, FunctionError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), FunctionError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, event: LambdaEvent<Box<RawValue>>) -> Self::Future {
        let task = self.task;
        let mut host = FunctionContext::new(self.shared.clone());
        host.own = Some(Box::new(event.context));
        Box::pin(async move {
            let payload = Box::<str>::from(event.payload).into_string();
            let output = task.call(host, payload).await.map_err(FunctionError)?;
            RawValue::from_string(output).map_err(|error| {
                FunctionError(TaskFailure::with_message(
                    INVALID_OUTPUT,
                    &error.to_string(),
                ))
            })
        })
    }
}

/// The failure of a function's call.
///
/// It becomes the source of `Error` and `Cause` in Step Functions: Lambda returns
/// `{"errorType", "errorMessage"}`, of which `errorType` is the `Error`, and the whole object is
/// the `Cause`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionError(pub TaskFailure);

impl From<FunctionError> for Diagnostic {
    fn from(FunctionError(failure): FunctionError) -> Self {
        let cause = failure.cause.unwrap_or_default();
        // The fields of a Rust task's cause are the name and this message.
        let message = serde_json::from_str(&cause)
            .ok()
            .and_then(
                |mut cause: Value| match cause.get_mut("errorMessage").map(Value::take) {
                    Some(Value::String(message)) => Some(message),
                    _ => None,
                },
            );
        Self {
            error_type: failure.error.unwrap_or_default(),
            // A cause may have another format.
            error_message: message.unwrap_or(cause),
        }
    }
}
