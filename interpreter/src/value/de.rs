//! Deserialization from a value, and of a value from any deserializer.

use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{
    self, Deserialize, DeserializeSeed, Deserializer, EnumAccess, Error as _, IntoDeserializer,
    MapAccess, SeqAccess, Unexpected, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::object::Entries;
use super::{
    Array, Big, MAX_TYPED_DEPTH, ObjectBuilder, SHALLOW, Str, Value, ValueError, with_stack,
};

impl Value {
    /// Reads a typed value, with the same result as `serde_json` on the value's text, but without
    /// printing the text. Strings may be borrowed.
    ///
    /// # Errors
    ///
    /// Fails when the value does not match the type, or is deeper than [`MAX_TYPED_DEPTH`] levels.
    ///
    /// ```
    /// # extern crate stepwright_interpreter as stepwright_runtime;
    /// # use stepwright_runtime::value::Value;
    /// #[derive(serde::Deserialize, Debug, PartialEq)]
    /// #[serde(tag = "method")]
    /// enum Payment<'a> { Card { number: &'a str }, Invoice }
    ///
    /// let value = Value::from_text(r#"{"number": "4242", "method": "Card"}"#)?;
    /// assert_eq!(value.to_typed::<Payment>()?, Payment::Card { number: "4242" });
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_typed<'de, T: Deserialize<'de>>(&'de self) -> Result<T, ValueError> {
        if self.depth() > MAX_TYPED_DEPTH {
            return Err(ValueError::custom(format_args!(
                "a value nested deeper than {MAX_TYPED_DEPTH} levels cannot be read into a type"
            )));
        }
        with_stack(self.depth(), || T::deserialize(self))
    }

    fn unexpected(&self) -> Unexpected<'_> {
        match self {
            Value::Null => Unexpected::Unit,
            Value::Bool(flag) => Unexpected::Bool(*flag),
            Value::Int(number) => Unexpected::Signed(*number),
            Value::Float(number) => Unexpected::Float(*number),
            Value::Big(_) => Unexpected::Other("large integer"),
            Value::Str(text) => Unexpected::Str(text),
            Value::Array(_) => Unexpected::Seq,
            Value::Object(_) => Unexpected::Map,
        }
    }
}

impl<'de> IntoDeserializer<'de, ValueError> for &'de Value {
    type Deserializer = &'de Value;

    fn into_deserializer(self) -> &'de Value {
        self
    }
}

/// Visits an integer as `serde_json` does: an integer that is not negative is visited as `u64`,
/// which every integer type and every float accepts.
fn visit_int<'de, V: Visitor<'de>>(number: i64, visitor: V) -> Result<V::Value, ValueError> {
    match u64::try_from(number) {
        Ok(number) => visitor.visit_u64(number),
        Err(_) => visitor.visit_i64(number),
    }
}

fn visit_big<'de, V: Visitor<'de>>(big: &Big, visitor: V) -> Result<V::Value, ValueError> {
    match big.to_u64() {
        Some(number) => visitor.visit_u64(number),
        None => visitor.visit_f64(big.to_f64()),
    }
}

fn visit_wide<'de, V: Visitor<'de>>(big: &Big, visitor: V) -> Result<V::Value, ValueError> {
    let digits = big.as_str();
    if let Ok(number) = digits.parse::<i128>() {
        visitor.visit_i128(number)
    } else if let Ok(number) = digits.parse::<u128>() {
        visitor.visit_u128(number)
    } else {
        Err(ValueError::invalid_value(
            Unexpected::Other("integer beyond 128 bits"),
            &visitor,
        ))
    }
}

