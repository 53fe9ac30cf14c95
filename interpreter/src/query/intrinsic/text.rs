//! Functions over text.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::query::digest;
use crate::value::Value;

use super::outcome::{MAX_LENGTH, Outcome};

/// The maximum characters that the encoders and `States.Hash` accept.
const MAX_CHARACTERS: usize = 10_000;

pub(super) fn encode(text: &str) -> Outcome {
    Ok(Value::from(STANDARD.encode(bounded(text)?)))
}

pub(super) fn decode(text: &str) -> Outcome {
    let refused = |_| "The argument is not a valid Base64 string.".to_owned();
    let bytes = STANDARD.decode(bounded(text)?).map_err(refused)?;
    Ok(Value::from(String::from_utf8_lossy(&bytes)))
}

pub(super) fn hash(data: &Value, algorithm: &str) -> Outcome {
    let text = match data {
        Value::Str(text) => Cow::Borrowed(text.as_str()),
        other => Cow::Owned(json(other)?),
    };
    match digest::hex(algorithm, bounded(&text)?.as_bytes()) {
        Some(digits) => Ok(Value::from(digits)),
        None => Err(format!("Unsupported hash algorithm: {algorithm}")),
    }
}

fn bounded(text: &str) -> Result<&str, String> {
    if text.chars().nth(MAX_CHARACTERS).is_some() {
        return Err(format!(
            "The argument exceeds the maximum length of {MAX_CHARACTERS} characters."
        ));
    }
    Ok(text)
}

/// Parses JSON text; an empty or blank text is null.
pub(super) fn parse(text: &str) -> Outcome {
    if text.trim().is_empty() {
        return Ok(Value::Null);
    }
    Value::from_text(text).map_err(|error| format!("Invalid JSON: {error}"))
}

/// Returns the compact JSON text, with floats as Java prints them.
pub(super) fn json(value: &Value) -> Result<String, String> {
    let text = value.to_java_text_within(MAX_LENGTH);
    text.ok_or_else(|| "The argument is too large.".to_owned())
}

/// Returns the non-empty pieces between any of the characters.
pub(super) fn split(text: &str, characters: &str) -> Outcome {
    let pieces = text.split(|character| characters.contains(character));
    Ok(pieces
        .filter(|piece| !piece.is_empty())
        .map(Value::from)
        .collect())
}
