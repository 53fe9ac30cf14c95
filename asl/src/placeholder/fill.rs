//! Substitutes values for placeholders.

use super::address::{Addresses, SubstitutedValue};
use super::syntax::found;
use super::text_location::{self, TextLocation};
use crate::diagnostic::Diagnostics;
use crate::model::{QueryLanguage, StateMachine};

/// A machine after the substitution of user-defined placeholders.
#[derive(Debug)]
#[non_exhaustive]
pub struct FilledMachine {
    /// The machine.
    pub machine: StateMachine,
    /// The placeholders without a value: the state's name, and the placeholder's name. They remain
    /// in the text.
    pub missing: Vec<(String, String)>,
}

/// Substitutes values for [user-defined](SubstitutedValue::Value) placeholders. A value always
/// remains a plain value. In a JSONata expression or in a call of an intrinsic function it is
/// escaped for the quotes around it, and no value can become an expression.
///
/// # Errors
///
/// If a field does not accept the value.
pub fn fill(
    machine: &StateMachine,
    addresses: Option<&Addresses>,
    value: &dyn Fn(&str) -> Option<String>,
) -> Result<FilledMachine, Diagnostics> {
    let mut missing: Vec<(String, String)> = Vec::new();
    let mut changed = false;
    let mut json = machine.to_value();
    text_location::walk(&mut json, addresses, &mut |place, text| {
        if !text.contains("${") || place.stands_for(text) != SubstitutedValue::Value {
            return;
        }
        let mut absent = |name: &str| {
            if let Some(state) = place.state {
                let one = (state.to_owned(), name.to_owned());
                if !missing.contains(&one) {
                    missing.push(one);
                }
            }
        };
        if let Some(filled) = filled(place, text, value, &mut absent) {
            *text = filled;
            changed = true;
        }
    });
    let machine = if changed {
        StateMachine::from_value(&json)?
    } else {
        machine.clone()
    };
    Ok(FilledMachine { machine, missing })
}

/// Returns the text with its values; `None` if it does not change.
fn filled(
    place: &TextLocation<'_>,
    text: &str,
    value: &dyn Fn(&str) -> Option<String>,
    absent: &mut dyn FnMut(&str),
) -> Option<String> {
    let kind = TextSyntax::of(place, text);
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for (at, name) in found(text) {
        let Some(value) = value(name) else {
            absent(name);
            continue;
        };
        out.push_str(&text[from..at]);
        match kind {
            TextSyntax::Jsonata if is_quoted(&text[..at], &['\'', '"']) => {
                in_jsonata(&value, &mut out)
            }
            TextSyntax::Intrinsic if is_quoted(&text[..at], &['\'']) => {
                in_intrinsic(&value, &mut out)
            }
            _ => out.push_str(&value),
        }
        from = at + name.len() + "${}".len();
    }
    if from == 0 {
        return None;
    }
    out.push_str(&text[from..]);
    // A text that now begins like an expression is written as an expression that returns this text.
    if kind == TextSyntax::Text && place.language == QueryLanguage::Jsonata && out.starts_with("{%")
    {
        let mut quoted = String::from("{% '");
        in_jsonata(&out, &mut quoted);
        quoted.push_str("' %}");
        return Some(quoted);
    }
    Some(out)
}

/// The syntax of a text.
#[derive(Clone, Copy, PartialEq)]
enum TextSyntax {
    Text,
    Jsonata,
    /// A call of an intrinsic function, or a path.
    Intrinsic,
}

impl TextSyntax {
    fn of(place: &TextLocation<'_>, text: &str) -> TextSyntax {
        match place.language {
            QueryLanguage::Jsonata if text.starts_with("{%") => TextSyntax::Jsonata,
            QueryLanguage::JsonPath if place.key.ends_with(".$") => TextSyntax::Intrinsic,
            _ => TextSyntax::Text,
        }
    }
}

/// Whether a quoted string is open at the end of `before`. A backslash in it escapes the next
/// character.
fn is_quoted(before: &str, quotes: &[char]) -> bool {
    let mut open = None;
    let mut chars = before.chars();
    while let Some(char) = chars.next() {
        match open {
            Some(_) if char == '\\' => {
                chars.next();
            }
            Some(quote) if quote == char => open = None,
            None if quotes.contains(&char) => open = Some(char),
            _ => {}
        }
    }
    open.is_some()
}

/// Escapes a value for a JSONata string in single or double quotes. A percent sign is written as a
/// numeric escape, so that it cannot form a delimiter.
fn in_jsonata(value: &str, out: &mut String) {
    for char in value.chars() {
        match char {
            '\\' => out.push_str("\\\\"),
            '\'' | '"' | '%' | '\0'..='\x1f' => {
                out.push_str(&format!("\\u{:04x}", u32::from(char)))
            }
            other => out.push(other),
        }
    }
}

/// Escapes a value for a string argument of an intrinsic function.
fn in_intrinsic(value: &str, out: &mut String) {
    for char in value.chars() {
        if matches!(char, '\'' | '\\' | '{' | '}') {
            out.push('\\');
        }
        out.push(char);
    }
}
