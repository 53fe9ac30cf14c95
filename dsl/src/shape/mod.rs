//! The JSON form of Rust types: the names and tags that serde uses.
//!
//! The lowering of an expression reads a [`Shape`] to find `order.customer_name` as `customer.name`
//! in the JSON. `#[derive(Payload)]` generates it; [`Shape::disagreements`] compares it with
//! schemars.

mod agreement;
mod collection;
mod depth;
mod fields;
mod form;
mod integer;
pub(crate) mod json_schema;
mod null;
mod payload;
mod redacted;
pub(crate) mod samples;
mod schema;
mod standard_payloads;
mod tagged;
mod tuples;
#[doc(hidden)]
pub mod wire;

pub(crate) use self::collection::Check;
pub use self::collection::{CustomForm, DurationShape, MapShape, SetShape, Spelling, TextualType};
pub(crate) use self::depth::check_depth;
pub use self::fields::{Field, Fields, Presence, StructShape};
#[doc(hidden)]
pub use self::form::Form;
pub use self::integer::IntegerType;
#[doc(hidden)]
pub use self::payload::{MethodResult, OtherResult, ResultOfType};
pub use self::payload::{Payload, UntaggedEnum};
pub(crate) use self::redacted::RedactedFields;
pub use self::tagged::{EnumShape, Tagging, Variant};
pub(crate) use self::tuples::for_tuples;

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
    /// An integer whose type is not known. Division of two integers truncates.
    Integer,
    /// An integer whose type is not known, with at most 15 digits: JSONata writes its text exactly.
    SmallInteger,
    /// An integer of a known type.
    Int(IntegerType),
    /// Any other number.
    Number,
    /// An `f32`: JSON represents its value, but JSONata would compute with 64 bits.
    SmallNumber,
    /// Text.
    String,
    /// A value of another type that serde serializes as text, such as a UUID.
    Written(TextualType),
    /// A duration between times. Expressions compute with it, and no JSON contains it.
    Duration(DurationShape),
    /// A list of items of one shape.
    Array(Box<Shape>),
    /// A list without duplicates, from a set.
    Set(Box<SetShape>),
    /// A list of a fixed length.
    Tuple(Vec<Shape>),
    /// An object whose keys are data.
    Map(Box<MapShape>),
    /// A value, or `null`, or absent.
    Option(Box<Shape>),
    /// A struct.
    Struct(StructShape),
    /// An enum, with its tagging.
    Enum(EnumShape),
    /// A value that user code serializes. A workflow passes it on and does not compute with it.
    Custom(CustomForm),
    /// Any value: `serde_json::Value`, opaque fields, literals of unknown type. Names below it are
    /// used verbatim.
    Any,
    /// A shape that is computed on demand, so that types may contain themselves.
    Lazy(fn() -> Shape),
}

impl Shape {
    /// The shape itself, computed if it is lazy.
    #[must_use]
    pub fn resolve(&self) -> Shape {
        let mut shape = self.clone();
        while let Shape::Lazy(compute) = shape {
            shape = compute();
        }
        shape
    }

    /// The shape of rust_decimal's `Decimal`.
    pub(crate) const fn decimal() -> Shape {
        standard_payloads::written("Decimal", Spelling::Decimal, [true, true, true])
    }

    /// The shape of chrono's `NaiveDate`.
    pub(crate) const fn date() -> Shape {
        standard_payloads::written("NaiveDate", Spelling::Date, [true, true, true])
    }

    /// The shape of chrono's `DateTime<Utc>`.
    pub(crate) const fn utc_time() -> Shape {
        standard_payloads::written("DateTime<Utc>", Spelling::UtcTime, [true, true, true])
    }

    /// The duration, if it is one.
    pub(crate) fn duration(&self) -> Option<DurationShape> {
        match self.resolve() {
            Shape::Duration(duration) => Some(duration),
            _ => None,
        }
    }

    /// The texts that serde reads for one value.
    pub(crate) fn spelling(&self) -> Spelling {
        match self.plain() {
            Shape::Written(written) => written.spelling,
            _ => Spelling::One,
        }
    }

