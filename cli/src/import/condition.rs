//! Choice rules of JSONPath states as conditions, where the macro makes the same rules of them again.

use stepwright_asl::json::{Json, Object};
use stepwright_asl::path::Path;

use super::text::{is_safe, literal};

/// A condition, and the fields of the rule that it says.
pub(super) fn said(rule: &Object) -> Option<(String, Vec<&str>)> {
    let (condition, fields) = condition(rule)?;
    Some((condition.text, fields))
}

struct Condition {
    text: String,
    joint: Joint,
}

#[derive(PartialEq, Eq)]
enum Joint {
    None,
    And,
    Or,
}

fn condition(rule: &Object) -> Option<(Condition, Vec<&str>)> {
    for (field, operator, joint) in [("And", " && ", Joint::And), ("Or", " || ", Joint::Or)] {
        let Some(rules) = rule.get(field) else {
            continue;
        };
        let mut parts = Vec::new();
        for part in rules.as_array()? {
            let part = whole(part)?;
            // A list in a list of its own kind would become one list.
            if part.joint == joint {
                return None;
            }
            parts.push(match part.joint {
                Joint::None => part.text,
                Joint::And | Joint::Or => format!("({})", part.text),
            });
        }
        // Of one rule the macro makes no list.
        if parts.len() < 2 {
            return None;
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

/// The condition of an inner rule, which has no other fields.
fn whole(rule: &Json) -> Option<Condition> {
    let rule = rule.as_object()?;
    let (condition, fields) = condition(rule)?;
    (fields.len() == rule.len()).then_some(condition)
}

fn alone(text: String) -> Condition {
    Condition {
        text,
        joint: Joint::None,
    }
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
    let of = |ty: &str| format!("path!({}, {ty})", literal(variable));
    let text = match (operator.as_str(), operand) {
        ("BooleanEquals", Json::Bool(true)) => of("bool"),
        ("StringEquals", Json::String(text)) if is_safe(text) => {
            format!("{} == {}", of("String"), literal(text))
        }
        (operator, Json::Number(number)) => {
            let sign = match operator.strip_prefix("Numeric")? {
                "Equals" => "==",
                "LessThan" => "<",
                "LessThanEquals" => "<=",
                "GreaterThan" => ">",
                "GreaterThanEquals" => ">=",
                _ => return None,
            };
            let digits = number.to_string();
            let plain = |letter: char| letter.is_ascii_digit() || letter == '.';
            if !digits.chars().all(plain) || number.is_giant() {
                return None;
            }
            let ty = if number.as_i64().is_some() {
                "i64"
            } else {
                "f64"
            };
            format!("{} {sign} {digits}", of(ty))
        }
        _ => return None,
    };
    Some((alone(text), vec!["Variable", operator]))
}
