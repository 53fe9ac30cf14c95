//! Checks the names that the texts in `jsonata!`, `path!` and `intrinsic!` read, using shapes.

use super::env::{Dollar, Env, OuterValue};
use super::report::Report;
use super::syntax::Syntax;
use crate::shape::{Fields, Presence, Shape};
use stepwright_asl::intrinsic::IntrinsicCall;
use stepwright_asl::jsonata::Expression;
use stepwright_asl::path::{Path, PathStep, Root};
use stepwright_asl::similar::did_you_mean;

/// The names in a text, each with its byte offset.
type NameOffsets = [(String, Option<usize>)];

/// Checks the names that a JSONata text reads.
pub(super) fn in_jsonata(text: &str, env: &Env<'_>, report: &mut Report) {
    let Ok(expression) = Expression::parse(text) else {
        return;
    };
    let source = expression.source();
    for chain in expression.chains() {
        let names: Vec<_> = chain
            .names
            .iter()
            .map(|(name, offset)| (name.clone(), Some(*offset)))
            .collect();
        if let Some((shape, names)) = in_variable(&chain.variable, &names, env) {
            look(&shape, names, "jsonata", source, report);
        }
    }
}

/// Checks the names that a JSONPath selects.
pub(super) fn in_path(text: &str, env: &Env<'_>, report: &mut Report) {
    if let Ok(path) = Path::parse(text.trim()) {
        of_path(&path, "path", text.trim(), env, report);
    }
}

/// Checks the names that the paths of an intrinsic function's call select.
pub(super) fn in_call(text: &str, env: &Env<'_>, report: &mut Report) {
    let Ok(call) = IntrinsicCall::parse(text.trim()) else {
        return;
    };
    for path in call.paths() {
        of_path(path, "intrinsic", text.trim(), env, report);
    }
}

fn of_path(path: &Path, kind: &str, text: &str, env: &Env<'_>, report: &mut Report) {
    let names: Vec<_> = path
        .steps
        .iter()
        .filter(|step| !matches!(step, PathStep::Index(_) | PathStep::Wildcard))
        .map_while(|step| match step {
            PathStep::Key(name) => Some((name.clone(), None)),
            _ => None,
        })
        .collect();
    let found = match &path.root {
        Root::Variable(name) => in_variable(name, &names, env),
        Root::Context => in_context(&names, env),
        Root::Input if env.dollar == Dollar::Result => env.result.as_ref().and_then(|result| {
            let prefix = result.path?.trim_start_matches('$');
            let names = behind(&names, prefix.split('.').filter(|name| !name.is_empty()))?;
            Some((result.code.shape.clone(), names))
        }),
        Root::Input | Root::Current => None,
    };
    if let Some((shape, names)) = found {
        look(&shape, names, kind, text, report);
    }
}

/// The shape of a variable's value, or of a member of `$states`, with the remaining names of the
/// path.
fn in_variable<'n>(
    variable: &str,
    names: &'n NameOffsets,
    env: &Env<'_>,
) -> Option<(Shape, &'n NameOffsets)> {
    if variable != "states" {
        return match env.variable(variable)? {
            (OuterValue::Here | OuterValue::Assigned, shape) => Some((shape, names)),
            _ => None,
        };
    }
    let (first, rest) = names.split_first()?;
    match first.0.as_str() {
        "context" => in_context(rest, env),
        "result" => {
            let code = &env.result.as_ref()?.code;
            let Syntax::States(path) = &code.syntax else {
                return None;
            };
            let prefix = path.strip_prefix("result")?;
            let names = behind(rest, prefix.split('.').filter(|name| !name.is_empty()))?;
            Some((code.shape.clone(), names))
        }
        _ => None,
    }
}

/// The workflow's parameter.
fn in_context<'n>(names: &'n NameOffsets, env: &Env<'_>) -> Option<(Shape, &'n NameOffsets)> {
    let names = behind(names, ["Execution", "Input"])?;
    match env.parameter() {
        (OuterValue::Here, _, shape) => Some((shape, names)),
        _ => None,
    }
}

/// The names after a prefix.
fn behind<'n, 'p>(
    names: &'n NameOffsets,
    prefix: impl IntoIterator<Item = &'p str>,
) -> Option<&'n NameOffsets> {
    let mut rest = names;
    for expected in prefix {
        let (first, more) = rest.split_first()?;
        if first.0 != expected {
            return None;
        }
        rest = more;
    }
    Some(rest)
}

/// Follows names through a shape, and reports the first name that does not exist.
fn look(shape: &Shape, names: &NameOffsets, kind: &str, text: &str, report: &mut Report) {
    let mut shape = shape.clone();
    for (name, offset) in names {
        shape = match entered(&shape) {
            Shape::Map(map) => map.value.clone(),
            Shape::Struct(of) => {
                let mut known = Vec::new();
                if let Some(tag) = &of.tag {
                    known.push((tag.0.to_string(), Shape::String));
                }
                if !fields(&of.fields, &mut known) {
                    return;
                }
                match known.iter().find(|(wire, _)| wire == name) {
                    Some((_, shape)) => shape.clone(),
                    None => {
                        let close = did_you_mean(name, known.iter().map(|(wire, _)| wire.as_str()));
                        let close = close.map(|close| format!(", {close}")).unwrap_or_default();
                        let what = Shape::Struct(of).describe();
                        return report_unknown(
                            &format!("no field `{name}` in the JSON of {what}{close}"),
                            kind,
                            text,
                            *offset,
                            report,
                        );
                    }
                }
            }
            plain @ (Shape::String
            | Shape::Written(_)
            | Shape::Duration(_)
            | Shape::Integer
            | Shape::SmallInteger
            | Shape::Int(_)
            | Shape::Number
            | Shape::SmallNumber
            | Shape::Bool) => {
                let what = plain.describe();
                return report_unknown(
                    &format!("{what} has no field `{name}`"),
                    kind,
                    text,
                    *offset,
                    report,
                );
            }
            _ => return,
        };
    }
}

fn report_unknown(what: &str, kind: &str, text: &str, offset: Option<usize>, report: &mut Report) {
    let place = offset
        .and_then(|offset| text.get(..offset))
        .map(|before| format!(", at character {} of the text", before.chars().count() + 1))
        .unwrap_or_default();
    let way_out = if kind == "jsonata" {
        "; if the field exists but its type does not declare it, read it with `$lookup(value, \"name\")`"
    } else {
        "; if the field exists but its type does not declare it, write it in `raw { .. }`"
    };
    report.fault(format!("{what}{place}: `{kind}!(\"{text}\")`{way_out}"));
}

/// The items of lists and the values of options: JSONata steps into both.
fn entered(shape: &Shape) -> Shape {
    let mut shape = shape.plain();
    loop {
        shape = match shape {
            Shape::Option(inner) | Shape::Array(inner) => inner.plain(),
            Shape::Set(set) => set.item.plain(),
            other => return other,
        };
    }
}

/// Collects the fields by their JSON names; returns whether these are all of them.
fn fields(of: &Fields, known: &mut Vec<(String, Shape)>) -> bool {
    let Fields::Named(list) = of else {
        return false;
    };
    list.iter().all(|field| {
        if matches!(field.presence, Presence::Never) {
            return true;
        }
        if !field.flatten {
            known.push((field.wire.to_string(), field.shape.clone()));
            return true;
        }
        match field.shape.plain() {
            Shape::Struct(inner) => fields(&inner.fields, known),
            _ => false,
        }
    })
}
