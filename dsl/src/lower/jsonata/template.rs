//! Fields of a JSONata state: JSON with expressions in its texts.

use super::expression::Lowering;
use crate::expr::Expr;
use crate::lower::code::{Code, UndefinedMeaning};
use crate::lower::env::Env;
use crate::lower::report::Report;
use crate::lower::syntax::print::print;
use crate::lower::text;
use crate::lower::tree::{Build, LoweredTree};
use serde_json::Value;
use stepwright_asl::json::Json;
use stepwright_asl::placeholder;

/// The value of a field: structure remains JSON, computed parts become `{% .. %}`.
pub(in crate::lower) fn template(expr: &Expr, env: &Env<'_>, report: &mut Report) -> Json {
    let mut lowering = Lowering::new(env.clone(), report);
    let tree = lowering.tree(expr);
    json(tree, &mut lowering)
}

/// The value of a field whose receiver may not read each spelling of a value: the workflow's
/// output, the request of a service.
pub(in crate::lower) fn written(expr: &Expr, env: &Env<'_>, report: &mut Report) -> Json {
    let mut lowering = Lowering::new(env.clone(), report);
    let tree = lowering.tree(expr);
    lowering.writes = true;
    json(tree, &mut lowering)
}

/// An expression between its delimiters.
pub(in crate::lower) fn condition(expr: &Expr, env: &Env<'_>, report: &mut Report) -> String {
    let code = Lowering::new(env.clone(), report).propagating(expr);
    delimited(&code, env)
}

/// The JSON text of a value, as an expression.
pub(in crate::lower) fn as_text(expr: &Expr, env: &Env<'_>, report: &mut Report) -> String {
    let mut lowering = Lowering::new(env.clone(), report);
    let value = lowering.value(expr);
    delimited(&lowering.json_text(value), env)
}

/// Code between its delimiters.
pub(in crate::lower) fn text(code: Code, env: &Env<'_>, report: &mut Report) -> String {
    let code = Lowering::new(env.clone(), report).present(code);
    delimited(&code, env)
}

fn delimited(code: &Code, env: &Env<'_>) -> String {
    let mut functions = Vec::new();
    code.syntax.functions(&mut functions);
    for function in functions {
        if env.hides(function) {
            env.scopes.rename(function);
        }
    }
    format!("{{% {} %}}", print(&code.syntax))
}

fn json(tree: LoweredTree<Code>, lowering: &mut Lowering<'_, '_>) -> Json {
    if let LoweredTree::Leaf(code) = &tree
        && let Some(closure) = code.deferred
    {
        lowering.report.fault(format!(
            "the closure of `{closure}` can fail, and Rust runs it only where the iterator is consumed; write `.collect::<Vec<_>>()` after \
             `{closure}(..)`, which runs it for every item in Rust as well"
        ));
    }
    match tree {
        LoweredTree::Literal(value) if text::is_safe_value(&value) => Json::from(value),
        LoweredTree::Literal(Value::Array(items)) => Json::Array(
            items
                .into_iter()
                .map(|item| json(LoweredTree::Literal(item), lowering))
                .collect(),
        ),
        LoweredTree::Literal(Value::Object(entries)) => {
            let entries = entries
                .into_iter()
                .map(|(key, value)| (key, LoweredTree::Literal(value)));
            json(LoweredTree::Object(entries.collect()), lowering)
        }
        LoweredTree::Placeholder(name) => Json::String(placeholder::text(&name)),
        LoweredTree::Shaped(value, _) => json(*value, lowering),
        LoweredTree::Array(items) => {
            Json::Array(items.into_iter().map(|item| json(item, lowering)).collect())
        }
        // JSONata does not evaluate keys. If a template engine would replace a key, or a member may
        // be omitted, the object becomes an expression.
        LoweredTree::Object(entries)
            if entries.iter().all(|(key, value)| {
                text::is_safe(key) && !matches!(value, LoweredTree::Optional(_))
            }) =>
        {
            Json::Object(
                entries
                    .into_iter()
                    .map(|(key, value)| (key, json(value, lowering)))
                    .collect(),
            )
        }
        // AWS fails on an undefined field, where Rust panics.
        LoweredTree::Leaf(code)
            if matches!(code.absent, UndefinedMeaning::Panic(_))
                && !code.flattened
                && !(lowering.writes && code.shape.has_spelled_parts()) =>
        {
            Json::String(delimited(&code, &lowering.env))
        }
        other => {
            let code = lowering.built(other);
            Json::String(delimited(&code, &lowering.env))
        }
    }
}
