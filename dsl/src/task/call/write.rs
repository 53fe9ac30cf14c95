//! Results as JSON text.

use super::MAX_DEPTH;
use super::scan::Scan;
use super::stack::{SHALLOW, with_stack};
use crate::shape::{Payload, check_depth};
use serde_json::Value;
use std::any::Any;
use stepwright_asl::json::Json;

/// Writes a result.
pub(super) fn write<T: Payload>(output: T) -> Result<String, String> {
    let mut slot = Some(output);
    if let Some(json) = (&mut slot as &mut dyn Any).downcast_mut::<Option<Value>>() {
        return write_json(json.take().unwrap_or_default());
    }
    let Some(output) = slot else {
        return write_json(Value::Null);
    };
    if check_depth(&output, SHALLOW).is_ok() {
        return print(&output);
    }
    with_stack(MAX_DEPTH, move || {
        check_depth(&output, MAX_DEPTH).map_err(|error| error.to_string())?;
        print(&output)
    })
}

/// Writes JSON of any depth: `Json` takes it over, prints it and drops it without recursion.
fn write_json(json: Value) -> Result<String, String> {
    let text = Json::from(json).to_string();
    if Scan::of(&text).depth > MAX_DEPTH {
        return Err(format!("nested deeper than {MAX_DEPTH} levels"));
    }
    Ok(text)
}

fn print<T: Payload>(output: &T) -> Result<String, String> {
    serde_json::to_string(output).map_err(|error| error.to_string())
}
