//! Checks of the arguments of a call against the API model of its service.

use std::fmt;

use super::service_model::{Member, ServiceModel, Shape, ShapeIx, Structure};
use crate::json::Json;
use crate::jsonata;
use crate::substitution::is_substitution;
use crate::timestamp;

/// A JSON value of any library.
pub trait ArgumentValue: Sized {
    /// Returns the value's type and its parts.
    fn kind(&self) -> ArgumentKind<'_, Self>;
}

/// The type of a JSON value, with its parts.
#[derive(Debug)]
pub enum ArgumentKind<'v, V> {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean,
    /// A number.
    Number,
    /// A string.
    Text(&'v str),
    /// An array.
    List(&'v [V]),
    /// An object.
    Object(Vec<(&'v str, &'v V)>),
}

impl ArgumentValue for serde_json::Value {
    fn kind(&self) -> ArgumentKind<'_, Self> {
        match self {
            serde_json::Value::Null => ArgumentKind::Null,
            serde_json::Value::Bool(_) => ArgumentKind::Boolean,
            serde_json::Value::Number(_) => ArgumentKind::Number,
            serde_json::Value::String(text) => ArgumentKind::Text(text),
            serde_json::Value::Array(items) => ArgumentKind::List(items),
            serde_json::Value::Object(members) => {
                let members = members.iter().map(|(key, value)| (key.as_str(), value));
                ArgumentKind::Object(members.collect())
            }
        }
    }
}

impl ArgumentValue for Json {
    fn kind(&self) -> ArgumentKind<'_, Self> {
        match self {
            Json::Null => ArgumentKind::Null,
            Json::Bool(_) => ArgumentKind::Boolean,
            Json::Number(_) => ArgumentKind::Number,
            Json::String(text) => ArgumentKind::Text(text),
            Json::Array(items) => ArgumentKind::List(items),
            Json::Object(members) => {
                let members = members.iter().map(|(key, value)| (key.as_str(), value));
                ArgumentKind::Object(members.collect())
            }
        }
    }
}

/// Which parts of the arguments are computed when the state runs, and have no value yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComputedArguments {
    /// None: the state runs.
    None,
    /// Members whose key ends in `.$`.
    JsonPath,
    /// Strings that are expressions.
    Jsonata,
}

/// One step to a value inside the arguments, by its position: keys may be long, and a definition
/// may have many problems.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArgumentStep {
    /// A member of an object.
    Member(usize),
    /// An item of an array.
    Item(usize),
}

/// An argument that the service does not take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArgumentProblem {
    /// The steps to the value.
    pub path: Vec<ArgumentStep>,
    /// The name of the argument, without the `.$` of a computed one.
    pub name: String,
    /// The problem.
    pub kind: ArgumentProblemKind,
}

/// The problem of an argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ArgumentProblemKind {
    /// The structure has no member with this name. The names that it has are listed.
    Unknown(Vec<String>),
    /// The value has another type.
    WrongType {
        /// The required type.
        wanted: ArgumentType,
        /// The JSON type of the value.
        found: &'static str,
        /// The value, if it is a string.
        text: Option<String>,
    },
    /// The arguments have more levels than any service accepts.
    TooDeep,
}

/// The type that a service requires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArgumentType {
    /// A string.
    Text,
    /// A boolean.
    Boolean,
    /// A number.
    Number,
    /// A point in time.
    Timestamp,
    /// A list.
    List,
    /// An object.
    Object,
}

impl ArgumentType {
    /// The type with its article, in messages of `validate`.
    pub fn noun(self) -> &'static str {
        match self {
            ArgumentType::Text => "a string",
            ArgumentType::Boolean => "a boolean",
            ArgumentType::Number => "a number",
            ArgumentType::Timestamp => "a time such as `2026-11-26T12:00:00Z`",
            ArgumentType::List => "a list",
            ArgumentType::Object => "an object",
        }
    }

    /// The type in causes of failed states. The text of strings is AWS's
    /// (<https://github.com/aws/aws-cdk/issues/9181>).
    fn in_cause(self) -> &'static str {
        match self {
            ArgumentType::Text => "a STRING",
            ArgumentType::Boolean => "a BOOLEAN",
            ArgumentType::Number => "a NUMBER",
            ArgumentType::Timestamp => "a TIMESTAMP in ISO 8601",
            ArgumentType::List => "a list",
            ArgumentType::Object => "an object",
        }
    }
}

