//! One edit as changes of the text, before they are made.

use super::editor::Editor;
use super::error::EditError;
use super::expected::{Change, PlacedChange};
use super::operation::{Edit, InsertPosition};
use super::plan::EditPlan;
use super::splice::Splice;
use super::target::{EditTarget, TargetNode, is_alias, missing};
use crate::json::{Json, MAX_DEPTH, escape, index};

/// The reason why an alias cannot be edited.
pub(super) const ALIAS: &str =
    "this is an alias; edit the value of its anchor, or replace the alias";

/// The text changes of one edit, and the change of the value that they make.
pub(super) struct PreparedEdit {
    pub(super) splices: Vec<Splice>,
    pub(super) placed: PlacedChange,
}

impl Editor {
    pub(super) fn prepare(
        &self,
        plan: &EditPlan<'_>,
        edit: &Edit,
        group: &[Edit],
    ) -> Result<PreparedEdit, EditError> {
        match edit {
            Edit::Replace { pointer, value } => self.prepare_replace(plan, pointer, value),
            Edit::Rename { pointer, key } => self.prepare_rename(plan, pointer, key),
            Edit::Remove { pointer } => self.prepare_remove(plan, pointer, group),
            Edit::MoveLast { pointer } => self.prepare_move(plan, pointer),
            Edit::Reorder { pointer, keys } => self.prepare_reorder(plan, pointer, keys),
            Edit::CopyText {
                pointer,
                from,
                keys,
            } => self.prepare_copy(plan, pointer, from, keys),
            Edit::Duplicate { pointer, key } => self.prepare_duplicate(plan, pointer, key),
            Edit::RemoveMembers { pointer, keys } => {
                self.prepare_remove_members(plan, pointer, keys)
            }
            Edit::Unnest { pointer, members } => self.prepare_unnest(plan, pointer, members),
            Edit::Insert {
                pointer,
                value,
                position,
            } => self.prepare_insert(plan, pointer, position, value),
        }
    }

    fn prepare_replace(
        &self,
        plan: &EditPlan<'_>,
        pointer: &str,
        value: &Json,
    ) -> Result<PreparedEdit, EditError> {
        check_depth(value)?;
        let target = EditTarget::find(&self.document, pointer)?;
        let splices = plan.replace(&target, value);
        self.prepared(pointer, target, splices, Change::Replace(value.clone()))
    }

    fn prepare_rename(
        &self,
        plan: &EditPlan<'_>,
        pointer: &str,
        key: &str,
    ) -> Result<PreparedEdit, EditError> {
        let target = EditTarget::find(&self.document, pointer)?;
        let parent = self.object_without(&target, pointer, key)?;
        let splices = plan.rename(&target, parent, key);
        self.prepared(pointer, target, splices, Change::Rename(key.to_owned()))
    }

