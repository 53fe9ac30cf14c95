//! AWS Lambda. <https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html>
//!
//! A task function of the program is [`Body::task`](crate::builder::Body::task), which calls it in the same way and checks its arguments and errors.

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
    /// Says what the function gives.
    pub fn answering<P: Payload>(self) -> Request<Invoke, From, InvokeAnswer<P>> {
        self.giving("")
    }
}

/// What `lambda:invoke` gives.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct InvokeAnswer<P = serde_json::Value> {
    /// The function's result.
    pub payload: P,
    /// The version that ran: `$LATEST`.
    pub executed_version: String,
    /// 200, and 202 for an invocation as an event.
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
