//! Signatures of requests: AWS Signature Version 4, in the header `Authorization`.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use std::time::Duration;

use axum::http::header::{AUTHORIZATION, HOST};
use axum::http::uri::Uri;
use axum::http::{HeaderMap, HeaderName};
use hmac_sha256::{HMAC, Hash};
use stepwright_engine::clock::{self, Timestamp};

use crate::access_keys::AccessKeys;
use crate::error::ApiError;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// The end of the credential scope.
const TERMINATOR: &str = "aws4_request";
/// The time of the signature.
const DATE: HeaderName = HeaderName::from_static("x-amz-date");
/// The operation. It must be signed, so that it cannot be changed.
const TARGET: HeaderName = HeaderName::from_static("x-amz-target");
/// The maximum difference between the clocks of client and server.
const SKEW: Duration = Duration::from_secs(15 * 60);

/// The region and the service that a signature is for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SignatureScope<'a> {
    pub(crate) region: &'a str,
    /// The service: `states` or `events`.
    pub(crate) service: &'a str,
}

/// Checks that a request was signed with one of the keys, for this scope, and was not changed.
///
/// # Errors
///
/// `MissingAuthenticationTokenException` without a signature, `IncompleteSignatureException` for a
/// header that cannot be parsed, `UnrecognizedClientException` for an unknown key,
/// `InvalidSignatureException` for a signature that is old or does not match.
pub(crate) fn check(
    keys: &AccessKeys,
    scope: SignatureScope<'_>,
    headers: &HeaderMap,
    uri: &Uri,
    body: &[u8],
) -> Result<(), ApiError> {
    // The wall clock, as clients use it, whatever time the engine has.
    check_at(clock::wall_time(), keys, scope, headers, uri, body)
}

/// The parsed header `Authorization`.
struct Authorization<'a> {
    key: &'a str,
    date: &'a str,
    region: &'a str,
    service: &'a str,
    signed_headers: &'a str,
    signature: &'a str,
}

/// Like [`check`], at a given time.
fn check_at(
    now: Timestamp,
    keys: &AccessKeys,
    scope: SignatureScope<'_>,
    headers: &HeaderMap,
    uri: &Uri,
    body: &[u8],
) -> Result<(), ApiError> {
    let Some(header) = headers.get(AUTHORIZATION) else {
        return Err(ApiError::of_signature(
            "MissingAuthenticationTokenException",
            "Missing Authentication Token",
        ));
    };
    let header = header.to_str().ok().and_then(parse);
    let header = header.ok_or_else(|| {
        incomplete("Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' parameters of AWS4-HMAC-SHA256.")
    })?;
    let SignatureScope { region, service } = scope;
    if header.region != region || header.service != service {
        return Err(invalid(format!(
            "Credential should be scoped to the region '{region}' and the service '{service}', not to '{}' and '{}'.",
            header.region, header.service
        )));
    }
    let time = headers.get(DATE).and_then(|time| time.to_str().ok());
    let time =
        time.ok_or_else(|| incomplete("Authorization header requires the header 'X-Amz-Date'."))?;
    let signed = time_of(time)
        .filter(|_| time.starts_with(header.date))
        .ok_or_else(|| incomplete("'X-Amz-Date' must be a date such as 20260314T120000Z, on the day of the credential."))?;
    if now.since(signed).max(signed.since(now)) > SKEW {
        return Err(invalid(format!(
            "Signature expired or not yet current: it was signed at {time}, more than 15 minutes from the time of this server."
        )));
    }
    let names: Vec<&str> = header.signed_headers.split(';').collect();
    for name in [HOST, DATE, TARGET] {
        if headers.contains_key(&name) && !names.contains(&name.as_str()) {
            return Err(invalid(format!("The header '{name}' must be signed.")));
        }
    }
    let Some(secret) = keys.secret(header.key) else {
        return Err(ApiError::of_signature(
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
        ));
    };
    let canonical = canonical_request(headers, uri, &names, header.signed_headers, body);
    let scope = format!("{}/{region}/{service}/{TERMINATOR}", header.date);
    let text = format!(
        "{ALGORITHM}\n{time}\n{scope}\n{}",
        hex(&Hash::hash(canonical.as_bytes()))
    );
    let mut key = HMAC::mac(header.date, format!("AWS4{secret}"));
    for part in [region, service, TERMINATOR] {
        key = HMAC::mac(part, key);
    }
    // The comparison takes constant time.
    let is_right = from_hex(header.signature).is_some_and(|given| HMAC::verify(text, key, &given));
    if is_right {
        Ok(())
    } else {
        Err(invalid(
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.".to_owned(),
        ))
    }
}

