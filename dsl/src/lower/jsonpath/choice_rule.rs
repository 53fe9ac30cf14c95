//! Single Choice rules, and combinations of rules.

use super::leaf::Leaf;
use super::path::Paths;
use crate::expr::Binary;
use crate::shape::{Shape, Spelling};
use stepwright_asl::json::Json;
use stepwright_asl::model::{ChoiceRule, Comparison, Operator};

/// The operator for a kind of value, and whether its rule must be negated.
pub(super) fn operator_name(
    kind: &Shape,
    operator: Binary,
    is_path: bool,
) -> Option<(Operator, bool)> {
    let family = match kind.plain() {
        kind if kind.is_number() => "Numeric",
        Shape::String => "String",
        Shape::Written(written) => {
            let means_the_same = written.spelling == Spelling::One
                && match operator {
                    Binary::Eq | Binary::Ne => written.equal,
                    _ => written.ordered,
                };
            if !means_the_same {
                return None;
            }
            "String"
        }
        Shape::Bool => "Boolean",
        _ => return None,
    };
    let (suffix, negated) = match operator {
        Binary::Eq => ("Equals", false),
        Binary::Ne => ("Equals", true),
        Binary::Lt => ("LessThan", false),
        Binary::Le => ("LessThanEquals", false),
        Binary::Gt => ("GreaterThan", false),
        Binary::Ge => ("GreaterThanEquals", false),
        _ => return None,
    };
    let path = if is_path { "Path" } else { "" };
    Operator::from_name(&format!("{family}{suffix}{path}")).map(|operator| (operator, negated))
}

/// A comparison with a literal of that kind.
pub(super) fn compared(
    paths: &mut Paths<'_, '_>,
    leaf: &Leaf,
    operator: Binary,
    kind: &Shape,
    literal: Json,
) -> Option<ChoiceRule> {
    let (name, negated) = operator_name(kind, operator, false)?;
    let rule = on(paths, leaf, name, literal);
    Some(if negated { not(rule) } else { rule })
}

/// A comparison; if the value may be absent, it is tested for presence first.
pub(super) fn on(
    paths: &mut Paths<'_, '_>,
    leaf: &Leaf,
    operator: Operator,
    operand: Json,
) -> ChoiceRule {
    if operand
        .as_str()
        .is_some_and(|text| !crate::lower::text::is_safe(text))
    {
        paths.report.fault(format!(
            "a JSONPath choice cannot compare with this text, because a template engine would read it; {way_out}", way_out = paths.env.use_jsonata()));
    }
    unchecked(paths, leaf, operator, operand)
}

/// The same with an operand that a template engine replaces.
pub(super) fn unchecked(
    paths: &mut Paths<'_, '_>,
    leaf: &Leaf,
    operator: Operator,
    operand: Json,
) -> ChoiceRule {
    if leaf.call {
        paths.report.fault(format!(
            "a JSONPath choice compares paths, not computed values; assign the value in a `pass` before, or {way_out}", way_out = paths.env.use_jsonata()));
    }
    let rule = |operator, operand| ChoiceRule {
        variable: Some(leaf.text.clone()),
        comparison: Some(Comparison { operator, operand }),
        ..ChoiceRule::default()
    };
    if leaf.absent.is_some() {
        all(vec![
            rule(Operator::IsPresent, true.into()),
            rule(operator, operand),
        ])
    } else {
        rule(operator, operand)
    }
}

/// Present and not null.
pub(super) fn there(leaf: &Leaf, paths: &mut Paths<'_, '_>) -> ChoiceRule {
    let leaf = Leaf {
        absent: None,
        ..leaf.clone()
    };
    all(vec![
        on(paths, &leaf, Operator::IsPresent, true.into()),
        on(paths, &leaf, Operator::IsNull, false.into()),
    ])
}

pub(super) fn not(rule: ChoiceRule) -> ChoiceRule {
    ChoiceRule {
        not: Some(Box::new(rule)),
        ..ChoiceRule::default()
    }
}

/// All of these.
pub(in crate::lower) fn all(mut rules: Vec<ChoiceRule>) -> ChoiceRule {
    if rules.len() == 1 {
        return rules.remove(0);
    }
    let flat = rules.into_iter().flat_map(|rule| {
        if rule.and.is_empty() {
            vec![rule]
        } else {
            rule.and
        }
    });
    ChoiceRule {
        and: flat.collect(),
        ..ChoiceRule::default()
    }
}

pub(super) fn any(mut rules: Vec<ChoiceRule>) -> ChoiceRule {
    if rules.len() == 1 {
        return rules.remove(0);
    }
    ChoiceRule {
        or: rules,
        ..ChoiceRule::default()
    }
}
