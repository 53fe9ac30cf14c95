//! An entry in the queue of an activity: a task that no worker has taken yet.

use smol_str::SmolStr;
use stepwright_interpreter::value::Value;

use crate::task::Responder;

/// A task that waits for a worker.
#[derive(Debug)]
pub(crate) struct QueuedTask {
    pub(crate) token: SmolStr,
    pub(crate) input: Value,
    pub(crate) responder: Responder,
}
