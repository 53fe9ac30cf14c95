//! Comments that allow a warning: `stepwright: allow NAME`.

use crate::diagnostic::{Diagnostic, Severity};
use crate::edit::{Edit, InsertPosition};
use crate::fix::Fix;
use crate::json::{Json, Object, segments};
use crate::validate::{allow_in_comment, rule};

/// The fix that allows a warning in the `Comment` of its state, or of the machine. `None` for
/// errors, which no comment allows.
pub(super) fn suppression(definition: &Json, diagnostic: &Diagnostic) -> Option<Fix> {
    let code = diagnostic.code?;
    // `deny` makes errors of warnings, and a comment has priority over it.
    let is_warning = diagnostic.severity == Severity::Warning
        || rule(code).is_none_or(|rule| rule.severity == Severity::Warning);
    if !is_warning {
        return None;
    }
    let name = diagnostic.name.unwrap_or(code);
    let (pointer, object) = commentable(definition, &diagnostic.location.pointer)?;
    let comment = format!("{pointer}/Comment");
    let edit = match object.get("Comment") {
        Some(Json::String(text)) => Edit::replace(comment, allow_in_comment(text, name)),
        Some(_) => return None,
        None => Edit::Insert {
            pointer: comment,
            value: allow_in_comment("", name).into(),
            position: match (object.contains_key("Type"), object.keys().next()) {
                (true, _) => InsertPosition::After("Type".to_owned()),
                (false, Some(first)) => InsertPosition::Before(first.to_string()),
                (false, None) => InsertPosition::Last,
            },
        },
    };
    Some(Fix::safe(format!("allow `{name}` in a comment"), edit))
}

/// The innermost state around a node, or the machine: its pointer and its members.
fn commentable<'d>(definition: &'d Json, pointer: &str) -> Option<(String, &'d Object)> {
    let mut found = (String::new(), definition.as_object()?);
    let mut node = definition;
    let mut end = 0;
    let mut is_in_states = false;
    for step in segments(pointer)? {
        let after = pointer[end + 1..].find('/');
        end = after.map_or(pointer.len(), |at| end + 1 + at);
        let Some(child) = node.pointer(&pointer[..end][pointer[..end].rfind('/')?..]) else {
            break;
        };
        node = child;
        if is_in_states && let Some(state) = node.as_object() {
            found = (pointer[..end].to_owned(), state);
        }
        is_in_states = step == "States";
    }
    Some(found)
}
