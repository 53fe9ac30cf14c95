//! Requests without an answer.

use lsp_server::{ErrorCode, ResponseError};

/// A request without an answer.
#[derive(Debug)]
pub(super) struct Refusal {
    code: ErrorCode,
    message: String,
}

impl Refusal {
    pub(super) fn new(code: ErrorCode, message: String) -> Refusal {
        Refusal { code, message }
    }

    /// The request cannot be done, for a reason that the editor shows to the user.
    pub(super) fn failed(reason: impl Into<String>) -> Refusal {
        Refusal {
            code: ErrorCode::RequestFailed,
            message: reason.into(),
        }
    }

    pub(super) fn reason(&self) -> &str {
        &self.message
    }

    pub(super) fn response(self) -> ResponseError {
        ResponseError {
            code: self.code as i32,
            message: self.message,
            data: None,
        }
    }
}
