//! The computed fields of a state as data: [`StateFields`] lists them in the order of their
//! evaluation. A program is compiled from this list, and an explanation of a history evaluates it
//! again.

mod list;
mod literal;
mod parts;

use std::borrow::Cow;

use stepwright_asl::condition::readable;
use stepwright_asl::json::{Json, Number};
use stepwright_asl::jsonata::strip;
use stepwright_asl::model::{ChoiceRule, PathField, QueryLanguage};

use super::io::ResultPath;
use crate::query::{CompileError, Condition, Expected, Expr, VariableNames};
use crate::timestamp::Timestamp;
use crate::value::Value;

pub use self::list::StateFields;
pub(super) use self::literal::{constant, not_a_number, placeholder};

/// A field of a state whose value is computed, or a part of one.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StateField<'m> {
    /// Its JSON pointer in the state: `/Parameters`, `/Catch/0/Assign/total`.
    pub pointer: String,
    /// Its path in messages: `Parameters`, `Catch[0]/Assign/total`.
    pub location: String,
    /// When it is evaluated.
    pub stage: FieldStage,
    /// Its text in the definition.
    pub source: FieldSource<'m>,
    /// The use of its value.
    pub role: FieldRole,
    /// The values that the state accepts.
    pub domain: FieldDomain,
    language: QueryLanguage,
}

/// When the fields of a state are evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldStage {
    /// Before the work of the state: `$` is the raw input.
    Entry,
    /// After the work of the state: `$` is its result, or what the fields before its work
    /// returned.
    Exit,
    /// After a rule of a Choice matched.
    Rule(usize),
    /// After a catcher matched: `$` is the Error Output.
    Catch(usize),
    /// Never in an execution: the state ignores the field.
    Ignored,
}

