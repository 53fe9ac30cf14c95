//! Finds the function that answers a request or receives a notification.

use gen_lsp_types::{Notification, Request};
use lsp_server::{ErrorCode, RequestId, Response};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::refusal::Refusal;
use crate::session::Session;

/// A request on its way to the function for its method.
pub(crate) struct RequestRouter<'s> {
    pub(crate) session: &'s mut Session,
    pub(crate) method: String,
    pub(crate) parameters: Value,
    pub(crate) answer: Option<Result<Value, Refusal>>,
}

impl RequestRouter<'_> {
    /// Answers a request of this kind.
    pub(crate) fn on<R: Request>(
        mut self,
        answer: fn(&mut Session, R::Params) -> Result<R::Result, Refusal>,
    ) -> Self {
        if self.answer.is_none() && R::METHOD.as_str() == self.method {
            let parameters = parse::<R::Params>(self.parameters.take());
            let answered = parameters.and_then(|parameters| answer(self.session, parameters));
            self.answer = Some(answered.and_then(|answered| {
                serde_json::to_value(answered)
                    .map_err(|error| Refusal::new(ErrorCode::InternalError, error.to_string()))
            }));
        }
        self
    }

    pub(crate) fn finish(self, id: RequestId) -> Response {
        let answer = self.answer.unwrap_or_else(|| {
            Err(Refusal::new(
                ErrorCode::MethodNotFound,
                format!("the server has no method `{}`", self.method),
            ))
        });
        Response {
            id,
            response_result: answer.map_err(Refusal::response),
        }
    }
}

/// A notification on its way to the function for its method.
pub(crate) struct NotificationRouter<'s> {
    pub(crate) session: &'s mut Session,
    pub(crate) method: String,
    pub(crate) parameters: Value,
}

impl NotificationRouter<'_> {
    /// Receives a notification of this kind. Unknown ones are ignored, as the protocol says.
    pub(crate) fn on<N: Notification>(mut self, receive: fn(&mut Session, N::Params)) -> Self {
        if N::METHOD.as_str() == self.method {
            match parse::<N::Params>(self.parameters.take()) {
                Ok(parameters) => receive(self.session, parameters),
                Err(refusal) => {
                    let text = format!("{} is ignored: {}", self.method, refusal.reason());
                    self.session.log(text);
                }
            }
        }
        self
    }
}

fn parse<P: DeserializeOwned>(parameters: Value) -> Result<P, Refusal> {
    serde_json::from_value(parameters)
        .map_err(|error| Refusal::new(ErrorCode::InvalidParams, error.to_string()))
}
