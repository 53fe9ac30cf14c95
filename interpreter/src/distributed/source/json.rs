//! Reads a JSON file as a whole, and finds the items in it.

use std::borrow::Cow;

use stepwright_asl::json;

use crate::record::record;
use crate::value::Value;

/// The service's message for a JSON file, or a node in it, that has no items.
const NOT_ITERABLE: &str = "Attempting to map over non-iterable node.";

/// ItemsPointer: a JSON pointer (RFC 6901).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pointer(Vec<String>);

impl Pointer {
    /// Parses a pointer; `None` for invalid text.
    pub fn parse(text: &str) -> Option<Self> {
        let parts = json::segments(text)?;
        Some(Self(parts.map(Cow::into_owned).collect()))
    }

    fn find<'v>(&self, mut value: &'v Value) -> Option<&'v Value> {
        for part in &self.0 {
            value = match value {
                Value::Array(_) => value.item(json::index(part)?)?,
                _ => value.get(part)?,
            };
        }
        Some(value)
    }
}

/// Returns the items of a JSON file: its array, or the value that the pointer selects. It was
/// recorded that the service refuses an object as the whole file, and it is documented that the
/// pointer may select one.
pub(super) fn items(body: &[u8], pointer: Option<&Pointer>) -> Result<Value, String> {
    let value = document(body).map_err(|error| format!("The file is not valid JSON: {error}"))?;
    let found = match pointer {
        None => Some(&value).filter(|value| value.as_array().is_some()),
        Some(pointer) => pointer
            .find(&value)
            .filter(|found| matches!(found, Value::Array(_) | Value::Object(_))),
    };
    found.cloned().ok_or_else(|| NOT_ITERABLE.to_owned())
}

/// Parses a whole file.
pub(super) fn document(body: &[u8]) -> Result<Value, crate::value::TextError> {
    let text = String::from_utf8_lossy(body);
    Value::from_text(text.trim_start_matches('\u{feff}'))
}

record!(struct Pointer(parts));
