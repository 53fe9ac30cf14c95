//! The value of a JSON text.

use indexmap::IndexMap;

use super::number::Number;
use super::pointer::{self, segments};

/// Maximum nesting depth of arrays and objects in a parsed text.
///
/// ASL itself needs about four levels for each nested Map or Parallel; AWS rejects definitions far
/// below this limit.
pub const MAX_DEPTH: usize = 256;

/// The message for a value that nests deeper.
pub(crate) fn too_deep() -> String {
    format!("arrays and objects nest deeper than {MAX_DEPTH} levels")
}

/// The members of a JSON object, in document order.
pub type Object = IndexMap<String, Json>;

/// A JSON value that preserves key order and the digits of numbers. It can be cloned, compared,
/// printed and dropped at any depth.
///
/// ```
/// use stepwright_asl::json::Json;
///
/// let json: Json = r#"{"b": 1, "a": [true, null]}"#.parse()?;
/// assert_eq!(json.to_string(), r#"{"b":1,"a":[true,null]}"#);
/// assert_eq!(json.get("b").and_then(Json::as_i64), Some(1));
/// # Ok::<(), stepwright_asl::SyntaxError>(())
/// ```
#[derive(Default)]
pub enum Json {
    /// `null`
    #[default]
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string, with escapes resolved.
    String(String),
    /// An array.
    Array(Vec<Json>),
    /// An object.
    Object(Object),
}

/// Defines methods that return the content of one kind of value, if the value is of this kind.
macro_rules! accessors {
    ($this:ident: $($(#[$docs:meta])* $name:ident($($receiver:tt)+) -> $of:ty: $kind:ident($content:ident) => $result:expr;)*) => {$(
        $(#[$docs])*
        pub fn $name($($receiver)+) -> Option<$of> {
            match $this {
                Json::$kind($content) => Some($result),
                _ => None,
            }
        }
    )*};
}
pub(super) use accessors;

impl Json {
    /// Whether this is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Json::Null)
    }

    accessors! { self:
        /// The boolean, if this is one.
        as_bool(&self) -> bool: Bool(value) => *value;
        /// The number, if this is one.
        as_number(&self) -> &Number: Number(number) => number;
        /// The string, if this is one.
        as_str(&self) -> &str: String(text) => text.as_str();
        /// The items, if this is an array.
        as_array(&self) -> &[Json]: Array(items) => items.as_slice();
        /// The members, if this is an object.
        as_object(&self) -> &Object: Object(members) => members;
    }

    /// The integer, if this is a number that was written as an integer in this range.
    pub fn as_i64(&self) -> Option<i64> {
        self.as_number().and_then(Number::as_i64)
    }

    /// The number as the nearest `f64`, if this is a number.
    pub fn as_f64(&self) -> Option<f64> {
        self.as_number().map(Number::as_f64)
    }

    /// Returns the owned string, if this is one.
    pub fn into_string(mut self) -> Option<String> {
        self.as_string_mut().map(std::mem::take)
    }

    /// Returns the owned items, if this is an array.
    ///
    /// ```
    /// use stepwright_asl::json;
    ///
    /// let items = json!([1, 2]).into_array().unwrap_or_default();
    /// assert_eq!(items.len(), 2);
    /// ```
    pub fn into_array(mut self) -> Option<Vec<Json>> {
        self.as_array_mut().map(std::mem::take)
    }

    /// Returns the owned members, if this is an object.
    pub fn into_object(mut self) -> Option<Object> {
        self.as_object_mut().map(std::mem::take)
    }

    /// The member `key`, if this is an object with this member.
    pub fn get(&self, key: &str) -> Option<&Json> {
        self.as_object().and_then(|members| members.get(key))
    }

    /// The node at an RFC 6901 pointer; `""` is the value itself.
    ///
    /// ```
    /// use stepwright_asl::json::Json;
    ///
    /// let json: Json = r#"{"a/b": [10, 20]}"#.parse()?;
    /// assert_eq!(json.pointer("/a~1b/1").and_then(Json::as_i64), Some(20));
    /// # Ok::<(), stepwright_asl::SyntaxError>(())
    /// ```
    pub fn pointer(&self, pointer: &str) -> Option<&Json> {
        segments(pointer)?.try_fold(self, |node, segment| match node {
            Json::Object(members) => members.get(segment.as_ref()),
            Json::Array(items) => items.get(pointer::index(&segment)?),
            _ => None,
        })
    }

    /// The name of the value's type for messages: `null`, `a boolean`, `a number`, `a string`,
    /// `an array`, `an object`.
    pub fn noun(&self) -> &'static str {
        match self {
            Json::Null => "null",
            Json::Bool(_) => "a boolean",
            Json::Number(_) => "a number",
            Json::String(_) => "a string",
            Json::Array(_) => "an array",
            Json::Object(_) => "an object",
        }
    }
}
