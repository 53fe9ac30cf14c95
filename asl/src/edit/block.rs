//! Edits of YAML's objects and arrays by indentation.

use super::block_write::BlockWriter;
use super::plan::{Changes, Plan};
use super::source::Source;
use super::splice::Splice;
use super::target::{Node, Target};
use crate::json::{Json, Mark, Shape};

/// A member or an item of a block.
#[derive(Debug, Clone, Copy)]
struct Item {
    /// Where it begins: its key or its dash, or an anchor before the key.
    begin: usize,
    /// The offset behind the colon or the dash, and behind an anchor of the value in this line.
    head: usize,
    /// The same, behind a tag too when the value begins in a line further down.
    properties: usize,
    /// Where the value begins, and where it ends.
    start: usize,
    end: usize,
}

/// Whether a value stands in a block, or is the whole text and could be one.
pub(super) fn holds(plan: &Plan<'_>, target: &Target<'_>) -> bool {
    plan.source.is_yaml
        && match target.parent() {
            Some(parent) => parent.mark.shape == Shape::Block,
            None => target.node().mark.shape != Shape::Flow,
        }
}

/// Puts a child in before the one of this index, or behind the last.
pub(super) fn insert(
    plan: &Plan<'_>,
    target: &Target<'_>,
    at: usize,
    key: Option<&str>,
    value: &Json,
) -> Changes {
    let source = plan.source;
    let node = target.node();
    let items = items(source, node)?;
    let (Some(first), Some(column)) = (items.first(), column(source, &items)) else {
        return Err("the first member does not begin a line".to_owned());
    };
    let flow = prefers_flow(plan, node, value, at);
    let style = plan.style.beside(source, node.json, node.mark);
    let indent = " ".repeat(column);
    let Some(before) = at.checked_sub(1).and_then(|before| items.get(before)) else {
        let writer = BlockWriter::of_lines(source, style, first.begin);
        let child = writer.child(key, value, column, flow);
        let text = format!("{child}{}{indent}", writer.line_break());
        return Ok(vec![Splice::insert(first.begin, text)]);
    };
    let offset = end_of_lines(source, before)?;
    let writer = BlockWriter::new(source, style, offset);
    let child = writer.child(key, value, column, flow);
    let text = format!("{}{indent}{child}", writer.line_break());
    Ok(vec![Splice::insert(offset, text)])
}

/// Puts a first child into brackets that are empty and stand in a block: the child needs no brackets. `None` when there are no such brackets.
pub(super) fn insert_in_empty(
    plan: &Plan<'_>,
    target: &Target<'_>,
    key: Option<&str>,
    value: &Json,
) -> Option<Changes> {
    let source = plan.source;
    let node = target.node();
    let range = node.mark.start as usize..node.mark.end as usize;
    let is_empty = matches!(source.text.get(range), Some("{}" | "[]"));
    if !source.is_yaml || !is_empty || !node.mark.children.is_empty() {
        return None;
    }
    let children = match key {
        Some(key) => Json::Object([(key.to_owned(), value.clone())].into_iter().collect()),
        None => Json::Array(vec![value.clone()]),
    };
    match target.parent() {
        Some(parent) if parent.mark.shape == Shape::Block => {
            Some(replace_as(plan, target, &children, false))
        }
        None if source.begins_line(node.mark.start as usize) => {
            Some(replace_as(plan, target, &children, false))
        }
        _ => None,
    }
}

/// Takes a child out.
pub(super) fn remove(plan: &Plan<'_>, target: &Target<'_>, at: usize) -> Changes {
    let source = plan.source;
    let nodes = &target.nodes;
    let parent = nodes[nodes.len() - 2];
    let items = items(source, parent)?;
    let item = items[at];
    let line_end = end_of_lines(source, &item)?;
    let own_lines = source.begins_line(item.begin);
    if let [_] = items[..] {
        let empty = match parent.json {
            Json::Array(_) => "[]",
            _ => "{}",
        };
        let outer = (nodes.len() >= 3).then(|| nodes[nodes.len() - 3]);
        return match (outer, target.path[..].iter().rev().nth(1)) {
            (Some(outer), Some(&at)) if own_lines && outer.mark.shape == Shape::Block => {
                let head = self::items(source, outer)?[at].properties;
                Ok(vec![
                    Splice::insert(head, format!(" {empty}")),
                    Splice::delete(lines(source, item.begin, line_end)),
                ])
            }
            _ => Ok(vec![Splice::new(item.begin..item.end, empty)]),
        };
    }
    if own_lines {
        return Ok(vec![Splice::delete(lines(source, item.begin, line_end))]);
    }
    // The first child stands behind the dash of what it belongs to, and the next one moves there.
    let Some(next) = items.get(at + 1) else {
        return Err("it does not begin a line".to_owned());
    };
    let behind = if source.text[item.end..next.begin].trim().is_empty() {
        item.begin..next.begin
    } else {
        source.text[..item.begin]
            .trim_end_matches([' ', '\t'])
            .len()..line_end
    };
    Ok(vec![Splice::delete(behind)])
}

