//! Text literals.

use super::code::{Code, level};
use crate::lower::text;
use crate::shape::Shape;

/// A text literal. Single quotes where they do, because the JSON around it has double ones.
pub(in crate::lower) fn quote(text: &str) -> Code {
    let pieces: Vec<_> = text::pieces(text).into_iter().map(quoted).collect();
    let level = if pieces.len() == 1 {
        level::ATOM
    } else {
        level::SUM
    };
    Code {
        simple: true,
        ..Code::new(pieces.join(" & "), level, Shape::String)
    }
}

fn quoted(text: &str) -> String {
    let mark = if text.contains('\'') { '"' } else { '\'' };
    let mut out = String::with_capacity(text.len() + 2);
    out.push(mark);
    for letter in text.chars() {
        match letter {
            '\\' => out.push_str("\\\\"),
            '"' if mark == '"' => out.push_str("\\\""),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if control.is_control() => {
                let mut units = [0; 2];
                for unit in control.encode_utf16(&mut units) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
            other => out.push(other),
        }
    }
    out.push(mark);
    out
}