fn incomplete(message: &str) -> ApiError {
    ApiError::of_signature("IncompleteSignatureException", message)
}

fn invalid(message: String) -> ApiError {
    ApiError::of_signature("InvalidSignatureException", message)
}

/// Parses
/// `AWS4-HMAC-SHA256 Credential=<key>/<date>/<region>/<service>/aws4_request, SignedHeaders=<names>, Signature=<hex>`.
fn parse(header: &str) -> Option<Authorization<'_>> {
    let rest = header.trim().strip_prefix(ALGORITHM)?.strip_prefix(' ')?;
    let (mut credential, mut signed_headers, mut signature) = (None, None, None);
    for part in rest.split(',') {
        match part.trim().split_once('=')? {
            ("Credential", value) => credential = Some(value),
            ("SignedHeaders", value) => signed_headers = Some(value),
            ("Signature", value) => signature = Some(value),
            _ => return None,
        }
    }
    // From the end: an ID may have a `/`.
    let mut scope = credential?.rsplitn(5, '/');
    if scope.next()? != TERMINATOR {
        return None;
    }
    let (service, region, date, key) = (scope.next()?, scope.next()?, scope.next()?, scope.next()?);
    Some(Authorization {
        key,
        date,
        region,
        service,
        signed_headers: signed_headers?,
        signature: signature?,
    })
}

/// Returns the signed parts of a request, in the canonical form.
fn canonical_request(
    headers: &HeaderMap,
    uri: &Uri,
    names: &[&str],
    signed_headers: &str,
    body: &[u8],
) -> String {
    let mut query: Vec<&str> = uri.query().unwrap_or_default().split('&').collect();
    query.sort_unstable();
    let mut canonical = format!("POST\n{}\n{}\n", uri.path(), query.join("&"));
    for name in names {
        let values = headers.get_all(*name).iter();
        let values = values.map(|value| {
            let text = String::from_utf8_lossy(value.as_bytes());
            text.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
        });
        let values: Vec<String> = values.collect();
        canonical += &format!("{name}:{}\n", values.join(","));
    }
    canonical + &format!("\n{signed_headers}\n{}", hex(&Hash::hash(body)))
}

