//! Serialization to a value, and of a value to any serializer.

use std::fmt::Display;
use std::sync::Arc;

use serde::ser::{self, Error as _, Impossible, Serialize, SerializeMap, SerializeSeq};

use super::{MAX_DEPTH, MAX_TYPED_DEPTH, Object, ObjectBuilder, SHALLOW, Str, Value, with_stack};

/// A typed value could not be converted to a [`Value`], or a [`Value`] to a type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ValueError(String);

impl ser::Error for ValueError {
    fn custom<T: Display>(message: T) -> Self {
        ValueError(message.to_string())
    }
}

impl serde::de::Error for ValueError {
    fn custom<T: Display>(message: T) -> Self {
        ValueError(message.to_string())
    }
}

impl Value {
    /// Serializes `typed` to a value, with the same result as `serde_json`, but without text or
    /// `serde_json::Value` in between: enums in every tagging, maps with keys that print as
    /// strings, bytes as an array of numbers, floats that are not finite as `null`.
    ///
    /// # Errors
    ///
    /// Fails when the type's `Serialize` fails, on a map key that cannot be a string, and on more
    /// than [`MAX_DEPTH`] levels.
    ///
    /// ```
    /// # extern crate stepwright_interpreter as stepwright_runtime;
    /// # use stepwright_runtime::value::Value;
    /// #[derive(serde::Serialize)]
    /// struct Order { id: u64, tags: Vec<&'static str> }
    ///
    /// let value = Value::from_typed(&Order { id: u64::MAX, tags: vec!["new"] })?;
    /// assert_eq!(value.to_text(), r#"{"id":18446744073709551615,"tags":["new"]}"#);
    /// # Ok::<(), stepwright_runtime::value::ValueError>(())
    /// ```
    pub fn from_typed<T: Serialize + ?Sized>(typed: &T) -> Result<Value, ValueError> {
        typed.serialize(ToValue::default())
    }
}

/// Arrays and objects as sequences and maps; an integer beyond 128 bits as the nearest float.
impl Serialize for Value {
    fn serialize<S: ser::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.depth() > MAX_TYPED_DEPTH {
            return Err(S::Error::custom(format_args!(
                "a value nested deeper than {MAX_TYPED_DEPTH} levels cannot be serialized"
            )));
        }
        match self {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(flag) => serializer.serialize_bool(*flag),
            Value::Int(number) => serializer.serialize_i64(*number),
            Value::Float(number) => serializer.serialize_f64(*number),
            Value::Big(number) => {
                let digits = number.as_str();
                if let Ok(number) = digits.parse::<u64>() {
                    serializer.serialize_u64(number)
                } else if let Ok(number) = digits.parse::<i128>() {
                    serializer.serialize_i128(number)
                } else {
                    serializer.serialize_f64(number.to_f64())
                }
            }
            Value::Str(text) => serializer.serialize_str(text),
            Value::Array(array) => {
                let mut items = serializer.serialize_seq(Some(array.len()))?;
                with_stack(self.depth(), || {
                    for item in array.iter() {
                        items.serialize_element(item)?;
                    }
                    items.end()
                })
            }
            Value::Object(object) => {
                let mut members = serializer.serialize_map(Some(object.len()))?;
                with_stack(self.depth(), || {
                    for (key, value) in object.iter() {
                        members.serialize_entry(key, value)?;
                    }
                    members.end()
                })
            }
        }
    }
}

/// Serializes a value inside this number of nodes.
#[derive(Clone, Copy, Default)]
struct ToValue {
    level: u32,
    /// How many newtypes and options wrap it in this node: they add no level.
    wrappers: u32,
}

/// The maximum newtypes and options around one value.
const MAX_WRAPPERS: u32 = 64;

impl ToValue {
    /// Returns a serializer for members of a node that is nested in this number of nodes.
    fn nested(self, nodes: u32) -> Result<ToValue, ValueError> {
        let level = self.level.saturating_add(nodes);
        if level > MAX_DEPTH {
            return Err(ValueError::custom(format_args!(
                "nested deeper than {MAX_DEPTH} levels"
            )));
        }
        Ok(ToValue { level, wrappers: 0 })
    }

    /// Returns a serializer for the content of a newtype or an option.
    fn wrapped(self) -> Result<ToValue, ValueError> {
        if self.wrappers == MAX_WRAPPERS {
            return Err(ValueError::custom(format_args!(
                "wrapped in more than {MAX_WRAPPERS} newtypes and options"
            )));
        }
        Ok(ToValue {
            wrappers: self.wrappers + 1,
            ..self
        })
    }

