//! Payload templates: those of JSONPath to expressions, and expressions to those of JSONata.

use std::collections::BTreeSet;

use stepwright_asl::edit::Edit;
use stepwright_asl::intrinsic::Expression;
use stepwright_asl::json::{Json, Object, escape};
use stepwright_asl::jsonata;
use stepwright_asl::substitution::is_substitution;

use super::expr::{Expr, Kind};
use super::intrinsic::of_call;
use super::literal_text::without_substitutions;
use super::note::Findings;
use super::path::of_path;
use super::print::print;
use super::scope::Scope;
use super::variables::replaced;
use super::{Assumption, Difference};

/// The deepest expression. AWS evaluates at most 100 nested parts.
const MAX_DEPTH: usize = 90;

/// The value of a payload template in JSONPath. `None` after a note.
pub(super) fn of_template(
    json: &Json,
    scope: Scope<'_>,
    findings: &mut Findings<'_>,
) -> Option<Expr> {
    match json {
        Json::Object(members) => {
            let mut found: Vec<(String, Expr)> = Vec::with_capacity(members.len());
            for (key, value) in members {
                let pointer = format!("{}/{}", scope.pointer, escape(key));
                let scope = Scope {
                    pointer: &pointer,
                    ..scope
                };
                let (name, value) = match key.strip_suffix(".$") {
                    Some(name) => (name, of_dynamic(value, scope, findings)?),
                    None => (key.as_str(), of_template(value, scope, findings)?),
                };
                if found.iter().any(|(other, _)| other == name) {
                    let message = format!("`{name}` and `{name}.$` are the same member");
                    findings.note(Difference::InvalidState, &pointer, message);
                    return None;
                }
                found.push((name.to_owned(), value));
            }
            Some(match literal_members(&found) {
                Some(members) => Expr::Literal(Json::Object(members)),
                None => Expr::Object(found),
            })
        }
        Json::Array(items) => {
            let mut found = Vec::with_capacity(items.len());
            for (index, item) in items.iter().enumerate() {
                let pointer = format!("{}/{index}", scope.pointer);
                let scope = Scope {
                    pointer: &pointer,
                    ..scope
                };
                found.push(of_template(item, scope, findings)?);
            }
            let literals = found.iter().map(|item| match item {
                Expr::Literal(json) => Some(json.clone()),
                _ => None,
            });
            Some(match literals.collect::<Option<Vec<Json>>>() {
                Some(items) => Expr::Literal(Json::Array(items)),
                None => Expr::Array(found),
            })
        }
        scalar if findings.unknown.contains(scope.pointer) => Some(Expr::Unknown(scalar.clone())),
        scalar => Some(Expr::Literal(scalar.clone())),
    }
}

