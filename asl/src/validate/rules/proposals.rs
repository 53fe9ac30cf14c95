//! Fixes that several rules offer.

use crate::edit::Edit;
use crate::fix::Fix;
use crate::json::{Json, Pointer};
use crate::jsonata::{self, Expression};
use crate::name::continues_variable;
use crate::similar::is_slip;
use crate::validate::definition::DefinitionPart;
use crate::validate::delimiters::mended;

/// Replaces a misspelt word by the known one.
pub(super) fn replace(pointer: &Pointer<'_>, word: &str, meant: &str) -> Fix {
    let title = format!("replace `{word}` with `{meant}`");
    Fix::safe(title, Edit::replace(pointer, meant))
}

/// Renames a member, unless the object already has the new key.
pub(super) fn rename(part: &DefinitionPart<'_>, key: &str, meant: &str) -> Option<Fix> {
    let edit = Edit::rename(part.pointer.key(key), meant);
    (!part.has(meant)).then(|| Fix::safe(format!("rename `{key}` to `{meant}`"), edit))
}

/// Renames a misspelt field. Another field with a longer name is not a typo.
pub(super) fn correct_field(part: &DefinitionPart<'_>, key: &str, meant: &str) -> Option<Fix> {
    let fits = match (part.schema.field(meant), part.get(key)) {
        (Some(field), Some(value)) => field.kind.accepts(value),
        _ => true,
    };
    let fix = rename(part, key, meant)?;
    (fits && is_slip(key, meant)).then_some(fix)
}

/// Writes a number or a boolean as a string. A boolean of YAML may have been written as another
/// word, so it is left alone.
pub(super) fn quote(pointer: &Pointer<'_>, value: &Json) -> Option<Fix> {
    let number = value.as_number()?;
    let edit = Edit::replace(pointer, number.to_string());
    Some(Fix::safe("put it in quotes", edit))
}

/// Corrects the delimiters of an expression, if the result is valid JSONata.
pub(super) fn delimit(pointer: &Pointer<'_>, text: &str) -> Option<Fix> {
    let mended = mended(text)?;
    let inner = jsonata::strip(&mended)?;
    Expression::parse(inner).ok()?;
    let edit = Edit::replace(pointer, mended);
    Some(Fix::safe("write `{%` before and `%}` after it", edit))
}

/// The suggestion for a number or boolean where a string is required. YAML turns `1.0` and `yes`
/// into these.
pub(super) fn in_quotes(value: &Json) -> Option<String> {
    matches!(value, Json::Number(_) | Json::Bool(_)).then(|| "put it in quotes".to_owned())
}

/// Whether a value has paths, calls or expressions, whose syntax depends on the query language.
pub(super) fn is_computed(value: &Json) -> bool {
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match value {
            Json::String(text) if text.starts_with("{%") => return true,
            Json::Array(items) => open.extend(items),
            Json::Object(members) => {
                if members.keys().any(|key| key.ends_with(".$")) {
                    return true;
                }
                open.extend(members.values());
            }
            _ => {}
        }
    }
    false
}

/// The text with another name, which begins with `$`: each whole occurrence of `old` becomes `new`.
/// `None` if there is none.
pub(super) fn replace_name(text: &str, old: &str, new: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    let mut count = 0;
    while let Some(at) = rest.find(old) {
        let (before, after) = rest.split_at(at);
        let after = &after[old.len()..];
        let is_whole = !after.starts_with(continues_variable) && !before.ends_with('$');
        out.push_str(before);
        out.push_str(if is_whole { new } else { old });
        count += usize::from(is_whole);
        rest = after;
    }
    out.push_str(rest);
    (count > 0).then_some(out)
}
