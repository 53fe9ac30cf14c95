//! AWS Lambda. <https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html>
//!
//! For a task function of the program use [`Body::task`](crate::builder::Body::task): it makes the
//! same call and checks arguments and errors.

use super::Request;
use crate::Payload;

action! {
    /// Invokes a function, by its name or ARN.
    invoke = Invoke("lambda:invoke") -> InvokeAnswer => token;
    function_name: Text = "FunctionName",
    {
        payload: Json = "Payload",
        qualifier: Text = "Qualifier",
        invocation_type: Text = "InvocationType",
        client_context: Text = "ClientContext",
    }
}

impl<From> Request<Invoke, From> {
    /// Sets the type of the function's result.
    pub fn answering<P: Payload>(self) -> Request<Invoke, From, InvokeAnswer<P>> {
        self.giving("")
    }
}

answer! {
    /// The result of `lambda:invoke`.
    InvokeAnswer<P = serde_json::Value> {
        /// The function's result.
        payload: P = "Payload",
        /// The version that ran: `$LATEST`.
        executed_version: String = "ExecutedVersion",
        /// 200, or 202 for an asynchronous invocation.
        status_code: u32 = "StatusCode",
    } optional {}
}
