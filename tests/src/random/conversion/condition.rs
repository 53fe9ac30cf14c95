//! Random Choice rules.

use serde_json::{Map, Value as Json, json};
use stepwright_asl::model::{OperandType, Operator};

use super::super::draw::Draw;
use super::data::Readable;
use super::path::Selected;
use super::shape::Shape;

/// Returns a rule without its transition: a comparison, or comparisons that are joined.
pub(super) fn rule(draw: &mut Draw, data: &Readable, depth: usize) -> Option<Json> {
    match draw.number(if depth == 0 { 6 } else { 12 }) {
        0..=4 => comparison(draw, data),
        5 => guarded(draw, data),
        6 | 7 => joined(draw, data, "And", depth),
        8 | 9 => joined(draw, data, "Or", depth),
        _ => Some(json!({"Not": rule(draw, data, depth - 1)?})),
    }
}

fn joined(draw: &mut Draw, data: &Readable, operator: &str, depth: usize) -> Option<Json> {
    let rules: Option<Vec<Json>> = (0..=1 + draw.number(2))
        .map(|_| rule(draw, data, depth - 1))
        .collect();
    Some(json!({operator: rules?}))
}

/// Returns a comparison after a test of the presence or the type of the value.
fn guarded(draw: &mut Draw, data: &Readable) -> Option<Json> {
    let paths = data.paths(draw);
    let paths: Vec<&Selected> = paths.iter().filter(|path| path.text != "$").collect();
    if paths.is_empty() {
        return None;
    }
    let path = paths[draw.number(paths.len())];
    let operator = operator(draw, &path.shape);
    let mut rules = vec![json!({"Variable": path.text, "IsPresent": true})];
    match draw.number(4) {
        0 => rules.push(json!({"Variable": path.text, "IsNull": false})),
        1 => rules.push(json!({"Variable": path.text, "IsString": true})),
        2 => rules.push(json!({"Variable": path.text, "IsNumeric": true})),
        _ => {}
    }
    rules.push(compared(draw, data, path, operator)?);
    Some(json!({"And": rules}))
}

fn comparison(draw: &mut Draw, data: &Readable) -> Option<Json> {
    if draw.number(8) == 0 {
        let paths = data.paths(draw);
        let path = &paths[draw.number(paths.len())];
        return Some(json!({"Variable": path.text, "IsPresent": draw.number(2) == 0}));
    }
    let path = data.path(draw, |shape| shape.is_scalar() || *shape == Shape::Unknown);
    let path = match path.filter(|_| draw.number(15) > 0) {
        Some(path) => path,
        None => data.path(draw, |_| true)?,
    };
    let operator = operator(draw, &path.shape);
    compared(draw, data, &path, operator)
}

/// Returns an operator, usually one for values of this shape.
fn operator(draw: &mut Draw, shape: &Shape) -> Operator {
    // The conversion refuses comparisons of timestamps, so they are rare.
    let has_timestamps = draw.number(8) == 0;
    let fits = |operator: Operator| match operator.operand_type() {
        OperandType::Text => matches!(shape, Shape::Text),
        OperandType::Number => shape.is_integer() || *shape == Shape::Number,
        OperandType::Bool => *shape == Shape::Bool,
        OperandType::Timestamp => *shape == Shape::Timestamp && has_timestamps,
        OperandType::Test => *shape == Shape::Scalar,
    };
    let fitting: Vec<Operator> = Operator::ALL
        .iter()
        .copied()
        .filter(|one| fits(*one))
        .collect();
    if fitting.is_empty() || draw.number(8) == 0 {
        let all = Operator::ALL.iter().copied();
        let all = all.filter(|one| has_timestamps || one.operand_type() != OperandType::Timestamp);
        draw.of(&all.collect::<Vec<_>>())
    } else {
        draw.of(&fitting)
    }
}

fn compared(draw: &mut Draw, data: &Readable, path: &Selected, operator: Operator) -> Option<Json> {
    let mut rule = Map::new();
    rule.insert("Variable".to_owned(), json!(path.text));
    let operand = match operator.operand_type() {
        kind if operator.is_path() => {
            let fits = |shape: &Shape| match kind {
                OperandType::Text => shape.is_text(),
                OperandType::Number => shape.is_integer() || *shape == Shape::Number,
                OperandType::Bool => *shape == Shape::Bool,
                OperandType::Timestamp => *shape == Shape::Timestamp,
                OperandType::Test => shape.is_scalar(),
            };
            match data.path(draw, fits).filter(|_| draw.number(15) > 0) {
                Some(path) => json!(path.text),
                None => json!(data.path(draw, Shape::is_scalar)?.text),
            }
        }
        OperandType::Text if operator == Operator::StringMatches => json!(draw.of(&[
            "*", "a*", "*t", "*a*b*", "", "te?t", "it's*", "*.*", "a\\*b", "\\\\*", "[a]*", "^a$",
            "*/*", "(*)",
        ])),
        OperandType::Text => Shape::Text.value(draw),
        OperandType::Number => Shape::Number.value(draw),
        OperandType::Timestamp => Shape::Timestamp.value(draw),
        OperandType::Bool | OperandType::Test => Shape::Bool.value(draw),
    };
    rule.insert(operator.name().to_owned(), operand);
    Some(Json::Object(rule))
}
