//! Walks over payload templates.

use crate::json::{Json, Object};

use super::definition::member;

/// Visits every object in a value, outer before inner.
pub(super) fn walk_objects<'j>(
    json: &'j Json,
    pointer: String,
    visit: &mut impl FnMut(&str, &'j Object),
) {
    match json {
        Json::Object(object) => {
            visit(&pointer, object);
            for (key, value) in object {
                if matches!(value, Json::Object(_) | Json::Array(_)) {
                    walk_objects(value, member(&pointer, key), visit);
                }
            }
        }
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                if matches!(item, Json::Object(_) | Json::Array(_)) {
                    walk_objects(item, format!("{pointer}/{index}"), visit);
                }
            }
        }
        _ => {}
    }
}

/// Visits every string in a value; keys are not visited.
pub(super) fn walk_strings<'j>(
    json: &'j Json,
    pointer: String,
    visit: &mut impl FnMut(&str, &'j str),
) {
    match json {
        Json::String(text) => visit(&pointer, text),
        Json::Object(object) => {
            for (key, value) in object {
                walk_strings(value, member(&pointer, key), visit);
            }
        }
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk_strings(item, format!("{pointer}/{index}"), visit);
            }
        }
        _ => {}
    }
}
