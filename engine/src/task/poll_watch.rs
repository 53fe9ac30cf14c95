//! The limit for one poll of a handler, beyond which the handler is reported as blocking.

use std::time::Duration;

use stepwright_interpreter::program::StateIx;

/// The state whose handler is polled, and how long a poll of it may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PollWatch {
    pub(crate) state: StateIx,
    pub(crate) threshold: Duration,
}
