//! Task functions as handlers of the engine.

use std::any::{Any, TypeId};
use std::sync::Arc;

use smol_str::SmolStr;
use stepwright::task::{
    Cancelled, INVALID_OUTPUT, IntoTaskFailure, JsonCall, Runs, TaskHost, WithContext,
};
use stepwright::{Handler, TaskContext};
use stepwright_engine::registration::{ErasedHandler, RunningTask, RunsOn, from_typed, into_typed};
use stepwright_engine::task::TaskFailure;
use stepwright_engine::value::Value;

/// Creates the handler of a workflow's task function.
pub(crate) fn of_task<T: Handler>() -> ErasedHandler {
    let name = SmolStr::new_static(T::FUNCTION);
    let handler = ErasedHandler::new(name, runs_on(T::RUNS), |attempt, payload| {
        Box::pin(async move {
            let input = if T::SENDS_CONTEXT {
                into_typed::<WithContext<T::Input>>(payload)?.input
            } else {
                into_typed::<T::Input>(payload)?
            };
            let output = T::call(context(attempt), input).await;
            from_typed(output.map_err(IntoTaskFailure::into_task_failure)?)
        })
    });
    handler
        .idempotent(T::IDEMPOTENT)
        .taking_attempt(T::TAKES_CONTEXT)
}

/// Creates the handler of a built workflow's task, which takes and returns JSON text.
pub(crate) fn of_call(function: &'static str, call: JsonCall, runs: Runs) -> ErasedHandler {
    let name = SmolStr::new_static(function);
    ErasedHandler::new(name, runs_on(runs), move |attempt, payload| {
        Box::pin(async move {
            let output = call(context(attempt), payload.to_text()).await?;
            Value::from_text(&output)
                .map_err(|error| TaskFailure::with_message(INVALID_OUTPUT, &error.to_string()))
        })
    })
}

fn runs_on(runs: Runs) -> RunsOn {
    match runs {
        Runs::Spawned => RunsOn::Task,
        Runs::Blocking => RunsOn::Thread,
        // Runs in place; also for variants that this version does not support.
        _ => RunsOn::Execution,
    }
}

/// Returns the context of a task function.
fn context(attempt: Option<Arc<RunningTask>>) -> TaskContext {
    match attempt {
        Some(attempt) => TaskContext::new(Arc::new(Host(attempt))),
        None => TaskContext::detached(),
    }
}

/// The attempt that a task function runs for.
struct Host(Arc<RunningTask>);

impl TaskHost for Host {
    fn state(&self, type_id: TypeId) -> Option<&(dyn Any + Send + Sync)> {
        self.0.state(type_id)
    }

    fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }

    fn cancelled(&self) -> Cancelled<'_> {
        Box::pin(self.0.cancelled())
    }

    fn heartbeat(&self) {
        self.0.heartbeat();
    }

    fn execution(&self) -> Option<&str> {
        Some(self.0.execution())
    }

    fn state_name(&self) -> Option<&str> {
        Some(self.0.state_name())
    }

    fn attempt(&self) -> Option<u32> {
        Some(self.0.attempt())
    }

    fn start_time(&self) -> Option<&str> {
        Some(self.0.start_time())
    }

    fn traceparent(&self) -> Option<&str> {
        self.0.traceparent()
    }

    fn tracestate(&self) -> Option<&str> {
        self.0.tracestate()
    }
}
