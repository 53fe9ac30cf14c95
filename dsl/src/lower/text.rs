//! Texts that must survive template engines: SAM and CDK replace `${..}`, Terraform also replaces
//! `%{..}`, and AWS evaluates a string from `{%` to `%}` as an expression.

use serde_json::Value;

/// Character pairs that no emitted literal may contain.
const DIGRAPHS: [&str; 4] = ["${", "%{", "{%", "%}"];

/// Whether a definition can contain a text unchanged.
pub(super) fn is_safe(text: &str) -> bool {
    !DIGRAPHS.iter().any(|digraph| text.contains(digraph))
}

/// Whether a definition can contain a literal unchanged.
pub(super) fn is_safe_value(value: &Value) -> bool {
    match value {
        Value::String(value) => is_safe(value),
        Value::Array(items) => items.iter().all(is_safe_value),
        Value::Object(entries) => entries
            .iter()
            .all(|(key, value)| is_safe(key) && is_safe_value(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
    }
}

/// Splits the text into pieces that contain no digraph; concatenated, they are the text.
pub(super) fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut from = 0;
    for (at, _) in text.char_indices() {
        // All digraphs are two ASCII characters, so a piece ends between them.
        if at > from
            && text
                .get(at - 1..=at)
                .is_some_and(|pair| DIGRAPHS.contains(&pair))
        {
            pieces.push(&text[from..at]);
            from = at;
        }
    }
    pieces.push(&text[from..]);
    pieces
}

/// A comment that survives: a comment cannot contain an expression, so a blank separates the
/// characters of a digraph.
pub(super) fn comment(text: &str) -> String {
    pieces(text).join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_split_into_safe_pieces() {
        for text in [
            "",
            "plain",
            "${a}",
            "100%{x}",
            "$${{%}%}",
            "ä${ö}%{",
            "{%{%{%",
        ] {
            let pieces = pieces(text);
            assert_eq!(pieces.concat(), text);
            assert!(pieces.iter().all(|piece| is_safe(piece)), "{pieces:?}");
        }
    }

    #[test]
    fn comments_get_a_space_that_breaks_placeholders() {
        assert_eq!(comment("costs ${x}"), "costs $ {x}");
        assert_eq!(comment("plain"), "plain");
    }
}
