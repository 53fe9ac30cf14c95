//! `States.Format`: templates with `{}`, and values as Java prints them.

use std::borrow::Cow;

use stepwright_asl::intrinsic::{Literal, unmatched_brace_message};

use crate::value::{MAX_DEPTH, Value, java_float};

use super::outcome::MAX_LENGTH;

/// The capacity that is reserved for each value: most are names and numbers.
const ROOM: usize = 24;

/// A template, split at its `{}`.
#[derive(Debug)]
pub(super) struct Template {
    /// One more than the number of `{}`.
    pieces: Box<[Box<str>]>,
    /// The first unescaped brace that is not part of a `{}`.
    unmatched_brace: Option<char>,
}

impl Template {
    pub(super) fn literal(literal: &Literal) -> Template {
        let text = &literal.value;
        let mut pieces = Vec::with_capacity(literal.placeholders.len() + 1);
        let mut at = 0;
        for offset in &literal.placeholders {
            pieces.push(text.get(at..*offset).unwrap_or_default().into());
            at = offset + 2;
        }
        pieces.push(text.get(at..).unwrap_or_default().into());
        Template {
            pieces: pieces.into(),
            unmatched_brace: literal.unmatched_brace,
        }
    }

    /// Parses a template from data: a backslash escapes a brace.
    pub(super) fn dynamic(text: &str) -> Template {
        let mut pieces = Vec::new();
        let mut piece = String::new();
        let mut unmatched_brace = None;
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            match (character, characters.peek().copied()) {
                ('\\', Some(escaped @ ('{' | '}' | '\\' | '\''))) => {
                    characters.next();
                    piece.push(escaped);
                }
                ('{', Some('}')) => {
                    characters.next();
                    pieces.push(std::mem::take(&mut piece).into());
                }
                _ => {
                    if matches!(character, '{' | '}') {
                        unmatched_brace = unmatched_brace.or(Some(character));
                    }
                    piece.push(character);
                }
            }
        }
        pieces.push(piece.into());
        Template {
            pieces: pieces.into(),
            unmatched_brace,
        }
    }

    pub(super) fn fill(&self, values: &[Cow<'_, Value>]) -> Result<String, String> {
        if let Some(brace) = self.unmatched_brace {
            return Err(unmatched_brace_message(brace).to_owned());
        }
        let count = self.pieces.len() - 1;
        if count != values.len() {
            let given = values.len();
            return Err(format!(
                "The template has {count} occurrences of {{}}, but {given} arguments were given."
            ));
        }
        let pieces: usize = self.pieces.iter().map(|piece| piece.len()).sum();
        let mut out = String::with_capacity(pieces + ROOM * values.len());
        for (index, piece) in self.pieces.iter().enumerate() {
            out.push_str(piece);
            if let Some(value) = values.get(index) {
                if value.depth() > MAX_DEPTH || value.json_len() > MAX_LENGTH {
                    return Err("The argument is too large.".to_owned());
                }
                if out.len() as u64 > MAX_LENGTH {
                    return Err("The result is too large.".to_owned());
                }
                print(value, &mut out);
            }
        }
        Ok(out)
    }
}

/// Prints a value as Java's `toString` does: strings unchanged, objects as a `Map` (`{a=1, b=[]}`),
/// arrays as a `List`. The depth of the recursion is that of the value, which was checked.
fn print(value: &Value, out: &mut String) {
    match value {
        Value::Str(text) => out.push_str(text),
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                print(item, out);
            }
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            for (index, (key, value)) in members.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                out.push_str(key);
                out.push('=');
                print(value, out);
            }
            out.push('}');
        }
        Value::Float(number) => java_float(*number, out),
        scalar => scalar.write_to(out),
    }
}
