//! The responses of the services that the engine replaces: Lambda, and Step Functions itself.

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

/// Returns the envelope of `arn:aws:states:::lambda:invoke` around a function's result.
pub fn lambda(payload: Value, request_id: String) -> Value {
    object([
        ("ExecutedVersion", Value::from("$LATEST")),
        ("Payload", payload),
        ("SdkHttpMetadata", HTTP.clone()),
        ("SdkResponseMetadata", request(request_id)),
        ("StatusCode", Value::from(200)),
    ])
}

/// The call of a Lambda function through `lambda:invoke`.
///
/// ```no_run
/// # extern crate stepwright_interpreter as stepwright_runtime;
/// # use stepwright_runtime::task::TaskCall;
/// # use stepwright_runtime::value::Value;
/// # fn greet(call: &TaskCall<'_>) -> Option<Value> {
/// let invocation = call.invocation()?;
/// let name = invocation.payload().get("name")?.clone();
/// Some(invocation.response(name))
/// # }
/// ```
#[derive(Debug)]
pub struct Invocation {
    payload: Value,
    request_id: String,
}

impl Invocation {
    /// Creates an invocation from the parameters of `lambda:invoke`.
    pub(crate) fn new(parameters: &Value, request_id: String) -> Invocation {
        let payload = parameters.get("Payload");
        // A null payload counts as missing: TestState was recorded to call the function with `{}`.
        let payload = payload.filter(|payload| !matches!(payload, Value::Null));
        Invocation {
            payload: payload.cloned().unwrap_or_else(Value::empty_object),
            request_id,
        }
    }

    /// Returns the payload for the function.
    pub fn payload(&self) -> &Value {
        &self.payload
    }

    /// Returns the response of the integration for this result of the function.
    pub fn response(self, result: Value) -> Value {
        lambda(result, self.request_id)
    }

    /// Returns the response of the integration for an invocation that Lambda accepted with this
    /// HTTP status and that has no result yet: that of `"InvocationType": "Event"`.
    pub fn accepted(self, status: u16) -> Value {
        object([
            ("Payload", Value::Null),
            (
                "SdkHttpMetadata",
                object([("HttpStatusCode", Value::from(i64::from(status)))]),
            ),
            ("SdkResponseMetadata", request(self.request_id)),
            ("StatusCode", Value::from(i64::from(status))),
        ])
    }
}

/// Adds the metadata of the optimised integrations to a response.
pub fn with_metadata(
    members: impl IntoIterator<Item = (&'static str, Value)>,
    request_id: String,
) -> Value {
    let metadata = [
        ("SdkHttpMetadata", HTTP.clone()),
        ("SdkResponseMetadata", request(request_id)),
    ];
    object(members.into_iter().chain(metadata))
}

/// Creates an object of these members.
pub fn object(members: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
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
