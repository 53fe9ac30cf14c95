//! Values without members, in requests and responses.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Number, Value as Json};
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

use super::naming::Naming;
use crate::models::{Shape, TimestampFormat};

const HTTP_DATE: &[BorrowedFormatItem<'_>] = format_description!(
    "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
);

const HTTP_DATE_WITH_FRACTION: &[BorrowedFormatItem<'_>] = format_description!(
    "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second].[subsecond] GMT"
);

/// Returns a value as text: other values than text are JSON. Step Functions was recorded to do so
/// for members such as `MessageBody` and `Body`.
pub(crate) fn text(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Returns the bytes of a value for a blob.
pub(super) fn bytes(value: &Json) -> Vec<u8> {
    text(value).into_bytes()
}

/// Returns a scalar as text for a place that holds only text: a header, a path, a form, XML.
pub(super) fn wire_text(shape: &Shape, value: &Json, format: TimestampFormat) -> String {
    match shape {
        Shape::Blob => BASE64.encode(bytes(value)),
        Shape::Timestamp(own) => timestamp(value, own.unwrap_or(format))
            .map_or_else(|| text(value), |timestamp| text(&timestamp)),
        _ => text(value),
    }
}

/// Converts a scalar for a body of JSON.
pub(super) fn wire_json(shape: &Shape, value: &Json, format: TimestampFormat) -> Json {
    match (shape, value) {
        (Shape::Blob, value) => Json::from(BASE64.encode(bytes(value))),
        (Shape::Timestamp(own), value) => {
            timestamp(value, own.unwrap_or(format)).unwrap_or_else(|| value.clone())
        }
        // Numbers and booleans may be text: `"5"` for a limit.
        (Shape::Integer | Shape::Float | Shape::Boolean, Json::String(text)) => {
            match serde_json::from_str(text.trim()) {
                Ok(parsed @ (Json::Number(_) | Json::Bool(_))) => parsed,
                _ => value.clone(),
            }
        }
        (Shape::Text, value) => Json::from(text(value)),
        (_, value) => value.clone(),
    }
}

/// Converts a point in time, which is a text in ISO 8601 or a number of seconds. Returns none for
/// another value, which the service then refuses.
fn timestamp(value: &Json, format: TimestampFormat) -> Option<Json> {
    let time = match value {
        Json::String(text) => OffsetDateTime::parse(text, &Rfc3339).ok()?,
        Json::Number(number) => of_seconds(number.as_f64()?)?,
        _ => return None,
    };
    let time = time.to_offset(time::UtcOffset::UTC);
    Some(match format {
        TimestampFormat::Iso8601 => Json::from(time.format(&Rfc3339).ok()?),
        TimestampFormat::Rfc822 => Json::from(time.format(HTTP_DATE).ok()?),
        TimestampFormat::Unix if time.nanosecond() == 0 => Json::from(time.unix_timestamp()),
        TimestampFormat::Unix => {
            #[expect(
                clippy::cast_precision_loss,
                reason = "an API has milliseconds at most"
            )]
            let seconds = (time.unix_timestamp_nanos() / 1_000_000) as f64 / 1_000.0;
            Json::Number(Number::from_f64(seconds)?)
        }
    })
}

fn of_seconds(seconds: f64) -> Option<OffsetDateTime> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a number out of range is refused below"
    )]
    let millis = (seconds * 1_000.0).round() as i128;
    OffsetDateTime::from_unix_timestamp_nanos(millis.checked_mul(1_000_000)?).ok()
}

/// Converts a point in time of a response: to text, or to milliseconds for an optimized
/// integration, as recorded for nested executions. A text that is no time stays.
pub(super) fn read_timestamp(naming: Naming, value: &Json) -> Json {
    let time = match value {
        Json::Number(number) => number.as_f64().and_then(of_seconds),
        Json::String(text) => OffsetDateTime::parse(text, &Rfc3339)
            .ok()
            .or_else(|| http_date(text))
            .or_else(|| of_seconds(text.parse().ok()?)),
        _ => None,
    };
    let converted = time.and_then(|time| match naming {
        Naming::Sdk => {
            let text = time.to_offset(time::UtcOffset::UTC).format(&Rfc3339);
            text.ok().map(Json::from)
        }
        Naming::Optimized => {
            let millis = i64::try_from(time.unix_timestamp_nanos() / 1_000_000);
            millis.ok().map(Json::from)
        }
    });
    converted.unwrap_or_else(|| value.clone())
}

