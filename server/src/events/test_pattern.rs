//! TestEventPattern: whether a pattern matches an event.

use serde::{Deserialize, Serialize};
use stepwright_asl::json::Json;
use stepwright_events::pattern::{EventPattern, PatternError};

use crate::error::ApiError;

/// The request of TestEventPattern.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TestEventPattern {
    event_pattern: String,
    event: String,
}

/// The response of TestEventPattern.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TestEventPatternOutput {
    result: bool,
}

/// The fields that an event must have. EventBridge documents `resources` as one of them, and
/// accepts events without it.
const FIELDS: [&str; 6] = ["id", "account", "source", "time", "region", "detail-type"];

pub(super) fn test_pattern(request: &TestEventPattern) -> Result<TestEventPatternOutput, ApiError> {
    let TestEventPattern {
        event_pattern,
        event,
    } = request;
    let pattern: EventPattern = event_pattern.parse().map_err(|error: PatternError| {
        ApiError::new(
            "InvalidEventPatternException",
            error.api_message(event_pattern),
        )
    })?;
    let event: Option<Json> = event.parse().ok();
    let event = event.filter(|event| FIELDS.iter().all(|field| event.get(field).is_some()));
    let event = event.ok_or_else(|| ApiError::validation("Parameter Event is not valid."))?;
    Ok(TestEventPatternOutput {
        result: pattern.matches(&event),
    })
}
