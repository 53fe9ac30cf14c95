//! Checks whether the rules of a Choice cover all cases, and whether the compared values exist.

use std::collections::{HashMap, HashSet};

use crate::diagnostic::Severity;
use crate::json::{Json, Object, Pointer};
use crate::jsonata::BinaryOp;
use crate::model::{OperandType, Operator, QueryLanguage};
use crate::validate::definition::{Definition, ExpressionText};
use crate::validate::expression::ParsedExpression;
use crate::validate::report::Report;
use crate::validate::rule::{Evidence, Rule, source};
use crate::validate::walk::address;

use super::kinds;

pub(super) const NO_DEFAULT: Rule = Rule {
    id: "SW074",
    name: "missing-default",
    severity: Severity::Warning,
    code: None,
    known: Evidence::Documented,
    summary: "A Choice has no `Default`, and its rules may not cover all cases.",
    doc: "When no rule matches and there is no `Default`, the execution fails with `States.Runtime`, which cannot be caught. Rules count as exhaustive when one is `true`, when one is the opposite of another, when a boolean or a test is compared with both `true` and `false`, or when comparisons of a number with constants leave no gap. A Choice is also not reported when it has several rules and each tests which variant the same value is, by comparing it with a constant or by testing for one of its fields: an exhaustive `match` compiles to such rules, and the definition does not list the variants.",
    source: source::CHOICE,
    check: no_default,
};

fn no_default(definition: &Definition<'_>, report: &mut Report<'_>) {
    let mut conditions: Option<HashMap<usize, &ExpressionText<'_>>> = None;
    for choice in definition.parts_of("Choice") {
        let rules = choice.items("Choices").unwrap_or_default();
        if choice.has("Default") || rules.is_empty() {
            continue;
        }
        let exhaustive = match choice.language {
            QueryLanguage::JsonPath => {
                let objects = rules.iter().filter_map(Json::as_object);
                jsonpath_exhaustive(rules) || kinds::are_of_one_value(objects.map(kinds::of_rule))
            }
            QueryLanguage::Jsonata => {
                let conditions = conditions.get_or_insert_with(|| conditions_of(definition));
                jsonata_exhaustive(rules, conditions) || are_of_one_value(rules, conditions)
            }
        };
        if !exhaustive {
            report
                .add(
                    &choice.pointer,
                    "the rules may not cover all cases, and there is no `Default`: if no rule matches, the execution fails with `States.Runtime`",
                )
                .at_key()
                .suggest(Some("add a `Default`".to_owned()));
        }
    }
}

/// The expressions of conditions, by the number of the rule.
fn conditions_of<'a, 'd>(definition: &'a Definition<'d>) -> HashMap<usize, &'a ExpressionText<'d>> {
    let expressions = definition.expressions.iter();
    expressions
        .filter(|expression| expression.field == "Condition" && expression.is_whole)
        .map(|expression| {
            let rule = definition.parts[expression.part].object;
            (address(rule), expression)
        })
        .collect()
}

/// A comparison in a Choice rule.
#[derive(Clone, Copy)]
struct NumberComparison<'d> {
    variable: &'d str,
    operator: Operator,
    operand: &'d Json,
}

fn comparison(rule: &Object) -> Option<NumberComparison<'_>> {
    let variable = rule.get("Variable")?.as_str()?;
    rule.iter().find_map(|(key, operand)| {
        Some(NumberComparison {
            variable,
            operator: Operator::from_name(key)?,
            operand,
        })
    })
}

/// The comparisons each of which is sufficient for a rule to match. The flag is `true` for a plain comparison and `false` under `Not`.
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

