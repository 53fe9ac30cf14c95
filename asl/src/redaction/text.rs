//! Masks the JSON in a text.
//!
//! The text is scanned once, from left to right. It may contain JSON in the middle of a sentence,
//! JSON that is truncated, and JSON that is escaped inside a string. Values too deep or too large
//! for a parser are masked as well. So the scanner reads tokens and builds no values.

use super::{REDACTED, Redaction};
use crate::json::token;

/// The expected next token.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ExpectedToken {
    Value,
    /// A value, or the end of an empty list.
    FirstItem,
    Name,
    /// A name, or the end of an empty object.
    FirstName,
    Colon,
    /// A comma, or the end of the object or list.
    Comma,
}

/// An open object or list.
enum OpenContainer {
    /// An object. The flag is whether the name of the current member is on the stack of names.
    Object {
        has_name: bool,
    },
    List,
}

/// A member whose value is being masked.
struct MaskedMember {
    /// Start offset of the value.
    start: usize,
    /// The number of open objects and lists around it.
    depth: usize,
}

/// Returns the masked text, or `None` if nothing is masked. `names` is the path of the value that
/// contains the text.
pub(super) fn masked(redaction: &Redaction, names: &mut Vec<String>, text: &str) -> Option<String> {
    if !redaction.has_fields() {
        return None;
    }
    let mut copy = PrefixCopy {
        redaction,
        text,
        out: String::new(),
        copied: 0,
        names,
    };
    let mut at = 0;
    while let Some(found) = text[at..].find(['{', '[', '"', '\\']) {
        at += found;
        at = match text.as_bytes()[at] {
            b'"' => copy.quoted(at),
            // An escaped quote does not start a string. Strings end at the next unescaped quote, so
            // no part is scanned often.
            b'\\' => {
                at + if text[at + 1..].starts_with(['"', '\\']) {
                    2
                } else {
                    1
                }
            }
            _ => copy.json(at),
        };
    }
    copy.finish()
}

/// A copy of a prefix of the text.
struct PrefixCopy<'a> {
    redaction: &'a Redaction,
    text: &'a str,
    out: String,
    /// The number of bytes of the text that are copied or replaced.
    copied: usize,
    names: &'a mut Vec<String>,
}

