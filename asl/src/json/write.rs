//! Writes values as text.

use std::fmt::{self, Write};

use super::{Children, Json, MAX_DEPTH};

impl Json {
    /// Returns the JSON text, indented by two blanks for each level.
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
        // Writing to a `String` cannot fail.
        let _ = write(self, &mut text, true);
        text
    }
}

/// The compact text.
impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(self, f, false)
    }
}

/// The compact text; with `{:#?}`, indented.
impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(self, f, f.alternate())
    }
}

fn write(json: &Json, out: &mut impl Write, is_pretty: bool) -> fmt::Result {
    // The arrays and objects around the current value, with their remaining children.
    let mut open: Vec<(Children<'_>, char)> = Vec::new();
    let mut next = json;
    loop {
        let mut is_first = false;
        match next {
            Json::Null => out.write_str("null")?,
            Json::Bool(value) => write!(out, "{value}")?,
            Json::Number(number) => write!(out, "{number}")?,
            Json::String(text) => string(text, out)?,
            Json::Array(items) if items.is_empty() => out.write_str("[]")?,
            Json::Object(members) if members.is_empty() => out.write_str("{}")?,
            Json::Array(items) => {
                out.write_char('[')?;
                open.push((Children::Items(items.iter()), ']'));
                is_first = true;
            }
            Json::Object(members) => {
                out.write_char('{')?;
                open.push((Children::Members(members.iter()), '}'));
                is_first = true;
            }
        }
        next = loop {
            let levels = open.len();
            let Some((children, close)) = open.last_mut() else {
                return Ok(());
            };
            let Some((key, child)) = children.next() else {
                let close = *close;
                open.pop();
                line_break(out, is_pretty, open.len())?;
                out.write_char(close)?;
                continue;
            };
            if !is_first {
                out.write_char(',')?;
            }
            line_break(out, is_pretty, levels)?;
            if let Some(key) = key {
                string(key, out)?;
                out.write_str(if is_pretty { ": " } else { ":" })?;
            }
            break child;
        };
    }
}

fn line_break(out: &mut impl Write, is_pretty: bool, levels: usize) -> fmt::Result {
    if is_pretty {
        out.write_char('\n')?;
        // A parsed text nests no deeper. A deeper value would grow quadratically.
        for _ in 0..levels.min(MAX_DEPTH) {
            out.write_str("  ")?;
        }
    }
    Ok(())
}

/// Writes a quoted string.
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
