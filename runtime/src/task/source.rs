use std::sync::Arc;

use super::{Answer, DefinedState, TaskCall, Watch};
use crate::execution_info::ExecutionInfo;

/// Answers Task states in place of their handlers: mocks, recordings, a table in a file.
///
/// An engine asks the sources of the execution first, then its own in the order in which they were added, and
/// then the handlers. `None` passes the call on. The call is synchronous and must not block; what takes time is
/// [`Answer::later`].
///
/// ```
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
    /// The answer to one attempt, or `None` when somebody else is to answer.
    fn answer(&self, call: &TaskCall<'_>) -> Option<Answer>;

    /// The task token for the next attempt of a state, where a recording or a test must know it. `None` gives one
    /// that nobody can guess.
    fn token(&self, execution: &ExecutionInfo, state: &str) -> Option<String> {
        let _ = (execution, state);
        None
    }

    /// What the source names and the definitions do not have, a sentence each, where it is given to an engine or to a
    /// start: then the engine is not built, or nothing is started.
    fn check(&self, states: &[DefinedState]) -> Vec<String> {
        let _ = states;
        Vec::new()
    }

    /// Whether the source may answer the calls of a Task state. An engine is not built where nobody may.
    fn may_answer(&self, state: &DefinedState) -> bool {
        let _ = state;
        true
    }

    /// Whether [`finish`](Self::finish) has something to say.
    fn is_finished_by_engine(&self) -> bool {
        false
    }

    /// Called where the last handle of the engine is dropped. What is wrong by then may panic here, on the thread of
    /// the test.
    fn finish(&self) {}

    /// The engine that has the source, as soon as there is one.
    #[doc(hidden)]
    fn attach(&self, engine: &Watch) {
        let _ = engine;
    }

    /// What happened in an engine that has the source: an execution ended, or a call of the test was refused.
    #[doc(hidden)]
    fn hears(&self, news: &str, went_wrong: bool) {
        let _ = (news, went_wrong);
    }

    /// The source as an engine holds it.
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