/// A value whose keys have no meaning. It may contain values that a template engine fills in.
pub(super) fn literal(json: &Json, pointer: &str, findings: &Findings<'_>) -> Expr {
    let is_unknown = |found: &&String| {
        let inside = found.strip_prefix(pointer);
        inside.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    if findings.unknown.iter().any(|found| is_unknown(&found)) {
        Expr::Unknown(json.clone())
    } else {
        Expr::Literal(json.clone())
    }
}

fn literal_members(members: &[(String, Expr)]) -> Option<Object> {
    let literals = members.iter().map(|(key, value)| match value {
        Expr::Literal(json) => Some((key.clone(), json.clone())),
        _ => None,
    });
    literals.collect()
}

/// The value of a member whose key ends in `.$`. `None` after a note.
fn of_dynamic(json: &Json, scope: Scope<'_>, findings: &mut Findings<'_>) -> Option<Expr> {
    match json.as_str() {
        Some(text) => of_expression(text, scope, findings),
        None => {
            let message = "the value of a key that ends in `.$` must be a string";
            findings.note(Difference::InvalidState, scope.pointer, message);
            None
        }
    }
}

/// The value of a path or a call. `None` after a note.
pub(super) fn of_expression(
    text: &str,
    scope: Scope<'_>,
    findings: &mut Findings<'_>,
) -> Option<Expr> {
    if is_substitution(text) {
        findings.unknown_path(text, scope.pointer);
        return None;
    }
    match Expression::parse(text) {
        Ok(Expression::Path(path)) => of_path(&path, scope, findings),
        Ok(Expression::Call(call)) => of_call(&call, scope, findings),
        Err(error) => {
            let message = format!("`{text}` is neither a path nor a call: {error}");
            findings.note(Difference::InvalidState, scope.pointer, message);
            None
        }
    }
}

/// The template of JSONata with this value. `None` after a note.
pub(super) fn to_template(expr: &Expr, pointer: &str, findings: &mut Findings<'_>) -> Option<Json> {
    if findings.own.read.is_empty() {
        return template_of(expr, pointer, findings);
    }
    let replaced = replaced(expr, &findings.own.read);
    template_of(&replaced, pointer, findings)
}

fn template_of(expr: &Expr, pointer: &str, findings: &mut Findings<'_>) -> Option<Json> {
    Some(match expr {
        Expr::Literal(json) => literal_template(json, findings),
        Expr::Unknown(json) => json.clone(),
        Expr::Object(members) => {
            let mut object = Object::new();
            for (key, value) in members {
                object.insert(key.clone(), template_of(value, pointer, findings)?);
            }
            Json::Object(object)
        }
        Expr::Array(items) => {
            let items = items.iter();
            let items = items.map(|item| template_of(item, pointer, findings));
            Json::Array(items.collect::<Option<_>>()?)
        }
        expr => Json::String(text_of(expr, pointer, findings)?),
    })
}

/// A literal of JSONata. A text that looks like an expression, also if the values of its
/// placeholders are empty, becomes one.
fn literal_template(json: &Json, findings: &mut Findings<'_>) -> Json {
    match json {
        Json::String(text) if jsonata::strip(&without_substitutions(text)).is_some() => {
            if is_substitution(text) {
                findings.assume(Assumption::Placeholders);
            }
            Json::String(delimited(&Expr::Literal(json.clone())))
        }
        Json::Array(items) => {
            let items = items.iter().map(|item| literal_template(item, findings));
            items.collect::<Vec<_>>().into()
        }
        Json::Object(members) => {
            let members = members.iter();
            let members =
                members.map(|(key, value)| (key.clone(), literal_template(value, findings)));
            Json::Object(members.collect())
        }
        other => other.clone(),
    }
}

fn delimited(expr: &Expr) -> String {
    format!("{{% {} %}}", print(expr))
}

/// An expression with its delimiters. `None` after a note.
pub(super) fn to_text(expr: &Expr, pointer: &str, findings: &mut Findings<'_>) -> Option<String> {
    if findings.own.read.is_empty() {
        return text_of(expr, pointer, findings);
    }
    let replaced = replaced(expr, &findings.own.read);
    text_of(&replaced, pointer, findings)
}

fn text_of(expr: &Expr, pointer: &str, findings: &mut Findings<'_>) -> Option<String> {
    if expr.depth() > MAX_DEPTH {
        let message = "the expression would nest deeper than AWS evaluates";
        findings.note(Difference::NoCounterpart, pointer, message);
        return None;
    }
    check(expr, pointer, findings);
    let text = delimited(expr);
    let parsed = jsonata::strip(&text).map(jsonata::Expression::parse);
    match parsed {
        Some(Ok(_)) => Some(text),
        _ => {
            let message = format!("the expression would be `{text}`, which AWS does not accept");
            findings.note(Difference::NoCounterpart, pointer, message);
            None
        }
    }
}

/// Adds the differences that depend on the form of an expression.
fn check(expr: &Expr, pointer: &str, findings: &mut Findings<'_>) {
    let mut functions = BTreeSet::new();
    let mut lists = false;
    let mut is_unknown = false;
    let mut has_placeholder = false;
    let mut large: Option<String> = None;
    expr.each(&mut |part| match part {
        Expr::Call(name, _) => {
            functions.insert(*name);
        }
        Expr::Merge(..) => {
            functions.insert("merge");
        }
        Expr::Key(_, name) if name.contains('`') => {
            functions.insert("lookup");
        }
        Expr::Array(items) => {
            lists |= items.iter().any(|item| {
                let is_literal_list =
                    matches!(item, Expr::Array(_) | Expr::List(_) | Expr::Literal(_));
                matches!(item.kind(), Kind::Unknown | Kind::List) && !is_literal_list
            });
        }
        Expr::Unknown(_) => is_unknown = true,
        Expr::Literal(json) => {
            large = large.take().or_else(|| large_number(json));
            has_placeholder |= contains_substitution(json);
        }
        Expr::Object(members) | Expr::Existing(members) => {
            has_placeholder |= members.iter().any(|(key, _)| is_substitution(key));
        }
        _ => {}
    });
    if has_placeholder {
        findings.assume(Assumption::Placeholders);
    }
    for name in functions {
        if findings.variables.contains(name) {
            let message = format!("the variable `${name}` hides the function `${name}`");
            findings.note(Difference::HiddenFunction, pointer, message);
        }
    }
    if is_unknown {
        let message = "a template engine fills in a value that would be inside of an expression";
        findings.note(Difference::UnknownValue, pointer, message);
    }
    if lists {
        let message = "if an item of this list is a list, JSONata inserts the items of the inner list instead";
        findings.note(Difference::NestedList, pointer, message);
    }
    if let Some(number) = large {
        let message = format!("JSONata cannot represent the number {number} exactly");
        findings.note(Difference::LargeNumber, pointer, message);
    }
}

/// Whether a text or a key in the value contains a substitution.
fn contains_substitution(json: &Json) -> bool {
    match json {
        Json::String(text) => is_substitution(text),
        Json::Array(items) => items.iter().any(contains_substitution),
        Json::Object(members) => members
            .iter()
            .any(|(key, value)| is_substitution(key) || contains_substitution(value)),
        _ => false,
    }
}

/// The first number that is not exact in an expression.
fn large_number(json: &Json) -> Option<String> {
    match json {
        Json::Number(number) => {
            let value = number.as_f64();
            let is_exact = value.is_finite()
                && if number.is_integer() {
                    value.abs() <= 9_007_199_254_740_991.0
                } else {
                    significant_digits(&number.to_string()) <= 15
                };
            (!is_exact).then(|| number.to_string())
        }
        Json::Array(items) => items.iter().find_map(large_number),
        Json::Object(members) => members.values().find_map(large_number),
        _ => None,
    }
}

fn significant_digits(number: &str) -> usize {
    let mantissa = number.split(['e', 'E']).next().unwrap_or_default();
    let digits = mantissa.chars().filter(char::is_ascii_digit);
    digits.skip_while(|digit| *digit == '0').count()
}

/// Adds the edits that turn one value into another. Members and items that remain keep their text.
pub(super) fn value_edits(old: &Json, new: &Json, pointer: &str, edits: &mut Vec<Edit>) {
    if old == new {
        return;
    }
    match (old, new) {
        (Json::Object(before), Json::Object(after)) if same_names(before, after) => {
            for ((old_key, old), (new_key, new)) in before.iter().zip(after) {
                let pointer = format!("{pointer}/{}", escape(old_key));
                if old_key != new_key {
                    edits.push(Edit::rename(&pointer, new_key));
                }
                value_edits(old, new, &pointer, edits);
            }
        }
        (Json::Array(before), Json::Array(after)) if before.len() == after.len() => {
            for (index, (old, new)) in before.iter().zip(after).enumerate() {
                value_edits(old, new, &format!("{pointer}/{index}"), edits);
            }
        }
        _ => edits.push(Edit::replace(pointer, new)),
    }
}

/// Whether two objects have the same names in the same order, apart from `.$`.
fn same_names(before: &Object, after: &Object) -> bool {
    let mut pairs = before.keys().zip(after.keys());
    before.len() == after.len()
        && pairs.all(|(old, new)| old == new || old.strip_suffix(".$") == Some(new))
}
