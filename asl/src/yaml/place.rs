//! The places of blocks where the parser gives others: texts after `|` or `>`, arrays below their key.

use std::ops::Range;

/// The bytes of a block scalar: from its `|` or `>` to the end of its last line, without that line's break.
///
/// The parser gives the place of the content alone, and takes the break and the indentation of the line that follows in. `after` is where
/// the part of the document before the scalar ends, `value` is what the scalar is read as.
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
    // Such blank lines belong to the value; only the last break follows it.
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

/// Where the `|` or `>` stands. Between the part before and it there are indicators, comments, anchors and tags.
fn header(text: &str, after: usize) -> Option<usize> {
    token(text, after, |c| matches!(c, '|' | '>'))
}

/// Where the first dash of an array stands that is a member's value, when `after` is the end of the key. The parser gives the place of what follows
/// the dash where the dash stands below the key itself.
pub(super) fn first_dash(text: &str, after: usize) -> Option<usize> {
    let colon = colon(text, after)?;
    let dash = token(text, colon + 1, |_| true)?;
    text[dash..].starts_with('-').then_some(dash)
}

/// Where the colon stands behind a key that ends at `after`.
pub(super) fn colon(text: &str, after: usize) -> Option<usize> {
    let colon = token(text, after, |_| true)?;
    text[colon..].starts_with(':').then_some(colon)
}

/// The next character that is wanted, among what is neither white space, nor a comment, an anchor or a tag.
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
