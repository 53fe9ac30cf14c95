//! Writes new values in YAML's block style.

use super::flow::writer;
use super::scalar::{in_block, literal};
use super::source::SourceText;
use super::style::Style;
use super::write::{Layout, ValueWriter};
use crate::json::Json;

/// Writes YAML in block style.
pub(super) struct BlockWriter {
    /// Writes flow collections.
    flow: ValueWriter,
    /// Whether the line ends after the new value. Otherwise a `|` block scalar would absorb the
    /// following text.
    ends_line: bool,
}

impl BlockWriter {
    /// Creates a writer for a replacement of the text before `end`.
    pub(super) fn new(source: SourceText<'_>, style: Style, end: usize) -> BlockWriter {
        BlockWriter {
            flow: writer(source, style, end),
            ends_line: ends_block_scalar(&source.text[end..]),
        }
    }

    /// Creates a writer for values on separate lines.
    pub(super) fn of_lines(source: SourceText<'_>, style: Style, offset: usize) -> BlockWriter {
        BlockWriter {
            ends_line: true,
            ..BlockWriter::new(source, style, offset)
        }
    }

    pub(super) fn line_break(&self) -> &'static str {
        self.flow.line_break
    }

    /// A value that fits on the line of its colon or dash; `None` for a value that needs separate
    /// lines.
    pub(super) fn inline(&self, json: &Json, flow: bool) -> Option<String> {
        match json {
            Json::String(text) => Some(in_block(&self.flow.style, text, false)),
            _ if flow => Some(self.flow.value(json, Layout::Line)),
            _ => self.flow.leaf(json),
        }
    }

    /// A replacement for a value in flow style.
    pub(super) fn flow_like(&self, json: &Json, indent: &str, spreads: bool) -> String {
        match (json, spreads) {
            (Json::String(text), _) => in_block(&self.flow.style, text, false),
            (_, true) => self.flow.value(json, Layout::Spread(indent)),
            (_, false) => self.flow.value(json, Layout::Line),
        }
    }

    /// A whole member or item. Its first line starts at `column`.
    pub(super) fn child(
        &self,
        key: Option<&str>,
        value: &Json,
        column: usize,
        flow: bool,
    ) -> String {
        match key {
            Some(key) => format!(
                "{}:{}",
                self.key(key),
                self.value(value, column, false, flow)
            ),
            None => format!("-{}", self.value(value, column, true, flow)),
        }
    }

    /// An array or an object. Its first line is already indented to `column`.
    pub(super) fn block(&self, json: &Json, column: usize) -> String {
        let children: Vec<String> = match json {
            Json::Array(items) => items
                .iter()
                .map(|item| self.child(None, item, column, self.flow.style.prefers_flow(item)))
                .collect(),
            Json::Object(members) => members
                .iter()
                .map(|(key, value)| {
                    let flow = self.flow.style.prefers_flow(value);
                    self.child(Some(key), value, column, flow)
                })
                .collect(),
            other => vec![self.inline(other, true).unwrap_or_default()],
        };
        let separator = format!("{}{}", self.line_break(), " ".repeat(column));
        children.join(&separator)
    }

    /// The column of the lines below a key or a dash at column `outer`.
    pub(super) fn inner_column(&self, json: &Json, outer: usize, in_array: bool) -> usize {
        match json {
            _ if in_array => outer + 2,
            Json::Array(_) => outer + self.flow.style.dash,
            // YAML does not allow tabs as indentation.
            _ => outer + self.unit(),
        }
    }

    /// The text after a colon or a dash at `column`.
    fn value(&self, json: &Json, column: usize, in_array: bool, flow: bool) -> String {
        let indent = " ".repeat(column + if in_array { 2 } else { self.unit() });
        if let Json::String(text) = json
            && self.ends_line
            && let Some(literal) = literal(text, &indent, self.line_break())
        {
            return format!(" {literal}");
        }
        if let Some(text) = self.inline(json, flow) {
            return format!(" {text}");
        }
        let inner = self.inner_column(json, column, in_array);
        let text = self.block(json, inner);
        if in_array {
            format!(" {text}")
        } else {
            format!("{}{}{text}", self.line_break(), " ".repeat(inner))
        }
    }

    fn key(&self, key: &str) -> String {
        in_block(&self.flow.style, key, true)
    }

    fn unit(&self) -> usize {
        let unit = &self.flow.style.unit;
        if unit.bytes().all(|byte| byte == b' ') {
            unit.len().max(1)
        } else {
            2
        }
    }
}

/// Whether a `|` block scalar may end before this text: no comment or blank line of it could be
/// read as part of the scalar.
fn ends_block_scalar(rest: &str) -> bool {
    let next = rest.trim_start_matches([' ', '\t', '\r', '\n']);
    let between = &rest[..rest.len() - next.len()];
    let (lines, indent) = between.rsplit_once('\n').unwrap_or(("", ""));
    between.contains('\n')
        && !lines.contains([' ', '\t'])
        && (indent.is_empty() || !(next.is_empty() || next.starts_with('#')))
}