/// Gives a value another value.
pub(super) fn replace(plan: &Plan<'_>, target: &Target<'_>, value: &Json) -> Changes {
    let node = target.node();
    let flow = match (node.mark.shape, target.parent(), target.path.last()) {
        (Shape::Flow, ..) if !node.mark.children.is_empty() => true,
        (Shape::Block, ..) => false,
        (_, Some(parent), Some(&at)) => prefers_flow(plan, parent, value, at),
        _ => false,
    };
    replace_as(plan, target, value, flow)
}

fn replace_as(plan: &Plan<'_>, target: &Target<'_>, value: &Json, flow: bool) -> Changes {
    let source = plan.source;
    let node = target.node();
    let (Some(parent), Some(&at)) = (target.parent(), target.path.last()) else {
        return replace_root(plan, node, value);
    };
    let items = items(source, parent)?;
    let (item, Some(outer)) = (items[at], column(source, &items)) else {
        return Err("the object does not begin a line".to_owned());
    };
    let in_array = matches!(parent.json, Json::Array(_));
    let first = first_of(source, node.mark);
    let same_line = source.line_start(first) == source.line_start(item.head);
    let is_block = node.mark.shape == Shape::Block;
    let is_empty = item.start == item.end;
    // With a block go the comments in its lines, but not the one beside the key or the dash.
    let end = if is_block && source.line_start(item.end) != source.line_start(item.begin) {
        end_of_lines(source, &item)?
    } else {
        item.end
    };
    let behind_dash = in_array && source.text[..item.head].ends_with('-');
    let in_place = (is_block && !same_line) || (behind_dash && (is_empty || same_line));
    let line_end = if behind_dash && is_empty {
        item.head
    } else if in_place {
        end
    } else {
        end_of_lines(source, &item)?
    };
    let writer = BlockWriter::new(source, plan.style.clone(), line_end);
    let inline = match node.mark.shape {
        Shape::Flow if flow => Some(writer.flow_like(
            value,
            &source.indentation(item.begin),
            source.text[item.start..item.end].contains('\n'),
        )),
        _ => writer.inline(value, flow),
    };
    if let Some(text) = inline {
        return Ok(if is_empty {
            vec![Splice::insert(item.head, format!(" {text}"))]
        } else if !is_block {
            vec![Splice::new(item.start..item.end, text)]
        } else if same_line {
            vec![Splice::new(first..end, text)]
        } else {
            vec![
                Splice::new(item.head..item.properties, format!(" {text}")),
                Splice::delete(lines(source, first, end)),
            ]
        });
    }
    // A value of several lines.
    if behind_dash && is_empty {
        let text = writer.block(value, outer + 2);
        return Ok(vec![Splice::insert(item.head, format!(" {text}"))]);
    }
    if behind_dash && same_line {
        let text = writer.block(value, column_of(source, first));
        return Ok(vec![Splice::new(first..end, text)]);
    }
    let inner = writer.inner_column(value, outer, in_array);
    let text = format!("{}{}", " ".repeat(inner), writer.block(value, inner));
    if in_place {
        return Ok(vec![
            Splice::delete(item.head..item.properties),
            Splice::new(source.line_start(first)..end, text),
        ]);
    }
    let old = if is_empty {
        item.head..item.head
    } else {
        item.head..item.end
    };
    Ok(vec![
        Splice::delete(old),
        Splice::insert(line_end, format!("{}{text}", writer.line_break())),
    ])
}

fn replace_root(plan: &Plan<'_>, node: Node<'_>, value: &Json) -> Changes {
    let source = plan.source;
    let first = first_of(source, node.mark);
    let end = (node.mark.end as usize).max(first);
    let end = match node.mark.shape {
        Shape::Block => source.skip_comment(end),
        _ => end,
    };
    let range = first..end;
    let writer = BlockWriter::new(source, plan.style.clone(), end);
    let text = match writer.inline(value, false) {
        Some(text) => text,
        None if source.begins_line(first) => writer.block(value, column_of(source, first)),
        None => format!("{}{}", writer.line_break(), writer.block(value, 0)),
    };
    Ok(vec![Splice::new(range, text)])
}

