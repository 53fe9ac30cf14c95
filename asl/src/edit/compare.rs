//! Checks that edits made the intended changes and no other.

use crate::json::{Json, Number, escape};

/// Checks that the parsed value is the expected one, including the order of members. The error is
/// the pointer of the first value that is wrong.
pub(super) fn check(wanted: &Json, found: &Json) -> Result<(), String> {
    walk(wanted, found, &mut String::new())
}

/// The recursion is bounded: both values were parsed, or checked against the parser's depth limit.
fn walk(wanted: &Json, found: &Json, pointer: &mut String) -> Result<(), String> {
    let (Some(wanted_children), Some(found_children)) = (children(wanted), children(found)) else {
        return match (wanted, found) {
            (Json::Number(wanted), Json::Number(found)) if same_number(wanted, found) => Ok(()),
            (wanted, found) if wanted == found => Ok(()),
            _ => Err(pointer.clone()),
        };
    };
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
        walk(wanted.1, found.1, pointer)?;
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
