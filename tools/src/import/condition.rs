//! Converts Choice rules of JSONPath states to conditions, if the macro emits the same rules for
//! them.

use stepwright_asl::json::{Json, Object};
use stepwright_asl::path::Path;

use super::text::{is_safe, literal};
use super::values;

/// A condition, and the fields of the rule that it covers.
pub(super) fn source_condition(rule: &Object) -> Option<(String, Vec<&str>)> {
    let (condition, fields) = condition(rule)?;
    Some((condition.text, fields))
}

struct Condition {
    text: String,
    joint: BooleanOperator,
}

#[derive(PartialEq, Eq)]
enum BooleanOperator {
    None,
    And,
    Or,
}

fn condition(rule: &Object) -> Option<(Condition, Vec<&str>)> {
    for (field, operator, joint) in [
        ("And", " && ", BooleanOperator::And),
        ("Or", " || ", BooleanOperator::Or),
    ] {
        let Some(rules) = rule.get(field) else {
            continue;
        };
        let mut parts = Vec::new();
        let mut rules = rule_list(rules)?.into_iter().peekable();
        while let Some(rule) = rules.next() {
            // `is_some` tests that a value is present and not null.
            let option = rules.peek().and_then(|next| is_some(rule, next));
            if let Some(option) = option.filter(|_| joint == BooleanOperator::And) {
                rules.next();
                parts.push(option);
                continue;
            }
            let part = whole(rule)?;
            // The macro would flatten a list nested in a list of the same kind.
            if part.joint == joint {
                return None;
            }
            parts.push(match part.joint {
                BooleanOperator::None => part.text,
                BooleanOperator::And | BooleanOperator::Or => format!("({})", part.text),
            });
        }
        // The macro emits no list for a single rule, except for `is_some`.
        if parts.len() < 2 {
            let only = parts
                .pop()
                .filter(|only| only.ends_with(".is_some()") && joint == BooleanOperator::And)?;
            return Some((Condition { text: only, joint }, vec![field]));
        }
        let text = parts.join(operator);
        return Some((Condition { text, joint }, vec![field]));
    }
    if let Some(inner) = rule.get("Not") {
        let inner = whole(inner)?;
        let text = format!("!({})", inner.text);
        return Some((alone(text), vec!["Not"]));
    }
    comparison(rule)
}

/// The condition of a nested rule, which has no other fields.
fn whole(rule: &Json) -> Option<Condition> {
    let rule = rule.as_object()?;
    let (condition, fields) = condition(rule)?;
    (fields.len() == rule.len()).then_some(condition)
}

fn alone(text: String) -> Condition {
    Condition {
        text,
        joint: BooleanOperator::None,
    }
}

fn rule_list(rules: &Json) -> Option<Vec<&Json>> {
    Some(rules.as_array()?.iter().collect())
}

/// `path!("..", Option<Value>).is_some()`, if two rules test for it.
fn is_some(present: &Json, not_null: &Json) -> Option<String> {
    let asks = |rule: &Json, operator: &str, operand: bool| {
        let rule = rule.as_object()?;
        let asks = rule.len() == 2 && rule.get(operator)?.as_bool()? == operand;
        let variable = rule.get("Variable")?.as_str()?.to_owned();
        asks.then_some(variable)
    };
    let variable = asks(present, "IsPresent", true)?;
    Path::parse(&variable).ok()?;
    let same = asks(not_null, "IsNull", false)? == variable;
    same.then(|| format!("path!({}, Option<Value>).is_some()", literal(&variable)))
}

fn comparison(rule: &Object) -> Option<(Condition, Vec<&str>)> {
    let variable = rule.get("Variable")?.as_str()?;
    Path::parse(variable).ok()?;
    let mut operators = rule
        .iter()
        .filter(|(field, _)| !["Variable", "Comment", "Assign", "Next"].contains(&field.as_str()));
    let (operator, operand) = operators.next()?;
    if operators.next().is_some() {
        return None;
    }
    let text = test(variable, operator, operand)?;
    Some((alone(text), vec!["Variable", operator]))
}

