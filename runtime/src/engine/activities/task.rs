use super::queue::Queued;
use crate::clock::Asked;
use crate::value::Value;

/// A task that an activity's worker took.
///
/// While the worker has it, virtual time stands, as it does for a handler that is pending; while the worker sleeps on the
/// engine's clock, time goes on.
#[derive(Debug)]
pub struct ActivityTask {
    /// What to answer with.
    pub token: String,
    /// The task's input.
    pub input: Value,
    _hold: Asked,
}

impl ActivityTask {
    pub(super) fn new(task: Queued, hold: Asked) -> Self {
        Self {
            token: task.token.to_string(),
            input: task.input,
            _hold: hold,
        }
    }
}
