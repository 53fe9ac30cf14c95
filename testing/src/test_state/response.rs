//! The members of a `TestState` response.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// The result of a test: the members of the API's response, with JSON as text in the same members
/// as in the API.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TestStateResponse {
    /// The status of the test.
    pub status: TestStatus,
    /// The output as JSON text, when it succeeded or the error was caught.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
    /// The name of the error, unless it succeeded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Its cause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// The next state, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_state: Option<String>,
    /// The steps of input and output processing, at DEBUG and TRACE.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inspection_data: Option<InspectionData>,
}

impl TestStateResponse {
    /// Returns the parsed output.
    pub fn output_json(&self) -> Option<Json> {
        serde_json::from_str(self.output.as_deref()?).ok()
    }
}

/// The status of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum TestStatus {
    /// The state has an output.
    Succeeded,
    /// The state failed, and no retrier or catcher matches the error.
    Failed,
    /// The state failed, and a retrier would retry it.
    Retriable,
    /// The state failed, and a catcher matches the error.
    CaughtError,
}

impl TestStatus {
    /// Returns the API's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::Retriable => "RETRIABLE",
            Self::CaughtError => "CAUGHT_ERROR",
        }
    }
}

impl fmt::Display for TestStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The steps of input and output processing, up to the step that failed. Values are JSON text.
///
/// AWS decides which of them are present: a Pass with a `Result` has no `afterParameters`, a
/// Parallel no `afterInputPath`, a JSONata state no fields of JSONPath. AWS's `request` and
/// `response` of an HTTP task at TRACE do not exist here, because this runtime sends no HTTP
/// requests.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct InspectionData {
    /// The state's input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<String>,
    /// JSONata: the task's Arguments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_arguments: Option<String>,
    /// JSONPath: the effective input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_input_path: Option<String>,
    /// JSONPath: the effective input after Parameters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_parameters: Option<String>,
    /// The raw result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
    /// JSONPath: the effective result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_result_selector: Option<String>,
    /// JSONPath: the effective result in the input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_result_path: Option<String>,
    /// The workflow variables after the state, at TRACE.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variables: Option<String>,
    /// The retrier and the catcher for an error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_details: Option<ErrorDetails>,
    /// JSONPath: a Map's items.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_items_path: Option<String>,
    /// A Distributed Map's items, selected by the ItemsPointer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_items_pointer: Option<String>,
    /// The inputs of a Map's iterations, if it has an ItemSelector.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_item_selector: Option<String>,
    /// The batches of a Distributed Map, if it has an ItemBatcher.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_item_batcher: Option<String>,
    /// A Map's MaxConcurrency; 0 without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_concurrency: Option<u64>,
    /// How many failed iterations a Map tolerates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tolerated_failure_count: Option<u64>,
    /// The percentage of failed iterations that a Map tolerates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tolerated_failure_percentage: Option<f64>,
}

/// The retrier and the catcher for an error.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ErrorDetails {
    /// The index in Catch of the catcher that matches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catch_index: Option<usize>,
    /// The index in Retry of the retrier that matches, also if its attempts are exhausted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_index: Option<usize>,
    /// The whole seconds until the next attempt. With full jitter the maximum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_backoff_interval_seconds: Option<u64>,
}
