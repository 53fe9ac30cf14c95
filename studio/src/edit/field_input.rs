//! The value of a field in the text of a form.

use serde::{Deserialize, Serialize};
use stepwright_asl::json::{Json, segments};
use stepwright_asl::jsonata::strip;
use stepwright_asl::model::ValueKind;

/// How the text in a field of a form is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum FieldKind {
    /// A string.
    Text,
    /// A number, or a string with an expression or a placeholder.
    Number,
    /// `true` or `false`.
    Bool,
    /// A path, or `null`.
    Path,
    /// Any JSON. A text that is no JSON and begins with `{%` or `$` is a string.
    Json,
    /// A list of strings, separated by commas or line ends.
    Texts,
    /// An expression without `{%` and `%}`.
    Expression,
}

impl FieldKind {
    /// How a field of a structure is shown.
    pub(crate) fn of(kind: ValueKind) -> FieldKind {
        match kind {
            ValueKind::Text | ValueKind::Word(_) => FieldKind::Text,
            ValueKind::Bool => FieldKind::Bool,
            ValueKind::Number => FieldKind::Number,
            ValueKind::Path => FieldKind::Path,
            ValueKind::Texts => FieldKind::Texts,
            ValueKind::Template
            | ValueKind::Templates
            | ValueKind::Structure(_)
            | ValueKind::Structures(_)
            | ValueKind::States => FieldKind::Json,
        }
    }

    /// The text of a value, for a form.
    pub(crate) fn text(self, value: &Json) -> String {
        match (self, value) {
            (FieldKind::Json, Json::String(text)) if is_expression(text) => text.clone(),
            (FieldKind::Json, value) => value.to_pretty(),
            (FieldKind::Texts, Json::Array(items))
                if items.iter().all(|item| item.as_str().is_some()) =>
            {
                let items: Vec<&str> = items.iter().filter_map(Json::as_str).collect();
                items.join(", ")
            }
            (FieldKind::Expression, Json::String(text)) => {
                strip(text).map_or(&**text, str::trim).to_owned()
            }
            (_, Json::String(text)) => text.clone(),
            (_, value) => value.to_string(),
        }
    }
}

/// The value of a text; `None` if the text is empty.
pub(crate) fn value_of(kind: FieldKind, input: &str) -> Result<Option<Json>, String> {
    let trimmed = input.trim();
    if trimmed.is_empty() {
        return Ok(None);
    }
    let value = match kind {
        FieldKind::Text => Json::from(input),
        FieldKind::Path if trimmed == "null" => Json::Null,
        FieldKind::Path => trimmed.into(),
        FieldKind::Bool => match trimmed {
            "true" => true.into(),
            "false" => false.into(),
            other if is_expression(other) => other.into(),
            _ => return Err(format!("`{trimmed}` is neither true nor false")),
        },
        FieldKind::Number => match trimmed.parse::<Json>() {
            Ok(number @ Json::Number(_)) => number,
            _ if is_expression(trimmed) => trimmed.into(),
            _ => {
                return Err(format!(
                    "`{trimmed}` is no number; write a number or an expression such as `{{% $delay %}}`"
                ));
            }
        },
        FieldKind::Json => match trimmed.parse::<Json>() {
            Ok(value) => value,
            Err(_) if is_expression(trimmed) => trimmed.into(),
            Err(error) => return Err(format!("this is no JSON: {error}")),
        },
        FieldKind::Texts => {
            let items = trimmed.split([',', '\n']).map(str::trim);
            let items = items.filter(|item| !item.is_empty()).map(Json::from);
            Json::Array(items.collect())
        }
        FieldKind::Expression => format!("{{% {trimmed} %}}").into(),
    };
    Ok(Some(value))
}

/// The field at the end of a pointer and its state, for a message.
pub(crate) fn named_field(pointer: &str) -> String {
    let keys: Vec<_> = segments(pointer).into_iter().flatten().collect();
    let field = keys.last().map_or("", |key| &**key);
    let state = keys
        .iter()
        .rposition(|key| key == "States")
        .and_then(|at| keys.get(at + 1));
    match state {
        Some(state) => format!("`{field}` of `{state}`"),
        None => format!("`{field}`"),
    }
}

/// Whether a text is an expression or a placeholder, which a form shows without quotes.
pub(crate) fn is_expression(text: &str) -> bool {
    text.starts_with("{%") || text.starts_with('$')
}

#[cfg(test)]
mod tests {
    use stepwright_asl::json;

    use super::*;

    #[test]
    fn the_text_of_a_value_has_the_same_value() {
        let cases = [
            (FieldKind::Text, json!("a b ")),
            (FieldKind::Number, json!(1.5)),
            (FieldKind::Number, json!("{% $delay %}")),
            (FieldKind::Bool, json!(true)),
            (FieldKind::Path, Json::Null),
            (FieldKind::Path, json!("$.a")),
            (FieldKind::Json, json!({"a": [1, "b", null]})),
            (FieldKind::Json, json!("{% $a %}")),
            (FieldKind::Json, json!("a")),
            (FieldKind::Texts, json!(["a", "b.c"])),
            (FieldKind::Expression, json!("{% $a = 1 %}")),
        ];
        for (kind, value) in cases {
            assert_eq!(
                value_of(kind, &kind.text(&value)),
                Ok(Some(value)),
                "{kind:?}"
            );
        }
        assert_eq!(value_of(FieldKind::Json, " "), Ok(None));
        assert!(value_of(FieldKind::Number, "x").is_err_and(|error| error.contains("no number")));
        assert!(value_of(FieldKind::Json, "{a").is_err_and(|error| error.contains("no JSON")));
    }
}
