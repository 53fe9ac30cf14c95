//! Edits of a value without its text.

use stepwright_asl::edit::{Edit, InsertPosition};
use stepwright_asl::json::{Json, Object};

/// Makes edits whose pointers refer to the value before them: renames come last.
pub(super) fn apply_all(json: &mut Json, edits: &[Edit]) {
    let order = |edit: &&Edit| match edit {
        Edit::Replace { .. } => 0,
        Edit::Insert { .. } => 1,
        Edit::Rename { .. } => 3,
        _ => 2,
    };
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort_by_key(order);
    edits.into_iter().for_each(|edit| apply(json, edit));
}

/// Makes an edit.
fn apply(json: &mut Json, edit: &Edit) {
    if let Edit::Replace { pointer, value } = edit {
        *json.pointer_mut(pointer).expect("is there") = value.clone();
        return;
    }
    let (outer, step) = edit.pointer().rsplit_once('/').expect("is not the root");
    let step = step.replace("~1", "/").replace("~0", "~");
    match (json.pointer_mut(outer).expect("is there"), edit) {
        (Json::Object(members), Edit::Rename { key, .. }) => {
            let renamed = members.drain(..).map(|(old, value)| {
                let key = if old == step { key.clone() } else { old };
                (key, value)
            });
            *members = renamed.collect::<Vec<_>>().into_iter().collect();
        }
        (Json::Object(members), Edit::Remove { .. }) => {
            members.shift_remove(&step);
        }
        (
            Json::Object(members),
            Edit::Insert {
                value, position, ..
            },
        ) => {
            let mut with_new = Object::new();
            for (key, old) in members.drain(..) {
                if matches!(position, InsertPosition::Before(before) if *before == key) {
                    with_new.insert(step.clone(), value.clone());
                }
                let is_here = matches!(position, InsertPosition::After(after) if *after == key);
                with_new.insert(key, old);
                if is_here {
                    with_new.insert(step.clone(), value.clone());
                }
            }
            with_new.entry(step).or_insert_with(|| value.clone());
            *members = with_new;
        }
        (Json::Array(items), Edit::MoveLast { .. }) => {
            let at: usize = step.parse().expect("an index");
            let item = items.remove(at);
            items.push(item);
        }
        (Json::Array(items), Edit::Insert { value, .. }) => {
            items.insert(step.parse().expect("an index"), value.clone());
        }
        (Json::Array(items), Edit::Remove { .. }) => {
            items.remove(step.parse().expect("an index"));
        }
        (other, edit) => panic!("{edit:?} of {other}"),
    }
}