    /// Serializes a member of a node.
    fn value<T: Serialize + ?Sized>(self, value: &T) -> SerializeResult {
        // The stack is checked once for this number of levels.
        match self.level % SHALLOW {
            0 => with_stack(SHALLOW, || value.serialize(self)),
            _ => value.serialize(self),
        }
    }

    fn items(self, len: usize, variant: Option<&'static str>) -> Result<Items, ValueError> {
        Ok(Items {
            // A length hint of a type may be wrong, so it is limited.
            items: Vec::with_capacity(len.min(4096)),
            variant,
            inside: self.nested(1 + u32::from(variant.is_some()))?,
        })
    }

    fn members(self, len: usize, variant: Option<&'static str>) -> Result<Members, ValueError> {
        Ok(Members {
            members: ObjectBuilder::with_capacity(len),
            key: None,
            variant,
            inside: self.nested(1 + u32::from(variant.is_some()))?,
        })
    }
}

/// Items of a sequence; `variant` wraps them as an enum's content.
struct Items {
    items: Vec<Value>,
    inside: ToValue,
    variant: Option<&'static str>,
}

/// Members of a map or struct; `variant` wraps them as an enum's content.
struct Members {
    members: ObjectBuilder,
    inside: ToValue,
    key: Option<Str>,
    variant: Option<&'static str>,
}

fn tagged(variant: Option<&'static str>, content: Value) -> Value {
    match variant {
        Some(name) => Object::from_distinct(vec![(Str::new_static(name), content)]).into(),
        None => content,
    }
}

impl Items {
    fn push<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), ValueError> {
        self.items.push(self.inside.value(item)?);
        Ok(())
    }

    fn finish(self) -> Value {
        tagged(self.variant, Value::from(self.items))
    }
}

impl Members {
    fn set<T: Serialize + ?Sized>(&mut self, key: Str, value: &T) -> Result<(), ValueError> {
        self.members.insert(key, self.inside.value(value)?);
        Ok(())
    }

    fn finish(self) -> Value {
        let object = Value::Object(Arc::new(self.members.finish()));
        tagged(self.variant, object)
    }
}

/// Writes the method of a serializer for each type of integers.
macro_rules! each_integer {
    (|$number:ident| -> $result:ty $body:block) => {
        each_integer! { @ $number $result $body
            serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_i64 i64, serialize_i128 i128,
            serialize_u8 u8, serialize_u16 u16, serialize_u32 u32, serialize_u64 u64, serialize_u128 u128
        }
    };
    (@ $number:ident $result:ty $body:block $($method:ident $integer:ty),*) => {
        $(fn $method(self, $number: $integer) -> $result $body)*
    };
}

/// Implements traits of serde with one method for a list's items, and `end`.
macro_rules! list_of_items {
    ($($method:ident of $of:path),*) => {$(
        impl $of for Items {
            type Ok = Value;
            type Error = ValueError;

            fn $method<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), ValueError> {
                self.push(item)
            }

            fn end(self) -> SerializeResult {
                Ok(self.finish())
            }
        }
    )*};
}

/// Implements traits of serde with one method for an object's members, and `end`.
macro_rules! object_of_fields {
    ($($of:path),*) => {$(
        impl $of for Members {
            type Ok = Value;
            type Error = ValueError;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Result<(), ValueError> {
                self.set(Str::new_static(key), value)
            }

            fn end(self) -> SerializeResult {
                Ok(self.finish())
            }
        }
    )*};
}

type SerializeResult = Result<Value, ValueError>;

impl ser::Serializer for ToValue {
    type Ok = Value;
    type Error = ValueError;
    type SerializeSeq = Items;
    type SerializeTuple = Items;
    type SerializeTupleStruct = Items;
    type SerializeTupleVariant = Items;
    type SerializeMap = Members;
    type SerializeStruct = Members;
    type SerializeStructVariant = Members;

