//! Pages for errors.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use maud::{Markup, html};
use stepwright_runtime::report::visible;
use stepwright_runtime::store::StoreError;

use super::layout::{Page, Section};
use super::state::Console;
use crate::error::ApiError;

/// A request that no page answers, or an action that failed.
#[derive(Debug)]
pub(super) struct PageError {
    status: StatusCode,
    title: &'static str,
    message: String,
}

impl PageError {
    pub(super) fn new(status: StatusCode, title: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            title,
            message: message.into(),
        }
    }

    /// Creates the error of a request with wrong parameters.
    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "This request is not valid",
            message,
        )
    }

    /// Creates the error of an object that does not exist.
    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "Not found", message)
    }

    /// Creates the error of a request that this console does not accept.
    pub(super) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "Not allowed", message)
    }

    /// Creates the error of an action that the engine refuses.
    pub(super) fn refused(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "This did not work", message)
    }

    /// Returns the message.
    pub(super) fn message(&self) -> &str {
        &self.message
    }

    /// Returns the page.
    fn markup(&self, console: &Console) -> Markup {
        Page::new(self.title, Section::None).render(
            console,
            html! {
                section class="panel" {
                    h1 { (self.title) }
                    pre class="message" role="alert" { (self.message) }
                    p { a href=(super::link::MACHINES) { "All state machines" } }
                }
            },
        )
    }

    /// Returns the response.
    pub(super) fn respond(self, console: &Console) -> Response {
        let page = visible(self.markup(console).into_string());
        (self.status, Html(page)).into_response()
    }
}

impl From<ApiError> for PageError {
    fn from(error: ApiError) -> Self {
        let status = StatusCode::from_u16(error.status());
        let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let title = match status {
            StatusCode::BAD_REQUEST => "This did not work",
            _ => "The server could not do this",
        };
        Self::new(
            status,
            title,
            format!("{}: {}", error.code(), error.message()),
        )
    }
}

impl From<StoreError> for PageError {
    fn from(error: StoreError) -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "The store cannot be read",
            error.to_string(),
        )
    }
}

/// A page, or the page of an error.
pub(super) type PageResult = Result<Markup, PageError>;

/// Returns the response of a page.
pub(super) fn respond(console: &Console, page: PageResult) -> Response {
    match page {
        Ok(markup) => Html(visible(markup.into_string())).into_response(),
        Err(error) => error.respond(console),
    }
}

/// The page for unknown paths.
pub(super) async fn no_page(State(console): State<Console>) -> Response {
    PageError::not_found("there is no page at this address").respond(&console)
}
