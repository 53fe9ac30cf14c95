//! Edits of block-style objects and arrays in YAML.

use super::block_layout::{column, column_of, end_of_lines, first_of, items, lines};
use super::block_write::BlockWriter;
use super::plan::{Changes, EditPlan};
use super::segment::{ChildSegment, comment_above, runs};
use super::source::SourceText;
use super::splice::Splice;
use super::target::{EditTarget, TargetNode};
use crate::json::{Json, ValueSyntax};

/// Whether a value is in block style, or is the whole text and could be in block style.
pub(super) fn holds(plan: &EditPlan<'_>, target: &EditTarget<'_>) -> bool {
    plan.source.is_yaml
        && match target.parent() {
            Some(parent) => parent.mark.shape == ValueSyntax::Block,
            None => target.node().mark.shape != ValueSyntax::Flow,
        }
}

/// Inserts a child before the child at this index, or after the last one.
pub(super) fn insert(
    plan: &EditPlan<'_>,
    target: &EditTarget<'_>,
    at: usize,
    key: Option<&str>,
    value: &Json,
) -> Changes {
    let source = plan.source;
    let node = target.node();
    let items = items(source, node)?;
    let (Some(first), Some(column)) = (items.first(), column(source, &items)) else {
        return Err("the first member is not at the beginning of a line".to_owned());
    };
    let flow = prefers_flow(plan, node, value, at);
    let style = plan.style.for_child(source, node.json, node.mark);
    let indent = " ".repeat(column);
    let Some(before) = at.checked_sub(1).and_then(|before| items.get(before)) else {
        let writer = BlockWriter::of_lines(source, style, first.begin);
        let child = writer.child(key, value, column, flow);
        let text = format!("{child}{}{indent}", writer.line_break());
        return Ok(vec![Splice::insert(first.begin, text)]);
    };
    let offset = inner_comments(source, end_of_lines(source, before)?, column);
    let writer = BlockWriter::new(source, style, offset);
    let child = writer.child(key, value, column, flow);
    let text = format!("{}{indent}{child}", writer.line_break());
    Ok(vec![Splice::insert(offset, text)])
}

/// Inserts the first child into an empty flow collection inside a block, and removes the brackets.
/// `None` if there is no such collection.
pub(super) fn insert_in_empty(
    plan: &EditPlan<'_>,
    target: &EditTarget<'_>,
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
        Some(parent) if parent.mark.shape == ValueSyntax::Block => {
            Some(replace_as(plan, target, &children, false))
        }
        None if source.begins_line(node.mark.start as usize) => {
            Some(replace_as(plan, target, &children, false))
        }
        _ => None,
    }
}

