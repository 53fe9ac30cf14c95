//! Values as text.

use std::fmt::{self, Write};

use super::Json;

impl Json {
    /// The text with two blanks of indentation a level, the same for the same value always.
    ///
    /// ```
    /// use stepwright_asl::json::Json;
    ///
    /// let json: Json = r#"{"a":[1,{}]}"#.parse()?;
    /// assert_eq!(json.to_pretty(), "{\n  \"a\": [\n    1,\n    {}\n  ]\n}");
    /// # Ok::<(), stepwright_asl::SyntaxError>(())
    /// ```
    pub fn to_pretty(&self) -> String {
        let mut text = String::new();
        // Writing to a `String` does not fail.
        let _ = write(self, &mut text, Some(0));
        text
    }
}

/// The compact text.
impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(self, f, None)
    }
}

fn write(json: &Json, out: &mut impl Write, indent: Option<usize>) -> fmt::Result {
    match json {
        Json::Null => out.write_str("null"),
        Json::Bool(value) => write!(out, "{value}"),
        Json::Number(number) => write!(out, "{number}"),
        Json::String(text) => string(text, out),
        Json::Array(items) if items.is_empty() => out.write_str("[]"),
        Json::Object(members) if members.is_empty() => out.write_str("{}"),
        Json::Array(items) => {
            out.write_char('[')?;
            let inner = indent.map(|indent| indent + 1);
            for (index, item) in items.iter().enumerate() {
                separator(out, index, inner)?;
                write(item, out, inner)?;
            }
            line_break(out, indent)?;
            out.write_char(']')
        }
        Json::Object(members) => {
            out.write_char('{')?;
            let inner = indent.map(|indent| indent + 1);
            for (index, (key, value)) in members.iter().enumerate() {
                separator(out, index, inner)?;
                string(key, out)?;
                out.write_str(if indent.is_some() { ": " } else { ":" })?;
                write(value, out, inner)?;
            }
            line_break(out, indent)?;
            out.write_char('}')
        }
    }
}

fn separator(out: &mut impl Write, index: usize, indent: Option<usize>) -> fmt::Result {
    if index > 0 {
        out.write_char(',')?;
    }
    line_break(out, indent)
}

fn line_break(out: &mut impl Write, indent: Option<usize>) -> fmt::Result {
    if let Some(indent) = indent {
        out.write_char('\n')?;
        for _ in 0..indent {
            out.write_str("  ")?;
        }
    }
    Ok(())
}

/// A string in quotes.
pub(crate) fn string(text: &str, out: &mut impl Write) -> fmt::Result {
    out.write_char('"')?;
    let mut run = 0;
    for (offset, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0x8 => "\\b",
            0xc => "\\f",
            0..=0x1f => "",
            _ => continue,
        };
        out.write_str(&text[run..offset])?;
        run = offset + 1;
        if escape.is_empty() {
            write!(out, "\\u{byte:04x}")?;
        } else {
            out.write_str(escape)?;
        }
    }
    out.write_str(&text[run..])?;
    out.write_char('"')
}
