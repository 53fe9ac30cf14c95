//! Writes new values in brackets, and all JSON.

use super::style::Style;
use crate::json::{Json, string};

/// The layout of a new value.
#[derive(Debug, Clone, Copy)]
pub(super) enum Layout<'s> {
    /// On one line with the text around it.
    Line,
    /// Below a line with this indentation, on separate lines if that is the style of the text.
    Lines(&'s str),
    /// Below a line with this indentation, always on separate lines.
    Spread(&'s str),
}

/// Writes values in the style of a text.
pub(super) struct ValueWriter {
    pub(super) style: Style,
    pub(super) line_break: &'static str,
    /// Writes a string or a key; in YAML it may be without quotes.
    pub(super) scalar: fn(&Style, &str, bool) -> String,
}

impl ValueWriter {
    pub(super) fn value(&self, json: &Json, layout: Layout<'_>) -> String {
        let mut out = String::new();
        match layout {
            Layout::Line => self.write(json, None, false, &mut out),
            Layout::Lines(indent) => {
                self.write(json, Some(indent), self.style.spreads(json), &mut out);
            }
            Layout::Spread(indent) => self.write(json, Some(indent), true, &mut out),
        }
        out
    }

    /// A key and the text up to its value.
    pub(super) fn key(&self, key: &str) -> String {
        let mut out = (self.scalar)(&self.style, key, true);
        // YAML requires a blank after the colon, except after a quoted key.
        let after_colon = match self.style.after_colon.as_str() {
            "" if !out.starts_with(['"', '\'']) => " ",
            other => other,
        };
        out.push_str(&self.style.before_colon);
        out.push(':');
        out.push_str(after_colon);
        out
    }

    /// A scalar, or an empty array or object; `None` for a value with children.
    pub(super) fn leaf(&self, json: &Json) -> Option<String> {
        Some(match json {
            Json::String(text) => (self.scalar)(&self.style, text, false),
            Json::Array(items) if !items.is_empty() => return None,
            Json::Object(members) if !members.is_empty() => return None,
            other => other.to_string(),
        })
    }

    /// Writes the value. If it spans several lines, each line starts with the indentation and one
    /// more unit for each level.
    fn write(&self, json: &Json, indent: Option<&str>, spreads: bool, out: &mut String) {
        if let Some(leaf) = self.leaf(json) {
            out.push_str(&leaf);
            return;
        }
        let indent = indent.filter(|_| spreads);
        let inner = indent.map(|indent| format!("{indent}{}", self.style.unit));
        let [open, close] = match json {
            Json::Array(_) => ['[', ']'],
            _ => ['{', '}'],
        };
        out.push(open);
        let children: Vec<(Option<&str>, &Json)> = match json {
            Json::Array(items) => items.iter().map(|item| (None, item)).collect(),
            Json::Object(members) => members
                .iter()
                .map(|(key, value)| (Some(key.as_str()), value))
                .collect(),
            _ => Vec::new(),
        };
        for (index, (key, value)) in children.into_iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            match &inner {
                Some(inner) => {
                    out.push_str(self.line_break);
                    out.push_str(inner);
                }
                None if index > 0 => out.push_str(self.style.after_comma),
                None => out.push_str(self.style.padding(json)),
            }
            if let Some(key) = key {
                out.push_str(&self.key(key));
            }
            self.write(value, inner.as_deref(), self.style.spreads(value), out);
        }
        match indent {
            Some(indent) => {
                out.push_str(self.line_break);
                out.push_str(indent);
            }
            None => out.push_str(self.style.padding(json)),
        }
        out.push(close);
    }
}

/// A string in JSON syntax.
pub(super) fn json_string(_: &Style, text: &str, _key: bool) -> String {
    let mut out = String::new();
    // Writing to a `String` cannot fail.
    let _ = string(text, &mut out);
    out
}
