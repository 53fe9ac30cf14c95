use bytes::Bytes;

/// A Map Run: what a Distributed Map of an execution does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredMapRun {
    /// Its ARN; no other Map Run in the store has it.
    pub arn: String,
    /// The key of the execution that it belongs to.
    pub execution: u64,
    /// How it stands, as the engine writes it.
    pub data: Bytes,
}

/// Which child of a Map Run an execution is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredChild {
    /// The Map Run's ARN.
    pub map_run: String,
    /// The child's place among the run's children, from 0 on.
    pub number: u32,
}
