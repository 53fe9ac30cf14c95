//! Whether an edit changed what it was to change, and nothing else.

use crate::json::{Json, Number, escape};

/// What is to happen to a child of an array or an object, or to the whole value.
#[derive(Debug, Clone, Copy)]
pub(super) enum Change<'v> {
    /// A child is put in before the one of this index. The key is that of the new member.
    Insert(usize, &'v str, &'v Json),
    /// The child of this index gets another value.
    Replace(usize, &'v Json),
    /// The child of this index is taken out.
    Remove(usize),
    /// The whole value becomes another.
    Root(&'v Json),
}

/// Checks that `after` is `before` with the change in the node to which the indices of `path` lead. The error is the pointer of a value
/// that is another than it should be.
///
/// Order counts: an edit moves nothing.
pub(super) fn check(
    before: &Json,
    after: &Json,
    path: &[usize],
    change: Change<'_>,
) -> Result<(), String> {
    let mut pointer = String::new();
    match change {
        Change::Root(value) => walk(value, after, None, &mut pointer),
        change => walk(before, after, Some((path, change)), &mut pointer),
    }
}

/// The recursion is bounded: both values were read, or found to nest no deeper than what is read.
fn walk(
    wanted: &Json,
    found: &Json,
    edit: Option<(&[usize], Change<'_>)>,
    pointer: &mut String,
) -> Result<(), String> {
    let (Some(mut wanted_children), Some(found_children)) = (children(wanted), children(found))
    else {
        return match (wanted, found) {
            (Json::Number(wanted), Json::Number(found)) if same_number(wanted, found) => Ok(()),
            (wanted, found) if wanted == found => Ok(()),
            _ => Err(pointer.clone()),
        };
    };
    let mut inner = None;
    match edit {
        Some(([], Change::Insert(index, key, value))) => {
            let key = matches!(wanted, Json::Object(_)).then_some(key);
            wanted_children.insert(index.min(wanted_children.len()), (key, value));
        }
        Some(([], Change::Replace(index, value))) => {
            if let Some(child) = wanted_children.get_mut(index) {
                child.1 = value;
            }
        }
        Some(([], Change::Remove(index))) if index < wanted_children.len() => {
            wanted_children.remove(index);
        }
        Some(([index, rest @ ..], change)) => inner = Some((*index, (rest, change))),
        _ => {}
    }
    let same_kind = std::mem::discriminant(wanted) == std::mem::discriminant(found);
    if !same_kind || wanted_children.len() != found_children.len() {
        return Err(pointer.clone());
    }
    for (index, (wanted, found)) in wanted_children.iter().zip(found_children).enumerate() {
        let length = pointer.len();
        pointer.push('/');
        match wanted.0 {
            Some(key) => pointer.push_str(&escape(key)),
            None => pointer.push_str(&index.to_string()),
        }
        if wanted.0 != found.0 {
            return Err(pointer.clone());
        }
        let edit = inner
            .filter(|(edited, _)| *edited == index)
            .map(|(_, edit)| edit);
        walk(wanted.1, found.1, edit, pointer)?;
        pointer.truncate(length);
    }
    Ok(())
}

/// The members or items, with their keys; `None` for what has none.
fn children(json: &Json) -> Option<Vec<(Option<&str>, &Json)>> {
    match json {
        Json::Object(members) => Some(
            members
                .iter()
                .map(|(key, value)| (Some(key.as_str()), value))
                .collect(),
        ),
        Json::Array(items) => Some(items.iter().map(|item| (None, item)).collect()),
        _ => None,
    }
}

/// Numbers that only their text holds may have another spelling of the exponent in YAML.
fn same_number(wanted: &Number, found: &Number) -> bool {
    wanted == found || wanted.to_string().eq_ignore_ascii_case(&found.to_string())
}
