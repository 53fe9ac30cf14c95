//! Edits that move members in an object or between objects, with their text.

use std::collections::HashSet;

use super::comments::ScalarRanges;
use super::editor::Editor;
use super::error::EditError;
use super::expected::Change;
use super::plan::EditPlan;
use super::prepared_edit::{ALIAS, PreparedEdit};
use super::splice::Splice;
use super::target::{EditTarget, TargetNode, is_alias};
use crate::json::{Json, ValueSyntax, escape};

impl Editor {
    /// Changes the order of members.
    pub(super) fn prepare_reorder(
        &self,
        plan: &EditPlan<'_>,
        pointer: &str,
        keys: &[String],
    ) -> Result<PreparedEdit, EditError> {
        let target = EditTarget::find(&self.document, pointer)?;
        let node = target.node();
        let Some(members) = node.json.as_object() else {
            let reason = "it is not an object".to_owned();
            return Err(self.refusal(pointer, node, reason));
        };
        if is_alias(node.mark) {
            return Err(self.refusal(pointer, node, ALIAS.to_owned()));
        }
        self.check_duplicates(&format!("{pointer}/"), node)?;
        let order: Option<Vec<usize>> = keys.iter().map(|key| members.get_index_of(key)).collect();
        let order = order.filter(|order| {
            let distinct: HashSet<&usize> = order.iter().collect();
            distinct.len() == order.len() && order.len() == members.len()
        });
        let Some(order) = order else {
            return Err(EditError::Value {
                reason: format!("the new order must name each member of `{pointer}` once"),
            });
        };
        let splices = plan.reorder(node, &order);
        self.prepared(pointer, target, splices, Change::Reorder(order))
    }

    /// Writes members again like equal members of another object.
    pub(super) fn prepare_copy(
        &self,
        plan: &EditPlan<'_>,
        pointer: &str,
        from: &str,
        keys: &[String],
    ) -> Result<PreparedEdit, EditError> {
        let target = EditTarget::find(&self.document, pointer)?;
        let original = EditTarget::find(&self.document, from)?;
        let (new, old) = (target.node(), original.node());
        self.check_duplicates(&format!("{pointer}/"), new)?;
        self.check_duplicates(&format!("{from}/"), old)?;
        let pairs: Option<Vec<(usize, usize)>> = keys
            .iter()
            .map(|key| {
                let (from, _, old) = old.json.as_object()?.get_full(key)?;
                let (to, _, new) = new.json.as_object()?.get_full(key)?;
                (old == new).then_some((from, to))
            })
            .collect();
        let Some(pairs) = pairs else {
            return Err(EditError::Value {
                reason: format!("the members of `{pointer}` and `{from}` differ"),
            });
        };
        let splices = plan.copy(old, new, &pairs);
        self.prepared(pointer, target, splices, Change::Layout)
    }

    /// Writes a member again after itself.
    pub(super) fn prepare_duplicate(
        &self,
        plan: &EditPlan<'_>,
        pointer: &str,
        key: &str,
    ) -> Result<PreparedEdit, EditError> {
        let target = EditTarget::find(&self.document, pointer)?;
        let parent = self.object_without(&target, pointer, key)?;
        let splices = plan.duplicate(&target, parent, key);
        let change = Change::Insert(key.to_owned(), target.node().json.clone());
        let mut prepared = self.prepared(pointer, target, splices, change)?;
        if let Some(at) = prepared.placed.path.last_mut() {
            *at += 1;
        }
        Ok(prepared)
    }

    /// Removes members with their comments.
    pub(super) fn prepare_remove_members(
        &self,
        plan: &EditPlan<'_>,
        pointer: &str,
        keys: &[String],
    ) -> Result<PreparedEdit, EditError> {
        let target = EditTarget::find(&self.document, pointer)?;
        let node = target.node();
        let Some(members) = node.json.as_object() else {
            let reason = "it is not an object".to_owned();
            return Err(self.refusal(pointer, node, reason));
        };
        self.check_duplicates(&format!("{pointer}/"), node)?;
        if let Some(missing) = keys.iter().find(|key| !members.contains_key(*key)) {
            return Err(EditTarget::find(
                &self.document,
                &format!("{pointer}/{}", escape(missing)),
            )
            .err()
            .unwrap_or(EditError::Exists {
                pointer: pointer.to_owned(),
            }));
        }
        let chosen: HashSet<usize> = keys
            .iter()
            .filter_map(|key| members.get_index_of(key))
            .collect();
        let (removed, remaining): (Vec<usize>, Vec<usize>) =
            (0..members.len()).partition(|at| chosen.contains(at));
        let splices = if remaining.is_empty() {
            Err("all of its members would be removed; remove the object".to_owned())
        } else {
            plan.remove_members(node, &removed)
        };
        self.prepared(pointer, target, splices, Change::Reorder(remaining))
    }

    /// Replaces a member by the members of an object inside of it.
    pub(super) fn prepare_unnest(
        &self,
        plan: &EditPlan<'_>,
        pointer: &str,
        members: &str,
    ) -> Result<PreparedEdit, EditError> {
        let target = EditTarget::find(&self.document, pointer)?;
        let inner = EditTarget::find(&self.document, members)?;
        let Some(parent) = target.parent() else {
            let reason = "it is not a member of an object".to_owned();
            return Err(self.refusal(pointer, target.node(), reason));
        };
        let (Some(outer), Some(new)) = (parent.json.as_object(), inner.node().json.as_object())
        else {
            let reason = "it is not an object in a member of an object".to_owned();
            return Err(self.refusal(pointer, target.node(), reason));
        };
        self.check_duplicates(pointer, parent)?;
        self.check_duplicates(&format!("{members}/"), inner.node())?;
        let is_inside = members
            .strip_prefix(pointer)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let own = target.path.last().and_then(|at| outer.get_index(*at));
        let own = own.map(|(key, _)| key);
        if let Some(key) = new
            .keys()
            .find(|key| outer.contains_key(*key) && Some(*key) != own)
        {
            let (outer, _) = pointer.rsplit_once('/').unwrap_or_default();
            return Err(EditError::Exists {
                pointer: format!("{outer}/{}", escape(key)),
            });
        }
        let splices = if is_inside && !new.is_empty() {
            plan.unnest(&target, &inner)
        } else {
            Err(format!("`{members}` has no members inside of it"))
        };
        let new: Vec<(String, Json)> = new
            .iter()
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        self.prepared(pointer, target, splices, Change::Unnest(new))
    }
}

