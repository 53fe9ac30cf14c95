//! The task that a worker of an activity receives, with its token and its input.

use stepwright_interpreter::value::Value;

use super::queued_task::QueuedTask;
use crate::clock::AnswerHold;

/// A task that an activity's worker took.
///
/// Virtual time does not advance while the worker has the task, as with a pending handler. It
/// advances while the worker sleeps on the engine's clock.
#[derive(Debug)]
pub struct ActivityTask {
    /// The task token, for the answer.
    pub token: String,
    /// The task's input.
    pub input: Value,
    _hold: AnswerHold,
}

impl ActivityTask {
    pub(super) fn new(task: QueuedTask, hold: AnswerHold) -> Self {
        Self {
            token: task.token.to_string(),
            input: task.input,
            _hold: hold,
        }
    }
}
