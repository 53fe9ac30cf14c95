//! Corrects the parser's positions of blocks: block scalars, and arrays below their key.

use std::ops::Range;

/// The byte range of a block scalar: from its `|` or `>` to the end of its last line, without the
/// final line break.
///
/// The parser reports only the content, and includes the line break and the indentation of the next
/// line. `after` is the end of the document's part before the scalar, `value` is the parsed value
/// of the scalar.
pub(super) fn block_scalar(
    text: &str,
    after: usize,
    content: &Range<usize>,
    value: &str,
) -> Range<usize> {
    let start = header(text, after).map_or(content.start, |start| start.min(content.start));
    let header_end = start
        + text[start..]
            .find(['\n', '\r'])
            .unwrap_or(text.len() - start);
    let mut lines = &text[start..content.end.max(header_end)];
    let last_is_blank = value
        .trim_end_matches('\n')
        .rsplit('\n')
        .next()
        .is_some_and(|last| !last.is_empty() && last.trim().is_empty());
    // Trailing blank lines belong to the value; only the last line break does not.
    let keeps_blank_lines = value.ends_with("\n\n") || last_is_blank;
    while let Some((before, last)) = lines.rsplit_once('\n')
        && last.trim().is_empty()
    {
        lines = before.strip_suffix('\r').unwrap_or(before);
        if keeps_blank_lines {
            break;
        }
    }
    start..header_end.max(start + lines.len())
}

/// The offset of the `|` or `>`. Before it there may be indicators, comments, anchors and tags.
fn header(text: &str, after: usize) -> Option<usize> {
    token(text, after, |c| matches!(c, '|' | '>'))
}

/// The offset of the first dash of an array that is the value of a member; `after` is the end of
/// the key. If the dash is in the column of the key, the parser reports the position after the dash
/// instead.
pub(super) fn first_dash(text: &str, after: usize) -> Option<usize> {
    let colon = colon(text, after)?;
    let dash = token(text, colon + 1, |_| true)?;
    text[dash..].starts_with('-').then_some(dash)
}

/// The offset of the colon after a key that ends at `after`.
pub(super) fn colon(text: &str, after: usize) -> Option<usize> {
    let colon = token(text, after, |_| true)?;
    text[colon..].starts_with(':').then_some(colon)
}

/// The offset of the next wanted character, after whitespace, comments, anchors and tags.
fn token(text: &str, after: usize, wanted: fn(char) -> bool) -> Option<usize> {
    let mut offset = after;
    loop {
        let rest = text.get(offset..)?;
        let length = match rest.chars().next()? {
            '#' => rest.find(['\n', '\r']).unwrap_or(rest.len()),
            '&' | '!' => rest.find(char::is_whitespace).unwrap_or(rest.len()),
            c if !c.is_whitespace() && wanted(c) => return Some(offset),
            c => c.len_utf8(),
        };
        offset += length;
    }
}
