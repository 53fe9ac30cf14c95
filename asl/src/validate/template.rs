//! Walks over payload templates.

use crate::json::{Json, Object};
use crate::place::Place;

/// Where a walk is.
#[derive(Clone, Copy)]
pub(super) struct At<'p, 'j> {
    /// The steps from the template on.
    pub(super) steps: &'p Place<'p>,
    /// The member of the outermost object that the place is in; `None` at that object itself.
    pub(super) member: Option<&'j str>,
}

impl At<'_, '_> {
    /// The template itself.
    pub(super) const ROOT: At<'static, 'static> = At {
        steps: &Place::ROOT,
        member: None,
    };
}

/// Visits every object in a value, outer before inner.
pub(super) fn walk_objects<'j>(
    json: &'j Json,
    at: At<'_, 'j>,
    visit: &mut impl FnMut(At<'_, 'j>, &'j Object),
) {
    match json {
        Json::Object(object) => {
            visit(at, object);
            for (key, value) in object {
                if matches!(value, Json::Object(_) | Json::Array(_)) {
                    let inside = At {
                        steps: &at.steps.key(key),
                        member: at.member.or(Some(key)),
                    };
                    walk_objects(value, inside, visit);
                }
            }
        }
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                if matches!(item, Json::Object(_) | Json::Array(_)) {
                    let inside = At {
                        steps: &at.steps.index(index),
                        ..at
                    };
                    walk_objects(item, inside, visit);
                }
            }
        }
        _ => {}
    }
}

/// Visits every string in a value; keys are not visited.
pub(super) fn walk_strings<'j>(
    json: &'j Json,
    at: At<'_, 'j>,
    visit: &mut impl FnMut(At<'_, 'j>, &'j str),
) {
    match json {
        Json::String(text) => visit(at, text),
        Json::Object(object) => {
            for (key, value) in object {
                let inside = At {
                    steps: &at.steps.key(key),
                    member: at.member.or(Some(key)),
                };
                walk_strings(value, inside, visit);
            }
        }
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let inside = At {
                    steps: &at.steps.index(index),
                    ..at
                };
                walk_strings(item, inside, visit);
            }
        }
        _ => {}
    }
}

/// Visits every string that is taken as it stands but looks as if it were to be evaluated, with its key; in templates those under a key that ends in `.$` are evaluated.
pub(super) fn walk_literals<'j>(
    json: &'j Json,
    at: &Place<'_>,
    key: Option<&'j str>,
    visit: &mut impl FnMut(&Place<'_>, Option<&'j str>, &'j str),
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
