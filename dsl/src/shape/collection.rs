//! The shapes of maps, of sets, and of what serde writes as text.

use super::Shape;
use super::samples::Check;

/// A map: an object whose keys are data.
#[derive(Clone, Debug)]
pub struct MapShape {
    /// What the keys are in Rust; in JSON they are texts.
    pub key: Shape,
    /// The values.
    pub value: Shape,
    /// Whether it is iterated in the order of its keys, as a `BTreeMap` is.
    pub sorted: bool,
    /// Says why the keys are not compared as their JSON is.
    pub(crate) check: Option<Check>,
}

/// A set: a list that holds each item once.
#[derive(Clone, Debug)]
pub struct SetShape {
    /// The items.
    pub item: Shape,
    /// Whether it is iterated in order, as a `BTreeSet` is.
    pub sorted: bool,
    /// Says why the items are not compared as their JSON is.
    pub(crate) check: Option<Check>,
}

/// A JSON form that user code defines: `#[serde(with = "..")]`, `#[serde(into = "..")]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CustomForm {
    /// The attribute, as it is written: `with = "as_text"`.
    pub attribute: &'static str,
    /// The module of the type that has the attribute.
    pub module: &'static str,
    /// The attribute is a field's, so the same Rust type has another form elsewhere.
    pub of_field: bool,
}

impl CustomForm {
    /// The message where a workflow would compute with such a value.
    pub(crate) fn refusal(&self) -> String {
        let attribute = self.attribute;
        if self.of_field {
            format!(
                "the JSON of this field is written by `#[serde({attribute})]`, which a workflow cannot run: pass the whole                  struct on, or read the field in a task"
            )
        } else {
            format!(
                "the JSON of this type is written by `#[serde({attribute})]`, which a workflow cannot run: pass the value                  on as it is, or compute with it in a task"
            )
        }
    }
}

/// A type that serde writes as text, and what of it means the same on that text.
#[derive(Clone, Copy, Debug)]
pub struct Written {
    /// The type in Rust.
    pub name: &'static str,
    /// Two values are equal exactly when their texts are.
    pub equal: bool,
    /// They are ordered as their texts are.
    pub ordered: bool,
    /// `Display` writes the same text.
    pub shown: bool,
}