impl EditPlan<'_> {
    /// Writes members with the texts of equal members. The pairs have the indices of both.
    fn copy(
        &self,
        from: TargetNode<'_>,
        to: TargetNode<'_>,
        pairs: &[(usize, usize)],
    ) -> Result<Vec<Splice>, String> {
        let source = self.source;
        if from.mark.shape != to.mark.shape {
            return Err("one of the two objects has brackets and the other one not".to_owned());
        }
        let (from, to) = (self.segments(from)?, self.segments(to)?);
        let mut splices = Vec::with_capacity(pairs.len());
        for (old, new) in pairs {
            let (Some(from), Some(to)) = (from.get(*old), to.get(*new)) else {
                return Err("there is no such member".to_owned());
            };
            let indentation = source.indentation(to.begin);
            let text = source.moved(from.begin..from.end, &indentation);
            let trail = from.trail_text(source.text);
            if to.trail_begin() == to.end {
                splices.push(Splice::new(to.begin..to.end, text + trail));
                continue;
            }
            splices.push(Splice::new(to.begin..to.end, text));
            if !trail.is_empty() {
                splices.push(Splice::insert(to.trail_begin(), trail));
            }
        }
        splices.sort_by_key(|splice| splice.range.start);
        Ok(splices)
    }

    /// Writes the member before itself, and renames what follows.
    fn duplicate(
        &self,
        target: &EditTarget<'_>,
        parent: TargetNode<'_>,
        key: &str,
    ) -> Result<Vec<Splice>, String> {
        let source = self.source;
        let segments = self.segments(parent)?;
        let own = target.path.last().and_then(|at| segments.get(*at));
        let own = own.ok_or_else(|| "there is no such member".to_owned())?;
        let renamed = self.rename(target, parent, key)?;
        let [renamed] = renamed.as_slice() else {
            return Err("its key cannot be written again".to_owned());
        };
        let indentation = source.indentation(own.child);
        let (comma, gap) = self.gap(parent, own.child, &indentation);
        let text = [
            &source.text[own.begin..own.end],
            comma,
            own.trail_text(source.text),
            &gap,
            &source.text[own.begin..renamed.range.start],
            &renamed.text,
        ];
        let range = own.begin..renamed.range.end;
        Ok(vec![Splice::new(range, text.concat())])
    }

    fn unnest(
        &self,
        target: &EditTarget<'_>,
        inner: &EditTarget<'_>,
    ) -> Result<Vec<Splice>, String> {
        let source = self.source;
        let (Some(parent), Some(&at)) = (target.parent(), target.path.last()) else {
            return Err("it is not a member of an object".to_owned());
        };
        let segments = self.segments(parent)?;
        let outer = segments
            .get(at)
            .ok_or_else(|| "there is no such member".to_owned())?;
        let members = self.segments(inner.node())?;
        let (Some(first), Some(last)) = (members.first(), members.last()) else {
            return Err("the object has no members".to_owned());
        };
        let scalars = ScalarRanges::of(source, target.node().mark);
        let between = members
            .windows(2)
            .map(|pair| pair[0].trail_end()..pair[1].begin);
        let around = [outer.child..first.begin, last.trail_end()..outer.end];
        if around
            .into_iter()
            .chain(between)
            .chain(
                members
                    .iter()
                    .map(|member| member.end..member.trail_begin()),
            )
            .any(|gap| scalars.has_comment(source, gap))
        {
            return Err("a comment in it would be lost; move the comment first".to_owned());
        }
        let indentation = source.indentation(outer.child);
        let (comma, gap) = self.gap(parent, outer.child, &indentation);
        let mut text = String::new();
        for (index, member) in members.iter().enumerate() {
            text.push_str(&source.moved(member.begin..member.end, &indentation));
            if index + 1 < members.len() {
                text.push_str(comma);
                text.push_str(member.trail_text(source.text));
                text.push_str(&gap);
            }
        }
        // The comma of the replaced member follows the last new one.
        let trail = last.trail_text(source.text);
        if outer.trail_begin() == outer.end {
            text.push_str(trail);
            return Ok(vec![Splice::new(outer.child..outer.end, text)]);
        }
        let mut splices = vec![Splice::new(outer.child..outer.end, text)];
        if !trail.is_empty() {
            splices.push(Splice::insert(outer.trail_begin(), trail));
        }
        Ok(splices)
    }

    /// The comma and the whitespace between two new children next to a child.
    fn gap(&self, parent: TargetNode<'_>, child: usize, indentation: &str) -> (&str, String) {
        let in_lines = self.source.begins_line(child);
        match parent.mark.shape {
            ValueSyntax::Flow if !in_lines => (",", self.style.after_comma.to_owned()),
            shape => {
                let comma = if shape == ValueSyntax::Flow { "," } else { "" };
                let line = format!("{}{indentation}", self.source.line_break(child));
                (comma, line)
            }
        }
    }
}
