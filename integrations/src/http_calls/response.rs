//! Converts the response of an HTTP API to the result of a task.

use hyper::StatusCode;
use serde_json::{Value as Json, json};

use crate::client::HttpResponse;
use crate::client::call_metadata::all_headers;

/// Returns the result of a task from a response: JSON is parsed, and any other body is text.
pub(super) fn result(response: &HttpResponse) -> Json {
    let status = StatusCode::from_u16(response.status).ok();
    let status_text = status
        .and_then(|status| status.canonical_reason())
        .unwrap_or_default();
    let content_type = response
        .headers
        .get("content-type")
        .and_then(|kind| kind.to_str().ok());
    let is_json = content_type.is_none_or(|kind| kind.contains("json"));
    let text = body_text(response);
    let parsed = is_json.then(|| serde_json::from_str(&text).ok()).flatten();
    json!({
        "Headers": all_headers(&response.headers),
        "ResponseBody": parsed.unwrap_or(Json::from(text)),
        "StatusCode": response.status,
        "StatusText": status_text,
    })
}

pub(super) fn body_text(response: &HttpResponse) -> String {
    String::from_utf8_lossy(&response.body).into_owned()
}
