//! Forms that are made from JSON Schemas, and the JSON of their fields.
//!
//! A form has an input for each value. The name of an input says how its text becomes JSON, and
//! where the JSON is: `input.number:/order/total` is a number in the field `input`. So a form is
//! read without its schema, and after a new definition was deployed.

mod assemble;
mod field;
mod names;
mod render;
mod schema_reader;

use maud::Markup;
use serde_json::Value as Json;

pub(crate) use self::assemble::assemble;
use self::field::Field;
use self::names::InputName;
use self::render::FormWriter;

/// Whether a field is an input of such a form.
pub(crate) fn is_input(name: &str) -> bool {
    InputName::parse(name).is_some()
}

/// A form for the values of a JSON Schema.
#[derive(Debug)]
pub(crate) struct SchemaForm {
    root: Field,
}

impl SchemaForm {
    /// Reads a schema. `None` if a form is no help: the schema accepts any value, or has too many
    /// fields.
    pub(crate) fn of(schema: &Json) -> Option<Self> {
        let root = schema_reader::root(schema)?;
        Some(Self { root })
    }

    /// Returns the inputs for the form field `target`, with the members of a value.
    pub(crate) fn render(&self, target: &str, value: Option<&Json>) -> Markup {
        FormWriter::new(target).root(&self.root, value)
    }

    /// Returns a value with all members of the form.
    pub(crate) fn example(&self) -> Json {
        self.root.example()
    }

    /// Whether the inputs show the whole value.
    pub(crate) fn shows(&self, value: &Json) -> bool {
        self.root.shows(value)
    }
}
