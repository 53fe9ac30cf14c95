//! Whether the rules of a Choice cover all cases.

use std::collections::{HashMap, HashSet};

use crate::json::Json;
use crate::jsonata::Operator;
use crate::model::{self, OperandType};
use crate::validate::definition::ExpressionText;
use crate::validate::expression::ParsedExpression;
use crate::validate::walk::address;

use super::{NumberComparison, comparison};

/// The comparisons each of which is sufficient for a rule to match. The flag is `true` for a plain
/// comparison and `false` under `Not`.
fn alternatives<'d>(rule: &'d Json, holds: bool, found: &mut Vec<(NumberComparison<'d>, bool)>) {
    let Some(object) = rule.as_object() else {
        return;
    };
    if let Some(comparison) = comparison(object) {
        found.push((comparison, holds));
    }
    if let Some(inner) = object.get("Not") {
        alternatives(inner, !holds, found);
    }
    let (any, all) = if holds { ("Or", "And") } else { ("And", "Or") };
    for inner in object
        .get(any)
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
    {
        alternatives(inner, holds, found);
    }
    if let Some([only]) = object.get(all).and_then(Json::as_array) {
        alternatives(only, holds, found);
    }
}

pub(super) fn jsonpath_exhaustive(rules: &[Json]) -> bool {
    let mut found = Vec::new();
    for rule in rules {
        alternatives(rule, true, &mut found);
    }
    let mut seen: HashSet<(&str, model::Operator, String, bool)> = HashSet::new();
    let mut numbers: HashMap<&str, UncoveredNumbers> = HashMap::new();
    for (
        NumberComparison {
            variable,
            operator,
            operand,
        },
        holds,
    ) in found
    {
        let text = operand.to_string();
        let mut opposites = vec![(operator, text.clone(), !holds)];
        if holds
            && matches!(
                operator.operand_type(),
                OperandType::Test | OperandType::Bool
            )
        {
            // For a value that is not a boolean, no rule with the opposite is expected.
            let other = operand.as_bool().map(|operand| (!operand).to_string());
            opposites.extend(other.map(|other| (operator, other, true)));
        }
        opposites.extend(opposite(operator).map(|opposite| (opposite, text.clone(), holds)));
        let covered = opposites
            .into_iter()
            .any(|(operator, operand, holds)| seen.contains(&(variable, operator, operand, holds)));
        if covered {
            return true;
        }
        if let (Some(number), true) = (operand.as_f64(), holds)
            && numbers.entry(variable).or_default().add(operator, number)
        {
            return true;
        }
        seen.insert((variable, operator, text, holds));
    }
    false
}

/// The operator that holds exactly when this one does not, for comparable values.
fn opposite(operator: model::Operator) -> Option<model::Operator> {
    let name = operator.name();
    let (kind, rest) = ["String", "Numeric", "Timestamp"]
        .into_iter()
        .find_map(|kind| Some((kind, name.strip_prefix(kind)?)))?;
    let opposite = match rest {
        "LessThan" => "GreaterThanEquals",
        "GreaterThanEquals" => "LessThan",
        "GreaterThan" => "LessThanEquals",
        "LessThanEquals" => "GreaterThan",
        "LessThanPath" => "GreaterThanEqualsPath",
        "GreaterThanEqualsPath" => "LessThanPath",
        "GreaterThanPath" => "LessThanEqualsPath",
        "LessThanEqualsPath" => "GreaterThanPath",
        _ => return None,
    };
    model::Operator::from_name(&format!("{kind}{opposite}"))
}

/// The numbers that comparisons with constants do not cover: those between two bounds.
#[derive(Default)]
struct UncoveredNumbers {
    below: Option<(f64, bool)>,
    above: Option<(f64, bool)>,
    equal: Vec<f64>,
}

impl UncoveredNumbers {
    /// Adds a comparison. Returns whether all numbers are covered.
    fn add(&mut self, operator: model::Operator, number: f64) -> bool {
        match operator {
            model::Operator::NumericLessThan => widen(&mut self.below, (number, false), f64::gt),
            model::Operator::NumericLessThanEquals => {
                widen(&mut self.below, (number, true), f64::gt)
            }
            model::Operator::NumericGreaterThan => widen(&mut self.above, (number, false), f64::lt),
            model::Operator::NumericGreaterThanEquals => {
                widen(&mut self.above, (number, true), f64::lt)
            }
            model::Operator::NumericEquals => self.equal.push(number),
            _ => {}
        }
        let (Some((below, to)), Some((above, from))) = (self.below, self.above) else {
            return false;
        };
        above < below || (above == below && (to || from || self.equal.contains(&above)))
    }
}

fn widen(bound: &mut Option<(f64, bool)>, new: (f64, bool), is_wider: fn(&f64, &f64) -> bool) {
    let wider = match *bound {
        None => true,
        Some((old, included)) => is_wider(&new.0, &old) || (new.0 == old && new.1 && !included),
    };
    if wider {
        *bound = Some(new);
    }
}

pub(super) fn jsonata_exhaustive(
    rules: &[Json],
    conditions: &HashMap<usize, &ExpressionText<'_>>,
) -> bool {
    let mut seen = HashSet::new();
    for rule in rules.iter().filter_map(Json::as_object) {
        let condition = rule.get("Condition");
        if condition.and_then(Json::as_bool) == Some(true) {
            return true;
        }
        let expression = conditions.get(&address(rule));
        let Some(Some(Ok(expression))) = expression.map(|expression| &expression.parsed) else {
            continue;
        };
        let source = expression.source;
        if source == "true" {
            return true;
        }
        let negation = |text: &str| format!("$not({text})");
        let inner = source
            .strip_prefix("$not(")
            .and_then(|rest| rest.strip_suffix(')'));
        let opposite = opposite_of(expression);
        if seen.contains(&negation(source))
            || inner.is_some_and(|inner| seen.contains(inner.trim()))
            || opposite.is_some_and(|opposite| seen.contains(&opposite))
        {
            return true;
        }
        seen.insert(source.to_owned());
        // Comparisons are stored with the spaces that `opposite_of` writes.
        let operands = expression.operands();
        seen.extend(operands.map(|(left, op, right)| spelled(left, op, right)));
    }
    false
}

fn opposite_of(expression: &ParsedExpression<'_>) -> Option<String> {
    let (left, op, right) = expression.operands()?;
    let opposite = match op {
        Operator::Eq => Operator::Ne,
        Operator::Ne => Operator::Eq,
        Operator::Lt => Operator::Ge,
        Operator::Ge => Operator::Lt,
        Operator::Gt => Operator::Le,
        Operator::Le => Operator::Gt,
        _ => return None,
    };
    Some(spelled(left, opposite, right))
}

fn spelled(left: &str, op: Operator, right: &str) -> String {
    format!("{left} {op:?} {right}")
}
