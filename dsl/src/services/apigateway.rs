//! Amazon API Gateway.
//! <https://docs.aws.amazon.com/step-functions/latest/dg/connect-api-gateway.html>

action! {
    /// Calls an API. The endpoint is a host: `abc.execute-api.us-east-1.amazonaws.com`. Each header
    /// is a list of texts. A status from 400 on fails the state with `ApiGateway.404`.
    invoke = Invoke("apigateway:invoke") -> InvokeAnswer => token;
    api_endpoint: Text = "ApiEndpoint",
    method: Text = "Method",
    {
        allow_null_values: Flag = "AllowNullValues",
        auth_type: Text = "AuthType",
        headers: Json = "Headers",
        path: Text = "Path",
        query_parameters: Json = "QueryParameters",
        request_body: Json = "RequestBody",
        stage: Text = "Stage",
    }
}

answer! {
    /// The result of `apigateway:invoke`.
    InvokeAnswer {
        /// The status: 200.
        status_code: u32 = "StatusCode",
        /// The status text.
        status_text: String = "StatusText",
        /// The body: a JSON value if it is JSON, else a text.
        response_body: serde_json::Value = "ResponseBody",
        /// The headers; each value is a list.
        headers: serde_json::Value = "Headers",
    } optional {}
}
