//! What must be known about a JSON text before serde reads it.

use std::borrow::Cow;

/// A text with its depth. Malformed text has any depth; the parser reports it.
pub(super) struct Scan<'t> {
    /// The text, in which `-0` is `0` and an integer beyond `f64` is the largest finite float. An
    /// engine reads these numbers so; `serde_json` reads a float and fails.
    pub(super) text: Cow<'t, str>,
    /// The maximum nesting of arrays and objects.
    pub(super) depth: usize,
    /// Whether there is an integer beyond 64 bits, which `serde_json::Value` rounds.
    pub(super) has_giants: bool,
}

impl<'t> Scan<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let bytes = text.as_bytes();
        let (mut at, mut open, mut depth, mut has_giants) = (0, 0_usize, 0, false);
        // The changed text, and how much of the original it covers.
        let (mut changed, mut copied) = (String::new(), 0);
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'"' => at += string_len(&bytes[at..]),
                b'-' | b'0'..=b'9' => {
                    let number = number(&text[at..]);
                    let end = at + number.len();
                    has_giants |= is_giant(number);
                    if let Some(readable) = readable(number) {
                        changed.push_str(&text[copied..at]);
                        changed.push_str(readable);
                        copied = end;
                    }
                    at = end;
                }
                b'[' | b'{' => {
                    open += 1;
                    depth = depth.max(open);
                    at += 1;
                }
                b']' | b'}' => {
                    open = open.saturating_sub(1);
                    at += 1;
                }
                _ => at += 1,
            }
        }
        let text = if copied == 0 {
            Cow::Borrowed(text)
        } else {
            changed.push_str(&text[copied..]);
            Cow::Owned(changed)
        };
        Self {
            text,
            depth,
            has_giants,
        }
    }
}

/// Returns the length of the string at the start, with its quotes.
fn string_len(bytes: &[u8]) -> usize {
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// Returns the number at the start.
fn number(text: &str) -> &str {
    let is_part = |byte: u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
    let end = text.bytes().position(|byte| !is_part(byte));
    &text[..end.unwrap_or(text.len())]
}

fn is_integer(number: &str) -> bool {
    let digits = number.strip_prefix('-').unwrap_or(number);
    !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_giant(number: &str) -> bool {
    is_integer(number) && number.parse::<i64>().is_err() && number.parse::<u64>().is_err()
}

/// Returns the number in the form in which `serde_json` reads the value that an engine reads, if it
/// differs.
fn readable(number: &str) -> Option<&'static str> {
    if number == "-0" {
        return Some("0");
    }
    // The largest finite float has 309 digits.
    if number.len() < 309 || !is_integer(number) {
        return None;
    }
    match number.parse::<f64>() {
        Ok(float) if float.is_infinite() => Some(match number.starts_with('-') {
            true => "-1.7976931348623157e308",
            false => "1.7976931348623157e308",
        }),
        _ => None,
    }
}
