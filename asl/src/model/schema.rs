//! The field tables of the structs.

use crate::json::Json;

use super::QueryLanguage;

/// The fields of one structure of the States Language.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Schema {
    /// The name of the structure in messages: `Task`, `Retrier`, ...
    pub name: &'static str,
    /// Its fields, in the order in which they are written.
    pub fields: &'static [FieldInfo],
    /// Whether a key is a valid field although it is not in the table, such as the comparison
    /// operators of a choice rule.
    pub also: fn(&str) -> bool,
}

/// One field of a structure.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct FieldInfo {
    /// The field's name in JSON.
    pub name: &'static str,
    /// The type of its value.
    pub kind: ValueKind,
    /// The only query language with this field; `None` if both have it.
    pub language: Option<QueryLanguage>,
    /// Whether the field is required.
    pub required: bool,
}

/// The type of a field's value.
#[derive(Debug, Clone, Copy)]
pub enum ValueKind {
    /// Any string.
    Text,
    /// One of these strings.
    Word(&'static [&'static str]),
    /// `true` or `false`.
    Bool,
    /// A number, or a string with a JSONata expression or a `${substitution}`.
    Number,
    /// A path, or `null`.
    Path,
    /// Any JSON: a payload template or a value.
    Template,
    /// An object whose values are templates.
    Templates,
    /// An array of strings.
    Texts,
    /// An object with the fields of this schema.
    Structure(fn() -> &'static Schema),
    /// An array of objects with the fields of this schema.
    Structures(fn() -> &'static Schema),
    /// An object of states by name.
    States,
}

impl ValueKind {
    /// Whether a value has the JSON type that the field requires. Nested values are not checked.
    pub fn accepts(self, json: &Json) -> bool {
        match self {
            ValueKind::Text | ValueKind::Word(_) => json.as_str().is_some(),
            ValueKind::Bool => json.as_bool().is_some(),
            ValueKind::Number => json.as_number().is_some() || json.as_str().is_some(),
            ValueKind::Path => json.is_null() || json.as_str().is_some(),
            ValueKind::Template => true,
            ValueKind::Templates | ValueKind::Structure(_) | ValueKind::States => {
                json.as_object().is_some()
            }
            ValueKind::Texts | ValueKind::Structures(_) => json.as_array().is_some(),
        }
    }

    /// The name of the required type in messages.
    pub fn noun(self) -> &'static str {
        match self {
            ValueKind::Text | ValueKind::Word(_) => "a string",
            ValueKind::Bool => "a boolean",
            ValueKind::Number => "a number",
            ValueKind::Path => "a path or null",
            ValueKind::Template => "any JSON value",
            ValueKind::Templates | ValueKind::Structure(_) | ValueKind::States => "an object",
            ValueKind::Texts => "an array of strings",
            ValueKind::Structures(_) => "an array of objects",
        }
    }
}

impl FieldInfo {
    /// Whether expressions in this field of a JSONata state are evaluated; `schema` is the schema
    /// that contains the field.
    pub(crate) fn is_evaluated(&self, schema: &Schema) -> bool {
        match self.kind {
            ValueKind::Template | ValueKind::Templates => true,
            ValueKind::Number => schema.name != "StateMachine" && schema.name != "Retrier",
            ValueKind::Text => matches!(self.name, "Timestamp" | "Error" | "Cause"),
            _ => false,
        }
    }
}

impl Schema {
    /// The field with this name, if the table lists it.
    pub fn field(&self, name: &str) -> Option<&'static FieldInfo> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// Whether the structure has a field with this name.
    pub fn has(&self, name: &str) -> bool {
        self.field(name).is_some() || (self.also)(name)
    }
}
