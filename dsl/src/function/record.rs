//! The calls of a plain run, as a test reads them.

use super::failure::Failure;
use serde_json::Value;
use std::time::Duration;

/// The result of a call as JSON.
pub(super) type CallAnswer = Result<Value, Failure>;

/// One call of a task or of a nested workflow; each attempt of a retry is one.
#[derive(Clone, Debug, PartialEq)]
pub struct PlainCall {
    /// The Rust name of the function.
    pub function: &'static str,
    /// The arguments as JSON: the only argument itself, or an array of several.
    pub input: Value,
    /// The result, or the name of the error; `None` while it runs.
    pub outcome: Option<Result<Value, String>>,
    /// The virtual time between the start of the run and that of the call.
    pub at: Duration,
}
