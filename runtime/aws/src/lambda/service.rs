//! One task as a service for lambda_runtime.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use lambda_runtime::{Diagnostic, LambdaEvent, Service};
use serde::Deserialize;
use serde_json::Value as Json;
use serde_json::value::RawValue;

use crate::task::handler::INVALID_INPUT;
use crate::task::{FunctionContext, SharedState, TaskFailure, TaskFunction, TaskResult};
use crate::value::Value;

/// A task as a service of [`lambda_runtime`]: it takes an event, and returns the task's output or its failure.
/// [`Tasks::service`](super::Tasks::service) creates it.
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
    type Response = Value;
    type Error = TaskFailure;
    type Future = Pin<Box<dyn Future<Output = TaskResult> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TaskFailure>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, event: LambdaEvent<Box<RawValue>>) -> Self::Future {
        let task = self.task;
        let mut surroundings = FunctionContext::new(self.shared.clone());
        surroundings.own = Some(Box::new(event.context));
        Box::pin(async move {
            // The depth limit is that of an execution's values; serde_json allows only 128 levels.
            let payload = Value::from_text(event.payload.get())
                .map_err(|error| TaskFailure::internal(INVALID_INPUT, &error.to_string()))?;
            task.call(surroundings, payload).await
        })
    }
}

/// The source of `Error` and `Cause` in Step Functions: Lambda returns `{"errorType", "errorMessage"}`, of which `errorType` is the `Error`, and the
/// whole object is the `Cause`.
impl From<TaskFailure> for Diagnostic {
    fn from(failure: TaskFailure) -> Self {
        let cause = failure.cause.unwrap_or_default();
        let error_message = match serde_json::from_str::<RustCause>(&cause) {
            Ok(RustCause {
                error_message: Json::String(message),
            }) => message,
            // A cause in another format.
            _ => cause,
        };
        Self {
            error_type: failure.error.unwrap_or_default(),
            error_message,
        }
    }
}

/// The fields of a Rust task's cause in addition to the name.
#[derive(Deserialize)]
struct RustCause {
    #[serde(rename = "errorMessage")]
    error_message: Json,
}
