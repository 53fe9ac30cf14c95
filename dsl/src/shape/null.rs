//! Which types have `null`, and which have `{}`, among their values.

use super::{Fields, Presence, Shape, Tagging};

/// The maximum nesting depth of examined types; recursive types are infinite.
const DEPTH: usize = 16;

impl Shape {
    /// Whether its JSON may be `null`. User code that serializes a value is assumed to return no
    /// `null`.
    pub(crate) fn may_be_null(&self) -> bool {
        self.has_null(DEPTH)
    }

    /// Whether `{}` may be JSON of the type.
    pub(crate) fn may_be_empty_object(&self) -> bool {
        self.has_empty_object(DEPTH)
    }

    fn has_null(&self, depth: usize) -> bool {
        let Some(depth) = depth.checked_sub(1) else {
            return false;
        };
        match self.plain() {
            Shape::Null | Shape::Option(_) | Shape::Any => true,
            Shape::Struct(one) => one.tag.is_none() && matches!(one.fields, Fields::Unit),
            Shape::Enum(one) => one.variants.iter().any(|variant| {
                let is_untagged = variant.untagged || one.tagging == Tagging::Untagged;
                is_untagged
                    && match &variant.fields {
                        Fields::Unit => true,
                        Fields::Newtype(field) => field.shape.has_null(depth),
                        _ => false,
                    }
            }),
            _ => false,
        }
    }

    fn has_empty_object(&self, depth: usize) -> bool {
        let Some(depth) = depth.checked_sub(1) else {
            return false;
        };
        match self.plain() {
            Shape::Map(_) | Shape::Any => true,
            Shape::Option(some) => some.has_empty_object(depth),
            Shape::Struct(one) => one.tag.is_none() && has_no_member(&one.fields, depth),
            Shape::Enum(one) => one.variants.iter().any(|variant| {
                let is_untagged = variant.untagged || one.tagging == Tagging::Untagged;
                is_untagged && has_no_member(&variant.fields, depth)
            }),
            _ => false,
        }
    }
}

/// Whether the JSON of these fields may be `{}`.
fn has_no_member(fields: &Fields, depth: usize) -> bool {
    match fields {
        Fields::Unit | Fields::Tuple(_) => false,
        Fields::Newtype(field) => field.shape.has_empty_object(depth),
        Fields::Named(fields) => fields.iter().all(|field| match field.presence {
            Presence::Always if field.flatten => field.shape.has_empty_object(depth),
            Presence::Always => matches!(field.shape.plain(), Shape::Option(_)),
            _ => true,
        }),
    }
}

#[cfg(test)]
mod tests {
    use crate::Payload;
    use schemars::JsonSchema;
    use serde::{Deserialize, Serialize};
    use serde_json::{Value, json};
    use std::collections::BTreeMap;

    #[derive(Serialize, Deserialize, JsonSchema, Payload)]
    struct Nothing;

    #[derive(Serialize, Deserialize, JsonSchema, Payload)]
    struct Wrapped(Option<i64>);

    #[derive(Serialize, Deserialize, JsonSchema, Payload)]
    struct Required {
        n: i64,
        note: Option<String>,
    }

    #[derive(Serialize, Deserialize, JsonSchema, Payload)]
    struct Optional {
        note: Option<String>,
        #[serde(default)]
        count: u32,
        #[serde(flatten)]
        others: BTreeMap<String, i64>,
    }

    #[derive(Serialize, Deserialize, JsonSchema, Payload)]
    enum Named {
        Empty,
        Full { n: i64 },
    }

    #[derive(Serialize, Deserialize, JsonSchema, Payload)]
    #[serde(untagged)]
    enum Untagged {
        Nothing,
        Optional(Optional),
    }

    /// Whether `null` and `{}` are values of the type, by its shape and by serde.
    fn both<T: Payload>() -> [(bool, bool); 2] {
        let reads = |value: Value| serde_json::from_value::<T>(value).is_ok();
        let shape = T::shape();
        [
            (shape.may_be_null(), reads(Value::Null)),
            (shape.may_be_empty_object(), reads(json!({}))),
        ]
    }

    #[test]
    fn a_shape_has_null_and_the_empty_object_where_serde_reads_them() {
        macro_rules! check {
            ($($ty:ty),* $(,)?) => {$(
                for (value, (by_shape, by_serde)) in ["null", "{}"].iter().zip(both::<$ty>()) {
                    assert_eq!(by_shape, by_serde, "{} of {value}", stringify!($ty));
                }
            )*};
        }
        check!(
            (),
            i64,
            String,
            Vec<i64>,
            Option<i64>,
            Option<Option<i64>>,
            Option<Required>,
            Option<Optional>,
            BTreeMap<String, i64>,
            Option<BTreeMap<String, i64>>,
            Value,
            Nothing,
            Wrapped,
            Required,
            Optional,
            Named,
            Untagged,
        );
    }
}
