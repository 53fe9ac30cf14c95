//! The words of a path or of an intrinsic function of JSONPath.

use std::ops::Range;

/// A part of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PathPart {
    /// `$`, `$$`, `$variable` or `@`.
    Root,
    /// A name of a member.
    Member,
    /// The name of an intrinsic function.
    Function,
    /// A text in single quotes.
    String,
    Number,
    /// `true`, `false` or `null`.
    Word,
}

/// The parts of a path or of an intrinsic function. It accepts any
/// text.
pub(crate) fn path_parts(text: &str) -> Vec<(PathPart, Range<usize>)> {
    let mut found = Vec::new();
    let mut at = 0;
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    while let Some(first) = text[at..].chars().next() {
        let start = at;
        let word_end = |from: usize| {
            let rest = &text[from..];
            from + rest.find(|c: char| !is_word(c)).unwrap_or(rest.len())
        };
        let kind = match first {
            '$' | '@' => {
                let sigils = text[at..].len() - text[at..].trim_start_matches(['$', '@']).len();
                at = word_end(at + sigils);
                Some(PathPart::Root)
            }
            '\'' => {
                at = end_of_text(text, at);
                Some(PathPart::String)
            }
            '0'..='9' => {
                let rest = &text[at..];
                let is_number = |c: char| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E');
                at += rest.find(|c| !is_number(c)).unwrap_or(rest.len());
                Some(PathPart::Number)
            }
            first if is_word(first) => {
                at = word_end(at);
                let is_states = &text[start..at] == "States" && text[at..].starts_with('.');
                if is_states {
                    at = word_end(at + 1);
                    Some(PathPart::Function)
                } else if matches!(&text[start..at], "true" | "false" | "null") {
                    Some(PathPart::Word)
                } else {
                    Some(PathPart::Member)
                }
            }
            first => {
                at += first.len_utf8();
                None
            }
        };
        if let Some(kind) = kind {
            found.push((kind, start..at));
        }
    }
    found
}

/// The offset after a text in single quotes.
fn end_of_text(text: &str, start: usize) -> usize {
    let mut escaped = false;
    for (at, c) in text[start + 1..].char_indices() {
        match c {
            '\\' if !escaped => {
                escaped = true;
                continue;
            }
            '\'' if !escaped => return start + 1 + at + 1,
            _ => {}
        }
        escaped = false;
    }
    text.len()
}