/// Parses the time of a signature, such as `20260314T120000Z`.
fn time_of(text: &str) -> Option<Timestamp> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if date.len() != 8 || time.len() != 6 || !is_digits(date) || !is_digits(time) {
        return None;
    }
    let (year, month, day) = (&date[..4], &date[4..6], &date[6..]);
    let (hour, minute, second) = (&time[..2], &time[2..4], &time[4..]);
    Timestamp::parse(&format!("{year}-{month}-{day}T{hour}:{minute}:{second}Z"))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let pair = std::str::from_utf8(pair).ok()?;
        // `from_str_radix` also accepts a sign.
        if !pair.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BODY: &[u8] = "{\"name\": \"b\u{e9}\"}".as_bytes();

    /// A request that botocore 1.43 signed.
    fn signed() -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("host", "127.0.0.1:8083"),
            ("x-amz-target", "AWSStepFunctions.CreateActivity"),
            ("content-type", "application/x-amz-json-1.0"),
            ("x-amz-security-token", "a  b"),
            ("x-amz-date", "20260314T120000Z"),
            (
                "authorization",
                "AWS4-HMAC-SHA256 Credential=AKIA/TEAM/20260314/us-east-1/states/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, Signature=58cc56dfe7e074e5f4d0b7c7760a05be265dcbea257abd56016d0f3d43127370",
            ),
        ] {
            headers.insert(name, value.parse().expect("it is a value"));
        }
        headers
    }

    fn at(seconds: i64) -> Timestamp {
        let signed = Timestamp::parse("2026-03-14T12:00:00Z").expect("it is a time");
        Timestamp::from_unix_micros(signed.unix_micros() + seconds * 1_000_000)
    }

    /// Returns the code of the error.
    fn code(now: Timestamp, headers: &HeaderMap, body: &[u8]) -> Option<&'static str> {
        let keys = AccessKeys::new()
            .key("AKIA/TEAM", "s+/e=")
            .key("OTHER", "x");
        let uri = Uri::from_static("/");
        let scope = SignatureScope {
            region: "us-east-1",
            service: "states",
        };
        let checked = check_at(now, &keys, scope, headers, &uri, body);
        checked.err().map(|error| error.code())
    }

    fn with(name: &'static str, value: &str) -> HeaderMap {
        let mut headers = signed();
        headers.insert(name, value.parse().expect("it is a value"));
        headers
    }

    #[test]
    fn a_signed_request_is_accepted_for_fifteen_minutes() {
        for seconds in [-900, 0, 900] {
            assert_eq!(code(at(seconds), &signed(), BODY), None, "{seconds}");
        }
        for seconds in [-901, 901, i64::from(i32::MAX)] {
            assert_eq!(
                code(at(seconds), &signed(), BODY),
                Some("InvalidSignatureException"),
                "{seconds}"
            );
        }
    }

    #[test]
    fn missing_or_invalid_headers_have_the_error_codes_of_aws() {
        let mut without = signed();
        without.remove("authorization");
        assert_eq!(
            code(at(0), &without, BODY),
            Some("MissingAuthenticationTokenException")
        );
        assert_eq!(
            code(at(0), &with("authorization", "Basic x"), BODY),
            Some("IncompleteSignatureException")
        );
        assert_eq!(
            code(at(0), &with("x-amz-date", "soon"), BODY),
            Some("IncompleteSignatureException")
        );
        let header = signed()["authorization"].to_str().unwrap().to_owned();
        for (from, to, expected) in [
            ("AKIA/TEAM", "AKIA", "UnrecognizedClientException"),
            ("AKIA/TEAM", "OTHER", "InvalidSignatureException"),
            ("us-east-1", "us-east-2", "InvalidSignatureException"),
            ("states", "s3", "InvalidSignatureException"),
            ("20260314/", "20260313/", "IncompleteSignatureException"),
            (
                "aws4_request",
                "aws5_request",
                "IncompleteSignatureException",
            ),
            (";x-amz-target", "", "InvalidSignatureException"),
            ("host;", "", "InvalidSignatureException"),
            ("Signature=58", "Signature=+58", "InvalidSignatureException"),
            ("Signature=58", "Signature=5", "InvalidSignatureException"),
        ] {
            let changed = with("authorization", &header.replacen(from, to, 1));
            assert_eq!(code(at(0), &changed, BODY), Some(expected), "{from} {to}");
        }
    }

    #[test]
    fn a_request_with_a_changed_signed_header_is_refused() {
        for (name, value) in [
            ("host", "127.0.0.1:8084"),
            ("x-amz-target", "AWSStepFunctions.DeleteActivity"),
            ("content-type", "text/plain"),
            ("x-amz-security-token", "c"),
            ("x-amz-date", "20260314T120001Z"),
        ] {
            assert_eq!(
                code(at(0), &with(name, value), BODY),
                Some("InvalidSignatureException"),
                "{name}"
            );
        }
    }

    proptest! {
        /// Each byte of the body and each digit of the signature is significant, and no header
        /// makes the check panic.
        #[test]
        fn any_change_of_the_body_or_the_signature_is_refused(place in 0..BODY.len(), byte: u8, digit in 0usize..64, other in "[0-9a-f]", text in "[ -~]{0,80}") {
            let mut body = BODY.to_vec();
            prop_assume!(body[place] != byte);
            body[place] = byte;
            prop_assert!(code(at(0), &signed(), &body).is_some());
            let mut header = signed()["authorization"].to_str().unwrap().to_owned();
            let digit = header.len() - 64 + digit;
            prop_assume!(header[digit..=digit] != other);
            header.replace_range(digit..=digit, &other);
            prop_assert!(code(at(0), &with("authorization", &header), BODY).is_some());
            let other = with("authorization", &format!("{ALGORITHM} {text}"));
            prop_assert!(code(at(0), &other, BODY).is_some());
            prop_assert!(code(at(0), &with("x-amz-date", &text), BODY).is_some());
        }
    }
}
