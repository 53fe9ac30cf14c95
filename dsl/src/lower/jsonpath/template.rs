//! Payload templates: objects whose computed members have keys that end in `.$`.

use super::WAY_OUT;
use super::leaf::Leaf;
use super::path::Paths;
use crate::lower::text;
use crate::lower::tree::Tree;
use serde_json::Value;
use stepwright_asl::json::{Json, Object};
use stepwright_asl::placeholder;

/// A template of these members.
pub(in crate::lower) fn object(
    members: Vec<(String, Tree<Leaf>)>,
    paths: &mut Paths<'_, '_>,
) -> Json {
    let mut object = Object::new();
    for (key, value) in members {
        let (key, value) = entry(&key, value, paths);
        object.insert(key, value);
    }
    Json::Object(object)
}

/// One member of a template: its key, with `.$` where its value is computed.
pub(in crate::lower) fn entry(
    key: &str,
    value: Tree<Leaf>,
    paths: &mut Paths<'_, '_>,
) -> (String, Json) {
    if key.ends_with(".$") || !text::is_safe(key) {
        paths.report.fault(format!(
            "the key `{key}` means something else in a payload template; {WAY_OUT}"
        ));
    }
    match value {
        Tree::Leaf(leaf) => (format!("{key}.$"), Json::String(leaf.text)),
        Tree::Literal(value) => literal(key, value, paths),
        Tree::Placeholder(name) => (key.to_owned(), Json::String(placeholder::text(&name))),
        Tree::Object(members) => (key.to_owned(), object(members, paths)),
        Tree::Shaped(value, _) | Tree::Optional(value) => entry(key, *value, paths),
        Tree::Array(items) => array(key, items, paths),
        Tree::Merge(_) => (key.to_owned(), Json::Null),
    }
}

/// A text that a template engine would read is computed instead.
fn literal(key: &str, value: Value, paths: &mut Paths<'_, '_>) -> (String, Json) {
    match value {
        Value::String(text) if !text::is_safe(&text) => {
            let leaf = paths.formatted(&[crate::expr::Piece::Text(text.into())]);
            (format!("{key}.$"), Json::String(leaf.text))
        }
        Value::Array(items) => array(key, items.into_iter().map(Tree::Literal).collect(), paths),
        Value::Object(members) => {
            let members = members
                .into_iter()
                .map(|(key, value)| (key, Tree::Literal(value)));
            (key.to_owned(), object(members.collect(), paths))
        }
        other => (key.to_owned(), Json::from(other)),
    }
}

/// In an array only objects are templates: where an item is computed, the whole is a call.
fn array(key: &str, items: Vec<Tree<Leaf>>, paths: &mut Paths<'_, '_>) -> (String, Json) {
    let computed = |item: &Tree<Leaf>| match item {
        Tree::Leaf(_) => true,
        Tree::Literal(Value::String(text)) => !text::is_safe(text),
        _ => false,
    };
    if !items.iter().any(computed) {
        let items = items.into_iter().map(|item| entry("item", item, paths).1);
        return (key.to_owned(), Json::Array(items.collect()));
    }
    let arguments: Vec<_> = items
        .into_iter()
        .map(|item| match item {
            Tree::Leaf(Leaf { text, .. }) => text,
            Tree::Placeholder(name) => Leaf::placeholder(&name).text,
            Tree::Literal(value) => paths.literal(&value).text,
            _ => {
                paths.report.fault(format!(
                    "a list that holds both computed values and objects has no JSONPath form; {WAY_OUT}"
                ));
                "null".to_owned()
            }
        })
        .collect();
    (
        format!("{key}.$"),
        Json::String(format!("States.Array({})", arguments.join(", "))),
    )
}
