//! TestState: runs one state in the interpreter of executions.

use std::sync::Arc;

use serde::Serialize;
use stepwright_testing::test_state::{
    self as tested, FieldValidationMode, InspectionData, StateConfiguration, TestStateError,
    TestStateRequest, test_state_on,
};

use crate::error::ApiError;
use crate::service::Service;
use crate::shape::{
    Arn, Cause, Count, Data, Definition, ErrorName, InspectionLevel, MockValidation, Name,
    Required, shape,
};

shape! {
    /// The request of TestState.
    TestState {
        definition: Required<Definition>,
        role_arn: Option<Arn>,
        input: Option<Data>,
        inspection_level: Option<InspectionLevel>,
        reveal_secrets: Option<bool>,
        variables: Option<Data>,
        state_name: Option<Name>,
        mock: Option<MockInput>,
        context: Option<Data>,
        state_configuration: Option<TestStateConfiguration>,
    }
}

shape! {
    /// The mocked result of the task, the iterations or the branches.
    MockInput {
        result: Option<Data>,
        error_output: Option<MockErrorOutput>,
        field_validation_mode: Option<MockValidation>,
    }
}

shape! {
    /// A mocked error.
    MockErrorOutput {
        error: Option<ErrorName>,
        cause: Option<Cause>,
    }
}

shape! {
    /// The previous attempts and iterations of the state.
    TestStateConfiguration {
        retrier_retry_count: Option<Count>,
        error_caused_by_state: Option<Name>,
        map_iteration_failure_count: Option<Count>,
        map_item_reader_data: Option<Data>,
    }
}

/// The response of TestState.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TestStateOutput {
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inspection_data: Option<InspectionData>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_state: Option<String>,
    status: &'static str,
}

pub(crate) async fn test_state(
    service: &Arc<Service>,
    input: TestState,
) -> Result<TestStateOutput, ApiError> {
    if service.is_shutting_down() {
        return Err(ApiError::shut_down());
    }
    let tested = test_state_on(&service.engine, &request(&input)).await?;
    Ok(TestStateOutput {
        output: tested.output,
        error: tested.error,
        cause: tested.cause,
        inspection_data: tested.inspection_data,
        next_state: tested.next_state,
        status: tested.status.as_str(),
    })
}

fn request(input: &TestState) -> TestStateRequest {
    let mut request = TestStateRequest::new(input.definition.to_string());
    request.state_name = text(input.state_name.as_deref());
    request.role_arn = text(input.role_arn.as_deref());
    request.input = text(input.input.as_deref());
    request.inspection_level = input.inspection_level.as_deref().map(|level| match level {
        "DEBUG" => tested::InspectionLevel::Debug,
        "TRACE" => tested::InspectionLevel::Trace,
        _ => tested::InspectionLevel::Info,
    });
    request.reveal_secrets = input.reveal_secrets;
    request.variables = text(input.variables.as_deref());
    request.mock = input.mock.as_ref().map(|mock| tested::MockInput {
        result: text(mock.result.as_deref()),
        error_output: mock
            .error_output
            .as_ref()
            .map(|output| tested::MockErrorOutput {
                error: text(output.error.as_deref()),
                cause: text(output.cause.as_deref()),
            }),
        field_validation_mode: mock
            .field_validation_mode
            .as_deref()
            .map(|mode| match mode {
                "PRESENT" => FieldValidationMode::Present,
                "NONE" => FieldValidationMode::None,
                _ => FieldValidationMode::Strict,
            }),
    });
    request.context = text(input.context.as_deref());
    request.state_configuration =
        input
            .state_configuration
            .as_ref()
            .map(|before| StateConfiguration {
                retrier_retry_count: count(before.retrier_retry_count),
                error_caused_by_state: text(before.error_caused_by_state.as_deref()),
                map_iteration_failure_count: count(before.map_iteration_failure_count),
                map_item_reader_data: text(before.map_item_reader_data.as_deref()),
            });
    request
}

fn text(text: Option<&str>) -> Option<String> {
    text.map(str::to_owned)
}

fn count(count: Option<Count>) -> Option<u32> {
    count.map(|count| u32::try_from(count.count()).unwrap_or(u32::MAX))
}

impl From<TestStateError> for ApiError {
    fn from(error: TestStateError) -> Self {
        Self::new(error.code(), error.message())
    }
}
