//! The fields of payloads with `#[payload(redact)]`.

use super::{Field, Fields, Shape};
use std::collections::HashSet;
use stepwright_asl::redaction::Redaction;

/// Finds redacted fields in types, and in the types of their fields.
#[derive(Default)]
pub(crate) struct RedactedFields {
    redaction: Redaction,
    /// The visited shape functions: types may contain themselves.
    seen: HashSet<fn() -> Shape>,
}

impl RedactedFields {
    /// Adds the redacted fields of a type.
    pub(crate) fn add(&mut self, shape: fn() -> Shape) {
        if self.seen.insert(shape) {
            self.walk(&shape());
        }
    }

    /// Returns a redaction of the collected fields.
    pub(crate) fn into_redaction(self) -> Redaction {
        self.redaction
    }

    fn walk(&mut self, shape: &Shape) {
        match shape {
            Shape::Lazy(shape) => self.add(*shape),
            Shape::Array(item) | Shape::Option(item) => self.walk(item),
            Shape::Set(set) => self.walk(&set.item),
            Shape::Map(map) => self.walk(&map.value),
            Shape::Tuple(items) => items.iter().for_each(|item| self.walk(item)),
            Shape::Struct(one) => self.fields(&one.fields),
            Shape::Enum(one) => {
                for variant in &one.variants {
                    self.fields(&variant.fields);
                }
            }
            Shape::Null
            | Shape::Bool
            | Shape::Integer
            | Shape::SmallInteger
            | Shape::Int(_)
            | Shape::Number
            | Shape::SmallNumber
            | Shape::String
            | Shape::Written(_)
            | Shape::Duration(_)
            | Shape::Custom(_)
            | Shape::Any => {}
        }
    }

    fn fields(&mut self, fields: &Fields) {
        match fields {
            Fields::Unit => {}
            Fields::Newtype(field) => self.field(field),
            Fields::Tuple(fields) | Fields::Named(fields) => {
                fields.iter().for_each(|field| self.field(field));
            }
        }
    }

    fn field(&mut self, field: &Field) {
        if field.is_redacted {
            let redaction = std::mem::take(&mut self.redaction);
            self.redaction = redaction.field(field.wire.clone());
        }
        self.walk(&field.shape);
    }
}
