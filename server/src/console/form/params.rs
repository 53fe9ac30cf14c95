//! The parameters of requests: in the URL, or in the body of a form.

use axum::body::Body;
use axum::http::{HeaderMap, Uri};
use hmac_sha256::Hash as Sha256;

use super::{schema_form, sent_forms};
use crate::console::http::error::PageError;
use crate::console::http::guard::FORM_TOKEN;
use crate::console::state::Console;
use crate::error::ApiError;

/// The fields of forms that a person does not enter.
const HIDDEN: [&str; 14] = [
    FORM_TOKEN,
    sent_forms::REQUEST,
    "arn",
    "state",
    "scope",
    "wait",
    "event",
    "redrives",
    "answer",
    "list",
    "stateMachineArn",
    "session",
    "at",
    "do",
];

/// Named texts, in their order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    /// Parses the query of a URL.
    pub(crate) fn of_query(query: Option<&str>) -> Self {
        Self::parse(query.unwrap_or_default().as_bytes())
    }

    /// Reads the body of a form, and checks that a page of this console sent it.
    ///
    /// # Errors
    ///
    /// A form of another origin, a body that is too large or too slow, a form without the token of
    /// this server, and texts that are not what their inputs need.
    pub(crate) async fn of_form(
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
        let is_own = console.is_form_token(params.text(FORM_TOKEN));
        // The values of a form that was made from a schema become the JSON that a text area has.
        let texts = match schema_form::assemble(&params.0) {
            Ok(texts) => texts,
            Err(error) if is_own => return Err(error.of_form(uri, headers, params.entered())),
            Err(_) => Vec::new(),
        };
        params.0.extend(texts);
        if !is_own {
            let entered = params.entered();
            let error = PageError::stale_form(params.0);
            return Err(error.of_form(uri, headers, entered));
        }
        Ok(params)
    }

    fn parse(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).into_owned().collect())
    }

    /// Returns a parameter; `None` if it is missing or empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found
            .map(|(_, value)| value.trim())
            .filter(|value| !value.is_empty())
    }

    /// Returns a parameter; empty if it is missing.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    /// Returns a parameter that must be present.
    ///
    /// # Errors
    ///
    /// When it is missing.
    pub(crate) fn required(&self, name: &'static str) -> Result<&str, PageError> {
        self.get(name)
            .ok_or_else(|| PageError::bad_request(format!("the parameter `{name}` is missing")))
    }

    /// Returns all values of a parameter that may occur several times.
    pub(crate) fn all<'p>(&'p self, name: &'p str) -> impl Iterator<Item = &'p str> {
        let values = self.0.iter().filter(move |(known, _)| known == name);
        values.map(|(_, value)| value.as_str())
    }

    /// Returns what a person entered in a form, with the names of the fields.
    pub(crate) fn entered(&self) -> Vec<(String, String)> {
        let is_entered = |(name, value): &&(String, String)| {
            !HIDDEN.contains(&name.as_str())
                && !schema_form::is_input(name)
                && !value.trim().is_empty()
        };
        self.0.iter().filter(is_entered).cloned().collect()
    }

    /// Returns the digest of a form that is performed once; `None` for other forms.
    pub(crate) fn request_digest(&self) -> Option<[u8; 32]> {
        self.get(sent_forms::REQUEST)?;
        let mut hash = Sha256::new();
        // The token is new after each restart of the server.
        for (name, value) in self.0.iter().filter(|(name, _)| name != FORM_TOKEN) {
            for text in [name, value] {
                hash.update(text.len().to_le_bytes());
                hash.update(text);
            }
        }
        Some(hash.finalize())
    }

    /// Returns a parameter as a number; `None` if it is no number.
    pub(crate) fn number<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.get(name)?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_of_a_form_has_all_fields_but_the_token_of_the_server() {
        let digest = |query: &str| Params::of_query(Some(query)).request_digest();
        let form = digest("form_token=1&request=a&input=1");
        assert!(form.is_some());
        assert_eq!(digest("form_token=2&request=a&input=1"), form);
        for other in [
            "request=a&input=2",
            "request=b&input=1",
            "request=a&input=1&name=",
            "request=ai&nput=1",
        ] {
            assert_ne!(digest(other), form, "{other}");
        }
        assert_eq!(digest("form_token=1&input=1"), None);
    }
}