/// Removes a child.
pub(super) fn remove(plan: &EditPlan<'_>, target: &EditTarget<'_>, at: usize) -> Changes {
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
            (Some(outer), Some(&at)) if own_lines && outer.mark.shape == ValueSyntax::Block => {
                let head = super::block_layout::items(source, outer)?[at].properties;
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
    // The first child is on the line of its parent's dash. The next child moves there.
    let Some(next) = items.get(at + 1) else {
        return Err("it is not at the beginning of a line".to_owned());
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

/// Moves an item behind the others, with the comment on its last line.
pub(super) fn move_last(plan: &EditPlan<'_>, parent: TargetNode<'_>, at: usize) -> Changes {
    let source = plan.source;
    let items = items(source, parent)?;
    let (item, last) = (items[at], items[items.len() - 1]);
    if item.begin == last.begin {
        return Ok(Vec::new());
    }
    let (begin, end) = (source.line_start(item.begin), end_of_lines(source, &item)?);
    if !source.begins_line(item.begin) {
        return Err("it is not at the beginning of a line".to_owned());
    }
    let text = format!("{}{}", source.line_break(begin), &source.text[begin..end]);
    Ok(vec![
        Splice::delete(lines(source, item.begin, end)),
        Splice::insert(end_of_lines(source, &last)?, text),
    ])
}

/// The texts of the children with their comments.
pub(super) fn segments(
    source: SourceText<'_>,
    node: TargetNode<'_>,
) -> Result<Vec<ChildSegment>, String> {
    let items = items(source, node)?;
    let column = items
        .first()
        .map_or(0, |first| column_of(source, first.begin));
    let mut segments = Vec::with_capacity(items.len());
    let mut offset = items
        .first()
        .map_or(0, |first| above_first(source, first.begin, column));
    for item in &items {
        let begin = comment_above(source, offset.min(item.begin), item.begin, Some(column));
        offset = inner_comments(source, end_of_lines(source, item)?, column);
        segments.push(ChildSegment::new(begin, item.begin, offset));
    }
    Ok(segments)
}

/// Removes children with their comments. One of the others remains.
pub(super) fn remove_members(
    source: SourceText<'_>,
    node: TargetNode<'_>,
    removed: &[usize],
) -> Changes {
    let segments = segments(source, node)?;
    let splices = runs(source, &segments, removed)
        .into_iter()
        .map(|(first, last)| {
            let (first, last) = (&segments[first], &segments[last]);
            if source.begins_line(first.begin) {
                Ok(Splice::delete(lines(source, first.begin, last.end)))
            } else {
                Err("it is not at the beginning of a line".to_owned())
            }
        });
    splices.collect()
}

/// The start of the lines above the first child that contain only a comment at its column. At
/// column 0 they belong to the whole text.
fn above_first(source: SourceText<'_>, begin: usize, column: usize) -> usize {
    let mut start = begin;
    while column > 0 && source.begins_line(start) {
        let Some(before) = source.text[..source.line_start(start)].strip_suffix('\n') else {
            break;
        };
        let line = source.line_start(before.len());
        let comment = line + column;
        let is_comment = source.byte(comment) == Some(b'#') && source.begins_line(comment);
        if !is_comment {
            break;
        }
        start = comment;
    }
    if start == begin {
        begin
    } else {
        source.line_start(start)
    }
}

/// The end of the comment lines after a child that are indented more than it, so that they belong
/// to it.
fn inner_comments(source: SourceText<'_>, line_end: usize, column: usize) -> usize {
    let mut end = line_end;
    let mut offset = line_end;
    for line in source.text[line_end..].split_inclusive('\n').skip(1) {
        let text = line.trim_start_matches(' ');
        let is_blank = text.trim().is_empty();
        let is_inner = text.starts_with('#') && line.len() - text.len() > column;
        if !is_blank && !is_inner {
            break;
        }
        let start = source.text[offset..]
            .find('\n')
            .map_or(offset, |at| offset + at + 1);
        offset = start + line.trim_end_matches(['\n', '\r']).len();
        if !is_blank {
            end = offset;
        }
    }
    end
}

/// Replaces a value.
pub(super) fn replace(plan: &EditPlan<'_>, target: &EditTarget<'_>, value: &Json) -> Changes {
    let node = target.node();
    let flow = match (node.mark.shape, target.parent(), target.path.last()) {
        (ValueSyntax::Flow, ..) if !node.mark.children.is_empty() => true,
        (ValueSyntax::Block, ..) => false,
        (_, Some(parent), Some(&at)) => prefers_flow(plan, parent, value, at),
        _ => false,
    };
    replace_as(plan, target, value, flow)
}

fn replace_as(plan: &EditPlan<'_>, target: &EditTarget<'_>, value: &Json, flow: bool) -> Changes {
    let source = plan.source;
    let node = target.node();
    let (Some(parent), Some(&at)) = (target.parent(), target.path.last()) else {
        return replace_root(plan, node, value);
    };
    let items = items(source, parent)?;
    let (item, Some(outer)) = (items[at], column(source, &items)) else {
        return Err("the object is not at the beginning of a line".to_owned());
    };
    let in_array = matches!(parent.json, Json::Array(_));
    let first = first_of(source, node.mark);
    let same_line = source.line_start(first) == source.line_start(item.head);
    let is_block = node.mark.shape == ValueSyntax::Block;
    let is_empty = item.start == item.end;
    // Replacing a block also replaces the comments in its lines, but not the comment on the line of
    // the key or the dash.
    let end = if is_block && source.line_start(item.end) != source.line_start(item.begin) {
        end_of_lines(source, &item)?
    } else {
        item.end
    };
    let behind_dash = in_array && source.text[..item.head].ends_with('-');
    let in_place = behind_dash || !(same_line || is_empty);
    let line_end = if behind_dash && is_empty {
        item.head
    } else if in_place {
        end
    } else {
        end_of_lines(source, &item)?
    };
    let style = plan.style.instead(source, node.json, first, value);
    let writer = BlockWriter::new(source, style, line_end);
    let inline = match node.mark.shape {
        ValueSyntax::Flow if flow => Some(writer.flow_like(
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

fn replace_root(plan: &EditPlan<'_>, node: TargetNode<'_>, value: &Json) -> Changes {
    let source = plan.source;
    let first = first_of(source, node.mark);
    let end = (node.mark.end as usize).max(first);
    let end = match node.mark.shape {
        ValueSyntax::Block => source.skip_comment(end),
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

/// Whether a new value is written in flow style: like its siblings of the same kind, or else like
/// most of the text.
fn prefers_flow(plan: &EditPlan<'_>, parent: TargetNode<'_>, value: &Json, at: usize) -> bool {
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
        Some(ValueSyntax::Flow) => !plan.style.prefers_block,
        Some(ValueSyntax::Block) => false,
        _ => plan.style.prefers_flow(value),
    }
}
