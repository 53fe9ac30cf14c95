//! The layout of YAML blocks.

use super::TextLayout;
use crate::edit::block_layout::{column_of, first_of, items};
use crate::edit::plan::{Changes, EditPlan};
use crate::edit::source::SourceText;
use crate::edit::splice::Splice;
use crate::edit::target::TargetNode;
use crate::json::{Json, ValueSyntax};

/// A line of the text.
#[derive(Debug, Clone, Copy)]
enum LineRole {
    /// It is outside of the values, for example a comment.
    Between,
    /// A member or item begins on it, at this new column.
    Begins { old: usize, new: usize },
    /// It continues a value.
    Inside { old: usize, new: usize },
}

/// The changes of the whitespace of a block.
pub(super) fn layout(plan: &EditPlan<'_>, node: TargetNode<'_>, layout: &TextLayout) -> Changes {
    let source = plan.source;
    let unit = layout.unit(&plan.style.unit);
    let is_blank = |unit: &str| !unit.is_empty() && unit.bytes().all(|byte| byte == b' ');
    let starts: Vec<usize> = std::iter::once(0)
        .chain(source.text.match_indices('\n').map(|(at, _)| at + 1))
        .collect();
    let mut blocks = BlockLayout {
        source,
        // YAML does not allow tabs as indentation.
        unit: if is_blank(unit) { unit.len() } else { 2 },
        dash: plan.style.dash,
        roles: vec![LineRole::Between; starts.len()],
        starts,
        splices: Vec::new(),
    };
    let column = column_of(source, first_of(source, node.mark));
    blocks.block(node, column)?;
    let first = blocks.line(node.mark.start as usize);
    let last = if layout.pointer.is_empty() {
        blocks.starts.len() - 1
    } else {
        blocks.line(node.mark.end as usize)
    };
    blocks.lines(first, last);
    let mut splices = blocks.splices;
    splices.sort_by_key(|splice| splice.range.start);
    Ok(splices)
}

struct BlockLayout<'t> {
    source: SourceText<'t>,
    /// The number of columns of one level.
    unit: usize,
    /// The number of columns between a key and the dashes of its array.
    dash: usize,
    /// The start of each line.
    starts: Vec<usize>,
    roles: Vec<LineRole>,
    splices: Vec<Splice>,
}

impl BlockLayout<'_> {
    fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset) - 1
    }

    /// Lays out a block whose children begin at a column. The nesting of a text is limited.
    fn block(&mut self, node: TargetNode<'_>, column: usize) -> Result<(), String> {
        let in_array = matches!(node.json, Json::Array(_));
        let children: Vec<&Json> = match node.json {
            Json::Array(items) => items.iter().collect(),
            Json::Object(members) => members.values().collect(),
            _ => Vec::new(),
        };
        let entries = items(self.source, node)?;
        for ((entry, mark), json) in entries.iter().zip(&node.mark.children).zip(children) {
            let child = TargetNode { json, mark };
            let old = column_of(self.source, entry.begin);
            let line = self.line(entry.begin);
            if self.source.begins_line(entry.begin) {
                self.roles[line] = LineRole::Begins { old, new: column };
            }
            let first = first_of(self.source, mark);
            let same_line = self.line(first) == line;
            if same_line && first > entry.head && entry.start != entry.end {
                self.one_blank(entry.head, first);
            }
            if mark.shape == ValueSyntax::Block {
                let inner = match (in_array, json) {
                    (true, _) => column + 2,
                    (false, Json::Array(_)) => column + self.dash,
                    (false, _) => column + self.unit,
                };
                self.block(child, inner)?;
                continue;
            }
            // The lines of a scalar or of a value in brackets.
            let last = self.line(entry.end.saturating_sub(1).max(entry.begin));
            for inside in line + 1..=last {
                self.roles[inside] = LineRole::Inside { old, new: column };
            }
        }
        Ok(())
    }

    /// Writes one blank between a colon or dash and its value on the same line.
    fn one_blank(&mut self, from: usize, to: usize) {
        let gap = &self.source.text[from..to];
        if gap != " " && gap.bytes().all(|byte| byte == b' ' || byte == b'\t') {
            self.splices.push(Splice::new(from..to, " "));
        }
    }

    /// Writes the indentation of the lines.
    fn lines(&mut self, first: usize, last: usize) {
        let text = self.source.text;
        let mut shift = (0, 0);
        let next_begins = self.next_begins(first, last);
        for (line, next_begin) in (first..=last).zip(next_begins) {
            let start = self.starts[line];
            let end = self.source.line_end(start);
            let content = &text[start..end];
            let column = content.len() - content.trim_start_matches(' ').len();
            let (old, new) = match self.roles[line] {
                LineRole::Begins { old, new } | LineRole::Inside { old, new } => {
                    shift = (old, new);
                    shift
                }
                LineRole::Between => match next_begin {
                    // A comment at the column of the next child is about it.
                    Some(next) if next.0 == column => next,
                    // A comment at the left is not about the value before it.
                    _ if column < shift.0 => (0, 0),
                    _ => shift,
                },
            };
            if column == content.len() || content.starts_with('\u{feff}') {
                continue;
            }
            let wanted = if new >= old {
                column + (new - old)
            } else {
                column.saturating_sub(old - new)
            };
            if wanted != column {
                let range = start..start + column;
                self.splices.push(Splice::new(range, " ".repeat(wanted)));
            }
        }
    }

    /// The shift of the first child that begins after each line.
    fn next_begins(&self, first: usize, last: usize) -> Vec<Option<(usize, usize)>> {
        let mut next = None;
        let lines = self.roles[first..=last].iter().rev();
        let mut begins: Vec<_> = lines
            .map(|role| {
                let after = next;
                if let LineRole::Begins { old, new } = role {
                    next = Some((*old, *new));
                }
                after
            })
            .collect();
        begins.reverse();
        begins
    }
}
