//! Locates the members and items of YAML blocks.

use std::ops::Range;

use super::source::SourceText;
use super::target::TargetNode;
use crate::json::{Json, ValueMark, ValueSyntax};

/// A member or an item of a block.
#[derive(Debug, Clone, Copy)]
pub(super) struct BlockEntry {
    /// Start offset: of the key or the dash, or of an anchor before the key.
    pub(super) begin: usize,
    /// The offset after the colon or the dash, and after an anchor of the value on the same line.
    pub(super) head: usize,
    /// Like `head`, but also after a tag if the value starts on a later line.
    pub(super) properties: usize,
    /// Start offset of the value.
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Splits a block into its items.
pub(super) fn items(
    source: SourceText<'_>,
    node: TargetNode<'_>,
) -> Result<Vec<BlockEntry>, String> {
    let mut items = Vec::with_capacity(node.mark.children.len());
    let in_array = matches!(node.json, Json::Array(_));
    let mut offset = first_of(source, node.mark);
    for child in &node.mark.children {
        let begin = source.skip_trivia(offset);
        let (key, start) = (child.key as usize, child.start as usize);
        let behind = if in_array {
            (source.byte(begin) == Some(b'-')).then_some(begin + 1)
        } else if begin <= key && source.skip_properties(begin, key) == key {
            behind_colon(source, key, start)
        } else {
            None
        };
        let Some(behind) = behind else {
            return Err(
                "a key of this object is written with `?`; write it as `key: value`".to_owned(),
            );
        };
        let (head, properties) = head(source, child, behind);
        items.push(BlockEntry {
            begin,
            head,
            properties,
            start,
            end: (child.end as usize).max(head),
        });
        offset = (child.end as usize).max(head);
    }
    Ok(items)
}

/// The offset after the colon of a key.
fn behind_colon(source: SourceText<'_>, key: usize, start: usize) -> Option<usize> {
    let end = source.key_end(key)?;
    let colon = source.skip_blanks(end);
    (source.byte(colon) == Some(b':') && colon < start.max(colon + 1)).then_some(colon + 1)
}

/// The `head` and `properties` offsets of a child, see [`BlockEntry`].
fn head(source: SourceText<'_>, child: &ValueMark, behind: usize) -> (usize, usize) {
    let start = child.start as usize;
    let line_end = source.line_end(behind);
    // Properties on this line belong to the first key of a block that starts there.
    if child.shape == ValueSyntax::Block && first_of(source, child) <= line_end {
        return (behind, behind);
    }
    let mut offset = behind;
    let mut head = behind;
    loop {
        let at = source.skip_blanks(offset);
        let Some(b'&' | b'!') = source.byte(at) else {
            return (head, offset);
        };
        if child.shape != ValueSyntax::Block && at >= start {
            return (head, offset);
        }
        let rest = &source.text[at..];
        offset = at + rest.find([' ', '\t', '\n', '\r']).unwrap_or(rest.len());
        if at < start {
            head = offset;
        }
    }
}

/// The start of a value. For a block, the start of its first child, after the tag of the block.
pub(super) fn first_of(source: SourceText<'_>, mark: &ValueMark) -> usize {
    let start = mark.start as usize;
    let mut offset = start;
    while mark.shape == ValueSyntax::Block
        && let Some(b'&' | b'!') = source.byte(offset)
    {
        let rest = &source.text[offset..];
        let length = rest.find([' ', '\t', '\n', '\r']).unwrap_or(rest.len());
        offset = source.skip_blanks(offset + length);
    }
    // A tag belongs to the block if nothing follows it on its line.
    match source.byte(offset) {
        Some(b'\n' | b'\r' | b'#') if offset > start => source.skip_trivia(offset),
        _ => start,
    }
}

/// The column of a block's children.
pub(super) fn column(source: SourceText<'_>, items: &[BlockEntry]) -> Option<usize> {
    let first = items.first()?.begin;
    let line = &source.text[source.line_start(first)..first];
    let line = line.trim_start_matches('\u{feff}');
    line.bytes()
        .all(|byte| byte == b' ' || byte == b'-')
        .then_some(line.len())
}

pub(super) fn column_of(source: SourceText<'_>, offset: usize) -> usize {
    let line = &source.text[source.line_start(offset)..offset];
    line.trim_start_matches('\u{feff}').chars().count()
}

/// The end of the last line of a child, after its comment.
pub(super) fn end_of_lines(source: SourceText<'_>, item: &BlockEntry) -> Result<usize, String> {
    let after = source.skip_comment(item.end);
    let after = source.skip_blanks(after);
    if after == source.line_end(after) {
        Ok(after)
    } else {
        Err("other text follows it on its last line".to_owned())
    }
}

/// Extends to whole lines with one line break: the one after them, or at the end of the text the
/// one before them.
pub(super) fn lines(source: SourceText<'_>, begin: usize, line_end: usize) -> Range<usize> {
    let start = source.line_start(begin);
    if let Some(length) = source.text[line_end..].find('\n') {
        return start..line_end + length + 1;
    }
    let before = source.text[..start]
        .strip_suffix('\n')
        .map_or(&source.text[..start], |before| {
            before.strip_suffix('\r').unwrap_or(before)
        });
    before.len()..line_end
}