    fn serialize_bool(self, flag: bool) -> SerializeResult {
        Ok(Value::Bool(flag))
    }
    each_integer!(|number| -> SerializeResult { Ok(number.into()) });
    fn serialize_f32(self, number: f32) -> SerializeResult {
        // Through its shortest text: 0.1f32 is 0.1, not 0.10000000149011612.
        let text = number.to_string();
        Ok(text.parse::<f64>().map_or(Value::Null, Value::from))
    }
    fn serialize_f64(self, number: f64) -> SerializeResult {
        Ok(number.into())
    }
    fn serialize_char(self, character: char) -> SerializeResult {
        Ok(Value::from(character.encode_utf8(&mut [0; 4]) as &str))
    }
    fn serialize_str(self, text: &str) -> SerializeResult {
        Ok(text.into())
    }
    fn serialize_bytes(self, bytes: &[u8]) -> SerializeResult {
        Ok(bytes.iter().map(|byte| Value::from(*byte)).collect())
    }
    fn serialize_none(self) -> SerializeResult {
        Ok(Value::Null)
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> SerializeResult {
        value.serialize(self.wrapped()?)
    }
    fn serialize_unit(self) -> SerializeResult {
        Ok(Value::Null)
    }
    fn serialize_unit_struct(self, _name: &'static str) -> SerializeResult {
        Ok(Value::Null)
    }
    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> SerializeResult {
        Ok(Value::Str(Str::new_static(variant)))
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> SerializeResult {
        value.serialize(self.wrapped()?)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> SerializeResult {
        Ok(tagged(Some(variant), self.nested(1)?.value(value)?))
    }
    fn serialize_seq(self, len: Option<usize>) -> Result<Items, ValueError> {
        self.items(len.unwrap_or(0), None)
    }
    fn serialize_tuple(self, len: usize) -> Result<Items, ValueError> {
        self.items(len, None)
    }
    fn serialize_tuple_struct(self, _: &'static str, len: usize) -> Result<Items, ValueError> {
        self.items(len, None)
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Items, ValueError> {
        self.items(len, Some(variant))
    }
    fn serialize_map(self, len: Option<usize>) -> Result<Members, ValueError> {
        self.members(len.unwrap_or(0), None)
    }
    fn serialize_struct(self, _: &'static str, len: usize) -> Result<Members, ValueError> {
        self.members(len, None)
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Members, ValueError> {
        self.members(len, Some(variant))
    }
}

list_of_items!(
    serialize_element of SerializeSeq,
    serialize_element of ser::SerializeTuple,
    serialize_field of ser::SerializeTupleStruct,
    serialize_field of ser::SerializeTupleVariant
);

impl SerializeMap for Members {
    type Ok = Value;
    type Error = ValueError;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), ValueError> {
        self.key = Some(key.serialize(ToKey)?);
        Ok(())
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), ValueError> {
        let key = self.key.take();
        let key = key.ok_or_else(|| ValueError::custom("a map's value came before its key"))?;
        self.set(key, value)
    }
    fn end(self) -> SerializeResult {
        Ok(self.finish())
    }
}

object_of_fields!(ser::SerializeStruct, ser::SerializeStructVariant);

/// Serializes keys of maps: scalars become strings, as in `serde_json`.
struct ToKey;

type Key = Result<Str, ValueError>;
type UnsupportedKey = Impossible<Str, ValueError>;

fn no_key<T>() -> Result<T, ValueError> {
    Err(ValueError::custom(
        "a map key must be a string, a number or a boolean",
    ))
}

fn printed(key: impl Display) -> Key {
    Ok(Str::from(key.to_string()))
}

impl ser::Serializer for ToKey {
    type Ok = Str;
    type Error = ValueError;
    type SerializeSeq = UnsupportedKey;
    type SerializeTuple = UnsupportedKey;
    type SerializeTupleStruct = UnsupportedKey;
    type SerializeTupleVariant = UnsupportedKey;
    type SerializeMap = UnsupportedKey;
    type SerializeStruct = UnsupportedKey;
    type SerializeStructVariant = UnsupportedKey;

    fn serialize_bool(self, flag: bool) -> Key {
        printed(flag)
    }
    each_integer!(|number| -> Key { printed(number) });
    fn serialize_f32(self, _: f32) -> Key {
        no_key()
    }
    fn serialize_f64(self, _: f64) -> Key {
        no_key()
    }
    fn serialize_char(self, character: char) -> Key {
        printed(character)
    }
    fn serialize_str(self, text: &str) -> Key {
        Ok(Str::new(text))
    }
    fn serialize_bytes(self, _: &[u8]) -> Key {
        no_key()
    }
    fn serialize_none(self) -> Key {
        no_key()
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Key {
        value.serialize(self)
    }
    fn serialize_unit(self) -> Key {
        no_key()
    }
    fn serialize_unit_struct(self, _: &'static str) -> Key {
        no_key()
    }
    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Key {
        Ok(Str::new_static(variant))
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Key {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Key {
        no_key()
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<UnsupportedKey, ValueError> {
        no_key()
    }
    fn serialize_tuple(self, _: usize) -> Result<UnsupportedKey, ValueError> {
        no_key()
    }
    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<UnsupportedKey, ValueError> {
        no_key()
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<UnsupportedKey, ValueError> {
        no_key()
    }
    fn serialize_map(self, _: Option<usize>) -> Result<UnsupportedKey, ValueError> {
        no_key()
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<UnsupportedKey, ValueError> {
        no_key()
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<UnsupportedKey, ValueError> {
        no_key()
    }
}
