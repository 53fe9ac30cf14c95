//! The trait of task sources, such as mocks and recordings, which replace handlers.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use stepwright_interpreter::ExecutionInfo;
use stepwright_interpreter::value::Value;

use super::{Answer, DefinedState, EngineMonitor, Job, TaskCall};

/// Answers Task states instead of their handlers: mocks, recordings, or a table in a file, for
/// example.
///
/// An engine consults the sources of the execution first, then its own sources in the order in
/// which they were added, then the handlers and the nested workflows, and then its
/// [fallbacks](crate::EngineBuilder::fallback_tasks). `None` passes the call to the next one. The
/// call is synchronous and must not block; use [`Answer::later`] for slow work.
///
/// ```
/// # extern crate stepwright_engine as stepwright_runtime;
/// use stepwright_runtime::task::{Answer, TaskCall, TaskSource};
///
/// struct FailsOnce;
///
/// impl TaskSource for FailsOnce {
///     fn answer(&self, call: &TaskCall<'_>) -> Option<Answer> {
///         match call.attempt() {
///             0 => Some(Answer::failure("Throttled", "try again")),
///             _ => Some(Answer::output(call.parameters().clone())),
///         }
///     }
/// }
/// ```
pub trait TaskSource: Send + Sync {
    /// Returns the answer to one attempt, or `None` to pass the call on.
    fn answer(&self, call: &TaskCall<'_>) -> Option<Answer>;

    /// Returns the work that waits for the job of a `.sync` task, after the request of the task has
    /// succeeded with `response`. Without it, as by default, the task waits for the answer to its
    /// token. A [fallback](crate::EngineBuilder::fallback_tasks) is only consulted about the
    /// requests that a fallback made.
    ///
    /// For a durable execution, it is called again by each process that continues the execution. It
    /// must not start the job.
    fn job(&self, call: &TaskCall<'_>, response: &Value) -> Option<Job> {
        let _ = (call, response);
        None
    }

    /// Returns the work that stops a job whose task ended before it, by the request of
    /// [`Job::with_stop_request`]. `None` if another source has started the job.
    ///
    /// The future is ready when the service has stopped the job or refused to, or the job has
    /// ended; while the service does not respond, the future repeats the request. For a durable
    /// execution, a process that ends before is followed by one that calls this again. So a job may
    /// be stopped twice.
    fn stop_job(&self, request: &Value) -> Option<Pin<Box<dyn Future<Output = ()> + Send>>> {
        let _ = request;
        None
    }

    /// Returns the answer to a call that ran when its process ended, if the call may be made twice.
    /// `None`, the default, fails the task with `Stepwright.TaskLost`.
    fn repeat(&self, call: &TaskCall<'_>) -> Option<Answer> {
        let _ = call;
        None
    }

    /// Returns the task token for the next attempt of a state, where a recording or a test must
    /// know it. `None` generates a random one.
    fn token(&self, execution: &ExecutionInfo, state: &str) -> Option<String> {
        let _ = (execution, state);
        None
    }

    /// Returns the problems of the source, one sentence each: names that the definitions do not
    /// have. It is called when the source is added to an engine or a start. With a problem, the
    /// engine is not built, or nothing is started.
    fn check(&self, states: &[DefinedState]) -> Vec<String> {
        let _ = states;
        Vec::new()
    }

    /// Called with the states of a state machine that is added while the engine runs, or of a new
    /// version of one.
    fn machine_added(&self, states: &[DefinedState]) {
        let _ = states;
    }

    /// Returns whether the source may answer the calls of a Task state. An engine cannot be built
    /// if a task has no handler and no such source.
    fn may_answer(&self, state: &DefinedState) -> bool {
        let _ = state;
        true
    }

    /// Returns whether [`finish`](Self::finish) has an effect.
    fn is_finished_by_engine(&self) -> bool {
        false
    }

    /// Called when the last handle of the engine is dropped. It may panic on the thread of the
    /// test, to report calls that are missing.
    fn finish(&self) {}

    /// Called with the engine that has the source, as soon as it exists.
    #[doc(hidden)]
    fn attach(&self, engine: &EngineMonitor) {
        let _ = engine;
    }

    /// Called after an event in an engine that has the source: an execution ended, or a call of the
    /// test was refused.
    #[doc(hidden)]
    fn log(&self, message: &str, is_failure: bool) {
        let _ = (message, is_failure);
    }

    /// Converts the source to the form that an engine stores.
    #[doc(hidden)]
    fn into_shared(self) -> Arc<dyn TaskSource>
    where
        Self: Sized + 'static,
    {
        Arc::new(self)
    }
}

impl<F> TaskSource for F
where
    F: Fn(&TaskCall<'_>) -> Option<Answer> + Send + Sync,
{
    fn answer(&self, call: &TaskCall<'_>) -> Option<Answer> {
        self(call)
    }
}
