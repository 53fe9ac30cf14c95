//! Shortens long JSON values, so that a message can quote them.

use serde_json::Value as Json;

/// Formats a value as text, truncated to one or two lines.
pub fn short(value: &Json) -> String {
    const LENGTH: usize = 200;
    let text = value.to_string();
    match text.char_indices().nth(LENGTH) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}
