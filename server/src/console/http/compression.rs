//! Compressed responses: a live page is loaded again after each change.

use std::io::Write as _;

use axum::body::{Body, HttpBody as _, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, VARY,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::error::PageError;
use crate::console::state::Console;

/// Shorter responses are one packet of the network in any case.
const FEWEST_BYTES: u64 = 1_024;
/// The largest response that is compressed: it is in memory.
const MOST_BYTES: u64 = 16 << 20;
/// The content of a page repeats, so that more effort saves little.
const EFFORT: Compression = Compression::fast();

/// Compresses the pages for clients that accept it. Streams and files that are being written are
/// sent as they are.
pub(crate) async fn compress(
    State(console): State<Console>,
    request: Request,
    next: Next,
) -> Response {
    let is_accepted = accepts_gzip(request.headers());
    let mut response = next.run(request).await;
    if !is_compressible(&response) {
        return response;
    }
    response
        .headers_mut()
        .insert(VARY, HeaderValue::from_static("accept-encoding"));
    if !is_accepted {
        return response;
    }
    let (mut head, body) = response.into_parts();
    let compressed = match to_bytes(body, usize::MAX).await {
        Ok(text) => gzip(&text),
        Err(error) => {
            let error = PageError::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "The page cannot be sent",
                error.to_string(),
            );
            return error.respond(&console);
        }
    };
    head.headers
        .insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    head.headers.remove(CONTENT_LENGTH);
    Response::from_parts(head, Body::from(compressed))
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(text.len() / 4), EFFORT);
    // A write to memory does not fail.
    let written = encoder.write_all(text).and_then(|()| encoder.finish());
    written.unwrap_or_default()
}

/// Whether the response is a page or a file of text whose size is known.
fn is_compressible(response: &Response) -> bool {
    let size = response.body().size_hint().exact();
    let headers = response.headers();
    let media_type = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let is_text = media_type.is_some_and(|media_type| {
        let media_type = media_type.split(';').next().unwrap_or_default();
        ["text/html", "text/plain", "application/json"].contains(&media_type)
    });
    is_text
        && size.is_some_and(|size| (FEWEST_BYTES..=MOST_BYTES).contains(&size))
        && !headers.contains_key(CONTENT_ENCODING)
        && !headers.contains_key(ETAG)
}

/// Whether a client accepts gzip: by its name, without the weight 0.
fn accepts_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(ACCEPT_ENCODING).iter();
    let texts = values.filter_map(|value| value.to_str().ok());
    texts.flat_map(|text| text.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let is_gzip = parts
            .next()
            .is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        let weight = parts.find_map(|part| part.strip_prefix("q="));
        let is_refused = weight.is_some_and(|weight| weight.parse::<f32>() == Ok(0.0));
        is_gzip && !is_refused
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_accepted_by_its_name() {
        for (text, expected) in [
            ("gzip", true),
            ("deflate, GZIP;q=0.5, br", true),
            ("gzip;q=0", false),
            ("gzip; q=0.000", false),
            ("x-gzip2", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(text));
            assert_eq!(accepts_gzip(&headers), expected, "{text}");
        }
        assert!(!accepts_gzip(&HeaderMap::new()));
    }
}
