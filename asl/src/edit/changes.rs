//! The text changes of an edit, in block style or in flow style.

#[cfg(feature = "yaml")]
use super::block;
use super::flow::{self, FlowCollection};
use super::plan::{Changes, EditPlan};
use super::segment::{self, ChildSegment};
use super::splice::Splice;
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

    /// Removes a child. `is_last` if all children after it are removed as well.
    pub(super) fn remove(
        &self,
        target: &EditTarget<'_>,
        parent: TargetNode<'_>,
        at: usize,
        is_last: bool,
    ) -> Changes {
        #[cfg(feature = "yaml")]
        if parent.mark.shape == ValueSyntax::Block {
            return block::remove(self, target, at);
        }
        let _ = target;
        self.flow(parent, None)?.remove(at, is_last)
    }

    /// Replaces the key of a member, with the quotes of the old key.
    pub(super) fn rename(
        &self,
        target: &EditTarget<'_>,
        parent: TargetNode<'_>,
        key: &str,
    ) -> Changes {
        let start = target.node().mark.key as usize;
        let value = target.node().mark.start as usize;
        let end = self.source.key_end_before(start, value);
        let (Some(end), Some(quotes)) = (end, self.source.quotes(start)) else {
            return Err("its key is written in a form that cannot be edited".to_owned());
        };
        let mut style = self.style.clone();
        style.keys = quotes;
        #[cfg(feature = "yaml")]
        if parent.mark.shape == ValueSyntax::Block {
            let text = super::scalar::in_block(&style, key, true);
            return Ok(vec![Splice::new(start..end, text)]);
        }
        let _ = parent;
        let writer = flow::writer(self.source, style, start);
        let text = (writer.scalar)(&writer.style, key, true);
        Ok(vec![Splice::new(start..end, text)])
    }

    /// Moves an item behind the other items of an array.
    pub(super) fn move_last(&self, parent: TargetNode<'_>, at: usize) -> Changes {
        #[cfg(feature = "yaml")]
        if parent.mark.shape == ValueSyntax::Block {
            return block::move_last(self, parent, at);
        }
        self.flow(parent, None)?.move_last(at)
    }

    /// Changes the order of the children.
    pub(super) fn reorder(&self, node: TargetNode<'_>, order: &[usize]) -> Changes {
        let segments = self.segments(node)?;
        Ok(segment::reorder(self.source.text, &segments, order))
    }

    /// Removes members with their comments. A member remains.
    pub(super) fn remove_members(&self, node: TargetNode<'_>, removed: &[usize]) -> Changes {
        #[cfg(feature = "yaml")]
        if node.mark.shape == ValueSyntax::Block {
            return block::remove_members(self.source, node, removed);
        }
        self.flow(node, None)?.remove_members(removed)
    }

    /// The texts of the children with their comments.
    pub(super) fn segments(&self, node: TargetNode<'_>) -> Result<Vec<ChildSegment>, String> {
        #[cfg(feature = "yaml")]
        if node.mark.shape == ValueSyntax::Block {
            return block::segments(self.source, node);
        }
        Ok(self.flow(node, None)?.segments())
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
