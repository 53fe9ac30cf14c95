//! The text of `Cause`.

use serde_json::{Map, Value, json};

/// AWS's limit for a cause, in characters.
const LIMIT: usize = 32_768;

/// A field of an error, as JSON. If serde cannot serialize it, the message contains its error.
pub type TravellingField = (&'static str, Result<Value, serde_json::Error>);

/// `{"errorType": name, "errorMessage": text}`. The text is the message, or, if the error has
/// fields, the JSON text of `{"message", "fields"}`. The message is truncated if the whole would
/// exceed AWS's limit; fields never are.
pub fn cause(name: &str, message: &str, fields: Option<Vec<TravellingField>>) -> String {
    let mut message = message.to_owned();
    let fields = fields.map(|fields| {
        let mut object = Map::new();
        for (field, value) in fields {
            match value {
                Ok(value) => {
                    object.insert(field.to_owned(), value);
                }
                Err(error) => {
                    message.push_str(&format!(
                        " (the field `{field}` cannot be serialized: {error})"
                    ));
                }
            }
        }
        Value::Object(object)
    });
    let whole = write(name, &message, fields.as_ref());
    if length(&whole) <= LIMIT {
        return whole;
    }
    // The longest prefix of the message that fits. Characters may be escaped twice, so the length
    // is tried instead of computed.
    let ends: Vec<usize> = message.char_indices().map(|(at, _)| at).collect();
    let fits = |kept: usize| {
        let cut = format!("{}…", &message[..ends[kept]]);
        length(&write(name, &cut, fields.as_ref())) <= LIMIT
    };
    let (mut low, mut high) = (0, ends.len().saturating_sub(1));
    while low < high {
        let middle = (low + high).div_ceil(2);
        if fits(middle) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    let kept = ends.get(low).map_or("", |end| &message[..*end]);
    write(name, &format!("{kept}…"), fields.as_ref())
}

fn write(name: &str, message: &str, fields: Option<&Value>) -> String {
    let text = match fields {
        None => message.to_owned(),
        Some(fields) => json!({ "message": message, "fields": fields }).to_string(),
    };
    json!({ "errorType": name, "errorMessage": text }).to_string()
}

/// Reads a cause of a task error: an object whose `errorMessage` is the message, or an object with
/// the message and the fields.
#[doc(hidden)]
#[must_use]
pub fn read_cause(cause: &str) -> Option<Value> {
    let mut cause: Value = serde_json::from_str(cause).ok()?;
    if let Some(message) = cause.get_mut("errorMessage")
        && let Some(Ok(inner @ Value::Object(_))) = message.as_str().map(serde_json::from_str)
    {
        *message = inner;
    }
    cause.is_object().then_some(cause)
}

/// AWS counts UTF-16 code units, like Java.
fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(cause: &str) -> Value {
        serde_json::from_str(cause).unwrap()
    }

    #[test]
    fn without_fields_the_message_is_the_display_text() {
        assert_eq!(
            cause("E.A", "the gateway did not answer", None),
            r#"{"errorType":"E.A","errorMessage":"the gateway did not answer"}"#
        );
    }

    #[test]
    fn fields_are_json_text_in_the_message() {
        let cause = read(&cause(
            "E",
            "declined: \"x\"",
            Some(vec![("reason", Ok(json!("x")))]),
        ));
        let inner = read(cause["errorMessage"].as_str().unwrap());
        assert_eq!(
            inner,
            json!({ "message": "declined: \"x\"", "fields": { "reason": "x" } })
        );
    }

    #[test]
    fn a_long_message_is_truncated_but_its_fields_are_not() {
        let long = "\"ä🦀".repeat(20_000);
        let text = cause("E", &long, Some(vec![("kept", Ok(json!("value")))]));
        assert!(length(&text) <= LIMIT && length(&text) > LIMIT - 16);
        let inner = read(read(&text)["errorMessage"].as_str().unwrap());
        assert_eq!(inner["fields"]["kept"], "value");
        assert!(inner["message"].as_str().unwrap().ends_with('…'));
    }

    #[test]
    fn fields_longer_than_the_limit_leave_no_message() {
        let text = cause("E", "m", Some(vec![("big", Ok(json!("x".repeat(LIMIT))))]));
        let inner = read(read(&text)["errorMessage"].as_str().unwrap());
        assert_eq!(inner["message"], "…");
        assert_eq!(inner["fields"]["big"].as_str().unwrap().len(), LIMIT);
    }
}
