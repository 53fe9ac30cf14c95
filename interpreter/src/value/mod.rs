//! JSON values of executions: shared, never deep-copied, with known sizes.
//!
//! A [`Value`] takes 24 bytes. Strings of up to 23 bytes are stored inline; each array or object is
//! one node behind an `Arc`. So a clone increments a reference count, and an update copies only the
//! nodes on its path. Every node stores the length of its compact JSON text and its depth. So
//! limits are checked without a walk, also for values that are exponentially large because of
//! sharing, or very deep.
//!
//! ```
//! # extern crate stepwright_interpreter as stepwright_runtime;
//! use stepwright_runtime::value::{RefPath, Value};
//!
//! let before = Value::from_text(r#"{"order": {"id": "A1"}, "items": [1, 2]}"#)?;
//! let mut after = before.clone();
//! after.put(&RefPath::keys(["order", "total"]), Value::from(3))?;
//! assert_eq!(after.to_text(), r#"{"order":{"id":"A1","total":3},"items":[1,2]}"#);
//! assert_eq!(after.json_len(), 45);
//! // The update has not copied this node.
//! assert!(before.get("items").unwrap().is_same_node(after.get("items").unwrap()));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Numbers
//!
//! An integer that fits is an `i64`; a larger one retains all its digits ([`Big`]), as in
//! Jackson's `BigInteger` on the service, so a `u64` or an `i128` of a task is exact. A
//! number with a fraction or an exponent is an `f64`, always finite. `-0` is the integer 0.
//! Equality is by value: `1` equals `1.0`.
//!
//! # Bounds
//!
//! Reading and printing text, dropping, comparing, and conversions from and to
//! `serde_json::Value` do not recurse, at any depth. Text deeper than [`MAX_DEPTH`] is
//! rejected, as are typed values that nest deeper, and typed conversions of values deeper than
//! [`MAX_TYPED_DEPTH`]. Serde's recursion uses a separate stack if the thread has little left.
//!
//! Values of other libraries are dropped by these libraries: a `serde_json::Value` of tens of
//! thousands of levels overflows the stack when it is dropped, unless it is moved into
//! [`Value::from`].

mod array;
mod convert;
mod de;
mod entry;
mod equal;
mod foreign;
mod memory;
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
pub(crate) use memory::MemoryEstimate;
pub use number::Big;
pub(crate) use number::compare as compare_numbers;
pub use object::{Entries, Object, ObjectBuilder};
pub use path::{NotAnObject, RefPath, Segment};
pub(crate) use print::java_float;
pub use read::TextError;
pub use ser::ValueError;
pub use string::Str;

/// The maximum depth of the text of a value. The limit is that of the service's JSON parser
/// (Jackson's `StreamReadConstraints`).
pub const MAX_DEPTH: u32 = 1000;

/// The maximum depth of a value that is converted to a type or serialized to another format:
/// serde's visitors recurse, and buffer untagged enums. `serde_json` allows 128 levels.
pub const MAX_TYPED_DEPTH: u32 = 256;

/// The stack is checked once for this number of levels of a typed value.
const SHALLOW: u32 = 16;

/// Runs serde's recursion over a value of this depth, with enough stack for a debug build: for
/// [`SHALLOW`] levels of a type, and for [`MAX_TYPED_DEPTH`] levels that serde buffers.
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
    /// An integer that fits in a signed 64-bit integer.
    Int(i64),
    /// A number with a fraction or an exponent. It must be finite; use [`Value::from`] for an `f64`
    /// that may not be.
    Float(f64),
    /// An integer beyond a signed 64-bit integer.
    Big(Big),
    /// A string.
    Str(Str),
    /// An array.
    Array(Arc<Array>),
    /// An object.
    Object(Arc<Object>),
}

impl Value {
    /// Returns an object without members, which a null `InputPath` selects.
    pub fn empty_object() -> Value {
        Value::Object(Arc::new(Object::new()))
    }

    /// Returns whether the value is `null`.
    pub const fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// Returns whether the value is a number in any of the three forms.
    pub const fn is_number(&self) -> bool {
        matches!(self, Value::Int(_) | Value::Float(_) | Value::Big(_))
    }

    /// Returns the boolean, if the value is one.
    pub const fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(flag) => Some(*flag),
            _ => None,
        }
    }

    /// Returns the number as a 64-bit integer, if it is integral and fits: `3` and `3.0`, not
    /// `3.5`.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Value::Int(number) => Some(*number),
            Value::Float(number) => number::float_to_int(*number),
            _ => None,
        }
    }

    /// Returns the number as the nearest float, if the value is a number.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Value::Int(number) => Some(*number as f64),
            Value::Float(number) => Some(*number),
            Value::Big(number) => Some(number.to_f64()),
            _ => None,
        }
    }

    /// Returns the text, if the value is a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::Str(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the items, if the value is an array.
    pub fn as_array(&self) -> Option<&Array> {
        match self {
            Value::Array(array) => Some(array),
            _ => None,
        }
    }

    /// Returns the members, if the value is an object.
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Value::Object(object) => Some(object),
            _ => None,
        }
    }

    /// Returns the member `key`, if the value is an object that has it.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_object()?.get(key)
    }

    /// Returns the item at `index`, if the value is an array that has it.
    pub fn item(&self, index: usize) -> Option<&Value> {
        self.as_array()?.get(index)
    }

    /// Returns the JSON type as in JSON Schema: `null`, `boolean`, `number`, `string`, `array`,
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

    /// Returns the length of the compact JSON text in bytes of UTF-8, saturating. Nodes store it,
    /// so this takes constant time.
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

    /// Returns the maximum nesting of arrays and objects: 0 for a scalar, 1 for
    /// `[]`, saturating. Nodes store it.
    pub fn depth(&self) -> u32 {
        match self {
            Value::Array(array) => array.size().depth,
            Value::Object(object) => object.size().depth,
            _ => 0,
        }
    }

    /// Returns whether both are one node (the same array or object in memory) or equal scalars of
    /// the same form. Takes constant time; values may be equal although this returns `false`.
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

/// Drops nodes without recursion: dropping a document that is nested 50,000 levels deep must
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
