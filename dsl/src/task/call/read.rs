//! Payloads from JSON text.

use super::scan::Scan;
use super::stack::with_stack;
use super::{MAX_DEPTH, MAX_TYPED_DEPTH};
use serde::de::DeserializeOwned;
use serde_json::{Deserializer, Value};
use std::any::{Any, TypeId};

/// Reads a payload. An error names the field that does not match.
pub(super) fn read<T: DeserializeOwned + Send + 'static>(text: &str) -> Result<T, String> {
    let scan = Scan::of(text);
    if scan.depth > MAX_DEPTH {
        return Err(format!("nested deeper than {MAX_DEPTH} levels"));
    }
    if scan.depth > MAX_TYPED_DEPTH && TypeId::of::<T>() != TypeId::of::<Value>() {
        return Err(format!(
            "a value nested deeper than {MAX_TYPED_DEPTH} levels cannot be read into a type"
        ));
    }
    with_stack(scan.depth, || {
        let json: Value = parse(&scan.text).map_err(|error| error.to_string())?;
        let mut slot = Some(json);
        let same = (&mut slot as &mut dyn Any).downcast_mut::<Option<T>>();
        if let Some(same) = same.and_then(Option::take) {
            return Ok(same);
        }
        let json = slot.unwrap_or_default();
        let error = match T::deserialize(&json) {
            Ok(typed) => return Ok(typed),
            Err(error) => error,
        };
        // Only the text has the digits of an `i128`.
        if scan.has_giants
            && let Ok(typed) = parse(&scan.text)
        {
            return Ok(typed);
        }
        Err(with_path::<T>(&json, &error))
    })
}

fn parse<T: DeserializeOwned>(text: &str) -> serde_json::Result<T> {
    let mut reader = Deserializer::from_str(text);
    // The depth is known, and so is the stack.
    reader.disable_recursion_limit();
    let value = T::deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

/// Returns the message with the path of the mismatch. The path is only searched for on an error,
/// because tracking it costs more than reading.
#[cold]
fn with_path<T: DeserializeOwned>(json: &Value, error: &serde_json::Error) -> String {
    match serde_path_to_error::deserialize::<_, T>(json) {
        Err(placed) if placed.path().iter().next().is_some() => {
            format!("at `{}`: {}", placed.path(), placed.inner())
        }
        _ => error.to_string(),
    }
}