/// A comparison as an expression that the macro converts back to it.
fn test(variable: &str, operator: &str, operand: &Json) -> Option<String> {
    let of = |ty: &str| format!("path!({}, {ty})", literal(variable));
    match (operator, operand) {
        ("BooleanEquals", Json::Bool(true)) => Some(of("bool")),
        ("BooleanEquals", Json::Bool(false)) => Some(format!("{} == false", of("bool"))),
        ("IsNull", Json::Bool(true)) => Some(format!("{}.is_null()", of("Value"))),
        ("IsString", Json::Bool(true)) => Some(format!("{}.is_string()", of("Value"))),
        ("IsNumeric", Json::Bool(true)) => Some(format!("{}.is_number()", of("Value"))),
        ("IsBoolean", Json::Bool(true)) => Some(format!("{}.is_boolean()", of("Value"))),
        ("IsPresent", Json::Bool(is_there)) => {
            let (base, step) = last_step(variable)?;
            let method = if *is_there { "is_some" } else { "is_none" };
            let base = literal(base);
            Some(format!("path!({base}, Value).get({step}).{method}()"))
        }
        ("StringMatches", Json::String(pattern)) => {
            let (method, part) = matched(pattern)?;
            let part = literal(&part);
            Some(format!("{}.{method}({part})", of("String")))
        }
        (operator, Json::String(other)) => {
            if let Some(family) = operator.strip_suffix("Path") {
                return between_paths(variable, family, other);
            }
            let sign = sign(operator.strip_prefix("String")?)?;
            let text = match values::whole_placeholder(other) {
                Some(placeholder) => placeholder,
                None if !is_safe(other) => return None,
                None if sign == "==" => literal(other),
                // Other strings have a different order in Rust.
                None if other.is_ascii() => format!("{}.to_owned()", literal(other)),
                None => return None,
            };
            let is_ordered = sign == "==" || !text.starts_with("placeholder!");
            is_ordered.then(|| format!("{} {sign} {text}", of("String")))
        }
        (operator, Json::Number(number)) => {
            let sign = sign(operator.strip_prefix("Numeric")?)?;
            let digits = values::number(number)?;
            let ty = if number.as_i64().is_some() {
                "i64"
            } else {
                "f64"
            };
            Some(format!("{} {sign} {digits}", of(ty)))
        }
        _ => None,
    }
}

/// A comparison with the value at another path.
fn between_paths(variable: &str, operator: &str, other: &str) -> Option<String> {
    Path::parse(other).ok()?;
    let (ty, sign) = match operator {
        "BooleanEquals" => ("bool", "=="),
        // Strings have a different order in Rust.
        "StringEquals" => ("String", "=="),
        "StringLessThan" => {
            let (variable, other) = (literal(variable), literal(other));
            return Some(format!(
                "stepwright::functions::is_before(&path!({variable}, String), &path!({other}, String))"
            ));
        }
        _ => ("f64", sign(operator.strip_prefix("Numeric")?)?),
    };
    let (variable, other) = (literal(variable), literal(other));
    Some(format!(
        "path!({variable}, {ty}) {sign} path!({other}, {ty})"
    ))
}

fn sign(name: &str) -> Option<&'static str> {
    Some(match name {
        "Equals" => "==",
        "LessThan" => "<",
        "LessThanEquals" => "<=",
        "GreaterThan" => ">",
        "GreaterThanEquals" => ">=",
        _ => return None,
    })
}

/// Splits a path into its parent and the last step: `$.a` and `"b"` for `$.a.b`, `$.a` and `0` for
/// `$.a[0]`.
fn last_step(path: &str) -> Option<(&str, String)> {
    let (base, step) = if let Some(inner) = path.strip_suffix(']') {
        let (base, index) = inner.rsplit_once('[')?;
        let is_index = !index.is_empty() && index.chars().all(|digit| digit.is_ascii_digit());
        let is_short = index == "0" || !index.starts_with('0');
        (base, (is_index && is_short).then(|| index.to_owned())?)
    } else {
        let (base, name) = path.rsplit_once('.')?;
        let letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let is_name = name.chars().all(letter)
            && name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
        (base, is_name.then(|| literal(name))?)
    };
    let parsed = Path::parse(base).ok()?;
    parsed.is_definite().then_some((base, step))
}

/// The method for a pattern with a `*` only at its ends, and the text.
fn matched(pattern: &str) -> Option<(&'static str, String)> {
    let (front, rest) = match pattern.strip_prefix('*') {
        Some(rest) => (true, rest),
        None => (false, pattern),
    };
    // A star after a backslash is a literal star.
    let (back, rest) = match rest.strip_suffix('*') {
        Some(before) if !before.ends_with('\\') => (true, before),
        _ => (false, rest),
    };
    let method = match (front, back) {
        (false, true) => "starts_with",
        (true, false) => "ends_with",
        (true, true) => "contains",
        (false, false) => return None,
    };
    let mut text = String::new();
    let mut letters = rest.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '*' => return None,
            '\\' => text.push(letters.next().filter(|next| ['*', '\\'].contains(next))?),
            other => text.push(other),
        }
    }
    (!text.is_empty() && is_safe(pattern)).then_some((method, text))
}
