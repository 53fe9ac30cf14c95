/// Whether something can still happen in an engine that the test does not do itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stillness {
    /// No execution runs.
    Over,
    /// Executions wait for the test.
    Waits,
    /// Executions wait for somebody outside.
    WaitsOutside,
    /// Something is going on.
    Moves,
}
