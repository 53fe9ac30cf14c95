//! Normalizes values to texts: two texts are equal exactly if the values mean the same.

use std::fmt::Write;

use crate::intrinsic::{Argument, Expression, IntrinsicCall};
use crate::json::{Json, Number, Object};
use crate::jsonata;
use crate::model::QueryLanguage;
use crate::path::Path;

use super::tokens::without_blanks;
use super::value_context::ValueContext;

/// Normalizes a value: sorts keys, omits comments and defaults, compares numbers by value, removes
/// optional blanks from expressions.
pub(super) fn meaning(json: &Json, place: ValueContext, language: QueryLanguage) -> String {
    let mut text = String::new();
    write(&mut text, json, place, language, "");
    text
}

/// Normalizes an object.
pub(super) fn object_meaning(
    members: &Object,
    place: ValueContext,
    language: QueryLanguage,
) -> String {
    let mut text = String::new();
    object(&mut text, members, place, language);
    text
}

/// Normalizes the value of a member.
pub(super) fn member_meaning(
    json: &Json,
    place: ValueContext,
    key: &str,
    language: QueryLanguage,
) -> String {
    let mut text = String::new();
    write(&mut text, json, place.member(key), language, key);
    text
}

fn write(out: &mut String, json: &Json, place: ValueContext, language: QueryLanguage, key: &str) {
    match json {
        Json::Null => out.push_str("null"),
        Json::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Json::Number(value) => number(out, value),
        Json::String(value) => {
            if place == ValueContext::Literal || !expression(out, value, language, key) {
                // JSON text, which is unambiguous.
                let _ = write!(out, "{json}");
            }
        }
        Json::Array(items) => {
            let mut texts: Vec<String> = items
                .iter()
                .map(|item| {
                    let mut text = String::new();
                    write(&mut text, item, place.item(), language, key);
                    text
                })
                .collect();
            if place == ValueContext::Names {
                texts.sort();
                texts.dedup();
            }
            out.push('[');
            for text in texts {
                out.push_str(&text);
                out.push(',');
            }
            out.push(']');
        }
        Json::Object(members) => object(out, members, place, language),
    }
}

fn object(out: &mut String, members: &Object, place: ValueContext, language: QueryLanguage) {
    let mut texts: Vec<(&str, String)> = Vec::new();
    for (key, value) in members {
        if place.is_structure(key) || (key == "Comment" && place.has_comment()) {
            continue;
        }
        let key = place.canonical(members, key);
        let text = member_meaning(value, place, key, language);
        let absent = place.absent(key, language);
        if absent.is_some_and(|absent| member_meaning(&absent, place, key, language) == text) {
            continue;
        }
        texts.push((key, text));
    }
    texts.sort();
    out.push('{');
    for (key, text) in texts {
        // Writing to a `String` cannot fail.
        let _ = write!(out, "{key:?}:{text},");
    }
    out.push('}');
}

/// Normalizes a number: `2`, `2.0` and `2e0` are equal. Integers beyond the exact range of a float
/// are compared by their text.
fn number(out: &mut String, number: &Number) {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let value = number.as_f64();
    let is_float = number.as_i64().is_none() && number.as_u64().is_none() && !number.is_giant();
    if is_float && value.fract() == 0.0 && value.abs() < EXACT {
        let _ = write!(out, "{}", value as i64);
    } else {
        let _ = write!(out, "{number}");
    }
}

/// Writes a string that is an expression. Returns `false` if it is not an expression or cannot be
/// parsed.
fn expression(out: &mut String, text: &str, language: QueryLanguage, key: &str) -> bool {
    if language == QueryLanguage::Jsonata {
        let source = jsonata::strip(text);
        let Some(source) = source.filter(|source| jsonata::Expression::parse(source).is_ok())
        else {
            return false;
        };
        let _ = write!(out, "{{%{:?}%}}", without_blanks(source));
        return true;
    }
    let is_path = key.ends_with("Path") || key == "Variable";
    if !is_path && !key.ends_with(".$") {
        return false;
    }
    match Expression::parse(text) {
        Ok(Expression::Path(path)) => {
            path_tree(out, &path);
            true
        }
        Ok(Expression::Call(call)) => {
            call_tree(out, &call);
            true
        }
        Err(_) => false,
    }
}

/// Writes a path by its syntax tree: `$.a` and `$['a']` are equal.
fn path_tree(out: &mut String, path: &Path) {
    // A filter contains the texts of its paths, which `Debug` would write.
    if path.is_definite() {
        let _ = write!(out, "<{:?}{:?}>", path.root, path.steps);
    } else {
        let _ = write!(out, "<{:?}>", path.as_str());
    }
}

fn call_tree(out: &mut String, call: &IntrinsicCall) {
    let _ = write!(out, "<{:?}(", call.function);
    for argument in &call.arguments {
        match argument {
            // Calls nest at most ten levels deep.
            Argument::Call(call) => call_tree(out, call),
            Argument::Path(path) => path_tree(out, path),
            Argument::Number(value) => number(out, value),
            Argument::String(_) | Argument::Bool(_) | Argument::Null => {
                let _ = write!(out, "{argument:?}");
            }
        }
        out.push(',');
    }
    out.push_str(")>");
}
