//! JSON values as an execution holds them: shared, never deep-copied, measured.
//!
//! A [`Value`] takes 24 bytes. Strings of up to 23 bytes live in the value itself; arrays and
//! objects sit behind one `Arc` per node, so that a clone is a reference count and an update
//! copies the nodes on its path only. Every node knows the length of its compact JSON text and
//! its depth: a limit is checked without a walk, and what sharing makes exponentially large or
//! very deep is seen before anybody walks it.
//!
//! ```
//! use stepwright_runtime::value::{RefPath, Value};
//!
//! let before = Value::from_text(r#"{"order": {"id": "A1"}, "items": [1, 2]}"#)?;
//! let mut after = before.clone();
//! after.put(&RefPath::keys(["order", "total"]), Value::from(3))?;
//! assert_eq!(after.to_text(), r#"{"order":{"id":"A1","total":3},"items":[1,2]}"#);
//! assert_eq!(after.json_len(), 45);
//! // What the update did not touch is the same node.
//! assert!(before.get("items").unwrap().is_same_node(after.get("items").unwrap()));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Numbers
//!
//! An integer that fits is an `i64`; one that does not is kept digit for digit ([`Big`]), as
//! Jackson's `BigInteger` does in the service, so a `u64` or an `i128` of a task survives. A
//! number with a fraction or an exponent is an `f64`, always finite. `-0` is the integer 0.
//! Equality is by value: `1` equals `1.0`.
//!
//! # Bounds
//!
//! Reading and printing text, dropping, comparing, and conversions from and to
//! `serde_json::Value` do not recurse, whatever the depth. Text deeper than [`MAX_DEPTH`] is
//! refused, as are typed values that nest deeper, and typed conversions of values deeper than
//! [`MAX_TYPED_DEPTH`]. Serde's recursion takes stack of its own where the thread has little left.
//!
//! What other libraries build, they drop: a `serde_json::Value` of tens of thousands of levels
//! overflows the stack when it is dropped, unless it is given away with [`Value::from`].

mod array;
mod convert;
mod de;
mod entry;
mod equal;
mod foreign;
mod number;
mod object;
mod owned;
mod path;
mod print;
mod read;
mod ser;
mod size;
mod string;
mod wide;

use std::sync::Arc;

pub use array::Array;
pub use number::Big;
pub use object::{Entries, Object, ObjectBuilder};
pub use path::{NotAnObject, RefPath, Segment};
pub use read::TextError;
pub use ser::ValueError;
pub use string::Str;

pub(crate) use number::compare as compare_numbers;
pub(crate) use print::java_float;

/// How deep the text of a value may nest. The bound is that of the service's JSON reader
/// (Jackson's `StreamReadConstraints`).
pub const MAX_DEPTH: u32 = 1000;

/// How deep a value may nest that is turned into a typed one or serialized by another format:
/// serde's visitors recurse, and buffer what is untagged. `serde_json` takes 128 levels.
pub const MAX_TYPED_DEPTH: u32 = 256;

/// So many levels of a typed value need no look at the stack.
const SHALLOW: u32 = 16;

/// Runs serde's recursion over something of this depth, with stack enough: what a debug build
/// takes for [`SHALLOW`] levels of a type, and for [`MAX_TYPED_DEPTH`] that serde buffers.
fn with_stack<R>(depth: u32, walk: impl FnOnce() -> R) -> R {
    if depth < SHALLOW {
        walk()
    } else {
        stacker::maybe_grow(512 * 1024, 4 * 1024 * 1024, walk)
    }
}

/// A JSON value; see the [module](self).
#[derive(Clone, Default)]
pub enum Value {
    /// `null`.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An integer that fits 64 bits with sign.
    Int(i64),
    /// A number with a fraction or an exponent. Finite; use [`Value::from`] on an `f64` that
    /// may not be.
    Float(f64),
    /// An integer beyond 64 bits with sign.
    Big(Big),
    /// A string.
    Str(Str),
    /// An array.
    Array(Arc<Array>),
    /// An object.
    Object(Arc<Object>),
}