/// Whether a new value is written in brackets: as its neighbours of the same kind are, or most of the text.
fn prefers_flow(plan: &Plan<'_>, parent: Node<'_>, value: &Json, at: usize) -> bool {
    let children: Vec<&Json> = match parent.json {
        Json::Array(items) => items.iter().collect(),
        Json::Object(members) => members.values().collect(),
        _ => Vec::new(),
    };
    let shape = |index: usize| {
        let alike = match (children.get(index)?, value) {
            (Json::Array(old), Json::Array(_)) => !old.is_empty(),
            (Json::Object(old), Json::Object(_)) => !old.is_empty(),
            _ => false,
        };
        let mark = parent.mark.children.get(index)?;
        alike.then_some(mark.shape)
    };
    let neighbour = (0..at).rev().chain(at..children.len()).find_map(shape);
    match neighbour {
        Some(Shape::Flow) => true,
        Some(Shape::Block) => false,
        _ => plan.style.prefers_flow(value),
    }
}

/// Takes a block apart.
fn items(source: Source<'_>, node: Node<'_>) -> Result<Vec<Item>, String> {
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
                "a key of this object is written with `?`; write it before a colon".to_owned(),
            );
        };
        let (head, properties) = head(source, child, behind);
        items.push(Item {
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

/// The offset behind the colon of a key.
fn behind_colon(source: Source<'_>, key: usize, start: usize) -> Option<usize> {
    let text = source.text;
    let end = match source.byte(key)? {
        quote @ (b'"' | b'\'') => {
            let mut offset = key + 1;
            loop {
                match source.byte(offset)? {
                    b'\\' if quote == b'"' => offset += 2,
                    byte if byte == quote && source.byte(offset + 1) == Some(quote) => {
                        if quote == b'"' {
                            break offset + 1;
                        }
                        offset += 2;
                    }
                    byte if byte == quote => break offset + 1,
                    _ => offset += 1,
                }
            }
        }
        _ => {
            let rest = text.get(key..)?;
            let ends = |(at, _): &(usize, &str)| {
                rest[at + 1..]
                    .chars()
                    .next()
                    .is_none_or(|next| next.is_ascii_whitespace())
            };
            key + rest.match_indices(':').find(ends)?.0
        }
    };
    let colon = source.skip_blanks(end);
    (source.byte(colon) == Some(b':') && colon < start.max(colon + 1)).then_some(colon + 1)
}

/// The offsets behind the head of a child, see [`Item`].
fn head(source: Source<'_>, child: &Mark, behind: usize) -> (usize, usize) {
    let start = child.start as usize;
    let line_end = source.line_end(behind);
    // What stands in this line belongs to the first key of a block that begins there.
    if child.shape == Shape::Block && first_of(source, child) <= line_end {
        return (behind, behind);
    }
    let mut offset = behind;
    let mut head = behind;
    loop {
        let at = source.skip_blanks(offset);
        let Some(b'&' | b'!') = source.byte(at) else {
            return (head, offset);
        };
        if child.shape != Shape::Block && at >= start {
            return (head, offset);
        }
        let rest = &source.text[at..];
        offset = at + rest.find([' ', '\t', '\n', '\r']).unwrap_or(rest.len());
        if at < start {
            head = offset;
        }
    }
}

/// Where the first child of a block begins, behind the tag of the block; where another value begins.
fn first_of(source: Source<'_>, mark: &Mark) -> usize {
    let start = mark.start as usize;
    let mut offset = start;
    while mark.shape == Shape::Block
        && let Some(b'&' | b'!') = source.byte(offset)
    {
        let rest = &source.text[offset..];
        let length = rest.find([' ', '\t', '\n', '\r']).unwrap_or(rest.len());
        offset = source.skip_blanks(offset + length);
    }
    // A tag belongs to the block when nothing follows it in its line.
    match source.byte(offset) {
        Some(b'\n' | b'\r' | b'#') if offset > start => source.skip_trivia(offset),
        _ => start,
    }
}

/// The column at which the children of a block stand.
fn column(source: Source<'_>, items: &[Item]) -> Option<usize> {
    let first = items.first()?.begin;
    let line = &source.text[source.line_start(first)..first];
    let line = line.trim_start_matches('\u{feff}');
    line.bytes()
        .all(|byte| byte == b' ' || byte == b'-')
        .then_some(line.len())
}

fn column_of(source: Source<'_>, offset: usize) -> usize {
    let line = &source.text[source.line_start(offset)..offset];
    line.trim_start_matches('\u{feff}').chars().count()
}

/// The end of the last line of a child, behind its comment.
fn end_of_lines(source: Source<'_>, item: &Item) -> Result<usize, String> {
    let after = source.skip_comment(item.end);
    let after = source.skip_blanks(after);
    if after == source.line_end(after) {
        Ok(after)
    } else {
        Err("something follows it in its last line".to_owned())
    }
}

/// Whole lines with a line break of theirs: the one behind, or the one before at the end of the text.
fn lines(source: Source<'_>, begin: usize, line_end: usize) -> std::ops::Range<usize> {
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
