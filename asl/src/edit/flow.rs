//! Edits of collections in brackets: all of JSON, and the flow collections of YAML.

use std::borrow::Cow;

use super::segment::{ChildSegment, comment_above, runs};
use super::source::SourceText;
use super::splice::Splice;
use super::style::Style;
use super::write::{Layout, ValueWriter, json_string};
use crate::json::{Json, ValueMark, ValueSyntax};

/// An array or an object in brackets to edit.
pub(super) struct FlowCollection<'t> {
    source: SourceText<'t>,
    style: Style,
    json: &'t Json,
    open: usize,
    close: usize,
    items: Vec<FlowEntry>,
    /// Whether the parent has one line for each child, so that new lines are possible here.
    in_lines: bool,
}

/// A member or an item.
#[derive(Debug, Clone, Copy)]
struct FlowEntry {
    /// Start offset: of the key, or of an anchor before it.
    begin: usize,
    start: usize,
    end: usize,
    /// The offset of the comma after it.
    comma: Option<usize>,
    shape: ValueSyntax,
}

/// The text between two children: before the comma, and after it.
struct Gap<'t> {
    before: Cow<'t, str>,
    after: Cow<'t, str>,
}

impl<'t> FlowCollection<'t> {
    /// Splits the text between the brackets into items.
    pub(super) fn of(
        source: SourceText<'t>,
        style: &Style,
        json: &'t Json,
        mark: &ValueMark,
        in_lines: bool,
    ) -> Result<FlowCollection<'t>, String> {
        let open = source.skip_properties(mark.start as usize, mark.end as usize);
        let Some(b'{' | b'[') = source.byte(open) else {
            return Err("the object has no braces; write it as `{key: value}`".to_owned());
        };
        let close = (mark.end as usize).saturating_sub(1);
        if close <= open || !matches!(source.byte(close), Some(b'}' | b']')) {
            return Err("its object or array is not closed".to_owned());
        }
        let mut flow = FlowCollection {
            source,
            style: style.for_child(source, json, mark),
            json,
            open,
            close,
            items: Vec::with_capacity(mark.children.len()),
            in_lines,
        };
        let mut offset = open + 1;
        for child in &mark.children {
            let begin = source.skip_trivia(offset);
            let (key, end) = (child.key as usize, child.end as usize);
            if begin > key || source.skip_properties(begin, key) != key {
                return Err(
                    "a key of this object is written with `?`; write it as `key: value`".to_owned(),
                );
            }
            let after = source.skip_trivia(end);
            let comma = (source.byte(after) == Some(b',')).then_some(after);
            offset = comma.map_or(after, |comma| comma + 1);
            flow.items.push(FlowEntry {
                begin,
                start: child.start as usize,
                end,
                comma,
                shape: child.shape,
            });
        }
        if source.skip_trivia(offset) == close {
            Ok(flow)
        } else {
            Err(
                "there is something between its brackets that is neither a member nor an item"
                    .to_owned(),
            )
        }
    }

    /// Inserts a child before the child at this index, or after the last one.
    pub(super) fn insert(
        &self,
        index: usize,
        key: Option<&str>,
        value: &Json,
    ) -> Result<Vec<Splice>, String> {
        let (Some(first), Some(last)) = (self.items.first(), self.items.last()) else {
            return self.insert_first(key, value);
        };
        let gap = self.gap(index, first);
        let begin = self.items.get(index).map_or(last.begin, |item| item.begin);
        let indent = match gap.after.rsplit_once('\n') {
            Some((_, indent)) => Some(indent.to_owned()),
            // In comma-first style the line break comes before the comma.
            None if gap.before.contains('\n') => Some(self.source.indentation(begin)),
            None => None,
        };
        let child = self.child(key, value, indent.as_deref(), index);
        let Gap { before, after } = gap;
        let splices = match (self.items.get(index), last.comma) {
            (Some(next), _) => {
                vec![Splice::insert(
                    next.begin,
                    format!("{child}{before},{after}"),
                )]
            }
            (None, Some(comma)) => {
                let offset = self.source.skip_comment(comma + 1);
                vec![Splice::insert(offset, format!("{after}{child},"))]
            }
            (None, None) => {
                let offset = self.source.skip_comment(last.end);
                if offset == last.end {
                    vec![Splice::insert(offset, format!("{before},{after}{child}"))]
                } else {
                    vec![
                        Splice::insert(last.end, ","),
                        Splice::insert(offset, format!("{after}{child}")),
                    ]
                }
            }
        };
        Ok(splices)
    }

    fn insert_first(&self, key: Option<&str>, value: &Json) -> Result<Vec<Splice>, String> {
        let inside = self.open + 1..self.close;
        if self.source.has_comment(inside.clone()) {
            return Err("there is only a comment between its brackets; remove it or write the first value yourself".to_owned());
        }
        let line_break = self.source.line_break(self.open);
        let text = if self.in_lines {
            let outer = self.source.indentation(self.open);
            let inner = format!("{outer}{}", self.style.unit);
            let child = self.child(key, value, Some(&inner), 0);
            format!("{line_break}{inner}{child}{line_break}{outer}")
        } else {
            let padding = self.style.padding(self.json);
            format!("{padding}{}{padding}", self.child(key, value, None, 0))
        };
        Ok(vec![Splice::new(inside, text)])
    }

    /// Removes a child. `is_last` if all children after it are removed as well.
    pub(super) fn remove(&self, index: usize, is_last: bool) -> Result<Vec<Splice>, String> {
        let source = self.source;
        let Some(item) = self.items.get(index) else {
            return Err("there is no such child".to_owned());
        };
        let before = index.checked_sub(1).and_then(|index| self.items.get(index));
        let after = self.items.get(index + 1).filter(|_| !is_last);
        // The next removal takes the comma between the two, unless each child has one.
        let comma = if is_last {
            item.comma.filter(|_| self.has_last_comma())
        } else {
            item.comma
        };
        let behind = comma.map_or(item.end, |comma| comma + 1);
        // A comment between the child and its comma remains.
        let deleted = |begin: usize, behind: usize| match comma {
            Some(comma) if source.has_comment(item.end..comma) => vec![
                Splice::delete(begin..item.end),
                Splice::delete(comma..behind),
            ],
            _ => vec![Splice::delete(begin..behind)],
        };
        Ok(match (before, after) {
            (None, None) => {
                let has_comment = source.has_comment(self.open + 1..item.begin)
                    || source.has_comment(item.end..self.close);
                if has_comment {
                    deleted(item.begin, behind)
                } else {
                    vec![Splice::delete(self.open + 1..self.close)]
                }
            }
            (_, Some(next)) if !source.has_comment(item.end..next.begin) => {
                vec![Splice::delete(item.begin..next.begin)]
            }
            (_, Some(_)) => deleted(item.begin, source.skip_blanks(behind)),
            (Some(previous), None) => {
                if source.has_comment(previous.end..item.begin) {
                    let before = previous.comma.filter(|_| comma.is_none());
                    let mut splices: Vec<Splice> = before
                        .map(|comma| Splice::delete(comma..comma + 1))
                        .into_iter()
                        .collect();
                    splices.extend(deleted(item.begin, behind));
                    splices
                } else if let (Some(comma), Some(_)) = (previous.comma, comma) {
                    deleted(comma + 1, behind)
                } else {
                    vec![Splice::delete(previous.end..item.end)]
                }
            }
        })
    }

    /// Whether the last child has a comma behind it.
    fn has_last_comma(&self) -> bool {
        self.items.last().is_some_and(|last| last.comma.is_some())
    }

    /// Moves a child behind the others: each later value moves one place forward. The text between
    /// the values remains.
    pub(super) fn move_last(&self, index: usize) -> Result<Vec<Splice>, String> {
        let Some(rest) = self.items.get(index..) else {
            return Err("there is no such child".to_owned());
        };
        let Some(first) = rest.first() else {
            return Ok(Vec::new());
        };
        let has_comment = |pair: &[FlowEntry]| {
            let between = pair[0].end..pair[1].begin;
            self.source.has_comment(between)
        };
        if rest.windows(2).any(has_comment) {
            return Err("there is a comment between the items".to_owned());
        }
        let text = |item: &FlowEntry| &self.source.text[item.begin..item.end];
        let following = rest.iter().skip(1).chain([first]);
        let moved = rest.iter().zip(following);
        Ok(moved
            .map(|(item, new)| Splice::new(item.begin..item.end, text(new)))
            .collect())
    }

    /// The texts of the children with their comments.
    pub(super) fn segments(&self) -> Vec<ChildSegment> {
        let source = self.source;
        let mut offset = source.skip_comment(self.open + 1);
        let segment = |item: &FlowEntry| {
            let begin = comment_above(source, offset, item.begin, None);
            let behind = item.comma.map_or(item.end, |comma| comma + 1);
            let trail = source.skip_comment(behind);
            offset = trail;
            ChildSegment::new(begin, item.begin, item.end).with_trail(behind, trail)
        };
        self.items.iter().map(segment).collect()
    }

    /// Removes children with their comments. One of the others remains.
    pub(super) fn remove_members(&self, removed: &[usize]) -> Result<Vec<Splice>, String> {
        let source = self.source;
        let segments = self.segments();
        let mut splices = Vec::new();
        let runs = runs(source, &segments, removed);
        if runs.windows(2).any(|pair| pair[0].1 + 1 == pair[1].0) {
            return Err("a comment between the members would be lost".to_owned());
        }
        let before_comma = |at: &usize| segments[*at].end..segments[*at].trail_begin();
        if removed
            .iter()
            .map(before_comma)
            .any(|gap| source.has_comment(gap))
        {
            return Err("a comment before a comma would be lost".to_owned());
        }
        for (first, last) in runs {
            let (begin, end) = (segments[first].begin, segments[last].trail_end());
            let previous = first.checked_sub(1).map(|at| &self.items[at]);
            match (previous, segments.get(last + 1)) {
                (_, Some(next)) if !source.has_comment(end..next.begin) => {
                    splices.push(Splice::delete(begin..next.begin));
                }
                (_, Some(_)) | (None, None) => {
                    splices.push(Splice::delete(begin..source.skip_blanks(end)));
                }
                (Some(previous), None) => {
                    let commas = (previous.comma, self.items[last].comma);
                    let has_comment = source.has_comment(previous.end..begin);
                    match commas {
                        (Some(comma), None) if has_comment => {
                            splices.push(Splice::delete(comma..comma + 1));
                            splices.push(Splice::delete(begin..end));
                        }
                        _ if has_comment => splices.push(Splice::delete(begin..end)),
                        (Some(comma), Some(_)) => splices.push(Splice::delete(comma + 1..end)),
                        _ => splices.push(Splice::delete(previous.end..end)),
                    }
                }
            }
        }
        Ok(splices)
    }

    /// Replaces the value of a child.
    pub(super) fn replace(
        &self,
        index: usize,
        old: &Json,
        value: &Json,
    ) -> Result<Vec<Splice>, String> {
        let Some(item) = self.items.get(index) else {
            return Err("there is no such child".to_owned());
        };
        let indent = self.source.indentation(item.begin);
        let in_lines = self.source.begins_line(item.begin);
        let range = item.start..item.end;
        if range.is_empty() {
            let head = self.source.text[item.begin..item.start].trim_end();
            if !head.ends_with(':') {
                return Err("the key has no value; write `: null` after it".to_owned());
            }
        }
        let blank = if range.is_empty() && self.source.text[..item.start].ends_with(':') {
            " "
        } else {
            ""
        };
        let layout = self.layout_like(old, item, in_lines.then_some(indent.as_str()));
        let style = self.style.instead(self.source, old, item.start, value);
        let text = writer(self.source, style, item.start).value(value, layout);
        Ok(vec![Splice::new(range, format!("{blank}{text}"))])
    }

    /// The layout of a replacement value.
    fn layout_like<'s>(&self, old: &Json, item: &FlowEntry, indent: Option<&'s str>) -> Layout<'s> {
        let has_children = match old {
            Json::Object(members) => !members.is_empty(),
            Json::Array(items) => !items.is_empty(),
            _ => false,
        };
        let range = item.start..item.end;
        match indent {
            Some(indent) if has_children && item.shape == ValueSyntax::Flow => {
                if self.source.text[range].contains('\n') {
                    Layout::Spread(indent)
                } else {
                    Layout::Line
                }
            }
            Some(indent) => Layout::Lines(indent),
            None => Layout::Line,
        }
    }

    /// The text between the children around an index.
    fn gap(&self, index: usize, first: &FlowEntry) -> Gap<'t> {
        let text = self.source.text;
        let right = index.clamp(1, self.items.len().max(2) - 1);
        let pair = (self.items.get(right - 1), self.items.get(right));
        if let (Some(left), Some(right)) = pair
            && let Some(comma) = left.comma
        {
            return Gap {
                before: self.blanks(&text[left.end..comma], ""),
                after: self.blanks(&text[comma + 1..right.begin], " "),
            };
        }
        let lead = &text[self.open + 1..first.begin];
        let after = if lead.contains('\n') {
            self.blanks(lead, " ")
        } else {
            Cow::Borrowed(self.style.after_comma)
        };
        Gap {
            before: Cow::Borrowed(""),
            after,
        }
    }

    /// The whitespace for a new child: at most one line break, and no comment.
    fn blanks(&self, gap: &'t str, instead: &'static str) -> Cow<'t, str> {
        match gap.rfind('\n') {
            Some(last) if gap[last..].trim().is_empty() => {
                let from = if gap[..last].ends_with('\r') {
                    last - 1
                } else {
                    last
                };
                Cow::Borrowed(&gap[from..])
            }
            None if gap.trim().is_empty() => Cow::Borrowed(gap),
            _ => Cow::Borrowed(instead),
        }
    }

    /// A new child, formatted like its neighbour.
    fn child(&self, key: Option<&str>, value: &Json, indent: Option<&str>, index: usize) -> String {
        let writer = self.writer(self.open);
        let layout = match (indent, self.spread_beside(index, value)) {
            (Some(indent), Some(true)) => Layout::Spread(indent),
            (Some(indent), None) => Layout::Lines(indent),
            _ => Layout::Line,
        };
        let value = writer.value(value, layout);
        match key {
            Some(key) => writer.key(key) + &value,
            None => value,
        }
    }

    /// Whether the nearest child of the same kind spans several lines; `None` if there is no such
    /// child.
    fn spread_beside(&self, index: usize, value: &Json) -> Option<bool> {
        let children: Vec<&Json> = match self.json {
            Json::Array(items) => items.iter().collect(),
            Json::Object(members) => members.values().collect(),
            _ => return None,
        };
        let alike = |at: &usize| match (children[*at], value) {
            (Json::Array(old), Json::Array(_)) => !old.is_empty(),
            (Json::Object(old), Json::Object(_)) => !old.is_empty(),
            _ => false,
        };
        let count = self.items.len();
        let nearest = (0..index.min(count))
            .rev()
            .chain(index..count)
            .find(|at| alike(at))?;
        let item = &self.items[nearest];
        (item.shape == ValueSyntax::Flow)
            .then(|| self.source.text[item.start..item.end].contains('\n'))
    }

    fn writer(&self, offset: usize) -> ValueWriter {
        writer(self.source, self.style.clone(), offset)
    }
}

/// Replaces the whole text, in its previous style.
pub(super) fn replace_root(
    source: SourceText<'_>,
    style: &Style,
    mark: &ValueMark,
    value: &Json,
) -> Vec<Splice> {
    let range = mark.start as usize..mark.end as usize;
    let layout = if mark.children.is_empty() || source.text[range.clone()].contains('\n') {
        Layout::Spread("")
    } else {
        Layout::Line
    };
    let text = writer(source, style.clone(), range.start).value(value, layout);
    vec![Splice::new(range, text)]
}

pub(super) fn writer(source: SourceText<'_>, style: Style, offset: usize) -> ValueWriter {
    ValueWriter {
        style,
        line_break: source.line_break(offset),
        #[cfg(feature = "yaml")]
        scalar: if source.is_yaml {
            super::scalar::in_flow
        } else {
            json_string
        },
        #[cfg(not(feature = "yaml"))]
        scalar: json_string,
    }
}
