//! Texts that must survive template engines: SAM and CDK fill in `${..}`, Terraform also reads `%{..}`, and AWS takes a
//! string from `{%` to `%}` for an expression.

use serde_json::Value;

/// What no emitted literal may hold.
const DIGRAPHS: [&str; 4] = ["${", "%{", "{%", "%}"];

/// Whether a text can stand in a definition as it is.
pub(super) fn is_safe(text: &str) -> bool {
    !DIGRAPHS.iter().any(|digraph| text.contains(digraph))
}

/// Whether a literal can stand in a definition as it is.
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

/// The text in pieces of which none holds what it must not; together they are the text.
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

/// A comment that survives: nothing can be computed in one, so a blank parts what must not stand together.
pub(super) fn comment(text: &str) -> String {
    pieces(text).join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_together_are_the_text_and_none_is_unsafe() {
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
    fn a_comment_loses_nothing_but_the_place_of_a_blank() {
        assert_eq!(comment("costs ${x}"), "costs $ {x}");
        assert_eq!(comment("plain"), "plain");
    }
}