    /// Whether one value may have several spellings in JSON, except in parts of the value.
    pub(crate) fn is_spelled(&self) -> bool {
        match self.plain() {
            Shape::Written(written) => written.spelling != Spelling::One,
            Shape::Enum(shape) => shape.other_variant().is_some(),
            Shape::Option(inner) | Shape::Array(inner) => inner.is_spelled(),
            Shape::Set(set) => set.item.is_spelled(),
            _ => false,
        }
    }

    /// Whether the value, or a part of it that a workflow can rewrite, may have several spellings
    /// in JSON.
    pub(crate) fn has_spelled_parts(&self) -> bool {
        // A type may contain only itself.
        self.spelled_within(8)
    }

    fn spelled_within(&self, depth: usize) -> bool {
        let Some(depth) = depth.checked_sub(1) else {
            return false;
        };
        match self.plain() {
            Shape::Option(inner) | Shape::Array(inner) => inner.spelled_within(depth),
            Shape::Set(set) => set.item.spelled_within(depth),
            Shape::Map(map) => map.value.spelled_within(depth),
            Shape::Tuple(items) => items.iter().any(|item| item.spelled_within(depth)),
            Shape::Struct(StructShape {
                fields: Fields::Named(fields),
                ..
            }) => {
                let mut fields = fields.iter().filter(|field| !field.flatten);
                fields.any(|field| field.shape.spelled_within(depth))
            }
            other => other.is_spelled() && other.spelling() != Spelling::Several,
        }
    }

    /// Whether its JSON may be a text.
    pub(crate) fn may_be_text(&self) -> bool {
        // A type may contain only itself.
        self.text_within(16)
    }

    fn text_within(&self, depth: usize) -> bool {
        let Some(depth) = depth.checked_sub(1) else {
            return true;
        };
        match self.resolve() {
            Shape::String | Shape::Written(_) | Shape::Custom(_) | Shape::Any => true,
            Shape::Option(inner) => inner.text_within(depth),
            Shape::Enum(one) => one.may_be_text(depth),
            Shape::Struct(one) => match one.fields {
                Fields::Newtype(inner) => inner.shape.text_within(depth),
                _ => false,
            },
            _ => false,
        }
    }

