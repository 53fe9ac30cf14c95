//! Conditions about a value, for patterns.

use super::expression::{Lowering, step};
use super::lists::TEXTS;
use super::operator::{self, is_some};
use crate::expr::Pattern;
use crate::expr::{Binary, Expr};
use crate::lower::code::Code;
use crate::lower::env::Env;
use crate::lower::pattern::{self, MatchedPattern, Matches};
use crate::lower::report::Report;
use crate::lower::syntax::{Operator, Syntax};
use crate::lower::tree::LoweredTree;
use crate::shape::Shape;
use serde_json::Value;
use stepwright_asl::jsonata::text::is_in_each_object;

/// Matches an expression with a pattern.
pub(in crate::lower) fn matched<'e, 'r>(
    subject: &Expr,
    pattern: &Pattern,
    env: &Env<'e>,
    report: &'r mut Report,
) -> MatchedPattern<Lowering<'e, 'r>> {
    let mut lowering = Lowering::new(env.clone(), report);
    let subject = lowering.code(subject);
    let subject = lowering.reached(subject);
    pattern::matched(&mut lowering, pattern, &subject)
}

impl Matches for Lowering<'_, '_> {
    type Leaf = Code;
    type Test = Code;

    fn report(&mut self) -> &mut Report {
        self.report
    }

    fn shape(&self, value: &Code) -> Shape {
        value.shape.clone()
    }

    fn shaped(&self, value: &Code, shape: Shape) -> Code {
        value.clone().shaped(shape)
    }

    fn some(&self, value: &Code) -> Code {
        value.some()
    }

    fn flattened(&self, value: &Code) -> Code {
        Code {
            flattened: true,
            ..value.clone()
        }
    }

    fn member(&mut self, value: &Code, wire: &str) -> Code {
        step(value, wire, Shape::Any)
    }

    fn field(&mut self, value: &Code, name: &str) -> Code {
        Lowering::field(self, value, name)
    }

    fn item(&mut self, value: &Code, index: usize) -> Code {
        self.tuple_field(value.clone(), index)
    }

    fn is_some(&mut self, value: &Code, wanted: bool) -> Code {
        is_some(value, wanted)
    }

    fn compares(&mut self, value: &Code, operator: Binary, literal: &Value) -> Option<Code> {
        let code = self.present(value.clone());
        match (operator, literal, code.shape.plain()) {
            (Binary::Eq, Value::Bool(true), Shape::Bool) => return Some(Code::test(code.syntax)),
            (Binary::Eq, Value::Bool(false), Shape::Bool) => {
                return Some(Code::test(code.syntax.negated()));
            }
            (Binary::Eq, ..) => {}
            (_, Value::String(text), _) if !operator::orders_alike(text) => {
                return Some(self.refuse_code(TEXTS));
            }
            _ => {}
        }
        let literal = self.built(LoweredTree::Literal(literal.clone()));
        Some(Code::test(
            code.syntax.binary(operator.into(), literal.syntax),
        ))
    }

    fn is_there(&mut self, value: &Code) -> Code {
        // Each JavaScript object inherits some members.
        if let Syntax::Field(base, name) = &value.syntax
            && is_in_each_object(name)
        {
            let keys = Syntax::call("keys", vec![(**base).clone()]);
            return Code::test(Syntax::text(name.clone()).binary(Operator::In, keys));
        }
        Code::test(Syntax::call("exists", vec![value.syntax.clone()]))
    }

    fn is_none_of(&mut self, value: &Code, names: Vec<String>) -> Code {
        let names = names.into_iter().map(Syntax::text).collect();
        let test = value
            .syntax
            .clone()
            .binary(Operator::In, Syntax::Array(names));
        Code::test(test.negated())
    }

    fn all(&self, tests: Vec<Code>) -> Code {
        all(tests)
    }

    fn any(&self, tests: Vec<Code>) -> Code {
        joined(tests, Operator::Or, false)
    }

    fn choose(&mut self, test: &Code, value: &Code, otherwise: &Code, _: &str) -> Code {
        if value.syntax == otherwise.syntax {
            return otherwise.clone();
        }
        let then = self.present(value.clone());
        let otherwise = self.present(otherwise.clone());
        let shape = then.shape.or(&otherwise.shape);
        let test = test.syntax.clone();
        Code::new(test.conditional(then.syntax, otherwise.syntax), shape)
    }
}

/// All of these.
pub(in crate::lower) fn all(tests: Vec<Code>) -> Code {
    joined(tests, Operator::And, true)
}

fn joined(tests: Vec<Code>, operator: Operator, none: bool) -> Code {
    let all = tests.into_iter().map(|test| test.syntax);
    let all = all.reduce(|left, right| left.binary(operator, right));
    Code::test(all.unwrap_or(Syntax::Bool(none)))
}