impl Value {
    /// An object without members: what a null `InputPath` selects.
    pub fn empty_object() -> Value {
        Value::Object(Arc::new(Object::new()))
    }

    /// Whether the value is `null`.
    pub const fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// Whether the value is a number of any of the three forms.
    pub const fn is_number(&self) -> bool {
        matches!(self, Value::Int(_) | Value::Float(_) | Value::Big(_))
    }

    /// The boolean, if the value is one.
    pub const fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(flag) => Some(*flag),
            _ => None,
        }
    }

    /// The number as an integer, if it is one of 64 bits: `3` and `3.0`, not `3.5`.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Value::Int(number) => Some(*number),
            Value::Float(number) => number::float_to_int(*number),
            _ => None,
        }
    }

    /// The number as the nearest float, if the value is a number.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Value::Int(number) => Some(*number as f64),
            Value::Float(number) => Some(*number),
            Value::Big(number) => Some(number.to_f64()),
            _ => None,
        }
    }

    /// The text, if the value is a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The items, if the value is an array.
    pub fn as_array(&self) -> Option<&Array> {
        match self {
            Value::Array(array) => Some(array),
            _ => None,
        }
    }

    /// The members, if the value is an object.
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Value::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The member `key`, if the value is an object that has it.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_object()?.get(key)
    }

    /// The item at `index`, if the value is an array that has it.
    pub fn item(&self, index: usize) -> Option<&Value> {
        self.as_array()?.get(index)
    }

    /// The JSON type in JSON Schema's words: `null`, `boolean`, `number`, `string`, `array`,
    /// `object`.
    pub const fn type_name(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Int(_) | Value::Float(_) | Value::Big(_) => "number",
            Value::Str(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        }
    }

    /// The length of the compact JSON text in bytes of UTF-8, saturating. Nodes remember it:
    /// the cost is that of one look.
    #[inline]
    pub fn json_len(&self) -> u64 {
        match self {
            Value::Array(array) => array.size().json,
            Value::Object(object) => object.size().json,
            scalar => scalar.scalar_len(),
        }
    }

    fn scalar_len(&self) -> u64 {
        match self {
            Value::Null => 4,
            Value::Bool(flag) => 5 - u64::from(*flag),
            Value::Int(number) => size::int_len(*number),
            Value::Float(number) => size::float_len(*number),
            Value::Big(number) => number.as_str().len() as u64,
            Value::Str(text) => size::str_len(text),
            Value::Array(_) | Value::Object(_) => self.json_len(),
        }
    }

    /// How many arrays and objects stand around the innermost value: 0 for a scalar, 1 for
    /// `[]`, saturating. Nodes remember it.
    pub fn depth(&self) -> u32 {
        match self {
            Value::Array(array) => array.size().depth,
            Value::Object(object) => object.size().depth,
            _ => 0,
        }
    }

    /// Whether both are one node (the same array or object in memory) or equal scalars of the
    /// same form. Never walks; `false` says nothing.
    #[inline]
    pub fn is_same_node(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Null, Value::Null) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Int(a), Value::Int(b)) => a == b,
            (Value::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits(),
            (Value::Big(a), Value::Big(b)) => a == b,
            (Value::Str(a), Value::Str(b)) => a == b,
            (Value::Array(a), Value::Array(b)) => Arc::ptr_eq(a, b),
            (Value::Object(a), Value::Object(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }
}

/// Takes nodes apart without recursion: the drop of a document nested 50,000 levels deep must
/// not depend on the size of the stack.
pub(crate) fn dismantle(mut rest: Vec<Value>) {
    while let Some(value) = rest.pop() {
        match value {
            Value::Array(node) => {
                if let Some(mut array) = Arc::into_inner(node) {
                    rest.append(&mut array.take());
                }
            }
            Value::Object(node) => {
                if let Some(mut object) = Arc::into_inner(node) {
                    object.take(&mut rest);
                }
            }
            _ => {}
        }
    }
}

/// Nodes deeper than this are dropped by [`dismantle`].
pub(crate) const DEEP: u32 = 64;

#[cfg(test)]
mod tests;
