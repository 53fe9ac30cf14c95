//! Access to the console: the password, the token of forms, and the headers of all its responses.

use axum::extract::{Request, State};
use axum::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, WWW_AUTHENTICATE,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac_sha256::Hash as Sha256;
use maud::{Markup, html};

use crate::console::markup::layout::bare_page;
use crate::console::markup::link;
use crate::console::state::{Console, ConsoleState};

/// The field of forms with their token.
pub(crate) const FORM_TOKEN: &str = "form_token";

/// Pages load only what this server has, and other pages cannot embed them. No inline scripts or
/// styles run.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The headers of each response.
const HEADERS: [(HeaderName, &str); 4] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    (REFERRER_POLICY, "same-origin"),
];

/// Checks the password of a request, and sets the headers of its response.
pub(crate) async fn guard(
    State(console): State<Console>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = if console.has_password(&request) {
        next.run(request).await
    } else {
        ask_for_password()
    };
    protect(response.headers_mut());
    response
}

/// Sets the headers of a response of the console.
pub(super) fn protect(headers: &mut HeaderMap) {
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // Pages contain the data of executions. Assets set their own rule.
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
}

/// Responds with the token of forms. A script of another site cannot read it.
pub(crate) async fn current_form_token(State(console): State<Console>) -> Response {
    console.form_token.clone().into_response()
}

/// Makes a browser ask its user for a name and a password.
fn ask_for_password() -> Response {
    let page = bare_page(
        "Password",
        html! {
            h1 { "A name and a password are needed" }
            p role="alert" { "Enter the ID and the secret of one of this server's access keys." }
            p { a href=(link::MACHINES) { "Enter them again" } }
        },
    );
    let mut response = Html(page.into_string()).into_response();
    *response.status_mut() = StatusCode::UNAUTHORIZED;
    response.headers_mut().insert(
        WWW_AUTHENTICATE,
        HeaderValue::from_static(r#"Basic realm="stepwright console", charset="UTF-8""#),
    );
    response
}

/// Returns a random token for forms.
pub(crate) fn form_token() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

impl ConsoleState {
    /// Whether the request has the ID and the secret of an access key as the name and the password
    /// of HTTP Basic authentication, because a browser cannot sign requests. Without keys, all
    /// requests are accepted, as by the API.
    fn has_password(&self, request: &Request) -> bool {
        let Some(keys) = &self.access.keys else {
            return true;
        };
        let header = request.headers().get(AUTHORIZATION);
        let credentials = header
            .and_then(|header| header.to_str().ok())
            .and_then(|header| header.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"))
            .and_then(|(_, text)| BASE64_STANDARD.decode(text.trim()).ok())
            .and_then(|bytes| String::from_utf8(bytes).ok());
        let Some((id, secret)) = credentials.as_deref().and_then(|text| text.split_once(':'))
        else {
            return false;
        };
        keys.secret(id)
            .is_some_and(|known| is_same_secret(known, secret))
    }

    /// Whether this is the token of this server's forms.
    pub(crate) fn is_form_token(&self, token: &str) -> bool {
        is_same_secret(&self.form_token, token)
    }

    /// Returns the hidden field of each form.
    pub(crate) fn form_field(&self) -> Markup {
        html! { input type="hidden" name=(FORM_TOKEN) value=(self.form_token); }
    }
}

/// Returns the first button of a form that Enter must not send. A browser presses the first button
/// when a person presses Enter in a field, and does nothing if that button is disabled. A box is no
/// field here: the script prevents its Enter.
pub(crate) fn no_implicit_submission() -> Markup {
    html! { button type="submit" disabled hidden {} }
}

/// Compares digests, so that the time of the comparison does not reveal how much of a secret is
/// right.
fn is_same_secret(known: &str, given: &str) -> bool {
    Sha256::hash(known.as_bytes()) == Sha256::hash(given.as_bytes())
}
