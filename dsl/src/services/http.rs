//! HTTPS APIs outside of AWS.
//! <https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html>

use super::{Argument, Request, Text};
use crate::builder::Expression;

action! {
    @marker
    /// Calls an HTTPS API.
    invoke = Invoke("http:invoke") -> InvokeAnswer;
    "ApiEndpoint",
    "Method",
    "Authentication",
    {
        headers: Json = "Headers",
        invocation_config: Json = "InvocationConfig",
        query_parameters: Json = "QueryParameters",
        request_body: Json = "RequestBody",
        transform: Json = "Transform",
    }
}

/// Calls an HTTPS API with the credentials of an EventBridge connection, by its ARN. A status from
/// 400 on fails the state with `States.Http.StatusCode.404`.
pub fn invoke<From>(
    method: impl Argument<From, Text>,
    api_endpoint: impl Argument<From, Text>,
    connection_arn: impl Argument<From, Text>,
) -> Request<Invoke, From> {
    let connection = Expression::object([("ConnectionArn", connection_arn.argument())]);
    Request::new()
        .with("ApiEndpoint", api_endpoint)
        .with("Method", method)
        .with::<super::Json>("Authentication", connection)
}

answer! {
    /// The result of `http:invoke`.
    InvokeAnswer {
        /// The status: 200.
        status_code: u32 = "StatusCode",
        /// The body: a JSON value if it is JSON, else a text.
        response_body: serde_json::Value = "ResponseBody",
    } optional {
        /// The headers; each value is a list.
        headers: serde_json::Value = "Headers",
        /// The status text.
        status_text: String = "StatusText",
    }
}
