//! The result of a function.

use serde_json::{Map, Value as Json};
use stepwright_engine::task::TaskFailure;

/// Parses the payload in the response of Lambda, or returns the error of the function.
pub(super) fn read_payload(members: &mut Map<String, Json>) -> Result<(), TaskFailure> {
    let text = match members.remove("Payload") {
        Some(Json::String(text)) => text,
        _ => String::new(),
    };
    if members.contains_key("FunctionError") {
        return Err(function_failure(&text));
    }
    // An `Event` is accepted without a result.
    let payload = match text.trim() {
        "" => Json::Null,
        text => serde_json::from_str(text).map_err(|error| {
            let cause = format!("The function's result is not JSON: {error}");
            TaskFailure::new("Lambda.AWSLambdaException", cause)
        })?,
    };
    members.insert("Payload".to_owned(), payload);
    Ok(())
}

/// The failure of a function that threw an error: its payload names the error.
fn function_failure(text: &str) -> TaskFailure {
    let payload: Json = serde_json::from_str(text).unwrap_or_default();
    match payload.get("errorType").and_then(Json::as_str) {
        Some(name) => TaskFailure::new(name, text),
        None => TaskFailure::new(
            "Lambda.Unknown",
            format!(
                "The cause could not be determined because Lambda did not return an error type. Returned payload: {text}"
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(response: Json) -> Result<Json, TaskFailure> {
        let mut members = response.as_object().cloned().unwrap_or_default();
        read_payload(&mut members)?;
        Ok(Json::Object(members))
    }

    #[test]
    fn the_payload_is_json() {
        let response = read(json!({"StatusCode": 200, "Payload": r#"{"a": 1}"#}));
        assert_eq!(
            response,
            Ok(json!({"StatusCode": 200, "Payload": {"a": 1}}))
        );
        let accepted = read(json!({"StatusCode": 202, "Payload": ""}));
        assert_eq!(accepted, Ok(json!({"StatusCode": 202, "Payload": null})));
        let error = read(json!({"Payload": "<html>"})).expect_err("it is no JSON");
        assert_eq!(error.error.as_deref(), Some("Lambda.AWSLambdaException"));
    }

    #[test]
    fn the_error_of_a_function_keeps_its_name() {
        let payload = r#"{"errorType":"Declined","errorMessage":"no"}"#;
        let error = read(json!({"FunctionError": "Unhandled", "Payload": payload}));
        assert_eq!(error, Err(TaskFailure::new("Declined", payload)));
        let error = read(
            json!({"FunctionError": "Unhandled", "Payload": r#"{"errorMessage":"Task timed out"}"#}),
        );
        let error = error.expect_err("it failed");
        assert_eq!(error.error.as_deref(), Some("Lambda.Unknown"));
    }
}
