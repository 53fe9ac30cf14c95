//! Conditions about a value: what patterns are made of.

use super::code::Code;
use super::expression::{Lowering, step};
use super::operator;
use super::syntax::{Operator, Syntax};
use crate::lower::env::Env;
use crate::lower::pattern::{is_unit, known};
use crate::lower::report::Report;
use crate::lower::tree::Tree;
use crate::shape::{EnumShape, Shape, Tagging, Variant};
use serde_json::Value;

/// Whether a value is there.
pub(in crate::lower) fn is_some(code: &Code, wanted: bool) -> Code {
    operator::is_some(code, wanted)
}

/// Whether a value is this one.
pub(in crate::lower) fn equals(
    code: &Code,
    value: Value,
    env: &Env<'_>,
    report: &mut Report,
) -> Code {
    let mut lowering = Lowering::new(env.clone(), report);
    let code = lowering.present(code.clone());
    match (value, code.shape.plain()) {
        (Value::Bool(true), Shape::Bool) => Code::test(code.syntax),
        (Value::Bool(false), Shape::Bool) => Code::test(code.syntax.negated()),
        (value, _) => {
            let value = lowering.built(Tree::Literal(value));
            Code::test(code.syntax.binary(Operator::Eq, value.syntax))
        }
    }
}

/// Whether an enum's value is this variant.
pub(in crate::lower) fn is_variant(code: &Code, shape: &EnumShape, variant: &Variant) -> Code {
    let tag = match &shape.tagging {
        Tagging::Internal { tag } | Tagging::Adjacent { tag, .. } => step(code, tag, Shape::String),
        Tagging::External | Tagging::Untagged => code.clone(),
    };
    if variant.other {
        let names = known(shape).into_iter().map(Syntax::text).collect();
        let test = tag.syntax.binary(Operator::In, Syntax::Array(names));
        return Code::test(test.negated());
    }
    if shape.tagging == Tagging::External && !is_unit(variant) {
        let content = step(code, &variant.wire, Shape::Any);
        return Code::test(Syntax::call("exists", vec![content.syntax]));
    }
    let name = Syntax::text(variant.wire.clone());
    Code::test(tag.syntax.binary(Operator::Eq, name))
}

/// All of these.
pub(in crate::lower) fn all(tests: &[Code]) -> Code {
    joined(tests, Operator::And, true)
}

/// One of these.
pub(in crate::lower) fn any(tests: &[Code]) -> Code {
    joined(tests, Operator::Or, false)
}

fn joined(tests: &[Code], operator: Operator, none: bool) -> Code {
    let tests = tests.iter().map(|test| test.syntax.clone());
    let all = tests.reduce(|left, right| left.binary(operator, right));
    Code::test(all.unwrap_or(Syntax::Bool(none)))
}

/// One value or another.
pub(in crate::lower) fn choose(
    test: &Code,
    then: &Code,
    otherwise: &Code,
    env: &Env<'_>,
    report: &mut Report,
) -> Code {
    let mut lowering = Lowering::new(env.clone(), report);
    let then = lowering.present(then.clone());
    let otherwise = lowering.present(otherwise.clone());
    let syntax = test
        .syntax
        .clone()
        .conditional(then.syntax, otherwise.syntax);
    Code::new(syntax, then.shape)
}
