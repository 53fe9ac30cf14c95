//! The shape of a struct and of the fields of a variant.

use super::Shape;
use serde_json::Value;
use std::borrow::Cow;

/// A struct: its Rust name and its fields.
#[derive(Clone, Debug)]
pub struct StructShape {
    /// The name of the Rust type.
    pub name: Cow<'static, str>,
    /// Its fields.
    pub fields: Fields,
    /// `#[serde(tag = "..")]` on a struct: the key and the text that serde adds.
    pub tag: Option<(Cow<'static, str>, Cow<'static, str>)>,
}

/// The fields of a struct or of an enum's variant.
#[derive(Clone, Debug)]
pub enum Fields {
    /// No fields.
    Unit,
    /// A single field that is the value itself: a newtype, or `#[serde(transparent)]`.
    Newtype(Box<Field>),
    /// Fields by position: a JSON array.
    Tuple(Vec<Field>),
    /// Fields by name: a JSON object.
    Named(Vec<Field>),
}

/// One field.
#[derive(Clone, Debug)]
pub struct Field {
    /// The name in Rust; for a tuple's field its index.
    pub name: Cow<'static, str>,
    /// The name in JSON.
    pub wire: Cow<'static, str>,
    /// The shape of its value.
    pub shape: Shape,
    /// `#[serde(flatten)]`: its fields are members of the struct that contains it.
    pub flatten: bool,
    /// `#[payload(redact)]`: its value is masked in output for people.
    pub is_redacted: bool,
    /// Whether the JSON always contains it.
    pub presence: Presence,
}

/// Whether the JSON contains a field.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Presence {
    /// Always, except that `None` may be absent.
    Always,
    /// Always, and `None` is written as `null`.
    Explicit,
    /// It may be absent (`default`, `skip_serializing_if`, an `Option`); an absent field has this
    /// value, or `null` without one.
    Sometimes(Option<fn() -> Value>),
    /// Like `Sometimes`, and serde omits the field if it is `None`
    /// (`skip_serializing_if = "Option::is_none"`).
    Omitted(Option<fn() -> Value>),
    /// Never (`skip`): the workflow cannot read it.
    Never,
}
