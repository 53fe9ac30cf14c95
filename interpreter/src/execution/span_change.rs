//! The changes of an execution from which a caller creates tracing spans.

use smol_str::SmolStr;

use crate::program::StateIx;
use crate::wait_id::CursorId;

/// A change of the states and task attempts of an execution. It is only reported to a caller that
/// has spans.
#[derive(Clone, Debug)]
pub enum SpanChange {
    /// The execution entered a state inside the state of the cursor `parent`.
    Entered {
        /// The cursor of the state around it, in a Map or Parallel state.
        parent: Option<CursorId>,
        /// The entered state.
        state: StateIx,
    },
    /// The execution left the state: by a transition, a failure or an abort.
    Left,
    /// An attempt at the task of the state begins, after this number of retries.
    TaskBegun {
        /// The state of the task.
        state: StateIx,
        /// How many times this visit of the state was retried.
        attempt: u32,
    },
    /// The attempt has ended, with this error if it failed.
    TaskEnded {
        /// The error name, if the attempt failed.
        error: Option<SmolStr>,
    },
}
