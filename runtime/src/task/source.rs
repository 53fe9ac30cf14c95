use super::{Answer, TaskCall};

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
}

impl<F> TaskSource for F
where
    F: Fn(&TaskCall<'_>) -> Option<Answer> + Send + Sync,
{
    fn answer(&self, call: &TaskCall<'_>) -> Option<Answer> {
        self(call)
    }
}