fn http_date(text: &str) -> Option<OffsetDateTime> {
    let time = time::PrimitiveDateTime::parse(text, HTTP_DATE);
    let time = time.or_else(|_| time::PrimitiveDateTime::parse(text, HTTP_DATE_WITH_FRACTION));
    Some(time.ok()?.assume_utc())
}

/// Returns the text of bytes. Bytes that are not UTF-8 stay in base64, so that nothing is lost
/// (assumed: no recording has such bytes).
pub(super) fn read_bytes(bytes: Vec<u8>) -> Json {
    match String::from_utf8(bytes) {
        Ok(text) => Json::from(text),
        Err(error) => Json::from(BASE64.encode(error.as_bytes())),
    }
}

/// Converts the base64 of a blob to its text.
pub(super) fn read_blob(text: &str) -> Json {
    match BASE64.decode(text) {
        Ok(bytes) => read_bytes(bytes),
        Err(_) => Json::from(text),
    }
}

/// Converts the text of a scalar in XML or a header.
pub(super) fn read_text(shape: &Shape, naming: Naming, text: &str) -> Json {
    match shape {
        Shape::Boolean => match text.trim() {
            "true" => Json::from(true),
            "false" => Json::from(false),
            other => Json::from(other),
        },
        Shape::Integer => {
            let number = text.trim().parse::<i64>();
            number.map_or_else(|_| Json::from(text), Json::from)
        }
        Shape::Float => {
            let number = text.trim().parse().ok().and_then(Number::from_f64);
            number.map_or_else(|| Json::from(text), Json::Number)
        }
        Shape::Blob => read_blob(text),
        Shape::Timestamp(_) => read_timestamp(naming, &Json::from(text)),
        _ => Json::from(text),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn times_have_the_format_of_their_place() {
        let noon = json!("2026-11-25T12:00:00Z");
        let shape = Shape::Timestamp(None);
        for (format, expected) in [
            (TimestampFormat::Unix, json!(1_795_608_000)),
            (TimestampFormat::Iso8601, noon.clone()),
            (
                TimestampFormat::Rfc822,
                json!("Wed, 25 Nov 2026 12:00:00 GMT"),
            ),
        ] {
            let wire = wire_json(&shape, &noon, format);
            assert_eq!(wire, expected);
            assert_eq!(read_timestamp(Naming::Sdk, &wire), noon);
            assert_eq!(
                read_timestamp(Naming::Optimized, &wire),
                json!(1_795_608_000_000_i64)
            );
        }
        let parts = json!("2026-11-25T13:00:00.25+01:00");
        assert_eq!(
            wire_json(&shape, &parts, TimestampFormat::Unix),
            json!(1_795_608_000.25)
        );
        assert_eq!(
            wire_json(&shape, &json!("soon"), TimestampFormat::Unix),
            json!("soon")
        );
    }

    #[test]
    fn values_for_text_members_become_json_text() {
        let wire = |value| wire_json(&Shape::Text, &value, TimestampFormat::Unix);
        assert_eq!(wire(json!({"a": [1]})), json!(r#"{"a":[1]}"#));
        assert_eq!(wire(json!(0)), json!("0"));
        assert_eq!(wire(json!("text")), json!("text"));
        assert_eq!(bytes(&json!(["List", "Data"])), b"[\"List\",\"Data\"]");
    }

    #[test]
    fn blobs_are_text_if_they_can_be() {
        assert_eq!(read_blob("aGVsbG8="), json!("hello"));
        assert_eq!(read_blob("/w=="), json!("/w=="));
        assert_eq!(read_blob("no base64!"), json!("no base64!"));
    }
}
