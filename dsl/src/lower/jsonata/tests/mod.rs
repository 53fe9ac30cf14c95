//! Expressions as JSONata have the same meaning as in Rust: the tests evaluate them with the
//! JSONata engine of `asl`.

mod collections;
mod hygiene;
mod operators;
mod options;
mod size;
mod table;
mod texts;

use crate::expr::{Binary, Expr};
use crate::flow::{Flow, State};
use crate::lower::env::Env;
use crate::lower::report::Report;
use crate::lower::scope::{Scopes, at};
use crate::shape::Shape;
use jlens_core::{Bindings, Expression};
use serde_json::{Value, json};
use stepwright_asl::json::Json;
use stepwright_asl::model;

/// The next number of a random sequence, less than `end`.
pub(super) fn below(state: &mut u64, end: u64) -> u64 {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1);
    (*state >> 33) % end
}

/// A variable's declaration: its name, its shape, a value.
type Variable = (&'static str, fn() -> Shape, Value);

fn integer() -> Shape {
    Shape::Integer
}

fn number() -> Shape {
    Shape::Number
}

fn text() -> Shape {
    Shape::String
}

fn boolean() -> Shape {
    Shape::Bool
}

fn small() -> Shape {
    Shape::SmallInteger
}

fn integers() -> Shape {
    Shape::Array(Box::new(Shape::Integer))
}

fn texts() -> Shape {
    Shape::Array(Box::new(Shape::String))
}

fn lists() -> Shape {
    Shape::Array(Box::new(integers()))
}

fn optional() -> Shape {
    Shape::Option(Box::new(Shape::Integer))
}

fn table() -> Shape {
    Shape::map(Shape::Integer)
}

/// The `Output` of a Pass state with an expression, after a Pass state that assigns the variables.
fn output(expr: Expr, variables: &[Variable]) -> Result<Json, String> {
    let start = variables
        .iter()
        .fold(State::pass("Start"), |state, (name, shape, _)| {
            state.assign(*name, Expr::jsonata("$states.input", *shape))
        });
    let flow = Flow::new("Test")
        .state(start.next("End"))
        .state(State::pass("End").end_with(expr));
    let definition = flow.lower().map_err(|faults| faults.to_string())?;
    match &definition.machine().states["End"] {
        model::State::Pass(pass) => Ok(pass.output.clone().unwrap_or(Json::Null)),
        other => panic!("{other:?} is no pass"),
    }
}

/// The code of an expression.
fn code(expr: Expr, variables: &[Variable]) -> String {
    let output = output(expr, variables);
    let text = output.as_ref().ok().and_then(Json::as_str);
    let code = text.and_then(|text| text.strip_prefix("{% ")?.strip_suffix(" %}"));
    match code {
        Some(code) => code.to_owned(),
        None => panic!("{output:?} is no expression"),
    }
}

/// Lowers something with these variables in scope.
fn placed<T>(variables: &[Variable], lower: impl FnOnce(&Env<'_>, &mut Report) -> T) -> T {
    let start = variables
        .iter()
        .fold(State::pass("Start"), |state, (name, shape, _)| {
            state.assign(*name, Expr::jsonata("$states.input", *shape))
        });
    let flow = Flow::new("Test")
        .state(start.next("End"))
        .state(State::pass("End").end());
    let scopes = Scopes::of(&flow);
    let levels = at(&[scopes.root_level()], &flow.states, 1);
    let env = Env::new(&flow, &scopes, &flow.states[1], levels);
    lower(&env, &mut Report::new("End"))
}

/// The value of an expression; undefined where AWS would fail.
fn value(expr: Expr, variables: &[Variable]) -> Result<Value, String> {
    evaluate(&output(expr, variables)?, variables)
}

fn evaluate(template: &Json, variables: &[Variable]) -> Result<Value, String> {
    match template {
        Json::String(text) => match text
            .strip_prefix("{% ")
            .and_then(|text| text.strip_suffix(" %}"))
        {
            Some(code) => {
                let bindings =
                    variables
                        .iter()
                        .fold(Bindings::new(), |bindings, (name, _, value)| {
                            // A variable that would shadow a function is renamed in the ASL.
                            if code.contains(&format!("${name}(")) {
                                bindings.var(format!("{name}_"), value.clone())
                            } else {
                                bindings.var(*name, value.clone())
                            }
                        });
                let compiled =
                    Expression::compile(code).map_err(|error| format!("{code}: {error}"))?;
                compiled
                    .evaluate(None, &bindings)
                    .map_err(|error| error.to_string())?
                    .ok_or_else(|| format!("{code} is undefined"))
            }
            None => Ok(json!(text)),
        },
        Json::Array(items) => items.iter().map(|item| evaluate(item, variables)).collect(),
        Json::Object(entries) => entries
            .iter()
            .map(|(key, value)| Ok((key.clone(), evaluate(value, variables)?)))
            .collect::<Result<serde_json::Map<_, _>, String>>()
            .map(Value::Object),
        other => Ok(other.into()),
    }
}

fn v(name: &'static str) -> Expr {
    Expr::variable(name)
}

fn int(value: i64) -> Expr {
    Expr::literal(value)
}

/// `|x| x operator other`
fn with(operator: Binary, other: Expr) -> Expr {
    Expr::closure(vec!["x"], Expr::local("x").binary(operator, other))
}
