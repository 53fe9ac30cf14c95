//! Values in the place of placeholders.

use super::address::{Addresses, StandsFor};
use super::place::{self, Place};
use super::syntax::found;
use crate::finding::Findings;
use crate::model::{QueryLanguage, StateMachine};

/// A machine whose own placeholders are filled in.
#[derive(Debug)]
#[non_exhaustive]
pub struct Filled {
    /// The machine.
    pub machine: StateMachine,
    /// The placeholders that have no value: the state, and the name. They stay as they are.
    pub missing: Vec<(String, String)>,
}

/// Puts values in the place of the placeholders that are [the user's](StandsFor::Value). A value stays what it is: inside of a JSONata
/// expression or of a call of an intrinsic function it is written as the text in quotes needs it, and no value becomes an expression.
///
/// # Errors
///
/// When a field does not take the value.
pub fn fill(
    machine: &StateMachine,
    addresses: Option<&Addresses>,
    value: &dyn Fn(&str) -> Option<String>,
) -> Result<Filled, Findings> {
    let mut missing: Vec<(String, String)> = Vec::new();
    let mut changed = false;
    let mut json = machine.to_value();
    place::walk(&mut json, addresses, &mut |place, text| {
        if !text.contains("${") || place.stands_for(text) != StandsFor::Value {
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
    Ok(Filled { machine, missing })
}

/// The text with its values; `None` when it stays as it is.
fn filled(
    place: &Place<'_>,
    text: &str,
    value: &dyn Fn(&str) -> Option<String>,
    absent: &mut dyn FnMut(&str),
) -> Option<String> {
    let kind = Kind::of(place, text);
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for (at, name) in found(text) {
        let Some(value) = value(name) else {
            absent(name);
            continue;
        };
        out.push_str(&text[from..at]);
        match kind {
            Kind::Jsonata if is_quoted(&text[..at], &['\'', '"']) => in_jsonata(&value, &mut out),
            Kind::Intrinsic if is_quoted(&text[..at], &['\'']) => in_intrinsic(&value, &mut out),
            _ => out.push_str(&value),
        }
        from = at + name.len() + "${}".len();
    }
    if from == 0 {
        return None;
    }
    out.push_str(&text[from..]);
    // A text that has become the beginning of an expression is written as one, which gives the text.
    if kind == Kind::Text && place.language == QueryLanguage::Jsonata && out.starts_with("{%") {
        let mut quoted = String::from("{% '");
        in_jsonata(&out, &mut quoted);
        quoted.push_str("' %}");
        return Some(quoted);
    }
    Some(out)
}

/// How a text is read.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Text,
    Jsonata,
    /// A call of an intrinsic function, or a path.
    Intrinsic,
}

impl Kind {
    fn of(place: &Place<'_>, text: &str) -> Kind {
        match place.language {
            QueryLanguage::Jsonata if text.starts_with("{%") => Kind::Jsonata,
            QueryLanguage::JsonPath if place.key.ends_with(".$") => Kind::Intrinsic,
            _ => Kind::Text,
        }
    }
}

/// Whether a text in quotes is open at the end of `before`. In it a backslash takes the next letter with it.
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

/// As it stands inside the quotes of a JSONata text, single or double. A percent sign is written as its number, so that no delimiter of
/// an expression comes about.
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

/// As it stands inside the quotes of an intrinsic function's argument.
fn in_intrinsic(value: &str, out: &mut String) {
    for char in value.chars() {
        if matches!(char, '\'' | '\\' | '{' | '}') {
            out.push('\\');
        }
        out.push(char);
    }
}
