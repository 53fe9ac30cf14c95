//! JSONPath as the service evaluates it: the Java library Jayway over Jackson's nodes.
//!
//! A definite path (keys and indices) gives one value or says why there is none, in Jayway's
//! words, which show in the service's messages. An index past the end gives `null`. An
//! indefinite path gives an array of what it finds, `[]` when it finds nothing.

mod filter;
mod steps;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt::Write as _;

use stepwright_asl::path::{Path, Root, Step};

use crate::value::{RefPath, Segment, Value};

use super::error::shown;
use super::{CompileError, QueryError, Scope, VariableIx, VariableNames};

use self::steps::Tree;

/// A compiled path.
#[derive(Debug)]
pub(super) struct PathExpr {
    /// As messages quote it.
    text: Box<str>,
    origin: Origin,
    steps: Steps,
}

#[derive(Clone, Copy, Debug)]
enum Origin {
    Input,
    Context,
    Variable(VariableIx),
}

#[derive(Debug)]
enum Steps {
    /// Keys and indices.
    Reference(RefPath),
    /// The rest.
    Tree(Tree),
    /// Keys and indices, then a function such as `length()`: the service reads it as the name of
    /// a member that is never there.
    Function { before: RefPath, name: Box<str> },
}

/// Why a path gives no value.
#[derive(Debug)]
pub(super) struct Missing {
    /// Jayway's message.
    pub(super) message: String,
    /// The step that leads nowhere: a key or an index.
    pub(super) step: String,
    /// What that step was applied to.
    pub(super) at: Value,
    /// What the path was applied to.
    pub(super) searched: Value,
    /// The whole path is refused, wherever it stands.
    refused: bool,
}

impl PathExpr {
    pub(super) fn compile(
        text: &str,
        field: &str,
        names: &mut VariableNames,
    ) -> Result<PathExpr, CompileError> {
        let path = Path::parse(text).map_err(|error| {
            CompileError::new(field, format!("the path `{text}` is refused: {error}"))
        })?;
        PathExpr::of(&path, field, names)
    }

    pub(super) fn of(
        path: &Path,
        field: &str,
        names: &mut VariableNames,
    ) -> Result<PathExpr, CompileError> {
        let refuse =
            |message: String| CompileError::new(field, format!("the path `{path}` {message}"));
        let origin = match &path.root {
            Root::Input => Origin::Input,
            Root::Context => Origin::Context,
            Root::Variable(name) => Origin::Variable(names.intern(name)),
            Root::Current => return Err(refuse("begins with `@` outside a filter".to_owned())),
        };
        let steps = match path.steps.split_last() {
            Some((Step::Function { name, arguments }, before)) if reference(before).is_some() => {
                Steps::Function {
                    before: reference(before).unwrap_or_default(),
                    name: format!("{name}({arguments})").into(),
                }
            }
            _ => match reference(&path.steps) {
                Some(path) => Steps::Reference(path),
                None => Steps::Tree(Tree::compile(&path.steps).map_err(refuse)?),
            },
        };
        Ok(PathExpr {
            text: path.as_str().into(),
            origin,
            steps,
        })
    }

    /// The path as it was written.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// What the path selects.
    pub(super) fn find<'s>(&self, scope: &Scope<'s>) -> Result<Cow<'s, Value>, Missing> {
        match self.origin {
            Origin::Input => self.select(scope.input),
            Origin::Context => {
                let context = scope.context.value();
                self.select(&context)
                    .map(|found| Cow::Owned(found.into_owned()))
            }
            Origin::Variable(ix) => match scope.variables.get(ix) {
                Some(value) => self.select(value),
                None => Err(Missing {
                    message: "the variable has no value".to_owned(),
                    step: self.text.to_string(),
                    at: Value::Null,
                    searched: Value::empty_object(),
                    refused: false,
                }),
            },
        }
    }

    fn select<'s>(&self, root: &'s Value) -> Result<Cow<'s, Value>, Missing> {
        match &self.steps {
            Steps::Reference(path) if path.is_root() => Ok(Cow::Borrowed(root)),
            _ if root.is_null() => Err(Missing {
                message: "Unable to apply Path transformation to null or empty input.".to_owned(),
                step: String::new(),
                at: Value::Null,
                searched: Value::Null,
                refused: true,
            }),
            Steps::Reference(path) => follow(root, path),
            Steps::Tree(tree) => tree
                .select(root)
                .map(Cow::Owned)
                .map_err(|message| Missing {
                    message,
                    step: String::new(),
                    at: root.clone(),
                    searched: root.clone(),
                    refused: true,
                }),
            Steps::Function { before, name } => {
                let at = follow(root, before)?;
                let place = canonical(before.segments());
                let property = format!("Property ['{name}'] not found in path {place}");
                Err(Missing {
                    message: format!("Invalid path '{}' : {property}", self.text),
                    step: name.to_string(),
                    at: at.into_owned(),
                    searched: root.clone(),
                    refused: true,
                })
            }
        }
    }
}

