//! Patterns as Choice rules.

use super::choice_rule::{all, any, compared, not, on, there};
use super::leaf::Leaf;
use super::path::{Paths, step};
use crate::expr::Pattern;
use crate::expr::{Binary, Expr};
use crate::lower::env::Env;
use crate::lower::pattern::{self, MatchedPattern, Matches};
use crate::lower::report::Report;
use crate::shape::Shape;
use serde_json::Value;
use stepwright_asl::json::Json;
use stepwright_asl::model::{ChoiceRule, Operator};

/// Matches an expression with a pattern.
pub(in crate::lower) fn matched<'e, 'r>(
    subject: &Expr,
    pattern: &Pattern,
    env: &Env<'e>,
    report: &'r mut Report,
) -> MatchedPattern<Paths<'e, 'r>> {
    let mut paths = Paths::new(env.clone(), report);
    match paths.leaf_of(subject) {
        Ok(leaf) if !leaf.call => pattern::matched(&mut paths, pattern, &leaf),
        _ => {
            paths.report.fault(format!(
                "a JSONPath choice matches a path, not a computed value; assign the value in a `pass` before, or {way_out}", way_out = paths.env.use_jsonata()));
            pattern::matched(&mut paths, &Pattern::Wildcard, &Leaf::nothing())
        }
    }
}

impl Matches for Paths<'_, '_> {
    type Leaf = Leaf;
    type Test = ChoiceRule;

    fn report(&mut self) -> &mut Report {
        self.report
    }

    fn shape(&self, value: &Leaf) -> Shape {
        value.shape.clone()
    }

    fn shaped(&self, value: &Leaf, shape: Shape) -> Leaf {
        Leaf {
            shape,
            ..value.clone()
        }
    }

    fn some(&self, value: &Leaf) -> Leaf {
        Leaf {
            shape: value.shape.some(),
            absent: None,
            ..value.clone()
        }
    }

    fn flattened(&self, value: &Leaf) -> Leaf {
        Leaf {
            flattened: true,
            ..value.clone()
        }
    }

    fn member(&mut self, value: &Leaf, wire: &str) -> Leaf {
        Leaf::path(value.text.clone() + &step(wire), Shape::Any)
    }

    fn field(&mut self, value: &Leaf, name: &str) -> Leaf {
        Paths::field(self, value.clone(), name)
    }

    fn item(&mut self, value: &Leaf, index: usize) -> Leaf {
        self.tuple_field(value.clone(), index)
    }

    fn is_some(&mut self, value: &Leaf, wanted: bool) -> ChoiceRule {
        let there = there(value, self);
        if wanted { there } else { not(there) }
    }

    fn compares(&mut self, value: &Leaf, operator: Binary, literal: &Value) -> Option<ChoiceRule> {
        let kind = Shape::of_value(literal);
        let ordered = operator != Binary::Eq;
        if !matches!(kind, Shape::Bool | Shape::String) && !kind.is_number() {
            self.report.fault(format!(
                "a JSONPath choice compares texts, numbers and `bool`s; {way_out}",
                way_out = self.env.use_jsonata()
            ));
            return None;
        }
        if ordered
            && literal
                .as_str()
                .is_some_and(|text| !crate::lower::jsonata::orders_alike(text))
        {
            self.report.fault(crate::lower::jsonata::TEXTS);
            return None;
        }
        compared(self, value, operator, &kind, Json::from(literal.clone()))
    }

    fn is_there(&mut self, value: &Leaf) -> ChoiceRule {
        on(self, value, Operator::IsPresent, true.into())
    }

    fn is_none_of(&mut self, value: &Leaf, names: Vec<String>) -> ChoiceRule {
        let rules = names
            .into_iter()
            .map(|name| on(self, value, Operator::StringEquals, Json::String(name)));
        let rules = rules.collect();
        not(any(rules))
    }

    fn all(&self, rules: Vec<ChoiceRule>) -> ChoiceRule {
        all(rules)
    }

    fn any(&self, rules: Vec<ChoiceRule>) -> ChoiceRule {
        any(rules)
    }

    fn choose(&mut self, _: &ChoiceRule, value: &Leaf, otherwise: &Leaf, name: &str) -> Leaf {
        if value.text != otherwise.text {
            self.report.fault(format!(
                "`{name}` is bound to different fields in the alternatives, which JSONPath cannot express; {way_out}", way_out = self.env.use_jsonata()));
        }
        otherwise.clone()
    }
}
