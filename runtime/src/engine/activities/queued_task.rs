use smol_str::SmolStr;
use stepwright_interpreter::value::Value;

use crate::task::Responder;

/// A task that waits for a worker.
#[derive(Debug)]
pub(in crate::engine) struct QueuedTask {
    pub(in crate::engine) token: SmolStr,
    pub(in crate::engine) input: Value,
    pub(in crate::engine) responder: Responder,
}