fn jsonpath_exhaustive(rules: &[Json]) -> bool {
    let mut found = Vec::new();
    for rule in rules {
        alternatives(rule, true, &mut found);
    }
    let mut seen: HashSet<(&str, Operator, String, bool)> = HashSet::new();
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
fn opposite(operator: Operator) -> Option<Operator> {
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
    Operator::from_name(&format!("{kind}{opposite}"))
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
    fn add(&mut self, operator: Operator, number: f64) -> bool {
        match operator {
            Operator::NumericLessThan => widen(&mut self.below, (number, false), f64::gt),
            Operator::NumericLessThanEquals => widen(&mut self.below, (number, true), f64::gt),
            Operator::NumericGreaterThan => widen(&mut self.above, (number, false), f64::lt),
            Operator::NumericGreaterThanEquals => widen(&mut self.above, (number, true), f64::lt),
            Operator::NumericEquals => self.equal.push(number),
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

fn jsonata_exhaustive(rules: &[Json], conditions: &HashMap<usize, &ExpressionText<'_>>) -> bool {
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

/// Whether the conditions test the variant of the same value.
fn are_of_one_value(rules: &[Json], conditions: &HashMap<usize, &ExpressionText<'_>>) -> bool {
    kinds::are_of_one_value(rules.iter().filter_map(Json::as_object).map(|rule| {
        let expression = conditions.get(&address(rule));
        match expression.map(|expression| &expression.parsed) {
            Some(Some(Ok(expression))) => kinds::of_condition(expression.source),
            _ => kinds::TestedValues::new(),
        }
    }))
}

fn opposite_of(expression: &ParsedExpression<'_>) -> Option<String> {
    let (left, op, right) = expression.operands()?;
    let opposite = match op {
        BinaryOp::Eq => BinaryOp::Ne,
        BinaryOp::Ne => BinaryOp::Eq,
        BinaryOp::Lt => BinaryOp::Ge,
        BinaryOp::Ge => BinaryOp::Lt,
        BinaryOp::Gt => BinaryOp::Le,
        BinaryOp::Le => BinaryOp::Gt,
        _ => return None,
    };
    Some(spelled(left, opposite, right))
}

fn spelled(left: &str, op: BinaryOp, right: &str) -> String {
    format!("{left} {op:?} {right}")
}

pub(super) const ABSENT: Rule = Rule {
    id: "SW075",
    name: "untested-presence",
    severity: Severity::Warning,
    code: None,
    known: Evidence::Presumed,
    summary: "A rule compares a value without testing that it is present, and another rule of the same Choice does test it.",
    doc: "A comparison whose `Variable` selects nothing fails the execution with `States.Runtime`, which cannot be caught. The validator assumes that a value may be absent only where the Choice itself tests `IsPresent`. Test it before each comparison, in the same `And`, or add an earlier rule for the absent value: rules are tried in order, and so are the members of `And` and `Or`.",
    source: source::CHOICE,
    check: absent,
};

fn absent(definition: &Definition<'_>, report: &mut Report<'_>) {
    for choice in definition.parts_of("Choice") {
        let rules = choice.items("Choices").unwrap_or_default();
        if choice.language != QueryLanguage::JsonPath {
            continue;
        }
        let mut asked = HashSet::new();
        rules.iter().for_each(|rule| asks(rule, &mut asked));
        if asked.is_empty() {
            continue;
        }
        let mut presence = Presence {
            asked,
            known: HashMap::new(),
            told: HashSet::new(),
            report,
        };
        let pointer = choice.at("Choices");
        for (index, rule) in rules.iter().enumerate() {
            let (_, otherwise) = presence.test(rule, &pointer.index(index));
            presence.learn(&otherwise);
        }
    }
}

/// The variables whose presence a rule tests.
fn asks<'d>(rule: &'d Json, asked: &mut HashSet<&'d str>) {
    let Some(object) = rule.as_object() else {
        return;
    };
    if let Some(comparison) = comparison(object)
        && comparison.operator == Operator::IsPresent
    {
        asked.insert(comparison.variable);
    }
    inner(object).for_each(|rule| asks(rule, asked));
}

/// The rules nested in a rule.
fn inner(rule: &Object) -> impl Iterator<Item = &Json> {
    let lists = ["And", "Or"].into_iter().flat_map(|key| {
        let rules = rule.get(key).and_then(Json::as_array);
        rules.into_iter().flatten()
    });
    lists.chain(rule.get("Not"))
}

struct Presence<'r, 'd, 'report> {
    asked: HashSet<&'d str>,
    /// For each variable, how many enclosing conditions guarantee its presence.
    known: HashMap<&'d str, usize>,
    told: HashSet<&'d str>,
    report: &'r mut Report<'report>,
}

impl<'d> Presence<'_, 'd, '_> {
    fn learn(&mut self, variables: &[&'d str]) {
        for variable in variables {
            *self.known.entry(variable).or_default() += 1;
        }
    }

    fn forget(&mut self, variables: &[&'d str]) {
        for variable in variables {
            if let Some(count) = self.known.get_mut(variable) {
                *count -= 1;
            }
        }
    }

    /// Checks a rule. Returns the variables that are present if it matches, and those that are present if it does not.
    fn test(&mut self, rule: &'d Json, pointer: &Pointer<'d>) -> (Vec<&'d str>, Vec<&'d str>) {
        let Some(object) = rule.as_object() else {
            return (Vec::new(), Vec::new());
        };
        if let Some(comparison) = comparison(object) {
            let variable = comparison.variable;
            if !self.asked.contains(variable) {
                return (Vec::new(), Vec::new());
            }
            if comparison.operator == Operator::IsPresent {
                return match comparison.operand.as_bool() {
                    Some(true) => (vec![variable], Vec::new()),
                    _ => (Vec::new(), vec![variable]),
                };
            }
            let known = self.known.get(variable).is_some_and(|count| *count > 0);
            if !known && self.told.insert(variable) {
                let message = format!(
                    "`{variable}` may be absent here, which fails the execution with `States.Runtime`"
                );
                self.report
                    .add(pointer.key("Variable"), message)
                    .suggest(Some(
                        "test `IsPresent` before it in an `And`, or in an earlier rule".to_owned(),
                    ));
            }
            // A compared variable was present.
            return (vec![variable], vec![variable]);
        }
        if let Some(inner) = object.get("Not") {
            let (holds, otherwise) = self.test(inner, &pointer.key("Not"));
            return (otherwise, holds);
        }
        for (key, is_and) in [("And", true), ("Or", false)] {
            let Some(rules) = object.get(key).and_then(Json::as_array) else {
                continue;
            };
            let pointer = pointer.key(key);
            let mut learnt = Vec::new();
            let mut first_other = None;
            for (index, rule) in rules.iter().enumerate() {
                let (holds, otherwise) = self.test(rule, &pointer.index(index));
                let (on, other) = if is_and {
                    (holds, otherwise)
                } else {
                    (otherwise, holds)
                };
                self.learn(&on);
                learnt.extend(on);
                first_other.get_or_insert(other);
            }
            self.forget(&learnt);
            // With several parts it is unknown which one decided.
            let other = first_other.filter(|_| rules.len() == 1).unwrap_or_default();
            return if is_and {
                (learnt, other)
            } else {
                (other, learnt)
            };
        }
        (Vec::new(), Vec::new())
    }
}
