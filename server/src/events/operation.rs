//! The operations of EventBridge's API that the server has.

use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::put_events::put_events;
use super::test_pattern::test_pattern;
use crate::body::RequestBody;
use crate::error::ApiError;
use crate::operation::print;
use crate::service::Service;

/// The prefix of an operation's name in the header `X-Amz-Target`.
pub(crate) const PREFIX: &str = "AWSEvents.";

/// Performs an operation. Returns the body of its response.
///
/// # Errors
///
/// `UnknownOperationException`, also from a server without an event bus; the errors of the
/// operation.
pub(crate) async fn perform(
    service: &Arc<Service>,
    operation: &str,
    body: RequestBody,
) -> Result<Vec<u8>, ApiError> {
    let Some(rules) = &service.event_rules else {
        return Err(ApiError::unknown_operation(
            "this server has no event bus; start it with `stepwright serve --events` (`ServerBuilder::events`)",
        ));
    };
    match operation {
        "PutEvents" => {
            let request = parse(body.as_ref())?;
            print(&put_events(service, &rules.current(), request).await?)
        }
        "TestEventPattern" => print(&test_pattern(&parse(body.as_ref())?)?),
        _ => Err(ApiError::unknown_operation(format!(
            "the event bus of this server has the operations PutEvents and TestEventPattern, and not `{operation}`; its rules are those of `--template`"
        ))),
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    serde_json::from_slice(body).map_err(|error| ApiError::serialization(error.to_string()))
}
