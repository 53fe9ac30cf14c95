//! Conditions about a value: what patterns are made of.

use super::code::{Absent, Code, level};
use super::expression::{Lowering, step};
use super::quote::quote;
use crate::lower::env::Env;
use crate::lower::pattern::{is_unit, known};
use crate::lower::report::Report;
use crate::lower::tree::Tree;
use crate::shape::{EnumShape, Shape, Tagging, Variant};
use serde_json::Value;

impl Code {
    /// The value of an option that is known to be there.
    pub(in crate::lower) fn some(&self) -> Code {
        Code {
            absent: Absent::Never,
            ..self.clone().shaped(self.shape.some())
        }
    }
}

/// Whether a value is there.
pub(in crate::lower) fn is_some(
    code: &Code,
    wanted: bool,
    env: &Env<'_>,
    report: &mut Report,
) -> Code {
    Lowering::new(env.clone(), report).is_some(code, wanted)
}

/// Whether a value is this one.
pub(in crate::lower) fn equals(
    code: &Code,
    value: Value,
    env: &Env<'_>,
    report: &mut Report,
) -> Code {
    compares(code, "=", value, env, report)
}

/// How a value compares with this one.
pub(in crate::lower) fn compares(
    code: &Code,
    operator: &str,
    value: Value,
    env: &Env<'_>,
    report: &mut Report,
) -> Code {
    let mut lowering = Lowering::new(env.clone(), report);
    let value = lowering.built(Tree::Literal(value));
    let code = lowering.present(code.clone());
    comparison(&code, operator, &value)
}

/// Whether an enum's value is this variant.
pub(in crate::lower) fn is_variant(
    code: &Code,
    shape: &EnumShape,
    variant: &Variant,
    env: &Env<'_>,
    report: &mut Report,
) -> Code {
    let mut lowering = Lowering::new(env.clone(), report);
    let tag = match &shape.tagging {
        Tagging::Internal { tag } | Tagging::Adjacent { tag, .. } => step(code, tag, Shape::String),
        Tagging::External | Tagging::Untagged => code.clone(),
    };
    if variant.other {
        let names: Vec<_> = known(shape).iter().map(|name| quote(name).text).collect();
        let list = Code::atom(format!("[{}]", names.join(", ")), Shape::Any);
        let test = comparison(&tag, "in", &list);
        return lowering.call("not", &[&test], Shape::Bool);
    }
    if shape.tagging == Tagging::External && !is_unit(variant) {
        let content = step(code, &variant.wire, Shape::Any);
        return lowering.call("exists", &[&content], Shape::Bool);
    }
    comparison(&tag, "=", &quote(&variant.wire))
}

fn comparison(left: &Code, operator: &str, right: &Code) -> Code {
    let text = format!(
        "{} {operator} {}",
        left.at(level::COMPARISON + 1),
        right.at(level::COMPARISON + 1)
    );
    Code::new(text, level::COMPARISON, Shape::Bool)
}

/// All of these.
pub(in crate::lower) fn all(tests: &[Code]) -> Code {
    joined(tests, " and ", level::AND, "true")
}

/// One of these.
pub(in crate::lower) fn any(tests: &[Code]) -> Code {
    joined(tests, " or ", level::OR, "false")
}

fn joined(tests: &[Code], operator: &str, level: u8, none: &str) -> Code {
    match tests {
        [] => Code::path(none, Shape::Bool),
        [only] => only.clone(),
        _ => {
            let tests: Vec<_> = tests.iter().map(|test| test.at(level)).collect();
            Code::new(tests.join(operator), level, Shape::Bool)
        }
    }
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
    let text = format!(
        "{} ? {} : {}",
        test.at(level::CONDITIONAL + 1),
        then.at(level::CONDITIONAL),
        otherwise.at(level::CONDITIONAL)
    );
    Code::conditional(text, then.shape)
}
