//! Values that a definition contains, and that no query language evaluates.

use stepwright_asl::json::Json;

/// Returns whether nothing in a value is evaluated in a JSONPath state, also after placeholders
/// were substituted. `is_template` is whether keys that end with `.$` are evaluated.
pub(super) fn is_plain(value: &Json, is_template: bool) -> bool {
    match value {
        Json::String(text) => !text.contains("${"),
        Json::Array(items) => items.iter().all(|item| is_plain(item, is_template)),
        Json::Object(members) => members.iter().all(|(key, value)| {
            !(is_template && key.ends_with(".$")) && is_plain(value, is_template)
        }),
        Json::Null | Json::Bool(_) | Json::Number(_) => true,
    }
}

/// Returns a value in which each text that a JSONata state would evaluate, or in which a
/// placeholder would be substituted, is replaced by an expression that returns the text.
pub(super) fn expressions(value: &Json) -> Json {
    match value {
        Json::String(text) if text.starts_with("{%") || text.contains("${") => {
            Json::String(expression(text))
        }
        Json::Array(items) => Json::Array(items.iter().map(expressions).collect()),
        Json::Object(members) => {
            let members = members.iter();
            Json::Object(
                members
                    .map(|(key, value)| (key.clone(), expressions(value)))
                    .collect(),
            )
        }
        other => other.clone(),
    }
}

/// Returns an expression that returns a text. Dollar and percent signs are escaped, so that it
/// contains no placeholder and no delimiter.
fn expression(text: &str) -> String {
    let mut expression = String::with_capacity(text.len() + 8);
    expression.push_str("{% \"");
    for char in text.chars() {
        match char {
            '\\' => expression.push_str("\\\\"),
            '"' | '$' | '%' | '\0'..='\x1f' => {
                expression.push_str(&format!("\\u{:04x}", u32::from(char)));
            }
            other => expression.push(other),
        }
    }
    expression.push_str("\" %}");
    expression
}
