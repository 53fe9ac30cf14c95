//! How a Rust type looks as JSON: the names and tags that serde gives it.
//!
//! A [`Shape`] is what the lowering of an expression reads to find `order.customer_name` under `customer.name` on the
//! wire. `#[derive(Payload)]` writes it; [`Shape::disagreements`] holds it against schemars.

mod agreement;
mod fields;
mod payload;
mod schema;
mod tagged;
#[doc(hidden)]
pub mod wire;

pub use self::fields::{Field, Fields, Presence, StructShape};
pub use self::payload::{Payload, UntaggedEnum};
pub use self::tagged::{EnumShape, Tagging, Variant};

use serde_json::Value;
use std::borrow::Cow;

/// The JSON form of a Rust type, by the rules of serde.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Shape {
    /// Only `null`: `()` and unit structs.
    Null,
    /// `true` or `false`.
    Bool,
    /// A number without fraction. Division of two integers truncates.
    Integer,
    /// Any other number.
    Number,
    /// Text; also everything that serde writes as text, such as a UUID.
    String,
    /// A list of one kind of item.
    Array(Box<Shape>),
    /// A list of a fixed length.
    Tuple(Vec<Shape>),
    /// An object whose keys are data.
    Map(Box<Shape>),
    /// A value, or `null`, or absent.
    Option(Box<Shape>),
    /// A struct.
    Struct(StructShape),
    /// An enum, with the way its variants are told apart.
    Enum(EnumShape),
    /// Anything: `serde_json::Value`, opaque fields, literals of unknown type. Names below it are taken as they stand.
    Any,
    /// A shape that is computed when it is looked at, so that types may contain themselves.
    Lazy(fn() -> Shape),
}

impl Shape {
    /// The shape itself, where it is computed when it is looked at.
    #[must_use]
    pub fn resolve(&self) -> Shape {
        let mut shape = self.clone();
        while let Shape::Lazy(compute) = shape {
            shape = compute();
        }
        shape
    }

    /// The shape of a JSON value.
    #[must_use]
    pub fn of_value(value: &Value) -> Shape {
        match value {
            Value::Null => Shape::Option(Box::new(Shape::Any)),
            Value::Bool(_) => Shape::Bool,
            Value::Number(number) if number.is_f64() => Shape::Number,
            Value::Number(_) => Shape::Integer,
            Value::String(_) => Shape::String,
            Value::Array(items) => {
                Shape::Array(Box::new(items.first().map_or(Shape::Any, Shape::of_value)))
            }
            Value::Object(entries) => Shape::object(
                entries
                    .iter()
                    .map(|(key, value)| (key.clone().into(), Shape::of_value(value))),
            ),
        }
    }

    /// An object whose keys are the names themselves.
    pub(crate) fn object(entries: impl IntoIterator<Item = (Cow<'static, str>, Shape)>) -> Shape {
        let fields = entries.into_iter().map(|(name, shape)| Field {
            wire: name.clone(),
            name,
            shape,
            flatten: false,
            presence: Presence::Always,
        });
        Shape::Struct(StructShape {
            name: "object".into(),
            fields: Fields::Named(fields.collect()),
            tag: None,
        })
    }

    /// The shape behind newtypes: what stands in the JSON.
    #[must_use]
    pub fn plain(&self) -> Shape {
        let mut shape = self.resolve();
        while let Shape::Struct(StructShape {
            fields: Fields::Newtype(field),
            tag: None,
            ..
        }) = &shape
        {
            shape = field.shape.resolve();
        }
        shape
    }

    /// The shape of what is there when an `Option` is `Some`; other shapes are themselves.
    #[must_use]
    pub fn some(&self) -> Shape {
        match self.plain() {
            Shape::Option(inner) => inner.resolve(),
            other => other,
        }
    }

    /// The shape of a collection's items; `Any` where it is not known.
    #[must_use]
    pub fn item(&self) -> Shape {
        match self.plain() {
            Shape::Array(item) => item.resolve(),
            Shape::Tuple(items) => items.first().map_or(Shape::Any, Shape::resolve),
            _ => Shape::Any,
        }
    }

    /// What the shape is called in messages: `Order`, `a list`, `a number`.
    #[must_use]
    pub fn describe(&self) -> String {
        match self.resolve() {
            Shape::Null => "`()`".to_owned(),
            Shape::Bool => "a `bool`".to_owned(),
            Shape::Integer => "an integer".to_owned(),
            Shape::Number => "a number".to_owned(),
            Shape::String => "a text".to_owned(),
            Shape::Array(_) => "a list".to_owned(),
            Shape::Tuple(_) => "a tuple".to_owned(),
            Shape::Map(_) => "a map".to_owned(),
            Shape::Option(_) => "an `Option`".to_owned(),
            Shape::Struct(shape) => format!("`{}`", shape.name),
            Shape::Enum(shape) => format!("`{}`", shape.name),
            Shape::Any | Shape::Lazy(_) => "a value of unknown form".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests;
