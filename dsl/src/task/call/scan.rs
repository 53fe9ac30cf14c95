//! What must be known about a JSON text before serde reads it.

use std::borrow::Cow;

use stepwright_asl::json::token;

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
                b'"' => at += token::string_length(&bytes[at..]),
                b'-' | b'0'..=b'9' => {
                    // The parser stops at a malformed number.
                    let Ok(number) = token::number(&bytes[at..]) else {
                        break;
                    };
                    let end = at + number.length;
                    let integer = number.is_integer.then(|| &text[at..end]);
                    has_giants |= integer.is_some_and(is_giant);
                    if let Some(readable) = integer.and_then(readable) {
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

/// Whether an integer fits in no type of 64 bits.
fn is_giant(integer: &str) -> bool {
    integer.parse::<i64>().is_err() && integer.parse::<u64>().is_err()
}

/// Returns the integer in the form in which `serde_json` reads the value that an engine reads, if
/// it differs.
fn readable(integer: &str) -> Option<&'static str> {
    if integer == "-0" {
        return Some("0");
    }
    // The largest finite float has 309 digits.
    if integer.len() < 309 {
        return None;
    }
    match integer.parse::<f64>() {
        Ok(float) if float.is_infinite() => Some(if integer.starts_with('-') {
            "-1.7976931348623157e308"
        } else {
            "1.7976931348623157e308"
        }),
        _ => None,
    }
}
