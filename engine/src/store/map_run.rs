//! The data of a Map Run that a store contains, and the link of a child to its run.

use bytes::Bytes;

/// A Map Run of an execution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredMapRun {
    /// Its ARN; no other Map Run in the store has it.
    pub arn: String,
    /// The key of the execution that it belongs to.
    pub execution: u64,
    /// Its state, as the engine encodes it.
    pub data: Bytes,
}

/// Identifies an execution as a child of a Map Run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredChild {
    /// The Map Run's ARN.
    pub map_run: String,
    /// The child's number in the run, from 0 on.
    pub number: u32,
}
