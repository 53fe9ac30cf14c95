//! The value that edits are expected to produce.

use crate::json::Json;

/// The change of a child of an array or an object, or of the whole value.
#[derive(Debug, Clone)]
pub(super) enum Change {
    /// Inserts a child. The string is the key of a new member.
    Insert(String, Json),
    /// Replaces the value of the child.
    Replace(Json),
    /// Renames the key of the member.
    Rename(String),
    /// Removes the child.
    Remove,
    /// Moves the item behind the others.
    MoveLast,
    /// Changes the order of the members: the index of the member at each position. Members
    /// without a position are removed.
    Reorder(Vec<usize>),
    /// Changes only the text.
    Layout,
    /// Replaces the member by these members.
    Unnest(Vec<(String, Json)>),
}

/// A change of the child at the last index of `path`, or of the whole value if the path is empty.
#[derive(Debug, Clone)]
pub(super) struct PlacedChange {
    pub(super) path: Vec<usize>,
    pub(super) change: Change,
}

/// Applies changes whose paths refer to the unchanged value.
///
/// Later nodes are changed first, and inner nodes before outer ones, so that the remaining paths
/// stay valid.
pub(super) fn expected(before: &Json, mut changes: Vec<PlacedChange>) -> Json {
    changes.sort_by(|a, b| b.path.cmp(&a.path));
    let mut json = before.clone();
    for PlacedChange { path, change } in changes {
        match (path.split_last(), change) {
            (_, Change::Reorder(order)) => {
                if let Some(Json::Object(members)) = node(&mut json, &path) {
                    let old = std::mem::take(members);
                    let mut old: Vec<_> = old.into_iter().map(Some).collect();
                    let new = order.iter().filter_map(|at| old.get_mut(*at)?.take());
                    *members = new.collect();
                }
            }
            (Some((at, outer)), change) => {
                if let Some(parent) = node(&mut json, outer) {
                    change_child(parent, *at, change);
                }
            }
            (None, Change::Replace(value)) => json = value,
            (None, _) => {}
        }
    }
    json
}

fn node<'j>(json: &'j mut Json, path: &[usize]) -> Option<&'j mut Json> {
    path.iter().try_fold(json, |json, at| match json {
        Json::Array(items) => items.get_mut(*at),
        Json::Object(members) => members.get_index_mut(*at).map(|(_, value)| value),
        _ => None,
    })
}

/// The indices exist: the editor has found the nodes.
fn change_child(parent: &mut Json, at: usize, change: Change) {
    match (parent, change) {
        (Json::Array(items), Change::Insert(_, value)) => items.insert(at.min(items.len()), value),
        (Json::Array(items), Change::Replace(value)) if at < items.len() => items[at] = value,
        (Json::Array(items), Change::Remove) if at < items.len() => drop(items.remove(at)),
        (Json::Array(items), Change::MoveLast) if at < items.len() => items[at..].rotate_left(1),
        (Json::Object(members), Change::Insert(key, value)) => {
            members.shift_insert(at.min(members.len()), key, value);
        }
        (Json::Object(members), Change::Replace(value)) if at < members.len() => {
            members[at] = value;
        }
        (Json::Object(members), Change::Rename(key)) => {
            if let Some((_, value)) = members.shift_remove_index(at) {
                members.shift_insert(at.min(members.len()), key, value);
            }
        }
        (Json::Object(members), Change::Unnest(new)) => {
            members.shift_remove_index(at);
            for (index, (key, value)) in new.into_iter().enumerate() {
                members.shift_insert((at + index).min(members.len()), key, value);
            }
        }
        (Json::Object(members), Change::Remove) => drop(members.shift_remove_index(at)),
        _ => {}
    }
}
