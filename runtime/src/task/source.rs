use super::{Answer, TaskCall};
use crate::about::About;

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
    fn token(&self, execution: &About, state: &str) -> Option<String> {
        let _ = (execution, state);
        None
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
