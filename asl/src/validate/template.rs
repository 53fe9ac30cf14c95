//! Walks over payload templates.

use crate::json::{Json, Object};
use crate::place::Place as Steps;

use super::definition::member;

/// Where a walk is.
#[derive(Clone, Copy)]
pub(super) struct Place<'p, 'j> {
    pub(super) pointer: &'p str,
    /// The member of the outermost object that the place is in; `None` at that object itself.
    pub(super) member: Option<&'j str>,
}

/// Visits every object in a value, outer before inner.
pub(super) fn walk_objects<'j>(
    json: &'j Json,
    pointer: String,
    inside: Option<&'j str>,
    visit: &mut impl FnMut(Place<'_, 'j>, &'j Object),
) {
    match json {
        Json::Object(object) => {
            let place = Place {
                pointer: &pointer,
                member: inside,
            };
            visit(place, object);
            for (key, value) in object {
                if matches!(value, Json::Object(_) | Json::Array(_)) {
                    let inside = inside.or(Some(key));
                    walk_objects(value, member(&pointer, key), inside, visit);
                }
            }
        }
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                if matches!(item, Json::Object(_) | Json::Array(_)) {
                    walk_objects(item, format!("{pointer}/{index}"), inside, visit);
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
    inside: Option<&'j str>,
    visit: &mut impl FnMut(Place<'_, 'j>, &'j str),
) {
    match json {
        Json::String(text) => {
            let place = Place {
                pointer: &pointer,
                member: inside,
            };
            visit(place, text);
        }
        Json::Object(object) => {
            for (key, value) in object {
                let inside = inside.or(Some(key));
                walk_strings(value, member(&pointer, key), inside, visit);
            }
        }
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk_strings(item, format!("{pointer}/{index}"), inside, visit);
            }
        }
        _ => {}
    }
}

/// Visits every string that is taken as it stands but looks as if it were to be evaluated, with its key; in templates those under a key that ends in `.$` are evaluated.
pub(super) fn walk_literals<'j>(
    json: &'j Json,
    at: &Steps<'_>,
    key: Option<&'j str>,
    visit: &mut impl FnMut(&Steps<'_>, Option<&'j str>, &'j str),
) {
    match json {
        Json::String(text) if text.starts_with('$') || text.starts_with("States.") => {
            visit(at, key, text);
        }
        Json::Object(object) => {
            for (key, value) in object {
                // Anything else than a string is a fault under such a key.
                if value.as_str().is_some() || !key.ends_with(".$") {
                    walk_literals(value, &at.key(key), Some(key), visit);
                }
            }
        }
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk_literals(item, &at.index(index), None, visit);
            }
        }
        _ => {}
    }
}
