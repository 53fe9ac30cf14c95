//! Values that the language can say: paths, expressions, the arguments of services.

use stepwright_asl::intrinsic;
use stepwright_asl::json::{Json, Object};
use stepwright_asl::jsonata;
use stepwright_asl::path::Path;

use super::text::{Tree, is_safe, literal};

/// `path!("..")`, where the text is a path.
pub(super) fn path(text: &str) -> Option<String> {
    Path::parse(text).ok()?;
    Some(format!("path!({})", literal(text)))
}

/// `path!("..")` or `intrinsic!("..")`.
pub(super) fn path_or_intrinsic(text: &str) -> Option<String> {
    let call = || {
        intrinsic::Call::parse(text).ok()?;
        Some(format!("intrinsic!({})", literal(text)))
    };
    path(text).or_else(call)
}

/// `jsonata!("..")`, where the text is an expression that is written as the macro writes it.
pub(super) fn expression(text: &str) -> Option<String> {
    let inner = text.strip_prefix("{% ")?.strip_suffix(" %}")?;
    if inner != inner.trim() || inner.is_empty() {
        return None;
    }
    jsonata::Expression::parse(inner).ok()?;
    Some(format!("jsonata!({})", literal(inner)))
}

/// The same with its type: any JSON.
pub(super) fn value(text: &str) -> Option<String> {
    let expression = expression(text)?;
    Some(format!("{}, Value)", expression.strip_suffix(')')?))
}

/// A text of a JSONata state: an expression, or itself.
pub(super) fn text(text: &str) -> Option<String> {
    if let Some(expression) = expression(text) {
        return Some(expression);
    }
    is_safe(text).then(|| literal(text))
}

/// The arguments of a service as `{ Key: value }`, where the macro writes the same from it.
pub(super) fn arguments(members: &Object, jsonata: bool) -> Option<Tree> {
    let mut written = Vec::new();
    for (key, value) in members {
        let computed = if jsonata {
            None
        } else {
            key.strip_suffix(".$")
        };
        let (key, value) = match computed {
            Some(name) => (name, Tree::Leaf(path_or_intrinsic(value.as_str()?)?)),
            None => (key.as_str(), argument(value, jsonata)?),
        };
        if !is_safe(key) || key.ends_with(".$") {
            return None;
        }
        written.push((name(key), value));
    }
    Some(Tree::Object(written))
}

fn argument(value: &Json, jsonata: bool) -> Option<Tree> {
    let leaf = match value {
        Json::Bool(value) => Some(value.to_string()),
        Json::Number(number) => number.as_u64().map(|number| number.to_string()),
        Json::String(value) if jsonata => text(value),
        Json::String(value) => is_safe(value).then(|| literal(value)),
        Json::Object(members) => return arguments(members, jsonata),
        Json::Array(items) => {
            let items = items.iter().map(|item| argument(item, jsonata));
            return Some(Tree::Array(items.collect::<Option<Vec<_>>>()?));
        }
        Json::Null => None,
    };
    leaf.map(Tree::Leaf)
}

/// A key as a name, where it is one.
fn name(key: &str) -> String {
    let letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let is_name = key.chars().all(letter)
        && key
            .chars()
            .next()
            .is_some_and(|first| first.is_ascii_alphabetic())
        && super::names::snake(key, "_") != format!("{key}_");
    if is_name {
        key.to_owned()
    } else {
        literal(key)
    }
}
