//! The nesting depth of values, limited to protect the stack from serde's recursion.

use serde::ser::{
    self, Error as _, Serialize, SerializeMap, SerializeSeq, SerializeStruct,
    SerializeStructVariant, SerializeTuple, SerializeTupleStruct, SerializeTupleVariant,
};
use serde_json::Error;

/// The maximum nesting depth of a value that is converted to a `serde_json::Value`. `serde_json`'s
/// parser accepts 128.
const MAX_DEPTH: usize = 256;

/// Serializes the value as JSON, unless it nests too deep.
pub(super) fn to_json<T: Serialize + ?Sized>(value: &T) -> Result<serde_json::Value, Error> {
    check_depth(value, MAX_DEPTH)?;
    serde_json::to_value(value)
}

/// Fails if the value, which is serialized without output, nests deeper than the limit.
pub(crate) fn check_depth<T: Serialize + ?Sized>(value: &T, limit: usize) -> Result<(), Error> {
    value.serialize(Depth { left: limit, limit })
}

/// A serializer without output that fails below this many levels.
#[derive(Clone, Copy)]
struct Depth {
    left: usize,
    /// For messages.
    limit: usize,
}

type Done = Result<(), Error>;

impl Depth {
    fn inside(self) -> Result<Depth, Error> {
        match self.left.checked_sub(1) {
            Some(left) => Ok(Depth { left, ..self }),
            None => Err(Error::custom(format_args!(
                "nested deeper than {} levels",
                self.limit
            ))),
        }
    }
}

macro_rules! scalars {
    ($($method:ident $type:ty,)*) => {$(
        fn $method(self, _: $type) -> Done {
            Ok(())
        }
    )*};
}

impl ser::Serializer for Depth {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Depth;
    type SerializeTuple = Depth;
    type SerializeTupleStruct = Depth;
    type SerializeTupleVariant = Depth;
    type SerializeMap = Depth;
    type SerializeStruct = Depth;
    type SerializeStructVariant = Depth;

    scalars! {
        serialize_bool bool,
        serialize_i8 i8,
        serialize_i16 i16,
        serialize_i32 i32,
        serialize_i64 i64,
        serialize_i128 i128,
        serialize_u8 u8,
        serialize_u16 u16,
        serialize_u32 u32,
        serialize_u64 u64,
        serialize_u128 u128,
        serialize_f32 f32,
        serialize_f64 f64,
        serialize_char char,
        serialize_str &str,
        serialize_bytes &[u8],
        serialize_unit_struct &'static str,
    }

    fn serialize_none(self) -> Done {
        Ok(())
    }
    fn serialize_unit(self) -> Done {
        Ok(())
    }
    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Done {
        Ok(())
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Done {
        value.serialize(self.inside()?)
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Done {
        value.serialize(self.inside()?)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        value: &T,
    ) -> Done {
        value.serialize(self.inside()?)
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<Depth, Error> {
        self.inside()
    }
    fn serialize_tuple(self, _: usize) -> Result<Depth, Error> {
        self.inside()
    }
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Depth, Error> {
        self.inside()
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Depth, Error> {
        self.inside()
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Depth, Error> {
        self.inside()
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Depth, Error> {
        self.inside()
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Depth, Error> {
        self.inside()
    }
}

macro_rules! nodes {
    ($($trait:ident $method:ident($($key:ty)?),)*) => {$(
        impl $trait for Depth {
            type Ok = ();
            type Error = Error;
            fn $method<T: Serialize + ?Sized>(&mut self, $(_: $key,)? value: &T) -> Done {
                value.serialize(*self)
            }
            fn end(self) -> Done {
                Ok(())
            }
        }
    )*};
}
nodes! {
    SerializeSeq serialize_element(),
    SerializeTuple serialize_element(),
    SerializeTupleStruct serialize_field(),
    SerializeTupleVariant serialize_field(),
    SerializeStruct serialize_field(&'static str),
    SerializeStructVariant serialize_field(&'static str),
}

impl SerializeMap for Depth {
    type Ok = ();
    type Error = Error;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, _: &T) -> Done {
        // A key has no depth; `serde_json` reports an invalid key.
        Ok(())
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
        value.serialize(*self)
    }
    fn end(self) -> Done {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn nested(levels: usize) -> Value {
        (0..levels).fold(Value::Null, |value, level| match level % 2 {
            0 => Value::Array(vec![value]),
            _ => Value::Object([("a".to_owned(), value)].into_iter().collect()),
        })
    }

    #[test]
    fn values_deeper_than_the_limit_are_refused() {
        let deepest = nested(MAX_DEPTH);
        assert_eq!(to_json(&deepest).unwrap(), deepest);
        let error = to_json(&nested(MAX_DEPTH + 1)).unwrap_err();
        assert_eq!(error.to_string(), "nested deeper than 256 levels");
    }

    #[test]
    fn values_far_beyond_the_limit_do_not_overflow_the_stack() {
        let deep = std::thread::Builder::new()
            .stack_size(2 << 20)
            .spawn(|| to_json(&Some(vec![nested(2_000)])).is_err());
        assert!(deep.unwrap().join().unwrap());
    }
}
