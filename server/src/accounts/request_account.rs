//! The account of a request.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;

/// Returns the account that a request selects: the ID of its access key, if that is an account's
/// ID.
pub(super) fn request_account(headers: &HeaderMap) -> Option<&str> {
    let header = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (_, credential) = header.split_once("Credential=")?;
    let (key, _) = credential.split_once('/')?;
    is_account(key).then_some(key)
}

/// Whether a text is the ID of an account: 12 digits.
pub fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn the_id_of_an_access_key_is_an_account_if_it_has_12_digits() {
        for (key, account) in [
            ("000000000007", Some("000000000007")),
            ("00000000000", None),
            ("0000000000071", None),
            ("AKIDEXAMPLE1", None),
            ("00000000000\u{e9}", None),
            ("", None),
        ] {
            let header = format!(
                "AWS4-HMAC-SHA256 Credential={key}/20260101/us-east-1/states/aws4_request, SignedHeaders=host, Signature=0"
            );
            let mut headers = HeaderMap::new();
            let header = HeaderValue::from_str(&header).expect("it is a header");
            headers.insert(AUTHORIZATION, header);
            assert_eq!(request_account(&headers), account, "{key}");
        }
        assert_eq!(request_account(&HeaderMap::new()), None);
    }
}