    /// The shape of a JSON value.
    #[must_use]
    pub fn of_value(value: &Value) -> Shape {
        match value {
            Value::Null => Shape::Option(Box::new(Shape::Any)),
            Value::Bool(_) => Shape::Bool,
            Value::Number(number) if number.is_f64() => Shape::Number,
            Value::Number(number) => {
                let magnitude = number.as_i64().map_or(u64::MAX, i64::unsigned_abs);
                if magnitude < 1_000_000_000_000_000 {
                    Shape::SmallInteger
                } else {
                    Shape::Integer
                }
            }
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

    /// An object with these keys.
    pub(crate) fn object(entries: impl IntoIterator<Item = (Cow<'static, str>, Shape)>) -> Shape {
        let fields = entries.into_iter().map(|(name, shape)| Field {
            wire: name.clone(),
            name,
            shape,
            flatten: false,
            is_redacted: false,
            presence: Presence::Always,
        });
        Shape::Struct(StructShape {
            name: "object".into(),
            fields: Fields::Named(fields.collect()),
            tag: None,
        })
    }

    /// The shape inside of newtypes, which is the form in the JSON.
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

    /// The shape of the value of an `Option` that is `Some`; other shapes are unchanged.
    #[must_use]
    pub fn some(&self) -> Shape {
        match self.plain() {
            Shape::Option(inner) => inner.resolve(),
            other => other,
        }
    }

    /// Whether `None` and some `Some` are both `null` in JSON: an `Option` of an `Option` or of
    /// `()`.
    pub(crate) fn hides_none(&self) -> bool {
        match self.plain() {
            Shape::Option(inner) => matches!(inner.plain(), Shape::Option(_) | Shape::Null),
            _ => false,
        }
    }

    /// The number of shapes that it contains, counted up to a limit.
    pub(crate) fn parts(&self, limit: usize) -> usize {
        let mut parts = 1;
        let mut add = |inner: &Shape| {
            if parts < limit {
                parts += inner.parts(limit - parts);
            }
        };
        match self {
            Shape::Tuple(items) => items.iter().for_each(add),
            Shape::Array(inner) | Shape::Option(inner) => add(inner),
            _ => {}
        }
        parts
    }

    /// The user's functions that serialize the value, if there are some.
    pub(crate) fn custom(&self) -> Option<CustomForm> {
        match self.plain() {
            Shape::Custom(form) => Some(form),
            Shape::Option(some) => some.custom(),
            _ => None,
        }
    }

    /// The shape of a collection's items; `Any` if it is not known.
    #[must_use]
    pub fn item(&self) -> Shape {
        match self.plain() {
            Shape::Array(item) => item.resolve(),
            Shape::Set(set) => set.item.resolve(),
            Shape::Tuple(items) => items.first().map_or(Shape::Any, Shape::resolve),
            _ => Shape::Any,
        }
    }

    /// The shape of a list of such items.
    #[must_use]
    pub fn list(item: Shape) -> Shape {
        Shape::Array(Box::new(item))
    }

    /// The shape of an unordered map with text keys.
    #[must_use]
    pub fn map(value: Shape) -> Shape {
        Shape::Map(Box::new(MapShape {
            key: Shape::String,
            value,
            sorted: false,
            check: None,
        }))
    }

    /// The shape of an `Option` of this shape.
    #[must_use]
    pub fn option(some: Shape) -> Shape {
        Shape::Option(Box::new(some))
    }

    /// The more precise of two shapes of one type, if one of them is vague: an empty list, `None`.
    pub(crate) fn or(&self, other: &Shape) -> Shape {
        match (self.resolve(), other.resolve()) {
            (Shape::Any, other) => other,
            (Shape::Option(some), Shape::Option(other)) => Shape::option(some.or(&other)),
            (Shape::Array(item), Shape::Array(other)) => Shape::list(item.or(&other)),
            (this, other) => this.joined(&other).unwrap_or(this),
        }
    }

    /// The shape of integers that have the shape of one or the other: the known type, and the type
    /// with more digits.
    pub(crate) fn joined(&self, other: &Shape) -> Option<Shape> {
        Some(match (self, other) {
            (Shape::Int(IntegerType::Count), Shape::Int(known))
            | (Shape::Int(known), Shape::Int(_))
            | (Shape::Int(known), Shape::Integer | Shape::SmallInteger)
            | (Shape::Integer | Shape::SmallInteger, Shape::Int(known)) => Shape::Int(*known),
            (Shape::Integer, Shape::SmallInteger) | (Shape::SmallInteger, Shape::Integer) => {
                Shape::Integer
            }
            (Shape::Duration(_), Shape::Duration(DurationShape::Difference))
            | (Shape::Duration(DurationShape::Difference), Shape::Duration(_)) => {
                Shape::Duration(DurationShape::Difference)
            }
            _ => return None,
        })
    }

    /// The shape of a list or tuple literal: a list if all items may have one type, else a tuple.
    pub(crate) fn of_items(items: Vec<Shape>) -> Shape {
        let item = items
            .iter()
            .cloned()
            .reduce(|shape, other| shape.or(&other));
        match item {
            None => Shape::list(Shape::Any),
            Some(item) if items.iter().all(|other| item.may_be(other)) => Shape::list(item),
            Some(_) => Shape::Tuple(items),
        }
    }

    /// Whether two values may have the same Rust type. Structs and enums are compared by name.
    fn may_be(&self, other: &Shape) -> bool {
        match (self.plain(), other.plain()) {
            (Shape::Any, _) | (_, Shape::Any) => true,
            (Shape::Option(some), Shape::Option(other)) => some.may_be(&other),
            (Shape::Array(item), Shape::Array(other)) => item.may_be(&other),
            (Shape::Array(item), Shape::Tuple(others))
            | (Shape::Tuple(others), Shape::Array(item)) => {
                others.iter().all(|other| item.may_be(other))
            }
            (Shape::Tuple(items), Shape::Tuple(others)) => {
                let mut pairs = items.iter().zip(&others);
                items.len() == others.len() && pairs.all(|(item, other)| item.may_be(other))
            }
            (Shape::Set(set), Shape::Set(other)) => set.item.may_be(&other.item),
            (Shape::Map(map), Shape::Map(other)) => map.value.may_be(&other.value),
            (this, other) => this.describe() == other.describe(),
        }
    }

    /// Whether it is an integer.
    #[must_use]
    pub fn is_integer(&self) -> bool {
        matches!(
            self.plain(),
            Shape::Integer | Shape::SmallInteger | Shape::Int(_)
        )
    }

    /// Whether it is an integer with at most 15 digits.
    pub(crate) fn is_short(&self) -> bool {
        match self.plain() {
            Shape::SmallInteger => true,
            Shape::Int(integer) => integer.is_short(),
            _ => false,
        }
    }

    /// The shape of an integer of this shape that is converted to a type. A wider integer retains
    /// the known number of digits.
    pub(crate) fn converted(&self, to: IntegerType) -> Shape {
        match (self.is_short() && !to.is_short(), to.is_unsigned()) {
            (true, true) => Shape::Int(IntegerType::Count),
            (true, false) => Shape::SmallInteger,
            (false, _) => Shape::Int(to),
        }
    }

    /// Whether it is an integer that is never negative.
    pub(crate) fn is_unsigned(&self) -> bool {
        matches!(self.plain(), Shape::Int(integer) if integer.is_unsigned())
    }

    /// Whether it is a number.
    #[must_use]
    pub fn is_number(&self) -> bool {
        self.is_integer() || matches!(self.plain(), Shape::Number | Shape::SmallNumber)
    }

    /// Whether its JSON is a list.
    pub(crate) fn is_list(&self) -> bool {
        matches!(
            self.plain(),
            Shape::Array(_) | Shape::Set(_) | Shape::Tuple(_)
        )
    }

    /// Whether a value may contain a number with more than 15 digits.
    pub(crate) fn may_have_many_digits(&self) -> bool {
        // A type may contain only itself.
        self.may_contain(16, &|shape| match shape {
            Shape::Number | Shape::Integer | Shape::Custom(_) | Shape::Any => true,
            Shape::Int(integer) => !integer.is_short(),
            _ => false,
        })
    }

    /// Whether a test is true for it, or for a part at most this deep inside: recursive types are
    /// infinite.
    pub(crate) fn may_contain(&self, depth: usize, test: &dyn Fn(&Shape) -> bool) -> bool {
        let Some(depth) = depth.checked_sub(1) else {
            return false;
        };
        let inner = |shape: &Shape| shape.may_contain(depth, test);
        let of_fields = |fields: &Fields| match fields {
            Fields::Unit => false,
            Fields::Newtype(field) => inner(&field.shape),
            Fields::Tuple(fields) | Fields::Named(fields) => {
                fields.iter().any(|field| inner(&field.shape))
            }
        };
        match self.resolve() {
            Shape::Option(shape) | Shape::Array(shape) => inner(&shape),
            Shape::Set(set) => inner(&set.item),
            Shape::Map(map) => inner(&map.value),
            Shape::Tuple(items) => items.iter().any(inner),
            Shape::Struct(shape) => of_fields(&shape.fields),
            Shape::Enum(shape) => {
                let mut variants = shape.variants.iter();
                variants.any(|variant| of_fields(&variant.fields))
            }
            plain => test(&plain),
        }
    }

    /// The name of the shape in messages: `Order`, `a list`, `a number`.
    #[must_use]
    pub fn describe(&self) -> String {
        match self.resolve() {
            Shape::Null => "`()`".to_owned(),
            Shape::Bool => "a `bool`".to_owned(),
            Shape::Integer | Shape::SmallInteger | Shape::Int(_) => "an integer".to_owned(),
            Shape::Number => "a number".to_owned(),
            Shape::SmallNumber => "an `f32`".to_owned(),
            Shape::String => "a text".to_owned(),
            Shape::Written(written) => format!("a `{}`", written.name),
            Shape::Duration(_) => "a duration".to_owned(),
            Shape::Array(_) => "a list".to_owned(),
            Shape::Set(_) => "a set".to_owned(),
            Shape::Tuple(_) => "a tuple".to_owned(),
            Shape::Map(_) => "a map".to_owned(),
            Shape::Option(_) => "an `Option`".to_owned(),
            Shape::Struct(shape) => format!("`{}`", shape.name),
            Shape::Enum(shape) => format!("`{}`", shape.name),
            Shape::Custom(form) => format!("a value of `#[serde({})]`", form.attribute),
            Shape::Any | Shape::Lazy(_) => "a value of unknown form".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests;
