//! The text changes of an edit, in block style or in flow style.

#[cfg(feature = "yaml")]
use super::block;
use super::flow::{self, FlowCollection};
use super::plan::{Changes, EditPlan};
use super::target::{EditTarget, TargetNode};
use crate::json::{Json, ValueSyntax};

impl EditPlan<'_> {
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
