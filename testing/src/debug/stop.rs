//! What each step of a debugger returns: the reason for which it stopped.

/// Why a [`Debugger`](super::Debugger) stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stop {
    /// It is at the requested position.
    Step,
    /// It is before a state with a breakpoint.
    Breakpoint {
        /// The state.
        state: String,
    },
    /// A state failed with an error that has a breakpoint. The position is the one after the
    /// state's retriers and catchers.
    Error {
        /// The state.
        state: String,
        /// The error name; empty if there is none.
        error: String,
        /// The cause.
        cause: Option<String>,
    },
    /// A call needs an answer.
    Call,
    /// The execution has ended.
    Ended,
    /// It made as many steps as one call may make; call again to continue.
    Limit,
}
