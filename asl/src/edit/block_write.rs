//! New values by indentation.

use super::flow::writer;
use super::plan::Plan;
use super::scalar::{block, literal};
use super::write::{Layout, Writer};
use crate::json::Json;

/// Writes YAML without brackets.
pub(super) struct BlockWriter<'p> {
    /// Writes what stands between brackets.
    flow: Writer<'p>,
    plan: &'p Plan<'p>,
}

impl<'p> BlockWriter<'p> {
    pub(super) fn new(plan: &'p Plan<'p>, offset: usize) -> BlockWriter<'p> {
        BlockWriter {
            flow: writer(plan.source, &plan.style, offset),
            plan,
        }
    }

    pub(super) fn line_break(&self) -> &'static str {
        self.flow.line_break
    }

    /// A value that fits behind a colon or a dash; `None` for one that needs lines of its own.
    pub(super) fn inline(&self, json: &Json, flow: bool) -> Option<String> {
        match json {
            Json::String(text) => Some(block(&self.plan.style, text, false)),
            _ if flow => Some(self.flow.value(json, Layout::Line)),
            _ => self.flow.leaf(json),
        }
    }

    /// A value in the place of one in brackets.
    pub(super) fn flow_like(&self, json: &Json, indent: &str, spreads: bool) -> String {
        match (json, spreads) {
            (Json::String(text), _) => block(&self.plan.style, text, false),
            (_, true) => self.flow.value(json, Layout::Spread(indent)),
            (_, false) => self.flow.value(json, Layout::Line),
        }
    }

    /// A whole member or item; its first line stands at `column`.
    pub(super) fn child(
        &self,
        key: Option<&str>,
        value: &Json,
        column: usize,
        flow: bool,
    ) -> String {
        match key {
            Some(key) => format!("{}:{}", self.key(key), self.value(value, column, false, flow)),
            None => format!("-{}", self.value(value, column, true, flow)),
        }
    }

    /// An array or an object, its first line at `column` already.
    pub(super) fn block(&self, json: &Json, column: usize) -> String {
        let children: Vec<String> = match json {
            Json::Array(items) => items
                .iter()
                .map(|item| self.child(None, item, column, self.plan.style.prefers_flow(item)))
                .collect(),
            Json::Object(members) => members
                .iter()
                .map(|(key, value)| {
                    let flow = self.plan.style.prefers_flow(value);
                    self.child(Some(key), value, column, flow)
                })
                .collect(),
            other => vec![self.inline(other, true).unwrap_or_default()],
        };
        let separator = format!("{}{}", self.line_break(), " ".repeat(column));
        children.join(&separator)
    }

    /// The column of what stands below a key or a dash at `outer`.
    pub(super) fn inner_column(&self, json: &Json, outer: usize, in_array: bool) -> usize {
        match json {
            _ if in_array => outer + 2,
            Json::Array(_) => outer + self.plan.style.dash,
            // Tabs indent nothing in YAML.
            _ => outer + self.unit(),
        }
    }

    /// What follows a colon or a dash at `column`.
    fn value(&self, json: &Json, column: usize, in_array: bool, flow: bool) -> String {
        let indent = " ".repeat(column + if in_array { 2 } else { self.unit() });
        if let Json::String(text) = json
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
        block(&self.plan.style, key, true)
    }

    fn unit(&self) -> usize {
        let unit = &self.plan.style.unit;
        if unit.bytes().all(|byte| byte == b' ') {
            unit.len().max(1)
        } else {
            2
        }
    }
}
