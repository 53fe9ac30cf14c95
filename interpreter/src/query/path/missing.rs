//! The reason why a path has no value, with Jayway's message. The message is made on demand,
//! because a path that finds nothing is often not a failure.

use std::fmt::Write as _;

use crate::query::QueryError;
use crate::query::error::message_text;
use crate::value::{RefPath, Segment, Value};

/// A path without a value.
#[derive(Debug)]
pub(in crate::query) struct MissingValue<'p> {
    reason: MissingReason<'p>,
    /// The value to which the path was applied.
    searched: Value,
}

#[derive(Debug)]
pub(super) enum MissingReason<'p> {
    /// The input is `null`, so no step applies.
    NullInput,
    /// The variable has no value.
    Unassigned,
    /// The path selects more values than the limit.
    TooMuch(String),
    /// A function ends the path.
    Function { before: &'p RefPath, name: &'p str },
    /// A step finds nothing in `at`.
    Step {
        path: &'p RefPath,
        number: usize,
        at: Value,
    },
}

impl<'p> MissingValue<'p> {
    pub(super) fn new(reason: MissingReason<'p>, searched: &Value) -> MissingValue<'p> {
        MissingValue {
            reason,
            searched: searched.clone(),
        }
    }

    /// Returns the error if its message is the same for all fields.
    pub(in crate::query) fn refused(&self, path: &str) -> Option<QueryError> {
        Some(QueryError::runtime(match &self.reason {
            MissingReason::NullInput => {
                "Unable to apply Path transformation to null or empty input.".to_owned()
            }
            MissingReason::TooMuch(message) => message.clone(),
            MissingReason::Function { before, name } => {
                let parent = canonical(before.segments());
                format!("Invalid path '{path}' : Property ['{name}'] not found in path {parent}")
            }
            MissingReason::Unassigned | MissingReason::Step { .. } => return None,
        }))
    }

    /// Returns the searched value for messages.
    pub(in crate::query) fn searched(&self) -> String {
        message_text(&self.searched)
    }

    /// Returns whether an index was applied to a value that is no array.
    pub(in crate::query) fn is_index_into_no_array(&self) -> bool {
        match &self.reason {
            MissingReason::Step { path, number, at } => {
                matches!(path.segments()[*number], Segment::Index(_)) && at.as_array().is_none()
            }
            _ => false,
        }
    }

    /// Returns the step that finds nothing, and the value to which it was applied.
    pub(in crate::query) fn step(&self) -> (String, String) {
        match &self.reason {
            MissingReason::Step { path, number, at } => {
                (path.segments()[*number].to_string(), message_text(at))
            }
            _ => (String::new(), self.searched()),
        }
    }

    /// Returns Jayway's message.
    pub(in crate::query) fn message(&self) -> String {
        let MissingReason::Step { path, number, at } = &self.reason else {
            return "the variable has no value".to_owned();
        };
        let segments = path.segments();
        let (before, through) = (&segments[..*number], &segments[..=*number]);
        let rest = &segments[*number..];
        match (rest, at) {
            ([Segment::Index(_), next, ..], Value::Array(_)) => match next {
                Segment::Key { name, .. } => not_an_object(name, through, "null"),
                Segment::Index(_) => format!("The path {} is null", canonical(through)),
            },
            ([Segment::Index(index), ..], _) => {
                let at = message_text(at);
                format!("Filter: [{index}] can only be applied to arrays. Current context is: {at}")
            }
            ([Segment::Key { .. }], Value::Object(_)) => {
                format!("No results for path: {}", canonical(segments))
            }
            ([Segment::Key { .. }, ..], Value::Object(_)) => {
                format!("Missing property in path {}", canonical(through))
            }
            ([Segment::Key { name, .. }, ..], _) => {
                let class = format!("com.fasterxml.jackson.databind.node.{}", node_class(at));
                not_an_object(name, before, &class)
            }
            ([], _) => format!("No results for path: {}", canonical(segments)),
        }
    }
}

/// Formats a path as Jayway does.
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

fn not_an_object(key: &str, path: &[Segment], class: &str) -> String {
    format!(
        "Expected to find an object with property ['{key}'] in path {} but found '{class}'. This \
         is not a json object according to the JsonProvider: \
         'com.jayway.jsonpath.spi.json.JacksonJsonNodeJsonProvider'.",
        canonical(path)
    )
}

/// Returns the class of Jackson's node for a value.
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
