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
