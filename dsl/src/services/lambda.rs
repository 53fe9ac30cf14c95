//! AWS Lambda. <https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html>
//!
//! For a task function of the program use [`Body::task`](crate::builder::Body::task): it makes the same call and checks arguments and errors.

use super::Request;
use super::answer::structure;
use crate::Payload;
use crate::shape::{Form, Presence, Shape};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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

/// The result of `lambda:invoke`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct InvokeAnswer<P = serde_json::Value> {
    /// The function's result.
    pub payload: P,
    /// The version that ran: `$LATEST`.
    pub executed_version: String,
    /// 200, or 202 for an asynchronous invocation.
    pub status_code: u32,
}

#[diagnostic::do_not_recommend]
impl<P: Payload> Payload for InvokeAnswer<P> {
    fn shape() -> Shape {
        structure(
            "InvokeAnswer",
            vec![
                ("payload", "Payload", P::shape, Presence::Always),
                (
                    "executed_version",
                    "ExecutedVersion",
                    String::shape,
                    Presence::Always,
                ),
                ("status_code", "StatusCode", u32::shape, Presence::Always),
            ],
        )
    }
}

#[diagnostic::do_not_recommend]
impl<P: Payload> Form for InvokeAnswer<P> {
    type Owned = InvokeAnswer<P>;
}
