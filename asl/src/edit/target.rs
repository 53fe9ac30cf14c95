//! Resolves a pointer to a node of the text.

use super::error::EditError;
use crate::json::{Document, Json, ValueMark, ValueSyntax, escape, index, segments};
use crate::similar::nearest;

/// A node and its ancestors.
pub(super) struct EditTarget<'d> {
    /// The nodes from the root to this one.
    pub(super) nodes: Vec<TargetNode<'d>>,
    /// The index of each node, except the root, among the children of its parent.
    pub(super) path: Vec<usize>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct TargetNode<'d> {
    pub(super) json: &'d Json,
    pub(super) mark: &'d ValueMark,
}

impl<'d> EditTarget<'d> {
    /// Resolves a pointer.
    pub(super) fn find(document: &'d Document, pointer: &str) -> Result<EditTarget<'d>, EditError> {
        let mut node = TargetNode {
            json: document.json(),
            mark: document.root(),
        };
        let mut target = EditTarget {
            nodes: vec![node],
            path: Vec::new(),
        };
        let mut done = String::new();
        let steps = segments(pointer).ok_or_else(|| EditError::Pointer {
            pointer: pointer.to_owned(),
        })?;
        for step in steps {
            if is_alias(node.mark) {
                return Err(EditError::Unsafe {
                    pointer: pointer.to_owned(),
                    position: document.position_at(node.mark.start as usize),
                    reason: "this is an alias; edit the value of its anchor, or replace the alias"
                        .to_owned(),
                });
            }
            let (at, json) = child(node.json, &step).ok_or_else(|| missing(&done, &step, node))?;
            let Some(mark) = node.mark.children.get(at) else {
                return Err(missing(&done, &step, node));
            };
            node = TargetNode { json, mark };
            target.nodes.push(node);
            target.path.push(at);
            done.push('/');
            done.push_str(&escape(&step));
        }
        Ok(target)
    }

    pub(super) fn node(&self) -> TargetNode<'d> {
        self.nodes[self.nodes.len() - 1]
    }

    /// The parent of this node.
    pub(super) fn parent(&self) -> Option<TargetNode<'d>> {
        self.nodes.iter().rev().nth(1).copied()
    }
}

pub(super) fn is_alias(mark: &ValueMark) -> bool {
    #[cfg(feature = "yaml")]
    return mark.shape == ValueSyntax::Alias;
    #[cfg(not(feature = "yaml"))]
    return mark.shape != ValueSyntax::Flow && !mark.children.is_empty();
}

fn child<'d>(json: &'d Json, step: &str) -> Option<(usize, &'d Json)> {
    match json {
        Json::Object(members) => {
            let (at, _, value) = members.get_full(step)?;
            Some((at, value))
        }
        Json::Array(items) => {
            let at = index(step)?;
            Some((at, items.get(at)?))
        }
        _ => None,
    }
}

/// The error for a missing child.
pub(super) fn missing(pointer: &str, step: &str, node: TargetNode<'_>) -> EditError {
    let mut suggestion = None;
    let reason = match node.json {
        Json::Object(members) => {
            suggestion = nearest(step, members.keys().map(String::as_str))
                .map(|key| format!("{pointer}/{}", escape(key)));
            format!("the object has no member `{step}`")
        }
        Json::Array(items) => match items.len() {
            0 => "the array is empty".to_owned(),
            1 => "the array has one item, `0`".to_owned(),
            count => format!("the array has the items `0` to `{}`", count - 1),
        },
        other => format!("{} has no members", other.noun()),
    };
    EditError::NotFound {
        pointer: format!("{pointer}/{}", escape(step)),
        reason,
        suggestion,
    }
}
