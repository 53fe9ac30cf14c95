//! Maps the characters of a string to their offsets in the source text.

use super::token;

/// The offset in `source` of each byte of `decoded`, a JSON or YAML string that starts at `start`;
/// `None` if they do not match.
///
/// Whitespace is skipped, because YAML folds lines and removes indentation.
pub(crate) fn align(source: &str, start: usize, decoded: &str) -> Option<Vec<u32>> {
    let mut written = SourceCursor::at(source, start)?;
    let mut map = Vec::with_capacity(decoded.len());
    for char in decoded.chars() {
        let offset = if char.is_whitespace() {
            written.at
        } else {
            written.find(char)?
        };
        map.extend(std::iter::repeat_n(
            u32::try_from(offset).ok()?,
            char.len_utf8(),
        ));
    }
    Some(map)
}

/// The quoting of a string.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    /// Without quotes.
    Plain,
    /// In single quotes; two of them encode one.
    Single,
    /// In double quotes, with escapes.
    Double,
}

/// A cursor in the source of a string.
struct SourceCursor<'s> {
    source: &'s str,
    at: usize,
    style: Style,
}

impl<'s> SourceCursor<'s> {
    /// Starts at the string, after tags, anchors and, for `!Sub [text, ..]`, the start of the list.
    fn at(source: &'s str, start: usize) -> Option<SourceCursor<'s>> {
        if follows_header(source.get(..start)?) {
            return Some(SourceCursor {
                source,
                at: start,
                style: Style::Plain,
            });
        }
        let mut at = start;
        loop {
            let rest = source.get(at..)?;
            let first = rest.chars().next()?;
            at += match first {
                '!' | '&' => rest.find(char::is_whitespace)?,
                '[' => 1,
                '-' if rest[1..].starts_with(char::is_whitespace) => 1,
                '#' => rest.find('\n')?,
                char if char.is_whitespace() => char.len_utf8(),
                _ => break,
            };
        }
        let rest = source.get(at..)?;
        let (style, skipped) = match rest.chars().next()? {
            '"' => (Style::Double, 1),
            '\'' => (Style::Single, 1),
            '|' | '>' => (Style::Plain, rest.find('\n')?),
            _ => (Style::Plain, 0),
        };
        Some(SourceCursor {
            source,
            at: at + skipped,
            style,
        })
    }

    /// The offset of the next character that is not whitespace, if it is the wanted one.
    fn find(&mut self, wanted: char) -> Option<usize> {
        loop {
            let at = self.at;
            let (char, length) = self.next()?;
            self.at += length;
            match char {
                Some(char) if char == wanted => return Some(at),
                Some(char) if !char.is_whitespace() => return None,
                _ => {}
            }
        }
    }

    /// The next character and its encoded length in bytes. An escaped line break has no character.
    fn next(&self) -> Option<(Option<char>, usize)> {
        let rest = self.source.get(self.at..)?;
        let first = rest.chars().next()?;
        match (self.style, first) {
            (Style::Double, '\\') => escape(rest),
            (Style::Single, '\'') if rest.starts_with("''") => Some((Some('\''), 2)),
            (Style::Single, '\'') | (Style::Double, '"') => None,
            _ => Some((Some(first), first.len_utf8())),
        }
    }
}

/// Whether a text ends after the `|` or `>` of a block scalar, so that its content comes next.
fn follows_header(before: &str) -> bool {
    let Some((head, indentation)) = before.rsplit_once('\n') else {
        return false;
    };
    let line = head.trim_end().lines().next_back().unwrap_or_default();
    let line = line
        .split_once(" #")
        .map_or(line, |(line, _)| line)
        .trim_end();
    let line =
        line.trim_end_matches(|char: char| char.is_ascii_digit() || matches!(char, '+' | '-'));
    let marked = line.strip_suffix(['|', '>']);
    indentation.trim().is_empty() && marked.is_some_and(|rest| rest.ends_with([' ', '\t']))
}

/// Decodes an escape of JSON or YAML.
fn escape(rest: &str) -> Option<(Option<char>, usize)> {
    let kind = rest[1..].chars().next()?;
    let code = |digits: usize| u32::from_str_radix(rest.get(2..2 + digits)?, 16).ok();
    Some(match kind {
        'n' | 't' | 'r' | 'f' | 'v' | 'N' | 'L' | 'P' | '_' | '\n' | '\r' | ' ' => (None, 2),
        'x' => (char::from_u32(code(2)?), 4),
        'u' => {
            let (char, length) = token::code_point(&rest.as_bytes()[2..]).ok()?;
            (Some(char), 2 + length)
        }
        'U' => (char::from_u32(code(8)?), 10),
        'b' => (Some('\u{8}'), 2),
        'a' => (Some('\u{7}'), 2),
        'e' => (Some('\u{1b}'), 2),
        '0' => (Some('\0'), 2),
        other => (Some(other), 1 + other.len_utf8()),
    })
}
