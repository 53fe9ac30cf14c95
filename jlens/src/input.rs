//! Inputs read one level at a time (ADR 0010).
//!
//! [`Expression::evaluate`](crate::Expression::evaluate) reads a `serde_json::Value` lazily: an
//! evaluation converts only the arrays and objects its expression reaches. Other
//! representations of a document implement [`Source`] and [`Sources`] and are evaluated with
//! [`Expression::evaluate_source_to`](crate::Expression::evaluate_source_to), so that they are
//! read the same way, without being converted to `serde_json` first. Sources that look up one
//! field for less than they read its object whole also implement [`Sources::read_field`], which
//! a path step uses. Sources that read an item of an array for less than the whole array
//! implement [`Sources::length`] and [`Sources::read_item`], which an index such as `items[0]`
//! uses. The module [`output`](crate::output) has an example.

pub use crate::value::{Sink, Source, Sources};
