//! The text changes of an edit.

#[cfg(feature = "yaml")]
use super::block;
use super::flow::{self, FlowCollection};
use super::source::SourceText;
use super::splice::Splice;
use super::style::{Style, survey};
use super::target::{EditTarget, TargetNode};
use crate::json::{Json, ValueMark, ValueSyntax};

/// The text and its style.
pub(super) struct EditPlan<'d> {
    pub(super) source: SourceText<'d>,
    pub(super) style: Style,
}

/// The changes, or the reason why the edit is impossible.
pub(super) type Changes = Result<Vec<Splice>, String>;

impl<'d> EditPlan<'d> {
    pub(super) fn of(source: SourceText<'d>, json: &Json, mark: &ValueMark) -> EditPlan<'d> {
        EditPlan {
            source,
            style: survey(source, json, mark),
        }
    }

    pub(super) fn insert(
        &self,
        target: &EditTarget<'_>,
        at: usize,
        key: Option<&str>,
        value: &Json,
    ) -> Changes {
        let node = target.node();
        #[cfg(feature = "yaml")]
        if node.mark.shape == ValueSyntax::Block {
            return block::insert(self, target, at, key, value);
        } else if let Some(changes) = block::insert_in_empty(self, target, key, value) {
            return changes;
        }
        self.flow(node, target.parent())?.insert(at, key, value)
    }

    pub(super) fn replace(&self, target: &EditTarget<'_>, value: &Json) -> Changes {
        let node = target.node();
        #[cfg(feature = "yaml")]
        if block::holds(self, target) {
            return block::replace(self, target, value);
        }
        let (Some(parent), Some(&at)) = (target.parent(), target.path.last()) else {
            let (source, style) = (self.source, &self.style);
            return Ok(flow::replace_root(source, style, node.mark, value));
        };
        self.flow(parent, None)?.replace(at, node.json, value)
    }

    pub(super) fn remove(
        &self,
        target: &EditTarget<'_>,
        parent: TargetNode<'_>,
        at: usize,
    ) -> Changes {
        #[cfg(feature = "yaml")]
        if parent.mark.shape == ValueSyntax::Block {
            return block::remove(self, target, at);
        }
        let _ = target;
        self.flow(parent, None)?.remove(at)
    }

    fn flow<'s>(
        &'s self,
        node: TargetNode<'s>,
        parent: Option<TargetNode<'_>>,
    ) -> Result<FlowCollection<'s>, String> {
        let in_lines = parent.is_none_or(|parent| {
            parent.mark.shape == ValueSyntax::Flow
                && self.source.begins_line(node.mark.key as usize)
        });
        FlowCollection::of(self.source, &self.style, node.json, node.mark, in_lines)
    }
}
