//! Requests without an answer.

use lsp_server::{ErrorCode, ResponseError};

/// A request without an answer.
#[derive(Debug)]
pub(crate) struct Refusal {
    code: ErrorCode,
    message: String,
}

impl Refusal {
    pub(crate) fn new(code: ErrorCode, message: String) -> Refusal {
        Refusal { code, message }
    }

    /// The request cannot be done, for a reason that the editor shows to the user.
    pub(crate) fn failed(reason: impl Into<String>) -> Refusal {
        Refusal {
            code: ErrorCode::RequestFailed,
            message: reason.into(),
        }
    }

    pub(crate) fn reason(&self) -> &str {
        &self.message
    }

    pub(crate) fn response(self) -> ResponseError {
        ResponseError {
            code: self.code as i32,
            message: self.message,
            data: None,
        }
    }
}
