//! The metadata that optimized integrations add to a response.

use hyper::HeaderMap;
use serde_json::{Map, Value as Json};

use crate::client::CallOutput;

/// Names of headers as services write them; HTTP itself ignores their case.
const HEADERS: [&str; 7] = [
    "Connection",
    "Content-Length",
    "Content-Type",
    "Date",
    "Server",
    "x-amzn-RequestId",
    "X-Amz-Executed-Version",
];

/// Returns the members of a response with `SdkHttpMetadata` and `SdkResponseMetadata`. `request_id`
/// is used if the response has none.
pub(crate) fn with_metadata(output: CallOutput, request_id: &str) -> Json {
    let CallOutput {
        mut members,
        status,
        headers,
    } = output;
    let given = headers
        .get("x-amzn-requestid")
        .and_then(|id| id.to_str().ok());
    let request_id = Json::from(given.unwrap_or(request_id));
    let http = [
        ("AllHttpHeaders", Json::Object(all_headers(&headers))),
        ("HttpHeaders", Json::Object(first_headers(&headers))),
        ("HttpStatusCode", Json::from(status)),
    ];
    members.insert("SdkHttpMetadata".to_owned(), object(http));
    members.insert(
        "SdkResponseMetadata".to_owned(),
        object([("RequestId", request_id)]),
    );
    Json::Object(members)
}

/// The values of each header.
pub(crate) fn all_headers(headers: &HeaderMap) -> Map<String, Json> {
    let names = headers.keys().map(|name| {
        let values = headers
            .get_all(name)
            .iter()
            .filter_map(|value| value.to_str().ok());
        (written_name(name.as_str()), values.collect())
    });
    names.collect()
}

fn first_headers(headers: &HeaderMap) -> Map<String, Json> {
    let names = headers.keys().filter_map(|name| {
        let value = headers.get(name)?.to_str().ok()?;
        Some((written_name(name.as_str()), Json::from(value)))
    });
    names.collect()
}

fn written_name(name: &str) -> String {
    let known = HEADERS
        .iter()
        .find(|known| known.eq_ignore_ascii_case(name));
    known.map_or_else(|| name.to_owned(), |known| (*known).to_owned())
}

fn object<const N: usize>(members: [(&str, Json); N]) -> Json {
    let members = members
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value));
    Json::Object(members.collect())
}
