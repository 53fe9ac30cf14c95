//! The tokens of JSON, also with comments and placeholders.

use std::ops::Range;

use crate::json::token;

/// A token of JSON.
#[derive(Debug, Clone)]
pub(super) struct JsonToken {
    pub(super) kind: TokenKind,
    pub(super) range: Range<usize>,
}

/// The kind of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    Open,
    Close,
    Comma,
    Colon,
    /// A string, a number, a word or a placeholder.
    Scalar,
    /// `// …` or `/* … */`.
    Comment,
}

/// The tokens of a range of a text.
pub(super) fn tokens(text: &str, range: Range<usize>) -> Vec<JsonToken> {
    let mut tokens = Vec::new();
    let mut offset = range.start;
    while offset < range.end {
        let rest = &text[offset..range.end];
        let Some(first) = rest.chars().next() else {
            break;
        };
        let (kind, length) = match first {
            '{' | '[' => (TokenKind::Open, 1),
            '}' | ']' => (TokenKind::Close, 1),
            ',' => (TokenKind::Comma, 1),
            ':' => (TokenKind::Colon, 1),
            '"' | '\'' => (TokenKind::Scalar, token::string_length(rest.as_bytes())),
            '/' if rest.starts_with("/*") => {
                let end = rest[2..].find("*/").map_or(rest.len(), |end| end + 4);
                (TokenKind::Comment, end)
            }
            '/' if rest.starts_with("//") => {
                let line = rest.find('\n').unwrap_or(rest.len());
                (TokenKind::Comment, rest[..line].trim_end().len())
            }
            '$' if rest.starts_with("${") => {
                let end = rest.find('}').map_or(rest.len(), |end| end + 1);
                (TokenKind::Scalar, end)
            }
            blank if blank.is_whitespace() || blank == '\u{feff}' => {
                offset += blank.len_utf8();
                continue;
            }
            _ => (TokenKind::Scalar, word(rest)),
        };
        tokens.push(JsonToken {
            kind,
            range: offset..offset + length,
        });
        offset += length;
    }
    tokens
}

/// The length of a number or a word.
fn word(text: &str) -> usize {
    let ends = |char: char| char.is_whitespace() || "{}[],:\"'/".contains(char);
    let first = text.chars().next().map_or(0, char::len_utf8);
    text[first..]
        .find(ends)
        .map_or(text.len(), |end| first + end)
}
