//! The sources of values from outside of a definition.

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum ValueSource {
    /// The input of the execution.
    Input,
    /// The result of the task, or of the item reader, of a state: its index in the graph.
    Result(usize),
}
