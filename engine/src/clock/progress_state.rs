//! Shows a test whether the engine can continue, or waits for an answer.

/// Whether an engine can make progress without the test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProgressState {
    /// No execution is running.
    Ended,
    /// Executions wait for the test.
    WaitsForTest,
    /// Executions wait for an answer from outside.
    WaitsForOutside,
    /// The engine can make progress.
    Running,
}