/// The reason in the cause of a state that fails because of the argument.
impl fmt::Display for ArgumentProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        match &self.kind {
            // The text of CreateStateMachine, for a field that is only known when the state runs.
            ArgumentProblemKind::Unknown(_) => {
                write!(f, "The field \"{name}\" is not supported by Step Functions")
            }
            ArgumentProblemKind::WrongType { wanted, .. } => {
                let wanted = wanted.in_cause();
                write!(f, "The value for the field '{name}' must be {wanted}")
            }
            ArgumentProblemKind::TooDeep => {
                write!(f, "The parameters have more than {MAX_DEPTH} levels")
            }
        }
    }
}

impl ArgumentProblem {
    /// The text of CreateStateMachine, if AWS is known to reject the argument in a definition: a
    /// string that is no boolean (<https://github.com/aws/aws-cdk/issues/31448>), and an object
    /// instead of a list (<https://github.com/aws/aws-cdk/issues/11587>).
    pub fn rejection(&self) -> Option<String> {
        let ArgumentProblemKind::WrongType {
            wanted,
            found,
            text,
        } = &self.kind
        else {
            return None;
        };
        match (wanted, text, *found) {
            (ArgumentType::Boolean, Some(text), _) => Some(format!(
                "Cannot deserialize value of type `java.lang.Boolean` from String \"{text}\": only \"true\" or \"false\" recognized"
            )),
            (ArgumentType::List, None, "an object") => Some(
                "Cannot deserialize value of type `java.util.ArrayList` from Object value (token `JsonToken.START_OBJECT`)"
                    .to_owned(),
            ),
            _ => None,
        }
    }
}

/// The maximum problems of one call: a definition may have thousands of wrong names.
const MAX_PROBLEMS: usize = 100;

/// The maximum depth of arguments. DynamoDB, whose values nest deepest, has a limit of 32 levels,
/// which are 64 here.
const MAX_DEPTH: usize = 200;

/// Checks the members of the arguments of an operation: the names and the types that the model has.
pub fn check_arguments<V: ArgumentValue>(
    model: &ServiceModel,
    input: Option<ShapeIx>,
    arguments: &V,
    computed: ComputedArguments,
) -> Vec<ArgumentProblem> {
    let none = Structure::default();
    let input = model.structure(input).unwrap_or(&none);
    let mut check = ArgumentCheck {
        model,
        computed,
        path: Vec::new(),
        problems: Vec::new(),
    };
    if let ArgumentKind::Object(members) = arguments.kind() {
        check.check_structure(input, &members);
    }
    check.problems
}

struct ArgumentCheck<'m> {
    model: &'m ServiceModel,
    computed: ComputedArguments,
    path: Vec<ArgumentStep>,
    problems: Vec<ArgumentProblem>,
}