/// The text of a field.
#[derive(Clone, Copy, Debug)]
pub enum FieldSource<'m> {
    /// `InputPath` or `OutputPath`.
    Selection(&'m PathField),
    /// `ResultPath`.
    Position(&'m PathField),
    /// A path; in `ErrorPath`, `CausePath` and members whose key ends in `.$`, also an intrinsic
    /// function.
    Path(&'m str),
    /// A literal text; in JSONata also an expression.
    Text(&'m str),
    /// A literal number.
    Number(&'m Number),
    /// JSON with expressions in it.
    Template(&'m Json),
    /// A rule of a Choice, or a rule inside of one.
    Rule(&'m ChoiceRule),
}

/// The use of a field's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldRole {
    /// The state uses it.
    Used,
    /// It replaces `$` for the later fields. The last one of a stage after the work is the output.
    Replaces,
    /// It is assigned to a variable.
    Assigned,
    /// It is the collection of the items of a Map.
    Items,
    /// It is evaluated for each item of a Map.
    PerItem,
    /// It decides whether a rule of a Choice matches.
    Decides,
    /// It is the operand of `IsPresent`, which may be missing.
    MaybeMissing,
}

/// The values that a state accepts in a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldDomain {
    /// Any value.
    Any,
    /// A boolean.
    Boolean,
    /// A text.
    Text,
    /// The text of a time.
    Timestamp,
    /// A number that is not negative.
    Seconds,
    /// An integer that is not negative, or a text of one from a path.
    Count,
    /// A number.
    Number,
    /// An array.
    Array,
    /// An array or an object.
    Collection,
}

/// A compiled field.
#[derive(Debug)]
pub enum CompiledField {
    /// A field that yields a value.
    Expr(Expr),
    /// A rule of a Choice.
    Condition(Condition),
    /// `ResultPath`.
    Position(ResultPath),
}

impl<'m> StateField<'m> {
    /// Compiles the field.
    ///
    /// # Errors
    ///
    /// The text does not parse.
    pub fn compile(&self, names: &mut VariableNames) -> Result<CompiledField, CompileError> {
        Ok(match self.source {
            FieldSource::Position(path) => CompiledField::Position(ResultPath::compile(path)?),
            FieldSource::Rule(rule) => CompiledField::Condition(Condition::compile(
                rule,
                self.language,
                self.location.trim_end_matches("/Condition"),
                names,
            )?),
            source => CompiledField::Expr(self.expr(source, names)?),
        })
    }

    fn expr(
        &self,
        source: FieldSource<'_>,
        names: &mut VariableNames,
    ) -> Result<Expr, CompileError> {
        let is_jsonata = self.language == QueryLanguage::Jsonata;
        let (location, key) = (&*self.location, &*self.key());
        let is_member = !is_jsonata && key.ends_with(".$");
        let expr = match source {
            FieldSource::Selection(PathField::Null) => Expr::constant(Value::empty_object()),
            FieldSource::Selection(PathField::Path(text)) => Expr::path(text, key, names)?,
            FieldSource::Path(text) if is_member => Expr::evaluated(text, key, names)?,
            FieldSource::Path(text) => Expr::path(text, key, names)?,
            FieldSource::Number(number) => Expr::constant(constant(&Json::Number(number.clone()))?),
            FieldSource::Text(text) if is_jsonata => Expr::jsonata_field(text, location, names)?,
            FieldSource::Text(text) if self.domain.expected() == Expected::Number => {
                return Err(CompileError::new(location, not_a_number(text)));
            }
            FieldSource::Text(text) => Expr::constant(text.into()),
            FieldSource::Template(json) if is_jsonata => {
                Expr::jsonata_template(json, location, names)?
            }
            FieldSource::Template(json) if !is_member => {
                Expr::jsonpath_template(json, location, names)?
            }
            _ => {
                let message = "must be a path or an intrinsic function in a string";
                return Err(CompileError::new(location, message));
            }
        };
        Ok(expr.expecting(self.domain.expected()))
    }

    /// Returns the text of the field: a path, an expression with its delimiters, or a template as
    /// JSON. A rule of a JSONPath Choice is in readable form.
    pub fn text(&self) -> String {
        match self.source {
            FieldSource::Selection(path) | FieldSource::Position(path) => {
                path.as_str().unwrap_or("null").to_owned()
            }
            FieldSource::Path(text) | FieldSource::Text(text) => text.to_owned(),
            FieldSource::Number(number) => number.to_string(),
            FieldSource::Template(json) => match json.as_str() {
                Some(text) if self.is_expression(text) => text.to_owned(),
                _ => json.to_string(),
            },
            FieldSource::Rule(rule) => match &rule.condition {
                Some(Json::String(text)) if self.language == QueryLanguage::Jsonata => text.clone(),
                Some(condition) if self.language == QueryLanguage::Jsonata => condition.to_string(),
                _ => readable(&rule.to_value()),
            },
        }
    }

    /// Returns whether the field is a number or a text without an expression.
    pub fn is_literal(&self) -> bool {
        match self.source {
            FieldSource::Number(_) => true,
            FieldSource::Text(text) => !self.is_expression(text),
            _ => false,
        }
    }

    /// Returns the name of the variable that an `Assign` sets.
    pub fn variable(&self) -> Cow<'_, str> {
        let key = self.key();
        match (self.language, key.strip_suffix(".$")) {
            (QueryLanguage::JsonPath, Some(name)) => name.to_owned().into(),
            _ => key,
        }
    }

    /// Returns the last segment of the pointer.
    fn key(&self) -> Cow<'_, str> {
        let segments = stepwright_asl::json::segments(&self.pointer);
        segments.and_then(Iterator::last).unwrap_or_default()
    }

    fn is_expression(&self, text: &str) -> bool {
        self.language == QueryLanguage::Jsonata && strip(text).is_some()
    }
}

impl FieldDomain {
    /// Returns the type that a JSONata expression must return.
    pub fn expected(self) -> Expected {
        match self {
            Self::Any => Expected::Any,
            Self::Boolean => Expected::Boolean,
            Self::Text | Self::Timestamp => Expected::String,
            Self::Seconds | Self::Count | Self::Number => Expected::Number,
            Self::Array => Expected::Array,
            Self::Collection => Expected::Collection,
        }
    }

    /// Returns whether the state accepts a value that the field returned.
    pub fn admits(self, value: &Value) -> bool {
        match self {
            Self::Any | Self::Boolean | Self::Text | Self::Number => true,
            Self::Timestamp => value.as_str().and_then(Timestamp::parse).is_some(),
            Self::Seconds => value.as_f64().is_some_and(|seconds| seconds >= 0.0),
            Self::Count => {
                let number = match value {
                    Value::Str(text) => text.parse().ok(),
                    value => value.as_i64(),
                };
                number.is_some_and(|number: i64| number >= 0)
            }
            Self::Array => value.as_array().is_some(),
            Self::Collection => matches!(value, Value::Array(_) | Value::Object(_)),
        }
    }
}
