//! Checks the lengths of the members of a `TestState` request.

use stepwright_asl::limits::MAX_PAYLOAD_BYTES;

use super::TestStateError;
use super::request::TestStateRequest;

/// The maximum characters of members with JSON.
const DATA: usize = MAX_PAYLOAD_BYTES as usize;

/// Checks the lengths of members against the API's model.
pub(super) fn check(request: &TestStateRequest) -> Result<(), TestStateError> {
    let mock = request.mock.as_ref();
    let error = mock.and_then(|mock| mock.error_output.as_ref());
    let configuration = request.state_configuration.as_ref();
    let members = [
        ("definition", Some(&request.definition), 1, 1_048_576),
        ("stateName", request.state_name.as_ref(), 1, 80),
        ("roleArn", request.role_arn.as_ref(), 1, 256),
        ("input", request.input.as_ref(), 0, DATA),
        ("variables", request.variables.as_ref(), 0, DATA),
        ("context", request.context.as_ref(), 0, DATA),
        (
            "mock.result",
            mock.and_then(|mock| mock.result.as_ref()),
            0,
            DATA,
        ),
        (
            "mock.errorOutput.error",
            error.and_then(|error| error.error.as_ref()),
            0,
            256,
        ),
        (
            "mock.errorOutput.cause",
            error.and_then(|error| error.cause.as_ref()),
            0,
            32_768,
        ),
        (
            "stateConfiguration.errorCausedByState",
            configuration.and_then(|given| given.error_caused_by_state.as_ref()),
            1,
            80,
        ),
        (
            "stateConfiguration.mapItemReaderData",
            configuration.and_then(|given| given.map_item_reader_data.as_ref()),
            0,
            DATA,
        ),
    ];
    for (member, text, min, max) in members {
        let Some(text) = text else { continue };
        let length = text.chars().count();
        let constraint = if length < min {
            format!("greater than or equal to {min}")
        } else if length > max {
            format!("less than or equal to {max}")
        } else {
            continue;
        };
        return Err(TestStateError::validation(format!(
            "1 validation error detected: Value at '{member}' failed to satisfy constraint: Member must have length {constraint}"
        )));
    }
    Ok(())
}
