//! Fixes that add, remove or change a field.

use std::fmt;

use crate::edit::{Edit, InsertPosition};
use crate::fix::Fix;
use crate::json::{Json, Object, escape};
use crate::validate::definition::DefinitionPart;

/// Longest value that a title shows, in bytes.
const SHOWN: usize = 60;

/// Removes a field.
pub(super) fn remove(part: &DefinitionPart<'_>, field: &str) -> Fix {
    Fix::choice(format!("remove `{field}`"), [remove_edit(part, field)])
}

pub(super) fn remove_edit(part: &DefinitionPart<'_>, field: &str) -> Edit {
    Edit::remove(part.pointer.key(field))
}

/// Removes either of two exclusive fields, first the second one.
pub(super) fn either(part: &DefinitionPart<'_>, one: &str, other: &str) -> [Fix; 2] {
    [remove(part, other), remove(part, one)]
}

/// Removes all but one of several exclusive fields.
pub(super) fn only(part: &DefinitionPart<'_>, field: &str, all: &[&str]) -> Fix {
    let others = all.iter().filter(|other| **other != field);
    let edits: Vec<Edit> = others.map(|other| remove_edit(part, other)).collect();
    Fix::choice(format!("use only `{field}`"), edits)
}

/// Replaces the value of a field.
pub(super) fn set(part: &DefinitionPart<'_>, field: &str, value: impl Into<Json>) -> Fix {
    let value = value.into();
    let title = format!("set `{field}` to {}", shown(&value));
    Fix::choice(title, [Edit::replace(part.pointer.key(field), value)])
}

/// Replaces a value at a pointer.
pub(super) fn replace(pointer: impl fmt::Display, value: impl Into<Json>) -> Fix {
    let value = value.into();
    let title = format!("replace it with {}", shown(&value));
    Fix::choice(title, [Edit::replace(pointer, value)])
}

/// Adds a field where fields of this name are usually written.
pub(super) fn add(part: &DefinitionPart<'_>, field: &str, value: impl Into<Json>) -> Fix {
    let value = value.into();
    let text = format!("\"{field}\": {value}");
    let title = if text.len() <= SHOWN {
        format!("add `{text}`")
    } else {
        format!("add `{field}`")
    };
    Fix::choice(title, [add_edit(part, field, value)])
}

pub(super) fn add_edit(part: &DefinitionPart<'_>, field: &str, value: impl Into<Json>) -> Edit {
    Edit::Insert {
        pointer: member(&part.pointer, field),
        value: value.into(),
        position: position(part, field),
    }
}

/// Renames a field, unless the object already has the new one.
pub(super) fn rename(part: &DefinitionPart<'_>, field: &str, new: &str) -> Option<Fix> {
    let edit = Edit::rename(part.pointer.key(field), new);
    (!part.has(new)).then(|| Fix::choice(format!("rename `{field}` to `{new}`"), [edit]))
}

/// Pointer to a member of an object.
pub(super) fn member(object: impl fmt::Display, key: &str) -> String {
    format!("{object}/{}", escape(key))
}

/// After the last present field that comes before the new one in the table of fields.
fn position(part: &DefinitionPart<'_>, field: &str) -> InsertPosition {
    let place = |name: &str| part.schema.fields.iter().position(|one| one.name == name);
    let Some(new) = place(field) else {
        return InsertPosition::Last;
    };
    let is_before = |key: &&String| place(key).is_some_and(|place| place < new);
    match part.object.keys().rfind(is_before) {
        Some(key) => InsertPosition::After(key.clone()),
        None => first(part.object),
    }
}

/// Before the first member of an object.
pub(super) fn first(object: &Object) -> InsertPosition {
    match object.keys().next() {
        Some(key) => InsertPosition::Before(key.clone()),
        None => InsertPosition::Last,
    }
}

/// A value in a title.
pub(super) fn shown(value: &Json) -> String {
    let text = match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    if text.len() <= SHOWN {
        format!("`{text}`")
    } else {
        format!("`{}…`", text.chars().take(SHOWN / 2).collect::<String>())
    }
}