impl<'de> Deserializer<'de> for &'de Value {
    type Error = ValueError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        match self {
            Value::Null => visitor.visit_unit(),
            Value::Bool(flag) => visitor.visit_bool(*flag),
            Value::Int(number) => visit_int(*number, visitor),
            Value::Float(number) => visitor.visit_f64(*number),
            Value::Big(number) => visit_big(number, visitor),
            Value::Str(text) => visitor.visit_borrowed_str(text),
            Value::Array(array) => visit_items(array, visitor),
            Value::Object(object) => {
                let mut members = Members {
                    entries: object.iter(),
                    value: None,
                };
                let result = with_stack(self.depth(), || visitor.visit_map(&mut members))?;
                match members.entries.len() {
                    0 => Ok(result),
                    _ => Err(ValueError::invalid_length(
                        object.len(),
                        &"fewer members in the object",
                    )),
                }
            }
        }
    }

    fn deserialize_i128<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        match self {
            Value::Big(number) => visit_wide(number, visitor),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_u128<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        match self {
            Value::Big(number) => visit_wide(number, visitor),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        match self {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        match self {
            Value::Str(text) => visitor.visit_borrowed_bytes(text.as_bytes()),
            Value::Array(array) => visit_items(array, visitor),
            _ => Err(ValueError::invalid_type(self.unexpected(), &visitor)),
        }
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        let (variant, content) = match self {
            Value::Str(text) => (text.as_str(), None),
            Value::Object(object) if object.len() == 1 => match object.get_index(0) {
                Some((key, value)) => (key, Some(value)),
                None => return Err(ValueError::custom("an object lost its member")),
            },
            Value::Object(_) => {
                return Err(ValueError::invalid_value(
                    Unexpected::Map,
                    &"an object with the variant's name as its one key",
                ));
            }
            _ => {
                return Err(ValueError::invalid_type(
                    self.unexpected(),
                    &"a variant's name, or an object with it as its one key",
                ));
            }
        };
        visitor.visit_enum(Variant { variant, content })
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string unit unit_struct seq tuple
        tuple_struct map struct identifier
    }
}

fn visit_items<'de, V: Visitor<'de>>(
    items: &'de Array,
    visitor: V,
) -> Result<V::Value, ValueError> {
    let mut left = Items(items.iter());
    let result = with_stack(items.size().depth, || visitor.visit_seq(&mut left))?;
    match left.0.len() {
        0 => Ok(result),
        _ => Err(ValueError::invalid_length(
            items.len(),
            &"fewer items in the array",
        )),
    }
}

struct Items<'de>(std::slice::Iter<'de, Value>);

impl<'de> SeqAccess<'de> for &mut Items<'de> {
    type Error = ValueError;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, ValueError> {
        self.0.next().map(|item| seed.deserialize(item)).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

struct Members<'de> {
    entries: Entries<'de>,
    value: Option<&'de Value>,
}

impl<'de> MapAccess<'de> for &mut Members<'de> {
    type Error = ValueError;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, ValueError> {
        match self.entries.next() {
            Some((key, value)) => {
                self.value = Some(value);
                seed.deserialize(Key(key)).map(Some)
            }
            None => Ok(None),
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<S::Value, ValueError> {
        match self.value.take() {
            Some(value) => seed.deserialize(value),
            None => Err(ValueError::custom("a map's value was asked before its key")),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.entries.len())
    }
}

/// A key of a map: text that may represent a number, a boolean or a variant.
struct Key<'de>(&'de str);

macro_rules! parsed_key {
    ($($method:ident $visit:ident $type:ty,)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
            match self.0.parse::<$type>() {
                Ok(key) => visitor.$visit(key),
                Err(_) => visitor.visit_borrowed_str(self.0),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for Key<'de> {
    type Error = ValueError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_borrowed_str(self.0)
    }

    parsed_key! {
        deserialize_bool visit_bool bool,
        deserialize_i8 visit_i8 i8,
        deserialize_i16 visit_i16 i16,
        deserialize_i32 visit_i32 i32,
        deserialize_i64 visit_i64 i64,
        deserialize_i128 visit_i128 i128,
        deserialize_u8 visit_u8 u8,
        deserialize_u16 visit_u16 u16,
        deserialize_u32 visit_u32 u32,
        deserialize_u64 visit_u64 u64,
        deserialize_u128 visit_u128 u128,
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        let text: StrDeserializer<'_, ValueError> = self.0.into_deserializer();
        text.deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct
        identifier ignored_any
    }
}

/// An enum: the variant's name, and its content unless it is a unit variant.
struct Variant<'de> {
    variant: &'de str,
    content: Option<&'de Value>,
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = ValueError;
    type Variant = Content<'de>;

    fn variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<(S::Value, Content<'de>), ValueError> {
        let variant = seed.deserialize(Key(self.variant))?;
        Ok((variant, Content(self.content)))
    }
}

