//! Checks that an edit made the intended change and no other.

use crate::json::{Json, Number, escape};

/// The intended change of a child of an array or an object, or of the whole value.
#[derive(Debug, Clone, Copy)]
pub(super) enum Change<'v> {
    /// Inserts a child before the child at this index. The string is the key of a new member.
    Insert(usize, &'v str, &'v Json),
    /// Replaces the value of the child at this index.
    Replace(usize, &'v Json),
    /// Removes the child at this index.
    Remove(usize),
    /// Replaces the whole value.
    Root(&'v Json),
}

/// Checks that `after` is `before` with the change applied to the node at `path`. The error is the pointer of the first value that is wrong.
///
/// Order counts: an edit never reorders children.
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

/// The recursion is bounded: both values were parsed, or checked against the parser's depth limit.
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

/// The children, with the keys of members; `None` for a scalar.
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

/// For numbers stored as text, YAML may spell the exponent differently.
fn same_number(wanted: &Number, found: &Number) -> bool {
    wanted == found || wanted.to_string().eq_ignore_ascii_case(&found.to_string())
}
