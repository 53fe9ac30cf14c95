//! Writes strings in YAML syntax.

use super::source::Quotes;
use super::style::Style;
use super::write::json_string;
use crate::yaml::is_text;

/// Writes a key or a value in a flow collection.
pub(super) fn in_flow(style: &Style, text: &str, is_key: bool) -> String {
    scalar(style, text, is_key, |c| !",[]{}".contains(c))
}

/// Writes a key or a value in a block.
pub(super) fn in_block(style: &Style, text: &str, is_key: bool) -> String {
    scalar(style, text, is_key, |_| true)
}

fn scalar(style: &Style, text: &str, key: bool, fits: fn(char) -> bool) -> String {
    let quotes = if key { style.keys } else { style.texts };
    let quotes = match quotes {
        Quotes::Plain if is_plain(text, key) && text.chars().all(fits) => {
            return text.to_owned();
        }
        Quotes::Plain => style.quotes,
        other => other,
    };
    if quotes == Quotes::Single && text.chars().all(is_printable) {
        format!("'{}'", text.replace('\'', "''"))
    } else {
        double_quoted(style, text, key)
    }
}

/// Whether a string without quotes is parsed as the same string. This is stricter than YAML.
fn is_plain(text: &str, key: bool) -> bool {
    let begins = |c: char| c.is_alphanumeric() || "$_/(".contains(c);
    let has_end = !text.ends_with([' ', ':']);
    text.starts_with(begins)
        && has_end
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, ' '..='~'))
        && !text.contains(": ")
        && !text.contains(" #")
        && (key || is_text(text))
}

/// Whether a character needs no escape between single quotes on one line.
fn is_printable(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{a0}'..='\u{2027}' | '\u{202a}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}' | '\u{10000}'..)
}

/// A string in double quotes with JSON's escapes, which YAML has too. Also escapes characters that
/// only YAML requires to be escaped.
fn double_quoted(style: &Style, text: &str, key: bool) -> String {
    json_string(style, text, key)
        .chars()
        .map(|c| {
            if is_printable(c) {
                c.to_string()
            } else {
                format!("\\u{:04x}", u32::from(c))
            }
        })
        .collect()
}

/// A multi-line string after `|`, at this indentation; `None` if it cannot be written as a block
/// scalar.
pub(super) fn literal(text: &str, indent: &str, line_break: &str) -> Option<String> {
    let (chomping, body) = match text.strip_suffix('\n') {
        Some(body) => ("", body),
        None => ("-", text),
    };
    let fits = body.contains('\n')
        && !indent.is_empty()
        && !body.ends_with('\n')
        && !body.starts_with([' ', '\n'])
        && body.chars().all(|c| c == '\n' || is_printable(c))
        && body
            .lines()
            .all(|line| line.is_empty() || !line.trim().is_empty());
    fits.then(|| {
        let lines = body.split('\n').map(|line| {
            let indent = if line.is_empty() { "" } else { indent };
            format!("{line_break}{indent}{line}")
        });
        format!("|{chomping}{}", lines.collect::<String>())
    })
}