struct Content<'de>(Option<&'de Value>);

impl<'de> VariantAccess<'de> for Content<'de> {
    type Error = ValueError;

    fn unit_variant(self) -> Result<(), ValueError> {
        match self.0 {
            None => Ok(()),
            Some(content) => <()>::deserialize(content),
        }
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<S::Value, ValueError> {
        match self.0 {
            Some(content) => seed.deserialize(content),
            None => Err(ValueError::invalid_type(
                Unexpected::UnitVariant,
                &"a variant with content",
            )),
        }
    }

    fn tuple_variant<V: Visitor<'de>>(
        self,
        _len: usize,
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        match self.0 {
            Some(Value::Array(array)) => visit_items(array, visitor),
            Some(other) => Err(ValueError::invalid_type(other.unexpected(), &visitor)),
            None => Err(ValueError::invalid_type(Unexpected::UnitVariant, &visitor)),
        }
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        match self.0 {
            Some(content @ (Value::Object(_) | Value::Array(_))) => {
                content.deserialize_any(visitor)
            }
            Some(other) => Err(ValueError::invalid_type(other.unexpected(), &visitor)),
            None => Err(ValueError::invalid_type(Unexpected::UnitVariant, &visitor)),
        }
    }
}

/// Deserializes from any self-describing format. If keys repeat, the last value wins. Prefer
/// [`Value::from_text`] for JSON text: it is faster and retains integers of any length.
impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(ValueVisitor {
            levels: MAX_TYPED_DEPTH,
        })
    }
}

struct ValueVisitor {
    /// How many further levels are allowed.
    levels: u32,
}

impl ValueVisitor {
    fn below<E: de::Error>(&self) -> Result<ValueVisitor, E> {
        let levels = self.levels.checked_sub(1);
        let levels = levels.ok_or_else(|| {
            E::custom(format_args!("nested deeper than {MAX_TYPED_DEPTH} levels"))
        })?;
        Ok(ValueVisitor { levels })
    }
}

impl<'de> DeserializeSeed<'de> for &ValueVisitor {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        let visitor = ValueVisitor {
            levels: self.levels,
        };
        // The stack is checked once for this number of levels.
        match self.levels % SHALLOW {
            0 => with_stack(SHALLOW, || deserializer.deserialize_any(visitor)),
            _ => deserializer.deserialize_any(visitor),
        }
    }
}

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }
    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }
    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Int(number))
    }
    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }
    fn visit_i128<E>(self, number: i128) -> Result<Value, E> {
        Ok(number.into())
    }
    fn visit_u128<E>(self, number: u128) -> Result<Value, E> {
        Ok(number.into())
    }
    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(number.into())
    }
    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }
    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(text.into())
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let below = self.below()?;
        let mut items = Vec::with_capacity(access.size_hint().unwrap_or(0).min(4096));
        while let Some(item) = access.next_element_seed(&below)? {
            items.push(item);
        }
        Ok(items.into())
    }
    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let below = self.below()?;
        let mut members = ObjectBuilder::with_capacity(access.size_hint().unwrap_or(0));
        while let Some(key) = access.next_key::<Str>()? {
            members.insert(key, access.next_value_seed(&below)?);
        }
        Ok(members.finish().into())
    }
}
