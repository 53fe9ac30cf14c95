//! Pages for errors.

use axum::extract::State;
use axum::http::header::{ACCEPT, HOST, REFERER};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{Html, IntoResponse, Response};
use maud::{Markup, html};
use stepwright_engine::store::StoreError;
use stepwright_history::report::visible;

use super::guard::{FORM_TOKEN, protect};
use crate::console::markup::layout::{Page, Section, bare_page};
use crate::console::state::Console;
use crate::error::ApiError;

/// A request that no page answers, or an action that failed. All errors of the console have this
/// page.
#[derive(Debug)]
pub(crate) struct PageError {
    status: StatusCode,
    title: &'static str,
    message: String,
    /// The form that caused it, if a form did.
    form: Option<Box<FailedForm>>,
}

/// A form that was not performed. Its page must not lose what a person entered.
#[derive(Debug, Default)]
struct FailedForm {
    /// The path to which it was sent.
    path: String,
    /// The address of the page with the form.
    page: Option<String>,
    /// The texts that a person entered, with the names of the fields.
    entered: Vec<(String, String)>,
    /// All fields of a form that can be sent again.
    again: Option<Vec<(String, String)>>,
}

impl PageError {
    pub(crate) fn new(status: StatusCode, title: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            title,
            message: message.into(),
            form: None,
        }
    }

    /// Creates the error of a form without the token of this server. A person can send its fields
    /// again.
    pub(crate) fn stale_form(fields: Vec<(String, String)>) -> Self {
        let mut error = Self::forbidden(
            "the form was not performed, because the server was restarted since its page was loaded; check what you entered, and send it again",
        );
        error.form = Some(Box::new(FailedForm {
            again: Some(fields),
            ..FailedForm::default()
        }));
        error
    }

    /// Adds the form that caused the error, with the texts that a person entered. Its page is the
    /// referrer, if that is a page of the console.
    pub(crate) fn of_form(
        mut self,
        uri: &Uri,
        headers: &HeaderMap,
        entered: Vec<(String, String)>,
    ) -> Self {
        let again = self.form.take().and_then(|form| form.again);
        self.form = Some(Box::new(FailedForm {
            path: uri.path().to_owned(),
            page: page_of(headers),
            entered,
            again,
        }));
        self
    }

    /// Creates the error of a request with wrong parameters.
    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "This request is not valid",
            message,
        )
    }

    /// Creates the error of an object that does not exist.
    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "Not found", message)
    }

    /// Creates the error of a request that this console does not accept.
    pub(crate) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "Not allowed", message)
    }

    /// Creates the error of an action that the engine refuses.
    pub(crate) fn refused(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "This did not work", message)
    }

    /// Returns the message.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// Returns the page.
    fn markup(&self, console: &Console) -> Markup {
        Page::new(self.title, Section::None).render(
            console,
            html! {
                section class="panel" {
                    (self.explanation())
                    @if let Some(form) = &self.form { (form.markup(console)) }
                    p {
                        @if let Some(page) = self.form.as_ref().and_then(|form| form.page.as_ref()) {
                            a href=(page) { "Back to the page of the form" } " · "
                        }
                        a href=(crate::console::markup::link::EXECUTIONS) { "All executions" } " · "
                        a href=(crate::console::markup::link::MACHINES) { "All state machines" }
                    }
                }
            },
        )
    }

    /// Returns the title and the message.
    fn explanation(&self) -> Markup {
        html! {
            h1 { (self.title) }
            pre class="message" role="alert" tabindex="0" { (self.message) }
        }
    }

    /// Returns the response to a client that may not see anything of this server.
    fn respond_bare(self) -> Response {
        let page = visible(bare_page(self.title, self.explanation()).into_string());
        let mut response = (self.status, Html(page)).into_response();
        protect(response.headers_mut());
        response
    }

    /// Returns the response.
    pub(crate) fn respond(self, console: &Console) -> Response {
        let page = visible(self.markup(console).into_string());
        (self.status, Html(page)).into_response()
    }
}

impl FailedForm {
    /// Shows the texts that were entered, and a button that sends the form again.
    fn markup(&self, console: &Console) -> Markup {
        html! {
            @if !self.entered.is_empty() {
                h2 { "What you entered" }
                dl {
                    @for (name, value) in &self.entered { dt { (name) } dd { pre tabindex="0" { (value) } } }
                }
            }
            @if let Some(fields) = &self.again {
                form method="post" action=(self.path) {
                    (console.form_field())
                    @for (name, value) in fields.iter().filter(|(name, _)| name != FORM_TOKEN) {
                        input type="hidden" name=(name) value=(value);
                    }
                    div class="buttons" { button type="submit" class="primary" { "Send it again" } }
                }
            }
        }
    }
}

/// Returns the page of the console from which a request came.
fn page_of(headers: &HeaderMap) -> Option<String> {
    let referrer: Uri = headers.get(REFERER)?.to_str().ok()?.parse().ok()?;
    let host = headers.get(HOST)?.to_str().ok()?;
    let is_own = referrer.authority().is_some_and(|own| own.as_str() == host);
    let path = referrer.path_and_query()?.as_str();
    let is_page = path == crate::console::markup::link::MACHINES
        || path.starts_with("/console/")
        || path.starts_with("/console?");
    (is_own && is_page).then(|| path.to_owned())
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
pub(crate) type PageResult = Result<Markup, PageError>;

/// Returns the response of a page.
pub(crate) fn respond(console: &Console, page: PageResult) -> Response {
    match page {
        Ok(markup) => Html(visible(markup.into_string())).into_response(),
        Err(error) => error.respond(console),
    }
}

/// Returns the page for a browser whose request is for a host, or from an origin, that this server
/// does not accept. Other clients get `None`.
pub(crate) fn refused_browser(headers: &HeaderMap, error: &ApiError) -> Option<Response> {
    let mut accepted = headers.get_all(ACCEPT).iter();
    let is_browser = accepted.any(|types| {
        let types = types.to_str().unwrap_or_default().to_ascii_lowercase();
        types.contains("text/html")
    });
    is_browser.then(|| PageError::forbidden(error.message()).respond_bare())
}

/// The page for a method that a path does not have: a form's address that was opened, for example.
pub(crate) async fn no_method(State(console): State<Console>, method: Method) -> Response {
    let message = match method {
        Method::GET | Method::HEAD => {
            "this address only accepts a form, and nothing was sent; go back to the page of the form"
        }
        _ => "this page accepts no form, and nothing was changed; use a button of the form",
    };
    let error = PageError::new(StatusCode::METHOD_NOT_ALLOWED, "Nothing was sent", message);
    error.respond(&console)
}

/// The page for unknown paths.
pub(crate) async fn no_page(State(console): State<Console>) -> Response {
    PageError::not_found("there is no page at this address").respond(&console)
}