impl PrefixCopy<'_> {
    /// Replaces a part of the text that is not copied yet.
    fn replace(&mut self, start: usize, end: usize, by: &str) {
        self.out.push_str(&self.text[self.copied..start]);
        self.out.push_str(by);
        self.copied = end;
    }

    fn finish(mut self) -> Option<String> {
        if self.copied == 0 {
            return None;
        }
        self.out.push_str(&self.text[self.copied..]);
        Some(self.out)
    }

    /// Handles a quote outside of JSON, which starts a string with escaped JSON or is only a
    /// quotation mark. Returns the offset to continue at.
    fn quoted(&mut self, start: usize) -> usize {
        let end = start + token::string_length(&self.text.as_bytes()[start..]);
        if self.string(start, end) {
            end
        } else {
            start + 1
        }
    }

    /// Masks the JSON in a string literal. Returns whether anything was masked.
    fn string(&mut self, start: usize, end: usize) -> bool {
        let literal = &self.text[start..end];
        if !literal.contains(['{', '[']) {
            return false;
        }
        let content = content(literal);
        let Some(masked) = masked(self.redaction, self.names, &content) else {
            return false;
        };
        self.replace(start, end, &serde_json::Value::from(masked).to_string());
        true
    }

    /// Scans an object or list from its bracket on. Returns the offset to continue at: after it, or
    /// within it if the text there is not JSON.
    fn json(&mut self, start: usize) -> usize {
        let known = self.names.len();
        let mut open: Vec<OpenContainer> = Vec::new();
        let mut mask: Option<MaskedMember> = None;
        let mut next = ExpectedToken::Value;
        let mut at = start;
        // The start of the last token. If the text is not JSON, scanning restarts here.
        let mut token = start;
        loop {
            at += token::blanks(&self.text.as_bytes()[at..]);
            let Some(&byte) = self.text.as_bytes().get(at) else {
                break;
            };
            let is_name = matches!(next, ExpectedToken::Name | ExpectedToken::FirstName);
            let is_value = matches!(next, ExpectedToken::Value | ExpectedToken::FirstItem);
            let begin = at;
            match byte {
                b'{' | b'[' if is_value => {
                    at += 1;
                    let is_object = byte == b'{';
                    open.push(if is_object {
                        OpenContainer::Object { has_name: false }
                    } else {
                        OpenContainer::List
                    });
                    next = if is_object {
                        ExpectedToken::FirstName
                    } else {
                        ExpectedToken::FirstItem
                    };
                }
                b'}' | b']' if closes(byte, next, open.last()) => {
                    at += 1;
                    if let Some(OpenContainer::Object { mut has_name }) = open.pop() {
                        self.end_member(&mut has_name);
                    }
                    next = ExpectedToken::Comma;
                    self.end_value(&mut mask, open.len(), at);
                }
                b'"' if is_name => {
                    at = begin + token::string_length(&self.text.as_bytes()[begin..]);
                    if mask.is_none() {
                        self.names.push(content(&self.text[begin..at]));
                        if let Some(OpenContainer::Object { has_name }) = open.last_mut() {
                            *has_name = true;
                        }
                    }
                    next = ExpectedToken::Colon;
                }
                b':' if next == ExpectedToken::Colon => {
                    at += 1;
                    next = ExpectedToken::Value;
                    if mask.is_none() && self.redaction.masks(self.names) {
                        mask = Some(MaskedMember {
                            start: at + token::blanks(&self.text.as_bytes()[at..]),
                            depth: open.len(),
                        });
                    }
                }
                b',' if next == ExpectedToken::Comma => {
                    at += 1;
                    next = match open.last_mut() {
                        Some(OpenContainer::Object { has_name }) => {
                            self.end_member(has_name);
                            ExpectedToken::Name
                        }
                        _ => ExpectedToken::Value,
                    };
                }
                b'"' if is_value => {
                    at = begin + token::string_length(&self.text.as_bytes()[begin..]);
                    if mask.is_none() {
                        self.string(begin, at);
                    }
                    next = ExpectedToken::Comma;
                    self.end_value(&mut mask, open.len(), at);
                }
                _ if is_value && word(&self.text[at..]) > 0 => {
                    at += word(&self.text[at..]);
                    next = ExpectedToken::Comma;
                    self.end_value(&mut mask, open.len(), at);
                }
                // Not JSON, or no longer JSON.
                _ => {
                    self.names.truncate(known);
                    if let Some(mask) = mask {
                        // An invalid value is masked up to this point.
                        self.replace_from(mask.start, begin);
                        return begin.max(start + 1);
                    }
                    let first = self.text[token..].chars().next().map_or(1, char::len_utf8);
                    return (token + first).max(self.copied);
                }
            }
            token = begin;
            if open.is_empty() {
                self.names.truncate(known);
                return at;
            }
        }
        // The text is truncated.
        self.names.truncate(known);
        let end = self.text.len();
        if let Some(mask) = mask {
            self.replace_from(mask.start, end);
        }
        end
    }

    /// Removes the name of a member from the stack.
    fn end_member(&mut self, has_name: &mut bool) {
        if std::mem::take(has_name) {
            self.names.pop();
        }
    }

    /// Masks the value that ends here, if it is sensitive.
    fn end_value(&mut self, mask: &mut Option<MaskedMember>, depth: usize, end: usize) {
        if let Some(ended) = mask.take_if(|mask| mask.depth == depth) {
            self.replace_from(ended.start, end);
        }
    }

    fn replace_from(&mut self, start: usize, end: usize) {
        if start < end {
            self.replace(start, end, &format!("\"{REDACTED}\""));
        }
    }
}

/// Whether a bracket closes the innermost open object or list.
fn closes(byte: u8, next: ExpectedToken, open: Option<&OpenContainer>) -> bool {
    match open {
        Some(OpenContainer::Object { .. }) => {
            byte == b'}' && matches!(next, ExpectedToken::Comma | ExpectedToken::FirstName)
        }
        Some(OpenContainer::List) => {
            byte == b']' && matches!(next, ExpectedToken::Comma | ExpectedToken::FirstItem)
        }
        None => false,
    }
}

/// The length of a number, of `true`, `false` or `null`, or of an invalid word.
fn word(text: &str) -> usize {
    text.find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '+' | '.' | '_')))
        .unwrap_or(text.len())
}

/// The decoded text of a string literal. A truncated or unknown escape is copied unchanged.
fn content(literal: &str) -> String {
    let inside = &literal[1..];
    let mut rest = inside.strip_suffix('"').unwrap_or(inside);
    let mut text = String::with_capacity(rest.len());
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let (char, length) = token::escape(rest.as_bytes()).unwrap_or(('\\', 1));
        text.push(char);
        rest = &rest[length..];
    }
    text.push_str(rest);
    text
}
