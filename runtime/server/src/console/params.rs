//! The parameters of requests: in the URL, or in the body of a form.

use axum::body::Body;
use axum::http::{HeaderMap, Uri};

use super::error::PageError;
use super::schema_form;
use super::state::Console;
use crate::error::ApiError;

/// Named texts, in their order.
#[derive(Clone, Debug, Default)]
pub(super) struct Params(Vec<(String, String)>);

impl Params {
    /// Parses the query of a URL.
    pub(super) fn of_query(query: Option<&str>) -> Self {
        Self::parse(query.unwrap_or_default().as_bytes())
    }

    /// Reads the body of a form, and checks that a page of this console sent it.
    ///
    /// # Errors
    ///
    /// A form of another origin, a body that is too large or too slow, a form without the token of this server, and texts that are not what their inputs need.
    pub(super) async fn of_form(
        console: &Console,
        uri: &Uri,
        headers: &HeaderMap,
        body: Body,
    ) -> Result<Self, PageError> {
        if !console.access.is_own_form(headers) {
            return Err(PageError::forbidden(
                "the form was sent by a page of another origin; open the console at one address, and send the form from there",
            ));
        }
        let reading = console.body_memory.read(headers, body);
        let reading = tokio::time::timeout(console.body_time, reading).await;
        let body = reading.map_err(|_| ApiError::too_slow())??;
        let mut params = Self::parse(body.as_ref());
        let is_own = console.is_form_token(params.text("form_token"));
        // The values of a form that was made from a schema become the JSON that a text area has.
        let texts = match schema_form::assemble(&params.0) {
            Ok(texts) => texts,
            Err(error) if is_own => return Err(error.of_form(uri, headers, &params)),
            Err(_) => Vec::new(),
        };
        params.0.extend(texts);
        if !is_own {
            let error = PageError::stale_form(uri.path(), params);
            return Err(error.of_form(uri, headers, &Self::default()));
        }
        Ok(params)
    }

    fn parse(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).into_owned().collect())
    }

    /// Returns a parameter; `None` if it is missing or empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found
            .map(|(_, value)| value.trim())
            .filter(|value| !value.is_empty())
    }

    /// Returns a parameter; empty if it is missing.
    pub(super) fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    /// Returns a parameter that must be present.
    ///
    /// # Errors
    ///
    /// When it is missing.
    pub(super) fn required(&self, name: &'static str) -> Result<&str, PageError> {
        self.get(name)
            .ok_or_else(|| PageError::bad_request(format!("the parameter `{name}` is missing")))
    }

    /// Returns all values of a parameter that may occur several times.
    pub(super) fn all<'p>(&'p self, name: &'p str) -> impl Iterator<Item = &'p str> {
        let values = self.0.iter().filter(move |(known, _)| known == name);
        values.map(|(_, value)| value.as_str())
    }

    /// Returns all parameters with their names.
    pub(super) fn pairs(&self) -> impl Iterator<Item = &(String, String)> {
        self.0.iter()
    }

    /// Returns a parameter as a number; `None` if it is no number.
    pub(super) fn number<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.get(name)?.parse().ok()
    }
}
