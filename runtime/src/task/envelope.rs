use std::sync::LazyLock;

use smol_str::SmolStr;

use crate::value::Value;

/// `SdkHttpMetadata` of a successful call.
static HTTP: LazyLock<Value> = LazyLock::new(|| {
    let headers = object([
        ("Content-Type", Value::from("application/json")),
        ("X-Amz-Executed-Version", Value::from("$LATEST")),
    ]);
    let lists = object([
        ("Content-Type", list("application/json")),
        ("X-Amz-Executed-Version", list("$LATEST")),
    ]);
    object([
        ("AllHttpHeaders", lists),
        ("HttpHeaders", headers),
        ("HttpStatusCode", Value::from(200)),
    ])
});

/// What `arn:aws:states:::lambda:invoke` gives around a function's result.
pub(crate) fn lambda(payload: Value, request_id: String) -> Value {
    object([
        ("ExecutedVersion", Value::from("$LATEST")),
        ("Payload", payload),
        ("SdkHttpMetadata", HTTP.clone()),
        ("SdkResponseMetadata", request(request_id)),
        ("StatusCode", Value::from(200)),
    ])
}

/// What the optimised integrations add to their responses.
pub(crate) fn with_metadata(
    members: impl IntoIterator<Item = (&'static str, Value)>,
    request_id: String,
) -> Value {
    let metadata = [
        ("SdkHttpMetadata", HTTP.clone()),
        ("SdkResponseMetadata", request(request_id)),
    ];
    object(members.into_iter().chain(metadata))
}

pub(crate) fn object(members: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    members
        .into_iter()
        .map(|(key, value)| (SmolStr::new_static(key), value))
        .collect()
}

fn request(id: String) -> Value {
    object([("RequestId", Value::from(id))])
}

fn list(text: &str) -> Value {
    [Value::from(text)].into_iter().collect()
}
