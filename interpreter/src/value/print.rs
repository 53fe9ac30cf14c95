//! Printing of values. Uses an explicit stack, so that a deep value cannot overflow the thread's
//! stack.

use std::fmt;

use serde_json::ser::{CompactFormatter, Formatter};

use super::object::Entries;
use super::{Array, Value};

impl Value {
    /// Returns the compact JSON text. It is [`json_len`](Value::json_len) bytes long. Check this
    /// length first for a value from elsewhere, because shared nodes can make a text that does not
    /// fit in memory.
    pub fn to_text(&self) -> String {
        let mut out = String::with_capacity(self.json_len().min(1 << 26) as usize);
        self.write_to(&mut out);
        out
    }

    /// Returns the compact JSON text if it takes at most `limit` bytes.
    pub fn to_text_within(&self, limit: u64) -> Option<String> {
        (self.json_len() <= limit).then(|| self.to_text())
    }

    /// Appends the compact JSON text.
    pub fn write_to(&self, out: &mut String) {
        let mut printer = Printer {
            out,
            limit: None,
            is_indented: false,
            float,
        };
        // Without a limit the whole value is printed.
        let _all = printer.print(self);
    }

    /// Returns the compact JSON text with floats as Java prints them (`1.0E10`), as the service
    /// does where it converts a value to text. `None` when it is longer than about `limit` bytes.
    pub(crate) fn to_java_text_within(&self, limit: u64) -> Option<String> {
        if self.json_len() > limit {
            return None;
        }
        let mut out = String::new();
        let mut printer = Printer {
            out: &mut out,
            limit: None,
            is_indented: false,
            float: java_float,
        };
        let _all = printer.print(self);
        Some(out)
    }
}

/// Prints the compact JSON text; `{:#}` prints each member on a separate line.
///
/// ```
/// # extern crate stepwright_interpreter as stepwright_runtime;
/// # use stepwright_runtime::value::Value;
/// let value = Value::from_text(r#"{"a":[1,{}]}"#)?;
/// assert_eq!(value.to_string(), r#"{"a":[1,{}]}"#);
/// assert_eq!(format!("{value:#}"), "{\n  \"a\": [\n    1,\n    {}\n  ]\n}");
/// # Ok::<(), stepwright_runtime::value::TextError>(())
/// ```
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !f.alternate() {
            return f.write_str(&self.to_text());
        }
        let mut out = String::new();
        let mut printer = Printer {
            out: &mut out,
            limit: None,
            is_indented: true,
            float,
        };
        let _all = printer.print(self);
        f.write_str(&out)
    }
}

/// Prints the compact JSON text, truncated after about 4,000 bytes.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = String::new();
        let mut printer = Printer {
            out: &mut out,
            limit: Some(4000),
            is_indented: false,
            float,
        };
        let whole = printer.print(self);
        f.write_str(&out)?;
        f.write_str(if whole { "" } else { "…" })
    }
}

struct Printer<'o> {
    out: &'o mut String,
    limit: Option<usize>,
    /// Whether each member is on a separate line.
    is_indented: bool,
    /// How floats are written.
    float: fn(f64, &mut String),
}

/// A node whose members are being written.
enum OpenNode<'v> {
    Array(std::slice::Iter<'v, Value>),
    Object(Entries<'v>),
}

impl Printer<'_> {
    /// Writes the value; `false` when the limit truncated it.
    fn print(&mut self, value: &Value) -> bool {
        let mut stack: Vec<(OpenNode<'_>, bool)> = Vec::new();
        let mut next = Some(value);
        loop {
            if let Some(open) = next.and_then(|value| self.value(value)) {
                stack.push((open, true));
            }
            if self.limit.is_some_and(|limit| self.out.len() >= limit) {
                return stack.is_empty();
            }
            let level = stack.len();
            let Some((open, first)) = stack.last_mut() else {
                return true;
            };
            let is_first = std::mem::take(first);
            next = match open {
                OpenNode::Array(items) => {
                    let item = items.next();
                    self.begin_line(item.is_some(), is_first, level);
                    if item.is_none() {
                        self.out.push(']');
                    }
                    item
                }
                OpenNode::Object(entries) => {
                    let entry = entries.next();
                    self.begin_line(entry.is_some(), is_first, level);
                    match entry {
                        Some((key, value)) => {
                            string(key, self.out);
                            self.out.push_str(if self.is_indented { ": " } else { ":" });
                            Some(value)
                        }
                        None => {
                            self.out.push('}');
                            None
                        }
                    }
                }
            };
            if next.is_none() {
                stack.pop();
            }
        }
    }

    /// Writes the separator before a member of a node, or before its end.
    fn begin_line(&mut self, is_member: bool, is_first: bool, level: usize) {
        if is_member && !is_first {
            self.out.push(',');
        }
        if self.is_indented && (is_member || !is_first) {
            let level = if is_member { level } else { level - 1 };
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n("  ", level));
        }
    }

    /// Writes a scalar, or opens a node.
    fn value<'v>(&mut self, value: &'v Value) -> Option<OpenNode<'v>> {
        match value {
            Value::Null => self.out.push_str("null"),
            Value::Bool(true) => self.out.push_str("true"),
            Value::Bool(false) => self.out.push_str("false"),
            Value::Int(number) => int(*number, self.out),
            Value::Float(number) => (self.float)(*number, self.out),
            Value::Big(number) => self.out.push_str(number.as_str()),
            Value::Str(text) => string(text, self.out),
            Value::Array(array) => {
                self.out.push('[');
                let items: &Array = array;
                return Some(OpenNode::Array(items.iter()));
            }
            Value::Object(object) => {
                self.out.push('{');
                return Some(OpenNode::Object(object.iter()));
            }
        }
        None
    }
}

fn int(number: i64, out: &mut String) {
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    let mut rest = number.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        out.push('-');
    }
    out.extend(digits[at..].iter().map(|digit| char::from(*digit)));
}

/// Writes the shortest text that parses to the same number, as serde_json does. JSON cannot
/// represent infinity or NaN, so they become `null`.
pub(super) fn float(number: f64, out: &mut String) {
    let mut text = Vec::with_capacity(24);
    let written = number.is_finite() && CompactFormatter.write_f64(&mut text, number).is_ok();
    match std::str::from_utf8(&text) {
        Ok(text) if written => out.push_str(text),
        _ => out.push_str("null"),
    }
}

/// Writes a float as Java's `Double.toString`: decimal from 10^-3 to 10^7, otherwise `1.5E-7`;
/// always with a fraction.
pub(crate) fn java_float(number: f64, out: &mut String) {
    let is_plain = number == 0.0 || (1e-3..1e7).contains(&number.abs());
    if is_plain || !number.is_finite() {
        return float(number, out);
    }
    let text = format!("{number:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    out.push_str(digits);
    out.push_str(if digits.contains('.') { "" } else { ".0" });
    out.push('E');
    out.push_str(exponent);
}

pub(super) fn string(text: &str, out: &mut String) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.push('"');
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            0x08 => "\\b",
            0x09 => "\\t",
            0x0a => "\\n",
            0x0c => "\\f",
            0x0d => "\\r",
            0x00..0x20 => "\\u00",
            _ => continue,
        };
        out.push_str(&text[plain..at]);
        out.push_str(escape);
        if escape.len() == 4 {
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
        plain = at + 1;
    }
    out.push_str(&text[plain..]);
    out.push('"');
}
