//! Traverses payload templates.

use crate::json::{Json, Object, Pointer};

/// The current node of a traversal.
#[derive(Clone, Copy)]
pub(super) struct TemplateNode<'p, 'j> {
    pub(super) pointer: &'p Pointer<'j>,
    /// The member of the outermost object that contains the node; `None` at that object itself.
    pub(super) member: Option<&'j str>,
    /// The key of the member whose value is this node; `None` for an array item.
    pub(super) key: Option<&'j str>,
    /// Whether the node is the whole template.
    pub(super) is_whole: bool,
}

impl<'p, 'j> TemplateNode<'p, 'j> {
    /// A whole template, which is the value of the field `key`.
    pub(super) fn of(pointer: &'p Pointer<'j>, key: Option<&'j str>) -> TemplateNode<'p, 'j> {
        TemplateNode {
            pointer,
            member: None,
            key,
            is_whole: true,
        }
    }

    /// Visits the members or items of a value.
    fn inside(self, json: &'j Json, mut visit: impl FnMut(TemplateNode<'_, 'j>, &'j Json)) {
        match json {
            Json::Object(object) => {
                for (key, value) in object {
                    let node = TemplateNode {
                        pointer: &self.pointer.key(key),
                        member: self.member.or(Some(key)),
                        key: Some(key),
                        is_whole: false,
                    };
                    visit(node, value);
                }
            }
            Json::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    let node = TemplateNode {
                        pointer: &self.pointer.index(index),
                        key: None,
                        is_whole: false,
                        ..self
                    };
                    visit(node, item);
                }
            }
            _ => {}
        }
    }
}

/// Visits every object in a value, outer before inner.
pub(super) fn walk_objects<'j>(
    json: &'j Json,
    at: TemplateNode<'_, 'j>,
    visit: &mut impl FnMut(TemplateNode<'_, 'j>, &'j Object),
) {
    if let Json::Object(object) = json {
        visit(at, object);
    }
    at.inside(json, |at, value| {
        if matches!(value, Json::Object(_) | Json::Array(_)) {
            walk_objects(value, at, visit);
        }
    });
}

/// Visits every string in a value; keys are not visited.
pub(super) fn walk_strings<'j>(
    json: &'j Json,
    at: TemplateNode<'_, 'j>,
    visit: &mut impl FnMut(TemplateNode<'_, 'j>, &'j str),
) {
    if let Json::String(text) = json {
        visit(at, text);
    }
    at.inside(json, |at, value| walk_strings(value, at, visit));
}

/// Visits every string that is not evaluated but looks like a path or a call. In templates, strings
/// under a key that ends in `.$` are evaluated.
pub(super) fn walk_literals<'j>(
    json: &'j Json,
    at: TemplateNode<'_, 'j>,
    visit: &mut impl FnMut(TemplateNode<'_, 'j>, &'j str),
) {
    match json {
        Json::String(text) if text.starts_with('$') || text.starts_with("States.") => {
            visit(at, text);
        }
        _ => at.inside(json, |at, value| {
            // Only strings are allowed under such a key.
            let is_fault =
                at.key.is_some_and(|key| key.ends_with(".$")) && value.as_str().is_none();
            if !is_fault {
                walk_literals(value, at, visit);
            }
        }),
    }
}
