//! The end of an execution, for an agent.

use std::sync::Arc;

use rmcp::handler::server::common::schema_for_output;
use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// How an execution ended.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(in crate::commands::mcp) struct EndedExecution {
    /// `SUCCEEDED`, `FAILED`, `TIMED_OUT` or `ABORTED`; `RUNNING` if it has not ended within the
    /// time of a call, because it waits for a person, for example.
    pub(super) status: String,
    /// The output, if it succeeded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) output: Option<Value>,
    /// The name of the error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<String>,
    /// The cause of the error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cause: Option<String>,
    /// The ARN of the execution on the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) execution: Option<String>,
}

impl EndedExecution {
    /// Whether the execution ended without success.
    pub(in crate::commands::mcp) fn is_failure(&self) -> bool {
        !matches!(self.status.as_str(), "SUCCEEDED" | "RUNNING")
    }
}

/// The schema of [`EndedExecution`].
pub(super) fn ended_schema() -> Arc<JsonObject> {
    schema_for_output::<EndedExecution>()
}