impl Missing {
    /// The error where the sentence is the same for all fields.
    pub(super) fn refused(&self) -> Option<QueryError> {
        let message = || QueryError::runtime(self.message.clone());
        self.refused.then(message)
    }
}

/// The path of these steps, if they are keys and indices.
fn reference(steps: &[Step]) -> Option<RefPath> {
    let segments = steps.iter().map(|step| match step {
        Step::Key(name) => Some(Segment::key(name.as_str())),
        Step::Index(index) => Some(Segment::Index(*index)),
        _ => None,
    });
    RefPath::new(segments.collect::<Option<Vec<Segment>>>()?)
}

fn follow<'s>(root: &'s Value, path: &RefPath) -> Result<Cow<'s, Value>, Missing> {
    let (number, at) = match root.walk(path) {
        Ok(value) => return Ok(Cow::Borrowed(value)),
        Err(place) => place,
    };
    let segments = path.segments();
    let is_last = number + 1 == segments.len();
    let (before, through) = (&segments[..number], &segments[..=number]);
    let message = match (&segments[number], at) {
        (Segment::Index(_), Value::Array(_)) if is_last => return Ok(Cow::Owned(Value::Null)),
        (Segment::Index(_), Value::Array(_)) => match &segments[number + 1] {
            Segment::Key { name, .. } => not_an_object(name, through, &Value::Null, "null"),
            Segment::Index(_) => format!("The path {} is null", canonical(through)),
        },
        (Segment::Index(index), _) => {
            let at = shown(at);
            format!("Filter: [{index}] can only be applied to arrays. Current context is: {at}")
        }
        (Segment::Key { .. }, Value::Object(_)) if is_last => {
            format!("No results for path: {}", canonical(segments))
        }
        (Segment::Key { .. }, Value::Object(_)) => {
            format!("Missing property in path {}", canonical(through))
        }
        (Segment::Key { name, .. }, _) => not_an_object(name, before, at, node_class(at)),
    };
    Err(Missing {
        message,
        step: segments[number].to_string(),
        at: at.clone(),
        searched: root.clone(),
        refused: false,
    })
}

/// A path as Jayway prints it.
fn canonical(segments: &[Segment]) -> String {
    let mut out = String::from("$");
    for segment in segments {
        // Writing to a string does not fail.
        let _written = match segment {
            Segment::Key { name, .. } => write!(out, "['{name}']"),
            Segment::Index(index) => write!(out, "[{index}]"),
        };
    }
    out
}

fn not_an_object(key: &str, path: &[Segment], at: &Value, class: &str) -> String {
    let class = match at {
        Value::Null if class == "null" => class.to_owned(),
        _ => format!("com.fasterxml.jackson.databind.node.{class}"),
    };
    format!(
        "Expected to find an object with property ['{key}'] in path {} but found '{class}'. This \
         is not a json object according to the JsonProvider: \
         'com.jayway.jsonpath.spi.json.JacksonJsonNodeJsonProvider'.",
        canonical(path)
    )
}

/// The class of Jackson's node for a value.
fn node_class(value: &Value) -> &'static str {
    match value {
        Value::Null => "NullNode",
        Value::Bool(_) => "BooleanNode",
        Value::Int(number) if i32::try_from(*number).is_ok() => "IntNode",
        Value::Int(_) => "LongNode",
        Value::Float(_) => "DoubleNode",
        Value::Big(_) => "BigIntegerNode",
        Value::Str(_) => "TextNode",
        Value::Array(_) => "ArrayNode",
        Value::Object(_) => "ObjectNode",
    }
}
