//! The members of a `TestState` request.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// A request of TestState: the members of the API's request, with JSON as text in the same members
/// as in the API.
///
/// ```
/// use serde_json::json;
/// use stepwright_runtime::test_state::{InspectionLevel, MockInput, TestStateRequest};
///
/// let state = json!({"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": true});
/// let request = TestStateRequest::new(state)
///     .input(json!({"QueueUrl": "orders"}))
///     .mock(MockInput::result(json!({"MessageId": "m-1"})))
///     .inspection_level(InspectionLevel::Debug);
/// assert_eq!(request.input.as_deref(), Some(r#"{"QueueUrl":"orders"}"#));
///
/// let same: TestStateRequest = serde_json::from_value(json!({
///     "definition": request.definition,
///     "input": "{\"QueueUrl\":\"orders\"}",
///     "mock": {"result": "{\"MessageId\":\"m-1\"}"},
///     "inspectionLevel": "DEBUG",
/// }))?;
/// assert_eq!(same, request);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TestStateRequest {
    /// One state, or a state machine if [`state_name`](Self::state_name) selects one of its states;
    /// JSON text.
    pub definition: String,
    /// The state of the machine in [`definition`](Self::definition), also inside its branches and
    /// iterations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state_name: Option<String>,
    /// The role of calls. A Task without a mock needs one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_arn: Option<String>,
    /// The state's input as JSON text; `{}` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<String>,
    /// The level of detail of the response; INFO when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inspection_level: Option<InspectionLevel>,
    /// Whether the secrets of an HTTP task are shown. Rejected together with a mock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reveal_secrets: Option<bool>,
    /// The workflow variables, JSON text of an object by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variables: Option<String>,
    /// The mocked result of the task, the iterations or the branches, which are not run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mock: Option<MockInput>,
    /// The context object, JSON text; only with a mock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
    /// The previous attempts and iterations of the state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state_configuration: Option<StateConfiguration>,
}

impl TestStateRequest {
    /// Creates a request for a state, or for a state of a machine. A JSON string is used as the
    /// definition's text.
    pub fn new(definition: impl Into<Json>) -> Self {
        Self {
            definition: match definition.into() {
                Json::String(text) => text,
                json => json.to_string(),
            },
            ..Self::default()
        }
    }

    /// Sets the state of the machine.
    pub fn state_name(mut self, name: impl Into<String>) -> Self {
        self.state_name = Some(name.into());
        self
    }

    /// Sets the role.
    pub fn role_arn(mut self, arn: impl Into<String>) -> Self {
        self.role_arn = Some(arn.into());
        self
    }

    /// Sets the state's input.
    pub fn input(mut self, input: impl Into<Json>) -> Self {
        self.input = Some(input.into().to_string());
        self
    }

    /// Sets the level of detail of the response.
    pub fn inspection_level(mut self, level: InspectionLevel) -> Self {
        self.inspection_level = Some(level);
        self
    }

    /// Shows secrets.
    pub fn reveal_secrets(mut self) -> Self {
        self.reveal_secrets = Some(true);
        self
    }

    /// Sets workflow variables, by name.
    pub fn variables(mut self, variables: impl Into<Json>) -> Self {
        self.variables = Some(variables.into().to_string());
        self
    }

    /// Sets the mock of the state's calls.
    pub fn mock(mut self, mock: MockInput) -> Self {
        self.mock = Some(mock);
        self
    }

    /// Sets the context object.
    pub fn context(mut self, context: impl Into<Json>) -> Self {
        self.context = Some(context.into().to_string());
        self
    }

    /// Sets the previous attempts and iterations.
    pub fn state_configuration(mut self, configuration: StateConfiguration) -> Self {
        self.state_configuration = Some(configuration);
        self
    }
}

/// The level of detail of a response.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "UPPERCASE")]
#[non_exhaustive]
pub enum InspectionLevel {
    /// The end of the state.
    #[default]
    Info,
    /// In addition, the steps of input and output processing.
    Debug,
    /// In addition, the workflow variables.
    Trace,
}

/// A mocked result or a mocked error, but not both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MockInput {
    /// The raw result of the task as JSON text; of a Map or Parallel the array of outputs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
    /// The error that the state ends with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_output: Option<MockErrorOutput>,
    /// How strictly the result is checked against the service's output; STRICT when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field_validation_mode: Option<FieldValidationMode>,
}

impl MockInput {
    /// Creates a mock with which the state's work succeeds.
    pub fn result(result: impl Into<Json>) -> Self {
        Self {
            result: Some(result.into().to_string()),
            ..Self::default()
        }
    }

    /// Creates a mock with which the state's work fails.
    pub fn error(error: impl Into<String>, cause: impl Into<String>) -> Self {
        Self {
            error_output: Some(MockErrorOutput {
                error: Some(error.into()),
                cause: Some(cause.into()),
            }),
            ..Self::default()
        }
    }

    /// Sets how the result is validated.
    pub fn validated(mut self, mode: FieldValidationMode) -> Self {
        self.field_validation_mode = Some(mode);
        self
    }
}

/// The error name and the cause of a mocked failure.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MockErrorOutput {
    /// The name that Retry and Catch match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The cause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
}

/// How a mocked result is checked against the output model of the service's API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[non_exhaustive]
pub enum FieldValidationMode {
    /// Required members must exist, and all members must be valid.
    #[default]
    Strict,
    /// Existing members must be valid.
    Present,
    /// Any JSON is accepted.
    None,
}

/// The previous attempts of the state, and the iterations inside it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StateConfiguration {
    /// How many retries the retrier that matches the mocked error has made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retrier_retry_count: Option<u32>,
    /// The state inside a Map or Parallel that raised the mocked error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_caused_by_state: Option<String>,
    /// How many iterations of a Map failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub map_iteration_failure_count: Option<u32>,
    /// The content for a Distributed Map's ItemReader, as in its source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub map_item_reader_data: Option<String>,
}