    /// The object of a member, in which the key is free.
    pub(super) fn object_without<'t>(
        &self,
        target: &'t EditTarget<'_>,
        pointer: &str,
        key: &str,
    ) -> Result<TargetNode<'t>, EditError> {
        let parent = target.parent();
        let Some((parent, members)) =
            parent.and_then(|parent| Some((parent, parent.json.as_object()?)))
        else {
            let reason = "it has no key, because it is not a member of an object".to_owned();
            return Err(self.refusal(pointer, target.node(), reason));
        };
        if members.contains_key(key) {
            let (outer, _) = pointer.rsplit_once('/').unwrap_or_default();
            return Err(EditError::Exists {
                pointer: format!("{outer}/{}", escape(key)),
            });
        }
        self.check_duplicates(pointer, parent)?;
        Ok(parent)
    }

    fn prepare_remove(
        &self,
        plan: &EditPlan<'_>,
        pointer: &str,
        group: &[Edit],
    ) -> Result<PreparedEdit, EditError> {
        let target = EditTarget::find(&self.document, pointer)?;
        let (Some(parent), Some(&at)) = (target.parent(), target.path.last()) else {
            let reason = "the root value cannot be removed; replace it".to_owned();
            return Err(self.refusal(pointer, target.node(), reason));
        };
        self.check_duplicates(pointer, parent)?;
        let is_last = ends_with_removals(pointer, parent, at, group);
        let splices = plan.remove(&target, parent, at, is_last);
        self.prepared(pointer, target, splices, Change::Remove)
    }

    fn prepare_move(&self, plan: &EditPlan<'_>, pointer: &str) -> Result<PreparedEdit, EditError> {
        let target = EditTarget::find(&self.document, pointer)?;
        let parent = target.parent();
        let (Some(parent), Some(&at)) = (
            parent.filter(|parent| matches!(parent.json, Json::Array(_))),
            target.path.last(),
        ) else {
            let reason = "it is not an item of an array".to_owned();
            return Err(self.refusal(pointer, target.node(), reason));
        };
        let splices = plan.move_last(parent, at);
        self.prepared(pointer, target, splices, Change::MoveLast)
    }

    fn prepare_insert(
        &self,
        plan: &EditPlan<'_>,
        pointer: &str,
        position: &InsertPosition,
        value: &Json,
    ) -> Result<PreparedEdit, EditError> {
        check_depth(value)?;
        let Some((outer, step)) = pointer.rsplit_once('/') else {
            return Err(match pointer {
                "" => EditError::Exists {
                    pointer: String::new(),
                },
                _ => EditError::Pointer {
                    pointer: pointer.to_owned(),
                },
            });
        };
        let step = step.replace("~1", "/").replace("~0", "~");
        let target = EditTarget::find(&self.document, outer)?;
        let node = target.node();
        if is_alias(node.mark) {
            return Err(self.refusal(pointer, node, ALIAS.to_owned()));
        }
        self.check_duplicates(pointer, node)?;
        let (at, is_member) = child_position(pointer, outer, &step, node, position)?;
        let key = is_member.then_some(step.as_str());
        let splices = plan.insert(&target, at, key, value);
        let change = Change::Insert(step, value.clone());
        let mut prepared = self.prepared(pointer, target, splices, change)?;
        prepared.placed.path.push(at);
        Ok(prepared)
    }

    /// The text changes of an edit of a target, or its error if the text cannot be changed there.
    pub(super) fn prepared(
        &self,
        pointer: &str,
        target: EditTarget<'_>,
        splices: Result<Vec<Splice>, String>,
        change: Change,
    ) -> Result<PreparedEdit, EditError> {
        match splices {
            Ok(splices) => Ok(PreparedEdit {
                splices,
                placed: PlacedChange {
                    path: target.path,
                    change,
                },
            }),
            Err(reason) => Err(self.refusal(pointer, target.node(), reason)),
        }
    }
}

/// Whether a group of edits removes all children after the one at `pointer`, and at least one.
fn ends_with_removals(pointer: &str, parent: TargetNode<'_>, at: usize, group: &[Edit]) -> bool {
    let outer = pointer.rsplit_once('/').map_or("", |(outer, _)| outer);
    let is_removed = |step: &str| {
        group.iter().any(|edit| match edit {
            Edit::Remove { pointer } => {
                let inside = pointer.strip_prefix(outer);
                inside.and_then(|rest| rest.strip_prefix('/')) == Some(step)
            }
            _ => false,
        })
    };
    match parent.json {
        Json::Object(members) => {
            let mut later = members.keys().skip(at + 1);
            at + 1 < members.len() && later.all(|key| is_removed(&escape(key)))
        }
        Json::Array(items) => {
            let mut later = at + 1..items.len();
            at + 1 < items.len() && later.all(|index| is_removed(&index.to_string()))
        }
        _ => false,
    }
}

/// The index of a new child, and whether it is a member.
fn child_position(
    pointer: &str,
    outer: &str,
    step: &str,
    node: TargetNode<'_>,
    position: &InsertPosition,
) -> Result<(usize, bool), EditError> {
    let beside = |key: &str| match node.json {
        Json::Object(members) => members
            .get_index_of(key)
            .ok_or_else(|| missing(outer, key, node)),
        _ => Err(missing(outer, key, node)),
    };
    match (node.json, position) {
        (Json::Object(members), _) if members.contains_key(step) => Err(EditError::Exists {
            pointer: pointer.to_owned(),
        }),
        (Json::Object(members), InsertPosition::Last) => Ok((members.len(), true)),
        (_, InsertPosition::Before(key)) => Ok((beside(key)?, true)),
        (_, InsertPosition::After(key)) => Ok((beside(key)? + 1, true)),
        (Json::Array(items), InsertPosition::Last) => match index(step) {
            None if step == "-" => Ok((items.len(), false)),
            Some(at) if at <= items.len() => Ok((at, false)),
            _ => Err(missing(outer, step, node)),
        },
        _ => Err(missing(outer, step, node)),
    }
}

/// Rejects a value that nests deeper than the parser allows.
fn check_depth(value: &Json) -> Result<(), EditError> {
    fn fits(value: &Json, depth: usize) -> bool {
        match value {
            Json::Array(items) => depth > 0 && items.iter().all(|item| fits(item, depth - 1)),
            Json::Object(members) => {
                depth > 0 && members.values().all(|member| fits(member, depth - 1))
            }
            _ => true,
        }
    }
    if fits(value, MAX_DEPTH) {
        Ok(())
    } else {
        Err(EditError::Value {
            reason: format!("it nests deeper than {MAX_DEPTH} levels"),
        })
    }
}