impl ArgumentCheck<'_> {
    fn check_structure<V: ArgumentValue>(&mut self, structure: &Structure, members: &[(&str, &V)]) {
        // A value of DynamoDB: the SDK converts no other type to its texts.
        let is_attribute = structure.member("BOOL").is_some() && structure.member("S").is_some();
        for (position, (key, value)) in members.iter().enumerate() {
            if self.problems.len() >= MAX_PROBLEMS {
                return;
            }
            let (name, is_computed) = self.argument_name(key);
            let is_open = self.computed != ComputedArguments::None && is_substitution(key);
            if is_open {
                continue;
            }
            self.path.push(ArgumentStep::Member(position));
            match structure.member(name) {
                None => {
                    let known = structure
                        .members
                        .iter()
                        .map(|member| member.sdk_name.clone());
                    self.report(name, ArgumentProblemKind::Unknown(known.collect()));
                }
                Some(member) if !is_computed => self.member(member, is_attribute, name, *value),
                Some(_) => {}
            }
            self.path.pop();
        }
    }

    fn member<V: ArgumentValue>(
        &mut self,
        member: &Member,
        is_attribute: bool,
        name: &str,
        value: &V,
    ) {
        let is_text = matches!(self.model.shape(member.shape), Shape::Text);
        let needs_text = is_text && is_attribute;
        if needs_text && matches!(value.kind(), ArgumentKind::Number | ArgumentKind::Boolean) {
            self.wrong_type(name, ArgumentType::Text, value);
            return;
        }
        self.value(member.shape, name, needs_text || is_identifier(name), value);
    }

    fn value<V: ArgumentValue>(&mut self, shape: ShapeIx, name: &str, is_plain: bool, value: &V) {
        if self.path.len() > MAX_DEPTH {
            // The first problem suffices: each level would have one.
            if self.problems.last().map(|last| &last.kind) != Some(&ArgumentProblemKind::TooDeep) {
                self.report(name, ArgumentProblemKind::TooDeep);
            }
            return;
        }
        let kind = value.kind();
        if matches!(kind, ArgumentKind::Null) || self.is_open(&kind) {
            return;
        }
        let wanted = match (self.model.shape(shape), &kind) {
            (Shape::Structure(structure), ArgumentKind::Object(members)) => {
                return self.check_structure(structure, members);
            }
            (Shape::List(list), ArgumentKind::List(items)) => {
                for (index, item) in items.iter().enumerate() {
                    self.path.push(ArgumentStep::Item(index));
                    self.value(list.item, name, is_plain, item);
                    self.path.pop();
                }
                return;
            }
            (Shape::Map(map), ArgumentKind::Object(entries)) => {
                for (position, (key, entry)) in entries.iter().enumerate() {
                    let (name, is_computed) = self.argument_name(key);
                    if !is_computed {
                        self.path.push(ArgumentStep::Member(position));
                        self.value(map.value, name, false, *entry);
                        self.path.pop();
                    }
                }
                return;
            }
            (Shape::Structure(_) | Shape::Map(_), _) => ArgumentType::Object,
            (Shape::List(_), _) => ArgumentType::List,
            (Shape::Text, ArgumentKind::List(_) | ArgumentKind::Object(_)) if is_plain => {
                ArgumentType::Text
            }
            (Shape::Boolean, ArgumentKind::Boolean) => return,
            (Shape::Boolean, ArgumentKind::Text(text)) if is_boolean(text) => return,
            (Shape::Boolean, _) => ArgumentType::Boolean,
            (Shape::Integer | Shape::Float, ArgumentKind::Number) => return,
            (Shape::Integer | Shape::Float, ArgumentKind::Text(text))
                if text.trim().parse::<f64>().is_ok() =>
            {
                return;
            }
            (Shape::Integer | Shape::Float, _) => ArgumentType::Number,
            (Shape::Timestamp(_), ArgumentKind::Number) => return,
            (Shape::Timestamp(_), ArgumentKind::Text(text)) if timestamp::is_literal(text) => {
                return;
            }
            (Shape::Timestamp(_), _) => ArgumentType::Timestamp,
            (Shape::Text | Shape::Blob | Shape::Document | Shape::EventStream, _) => return,
        };
        self.wrong_type(name, wanted, value);
    }

    /// Splits a key into the argument's name and whether its value is computed.
    fn argument_name<'k>(&self, key: &'k str) -> (&'k str, bool) {
        match self.computed {
            ComputedArguments::JsonPath => key
                .strip_suffix(".$")
                .map_or((key, false), |name| (name, true)),
            ComputedArguments::None | ComputedArguments::Jsonata => (key, false),
        }
    }

    /// Whether a value is not known before the state runs.
    fn is_open<V>(&self, kind: &ArgumentKind<'_, V>) -> bool {
        let ArgumentKind::Text(text) = kind else {
            return false;
        };
        match self.computed {
            ComputedArguments::None => false,
            ComputedArguments::JsonPath => is_substitution(text),
            ComputedArguments::Jsonata => jsonata::strip(text).is_some() || is_substitution(text),
        }
    }

    fn wrong_type<V: ArgumentValue>(&mut self, name: &str, wanted: ArgumentType, value: &V) {
        let (found, text) = match value.kind() {
            ArgumentKind::Null => ("null", None),
            ArgumentKind::Boolean => ("a boolean", None),
            ArgumentKind::Number => ("a number", None),
            ArgumentKind::Text(text) => ("a string", Some(text.to_owned())),
            ArgumentKind::List(_) => ("an array", None),
            ArgumentKind::Object(_) => ("an object", None),
        };
        let kind = ArgumentProblemKind::WrongType {
            wanted,
            found,
            text,
        };
        self.report(name, kind);
    }

    fn report(&mut self, name: &str, kind: ArgumentProblemKind) {
        if self.problems.len() >= MAX_PROBLEMS {
            return;
        }
        self.problems.push(ArgumentProblem {
            path: self.path.clone(),
            name: name.to_owned(),
            kind,
        });
    }
}

/// Whether a string is a boolean for the AWS SDK.
fn is_boolean(text: &str) -> bool {
    ["true", "false"]
        .iter()
        .any(|word| text.trim().eq_ignore_ascii_case(word))
}

/// Whether a text never contains JSON. Step Functions was recorded to write other values as JSON
/// text for members such as `MessageBody`.
fn is_identifier(name: &str) -> bool {
    const ENDS: &[&str] = &[
        "Name",
        "Arn",
        "ARN",
        "Id",
        "Url",
        "Bucket",
        "Expression",
        "Identifier",
        "Type",
        "Token",
        "Status",
        "Version",
    ];
    ENDS.iter().any(|end| name.ends_with(end))
}
