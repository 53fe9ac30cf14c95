//! Payload templates: objects whose computed members have keys with the suffix `.$`.

use super::leaf::Leaf;
use super::path::Paths;
use crate::lower::text;
use crate::lower::tree::LoweredTree;
use serde_json::Value;
use stepwright_asl::intrinsic::MAX_NESTING;
use stepwright_asl::json::{Json, Object};
use stepwright_asl::placeholder;

/// A template with these members.
pub(in crate::lower) fn object(
    members: Vec<(String, LoweredTree<Leaf>)>,
    paths: &mut Paths<'_, '_>,
) -> Json {
    let mut object = Object::new();
    for (key, value) in members {
        let (key, value) = entry(&key, value, paths);
        object.insert(key, value);
    }
    Json::Object(object)
}

/// One member of a template: its key has the suffix `.$` if its value is computed.
pub(in crate::lower) fn entry(
    key: &str,
    value: LoweredTree<Leaf>,
    paths: &mut Paths<'_, '_>,
) -> (String, Json) {
    if key.ends_with(".$") || !text::is_safe(key) {
        paths.report.fault(format!(
            "the key `{key}` means something else in a payload template; {way_out}",
            way_out = paths.env.use_jsonata()
        ));
    }
    match value {
        LoweredTree::Leaf(leaf) => (format!("{key}.$"), Json::String(leaf.text)),
        LoweredTree::Literal(value) => literal(key, value, paths),
        LoweredTree::Placeholder(name) => (key.to_owned(), Json::String(placeholder::text(&name))),
        LoweredTree::Object(members) => (key.to_owned(), object(members, paths)),
        LoweredTree::Shaped(value, _) | LoweredTree::Optional(value) => entry(key, *value, paths),
        LoweredTree::Array(items) => array(key, items, paths),
        LoweredTree::Merge(_) => (key.to_owned(), Json::Null),
    }
}

/// A text that a template engine would replace is computed instead.
fn literal(key: &str, value: Value, paths: &mut Paths<'_, '_>) -> (String, Json) {
    match value {
        Value::String(text) if !text::is_safe(&text) => {
            let leaf = paths.formatted(&[crate::expr::Piece::Text(text.into())]);
            (format!("{key}.$"), Json::String(leaf.text))
        }
        Value::Array(items) => array(
            key,
            items.into_iter().map(LoweredTree::Literal).collect(),
            paths,
        ),
        Value::Object(members) => {
            let members = members
                .into_iter()
                .map(|(key, value)| (key, LoweredTree::Literal(value)));
            (key.to_owned(), object(members.collect(), paths))
        }
        other => (key.to_owned(), Json::from(other)),
    }
}

/// In an array only objects are templates: if an item is computed, at any depth, the whole array
/// becomes a call.
fn array(key: &str, items: Vec<LoweredTree<Leaf>>, paths: &mut Paths<'_, '_>) -> (String, Json) {
    if !items.iter().any(is_computed) {
        let items = items.into_iter().map(|item| entry("item", item, paths).1);
        return (key.to_owned(), Json::Array(items.collect()));
    }
    let call = call(items, paths, 1);
    (format!("{key}.$"), Json::String(call))
}

/// `States.Array(..)`, with a nested call for each inner list.
fn call(items: Vec<LoweredTree<Leaf>>, paths: &mut Paths<'_, '_>, depth: usize) -> String {
    if depth > MAX_NESTING {
        paths.report.fault(format!(
            "calls of intrinsic functions nest at most {MAX_NESTING} deep, and this list nests deeper; {way_out}", way_out = paths.env.use_jsonata()));
        return "null".to_owned();
    }
    let arguments = items
        .into_iter()
        .map(|item| argument(item, paths, depth))
        .collect::<Vec<_>>();
    format!("States.Array({})", arguments.join(", "))
}

fn argument(item: LoweredTree<Leaf>, paths: &mut Paths<'_, '_>, depth: usize) -> String {
    match item {
        LoweredTree::Leaf(Leaf { text, .. }) => text,
        LoweredTree::Placeholder(name) => Leaf::placeholder(&name).text,
        LoweredTree::Shaped(value, _) | LoweredTree::Optional(value) => {
            argument(*value, paths, depth)
        }
        LoweredTree::Array(items) => call(items, paths, depth + 1),
        LoweredTree::Literal(Value::Array(items)) => {
            let items = items.into_iter().map(LoweredTree::Literal).collect();
            call(items, paths, depth + 1)
        }
        LoweredTree::Literal(value) if !value.is_object() => paths.literal(&value).text,
        LoweredTree::Literal(_) | LoweredTree::Object(_) | LoweredTree::Merge(_) => {
            paths.report.fault(format!(
                "a list that holds both computed values and objects has no JSONPath form; {way_out}", way_out = paths.env.use_jsonata()));
            "null".to_owned()
        }
    }
}

/// Whether an item of a list requires that the list is a call.
fn is_computed(item: &LoweredTree<Leaf>) -> bool {
    match item {
        LoweredTree::Leaf(_) => true,
        LoweredTree::Literal(Value::String(text)) => !text::is_safe(text),
        LoweredTree::Literal(Value::Array(items)) => items
            .iter()
            .any(|item| is_computed(&LoweredTree::Literal(item.clone()))),
        LoweredTree::Array(items) => items.iter().any(is_computed),
        LoweredTree::Shaped(value, _) | LoweredTree::Optional(value) => is_computed(value),
        LoweredTree::Literal(_)
        | LoweredTree::Placeholder(_)
        | LoweredTree::Object(_)
        | LoweredTree::Merge(_) => false,
    }
}
