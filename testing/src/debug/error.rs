//! The errors of requests that a debugger refuses, for example unknown states.

/// A debugger cannot do what was requested. Nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DebugError {
    /// The definition has no state of this name.
    #[error("the definition has no state `{0}`; choose one of its states")]
    UnknownState(String),
    /// No task call is pending.
    #[error("no call waits for an answer here; continue to the next call")]
    NoPendingCall,
    /// The pending call does not wait for an execution.
    #[error("the call does not wait for an execution that it starts; answer it with a result")]
    NoPendingExecution,
    /// There is no position with this index.
    #[error("there is no position {index}; the positions are 0 to {last}")]
    UnknownPosition {
        /// The index.
        index: usize,
        /// The index of the current position.
        last: usize,
    },
}
