//! How a Rust type looks as JSON: the names and tags that serde gives it.
//!
//! A [`Shape`] is what the lowering of an expression reads to find `order.customer_name` under `customer.name` on the
//! wire. `#[derive(Payload)]` writes it; [`Shape::disagreements`] holds it against schemars.

mod agreement;
mod fields;
mod payload;
mod tagged;
#[doc(hidden)]
pub mod wire;

pub use self::fields::{Field, Fields, Presence, StructShape};
pub use self::payload::Payload;
pub use self::tagged::{EnumShape, Tagging, Variant};

/// The JSON form of a Rust type, by the rules of serde.
#[derive(Clone, Debug)]
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
