/// Whether an engine can make progress without the test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stillness {
    /// No execution is running.
    Over,
    /// Executions wait for the test.
    Waits,
    /// Executions wait for an answer from outside.
    WaitsOutside,
    /// The engine can make progress.
    Moves,
}
