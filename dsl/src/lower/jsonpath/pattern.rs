//! Patterns as Choice rules.

use super::WAY_OUT;
use super::condition::{all, any, not, on};
use super::leaf::Leaf;
use super::path::{Paths, step};
use crate::expr::{Expr, Text};
use crate::flow::Pattern;
use crate::lower::env::Env;
use crate::lower::pattern::{as_struct, find, is_unit, known};
use crate::lower::report::Report;
use crate::shape::{Shape, Tagging};
use serde_json::Value;
use stepwright_asl::json::Json;
use stepwright_asl::model::{ChoiceRule, Operator};

/// A pattern's rules, all of which must hold, and what it binds.
pub(in crate::lower) struct Matched {
    pub(in crate::lower) rules: Vec<ChoiceRule>,
    pub(in crate::lower) bound: Vec<(Text, Leaf)>,
}

/// Matches a pattern in JSONPath.
pub(in crate::lower) fn matched(
    subject: &Expr,
    pattern: &Pattern,
    env: &Env<'_>,
    report: &mut Report,
) -> Matched {
    let mut paths = Paths::new(env.clone(), report);
    let mut matched = Matched {
        rules: Vec::new(),
        bound: Vec::new(),
    };
    match paths.leaf_of(subject) {
        Ok(leaf) if !leaf.call => matched.pattern(pattern, &leaf, &mut paths),
        _ => paths.report.fault(format!(
            "a JSONPath choice matches a path, not a computed value; assign the value in a `pass` before, or {WAY_OUT}"
        )),
    }
    matched
}

impl Matched {
    fn pattern(&mut self, pattern: &Pattern, subject: &Leaf, paths: &mut Paths<'_, '_>) {
        match pattern {
            Pattern::Wildcard => {}
            Pattern::Bind(name) => self.bound.push((name.clone(), subject.clone())),
            Pattern::None | Pattern::Literal(Value::Null) => {
                self.rules.push(not(there(subject, paths)));
            }
            Pattern::Literal(value) => {
                let operator = match value {
                    Value::Bool(_) => Operator::BooleanEquals,
                    Value::Number(_) => Operator::NumericEquals,
                    Value::String(_) => Operator::StringEquals,
                    _ => {
                        return paths.report.fault(format!(
                            "a JSONPath choice compares texts, numbers and `bool`s; {WAY_OUT}"
                        ));
                    }
                };
                self.rules
                    .push(on(paths, subject, operator, Json::from(value.clone())));
            }
            Pattern::Range(low, high, closed) => {
                let bounds = [(low, false, true), (high, true, *closed)];
                for (bound, is_high, closed) in bounds {
                    let Some(bound) = bound else { continue };
                    let operator = match (bound, is_high, closed) {
                        (Value::Number(_), true, true) => Operator::NumericLessThanEquals,
                        (Value::Number(_), true, false) => Operator::NumericLessThan,
                        (Value::Number(_), false, _) => Operator::NumericGreaterThanEquals,
                        (Value::String(_), true, true) => Operator::StringLessThanEquals,
                        (Value::String(_), true, false) => Operator::StringLessThan,
                        (Value::String(_), false, _) => Operator::StringGreaterThanEquals,
                        _ => {
                            return paths.report.fault(format!(
                                "a JSONPath choice compares texts and numbers with a range; {WAY_OUT}"
                            ));
                        }
                    };
                    let rule = on(paths, subject, operator, Json::from(bound.clone()));
                    self.rules.push(rule);
                }
            }
            Pattern::At(name, inner) => {
                self.bound.push((name.clone(), subject.clone()));
                self.pattern(inner, subject, paths);
            }
            Pattern::Some(inner) => {
                self.rules.push(there(subject, paths));
                let some = Leaf {
                    shape: subject.shape.some(),
                    absent: None,
                    ..subject.clone()
                };
                self.pattern(inner, &some, paths);
            }
            Pattern::Tuple(items) => {
                for (index, item) in items.iter().enumerate() {
                    if !matches!(item, Pattern::Wildcard) {
                        let part = paths.tuple_field(subject.clone(), index);
                        self.pattern(item, &part, paths);
                    }
                }
            }
            Pattern::Or(alternatives) => self.alternatives(alternatives, subject, paths),
            Pattern::Variant(name, fields) => self.variant(name, fields, subject, paths),
        }
    }

    fn variant(
        &mut self,
        name: &str,
        fields: &[(Text, Pattern)],
        subject: &Leaf,
        paths: &mut Paths<'_, '_>,
    ) {
        let content = match subject.shape.plain() {
            Shape::Struct(_) => subject.clone(),
            Shape::Enum(shape) => {
                let variant = match find(&shape, name) {
                    Ok(variant) => variant,
                    Err(message) => return paths.report.fault(message),
                };
                let below = |name: &str| Leaf::path(subject.text.clone() + &step(name), Shape::Any);
                let tag = match &shape.tagging {
                    Tagging::Internal { tag } | Tagging::Adjacent { tag, .. } => below(tag),
                    Tagging::External | Tagging::Untagged => subject.clone(),
                };
                let text = |name: &str| Json::String(name.to_owned());
                let rule = if variant.other {
                    let known = known(&shape);
                    let rules = known
                        .iter()
                        .map(|name| on(paths, &tag, Operator::StringEquals, text(name)));
                    let rules = rules.collect();
                    not(any(rules))
                } else if shape.tagging == Tagging::External && !is_unit(variant) {
                    on(
                        paths,
                        &below(&variant.wire),
                        Operator::IsPresent,
                        true.into(),
                    )
                } else {
                    on(paths, &tag, Operator::StringEquals, text(&variant.wire))
                };
                self.rules.push(rule);
                let content = match &shape.tagging {
                    Tagging::External => below(&variant.wire),
                    Tagging::Adjacent { content, .. } => below(content),
                    Tagging::Internal { .. } | Tagging::Untagged => subject.clone(),
                };
                Leaf {
                    shape: as_struct(&shape, variant),
                    ..content
                }
            }
            other => {
                return paths
                    .report
                    .fault(format!("{} has no variant `{name}`", other.describe()));
            }
        };
        for (field, pattern) in fields {
            if matches!(pattern, Pattern::Wildcard) {
                continue;
            }
            let part = match field.parse::<usize>() {
                Ok(index) => paths.tuple_field(content.clone(), index),
                Err(_) => paths.field(content.clone(), field),
            };
            self.pattern(pattern, &part, paths);
        }
    }

    fn alternatives(
        &mut self,
        alternatives: &[Pattern],
        subject: &Leaf,
        paths: &mut Paths<'_, '_>,
    ) {
        let mut rules = Vec::new();
        for alternative in alternatives {
            let mut inner = Matched {
                rules: Vec::new(),
                bound: Vec::new(),
            };
            inner.pattern(alternative, subject, paths);
            for (name, leaf) in inner.bound {
                match self.bound.iter().find(|(other, _)| *other == name) {
                    Some((_, other)) if other.text != leaf.text => paths.report.fault(format!(
                        "`{name}` stands at different places in the alternatives, which JSONPath cannot say; {WAY_OUT}"
                    )),
                    Some(_) => {}
                    None => self.bound.push((name, leaf)),
                }
            }
            if inner.rules.is_empty() {
                return;
            }
            rules.push(all(inner.rules));
        }
        self.rules.push(any(rules));
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
