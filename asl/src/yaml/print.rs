//! Prints a value as YAML.

use std::fmt::Write as _;

use super::scalar::is_text;
use crate::json::{Json, MAX_DEPTH};

impl Json {
    /// Prints the value as YAML in block style, as definitions are written by hand. Parsing the
    /// text returns the same value, also with a parser of YAML 1.1. The last line has no line
    /// break.
    ///
    /// ```
    /// use stepwright_asl::json::Json;
    ///
    /// let json: Json = r#"{"StartAt":"Wait a day","Branches":[{"Choices":[]},"yes"]}"#.parse()?;
    /// assert_eq!(json.to_yaml(), "StartAt: Wait a day\nBranches:\n  - Choices: []\n  - \"yes\"");
    /// # Ok::<(), stepwright_asl::SyntaxError>(())
    /// ```
    pub fn to_yaml(&self) -> String {
        let mut out = String::new();
        // The arrays and objects around the current value, with their remaining children.
        let mut open: Vec<Children<'_>> = Vec::new();
        // Whether the next child follows the `- ` of an array in the same line.
        let mut is_inline = true;
        value(self, &mut out, &mut open);
        while let Some(children) = open.last_mut() {
            let Some((key, child)) = children.next() else {
                open.pop();
                continue;
            };
            if !is_inline {
                out.push('\n');
                // A parsed text nests no deeper. A deeper value would grow quadratically.
                for _ in 1..open.len().min(MAX_DEPTH) {
                    out.push_str("  ");
                }
            }
            let is_nested = is_nested(child);
            match key {
                None => out.push_str("- "),
                Some(key) => {
                    text(key, &mut out);
                    out.push_str(if is_nested { ":" } else { ": " });
                }
            }
            value(child, &mut out, &mut open);
            is_inline = is_nested && key.is_none();
        }
        out
    }
}

/// The remaining children of an array or object.
enum Children<'j> {
    Items(std::slice::Iter<'j, Json>),
    Members(indexmap::map::Iter<'j, String, Json>),
}

impl<'j> Children<'j> {
    fn next(&mut self) -> Option<(Option<&'j str>, &'j Json)> {
        match self {
            Self::Items(items) => items.next().map(|item| (None, item)),
            Self::Members(members) => members.next().map(|(key, member)| (Some(&**key), member)),
        }
    }
}

/// Returns whether the children of a value have their own lines.
fn is_nested(json: &Json) -> bool {
    match json {
        Json::Array(items) => !items.is_empty(),
        Json::Object(members) => !members.is_empty(),
        _ => false,
    }
}

/// Writes a value without children, or opens one with children.
fn value<'j>(json: &'j Json, out: &mut String, open: &mut Vec<Children<'j>>) {
    match json {
        Json::String(string) => text(string, out),
        Json::Array(items) if !items.is_empty() => open.push(Children::Items(items.iter())),
        Json::Object(members) if !members.is_empty() => {
            open.push(Children::Members(members.iter()));
        }
        // YAML contains JSON's other values.
        other => {
            let _ = write!(out, "{other}");
        }
    }
}

/// Writes a text: without quotes if no parser can mistake it for something else.
fn text(text: &str, out: &mut String) {
    if is_plain(text) {
        out.push_str(text);
        return;
    }
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            // Line breaks of YAML 1.1, and characters that are not printable there.
            '\u{0}'..='\u{1f}'
            | '\u{7f}'..='\u{9f}'
            | '\u{2028}'
            | '\u{2029}'
            | '\u{feff}'
            | '\u{fffe}'
            | '\u{ffff}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(letter));
            }
            letter => out.push(letter),
        }
    }
    out.push('"');
}

/// Returns whether a text needs no quotes: words, ARNs and paths, but no keyword and nothing that
/// has a meaning in YAML.
fn is_plain(text: &str) -> bool {
    /// What YAML 1.1 reads as a boolean or null, in lower case.
    const KEYWORDS: [&str; 8] = ["y", "n", "yes", "no", "on", "off", "true", "false"];
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "_ .:/$()-".contains(letter);
    let first = text.chars().next();
    first.is_some_and(|first| first.is_ascii_alphabetic() || first == '$')
        && text.chars().all(is_letter)
        && !text.ends_with([':', ' '])
        && !text.contains(": ")
        && !text.contains("  ")
        && !KEYWORDS.contains(&text.to_ascii_lowercase().as_str())
        && is_text(text)
}
