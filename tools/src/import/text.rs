//! Source text: lines, literals, JSON in the syntax of `raw`.

use std::fmt;

use stepwright_asl::json::Json;

/// Maximum length of a line with unbroken JSON.
const WIDTH: usize = 110;

/// Lines of source with their indentation.
#[derive(Debug, Default)]
pub(super) struct SourceLines {
    text: String,
    depth: usize,
}

impl SourceLines {
    pub(super) fn line(&mut self, line: &str) {
        if !line.is_empty() {
            for _ in 0..self.depth {
                self.text.push_str("    ");
            }
            self.text.push_str(line);
        }
        self.text.push('\n');
    }

    /// Adds a line that ends in an opening brace.
    pub(super) fn open(&mut self, line: &str) {
        self.line(line);
        self.depth += 1;
    }

    /// Adds a line that begins with the closing brace.
    pub(super) fn close(&mut self, line: &str) {
        self.depth -= 1;
        self.line(line);
    }

    /// Adds a doc comment.
    pub(super) fn docs(&mut self, text: &str) {
        for line in text.split('\n') {
            self.line(format!("/// {line}").trim_end());
        }
    }

    /// Adds `before tree after`, on one line if it fits.
    pub(super) fn tree(&mut self, before: &str, tree: &SourceValue, after: &str) {
        let line = format!("{before}{tree}{after}");
        match tree {
            SourceValue::Object(members) if !members.is_empty() && !self.fits(&line) => {
                self.members(before, members, after);
            }
            SourceValue::Struct(name, members) if !members.is_empty() && !self.fits(&line) => {
                self.members(&format!("{before}{name} "), members, after);
            }
            SourceValue::Array(items) if !items.is_empty() && !self.fits(&line) => {
                self.open(&format!("{before}["));
                for (index, value) in items.iter().enumerate() {
                    let comma = if index + 1 < items.len() { "," } else { "" };
                    self.tree("", value, comma);
                }
                self.close(&format!("]{after}"));
            }
            _ => self.line(&line),
        }
    }

    fn members(&mut self, before: &str, members: &[(String, SourceValue)], after: &str) {
        self.open(&format!("{before}{{"));
        for (index, (key, value)) in members.iter().enumerate() {
            let comma = if index + 1 < members.len() { "," } else { "" };
            self.tree(&format!("{key}: "), value, comma);
        }
        self.close(&format!("}}{after}"));
    }

    pub(super) fn fits(&self, line: &str) -> bool {
        self.depth * 4 + line.len() <= WIDTH
    }

    /// Appends lines that were written separately.
    pub(super) fn append(&mut self, lines: &SourceLines) {
        self.text.push_str(&lines.text);
    }

    /// Empty lines with the same indentation.
    pub(super) fn apart(&self) -> SourceLines {
        SourceLines {
            text: String::new(),
            depth: self.depth,
        }
    }

    /// Increases the indentation.
    pub(super) fn indent(&mut self) {
        self.depth += 1;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The number of lines.
    pub(super) fn count(&self) -> usize {
        self.text.lines().count()
    }

    /// The line, if there is exactly one.
    pub(super) fn only_line(&self) -> Option<&str> {
        let mut lines = self.text.lines();
        let only = lines.next()?;
        lines.next().is_none().then(|| only.trim_start())
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }
}

/// A Rust string literal; a raw one if that avoids escapes.
pub(super) fn literal(text: &str) -> String {
    let escapes = text.contains(['"', '\\']);
    let plain = text.chars().all(|letter| !letter.is_control());
    if escapes && plain {
        let mut hashes = String::from("#");
        while text.contains(&format!("\"{hashes}")) {
            hashes.push('#');
        }
        return format!("r{hashes}\"{text}\"{hashes}");
    }
    format!("{text:?}")
}

/// A value in the source, with keys and leaves as source text.
#[derive(Debug, Clone)]
pub(super) enum SourceValue {
    Leaf(String),
    Object(Vec<(String, SourceValue)>),
    /// A struct literal.
    Struct(String, Vec<(String, SourceValue)>),
    Array(Vec<SourceValue>),
}

impl SourceValue {
    /// JSON in the syntax of `raw`.
    pub(super) fn raw(json: &Json) -> SourceValue {
        match json {
            Json::Null => SourceValue::Leaf("null".to_owned()),
            Json::Bool(value) => SourceValue::Leaf(value.to_string()),
            Json::Number(number) => SourceValue::Leaf(number.to_string()),
            Json::String(text) => SourceValue::Leaf(literal(text)),
            Json::Array(items) => SourceValue::Array(items.iter().map(SourceValue::raw).collect()),
            Json::Object(members) => SourceValue::Object(
                members
                    .iter()
                    .map(|(key, value)| (literal(key), SourceValue::raw(value)))
                    .collect(),
            ),
        }
    }

    /// Fields in the syntax of `raw`; a field without a value is removed.
    pub(super) fn fields(fields: &[(String, Option<Json>)]) -> SourceValue {
        let value = |value: &Option<Json>| {
            let omitted = || SourceValue::Leaf("_".to_owned());
            value.as_ref().map_or_else(omitted, SourceValue::raw)
        };
        SourceValue::Object(
            fields
                .iter()
                .map(|(key, field)| (literal(key), value(field)))
                .collect(),
        )
    }
}

/// The value on one line.
impl fmt::Display for SourceValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SourceValue::Leaf(text) => f.write_str(text),
            SourceValue::Object(members) => write_members(members, f),
            SourceValue::Struct(name, members) => {
                write!(f, "{name} ")?;
                write_members(members, f)
            }
            SourceValue::Array(items) => {
                f.write_str("[")?;
                for (index, value) in items.iter().enumerate() {
                    let comma = if index > 0 { ", " } else { "" };
                    write!(f, "{comma}{value}")?;
                }
                f.write_str("]")
            }
        }
    }
}

fn write_members(members: &[(String, SourceValue)], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if members.is_empty() {
        return f.write_str("{}");
    }
    f.write_str("{ ")?;
    for (index, (key, value)) in members.iter().enumerate() {
        let comma = if index > 0 { ", " } else { "" };
        write!(f, "{comma}{key}: {value}")?;
    }
    f.write_str(" }")
}

/// Whether a doc comment preserves the text exactly.
pub(super) fn is_doc(text: &str) -> bool {
    !text.is_empty()
        && text == text.trim()
        && !text.contains('\r')
        && text.split('\n').all(|line| line == line.trim_end())
        && is_safe(text)
}

/// Whether the macro emits the text unchanged. Template engines would replace parts of other texts.
pub(super) fn is_safe(text: &str) -> bool {
    !["${", "%{", "{%", "%}"]
        .iter()
        .any(|digraph| text.contains(digraph))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_with_quotes_is_written_as_a_raw_string() {
        assert_eq!(literal("plain"), r#""plain""#);
        assert_eq!(literal(r#"a "b""#), r##"r#"a "b""#"##);
        assert_eq!(literal(r##"a"#"##), "r##\"a\"#\"##");
        assert_eq!(literal("a\nb"), r#""a\nb""#);
        assert_eq!(literal("a\u{7f}\""), r#""a\u{7f}\"""#);
    }
}
