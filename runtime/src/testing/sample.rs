//! Values of a shape, for tasks and inputs without samples.

use serde_json::{Map, Value as Json, json};
use stepwright::shape::{Fields, Shape, Tagging, Variant};

/// How deep a value goes that contains itself.
pub(super) const DEPTH: u32 = 6;

/// Values that take a choice different ways: each variant of an enum, both booleans, a value and none.
pub(super) fn samples(shape: &Shape) -> Vec<Json> {
    match shape.resolve() {
        Shape::Bool => vec![json!(true), json!(false)],
        Shape::Option(inner) => vec![sample(&inner, DEPTH), Json::Null],
        Shape::Enum(found) => {
            let variants = found.variants.iter();
            variants
                .map(|variant| of_variant(variant, &found.tagging, DEPTH))
                .collect()
        }
        other => vec![sample(&other, DEPTH)],
    }
}

/// One value of a shape.
pub(super) fn sample(shape: &Shape, depth: u32) -> Json {
    let inner = depth.saturating_sub(1);
    match shape.resolve() {
        Shape::Null | Shape::Option(_) => Json::Null,
        Shape::Bool => json!(true),
        Shape::Integer | Shape::SmallInteger | Shape::Number | Shape::SmallNumber => json!(1),
        Shape::String | Shape::Written(_) => json!("sample"),
        Shape::Array(_) | Shape::Set(_) | Shape::Map(_) if depth == 0 => json!([]),
        Shape::Array(item) => json!([sample(&item, inner)]),
        Shape::Set(set) => json!([sample(&set.item, inner)]),
        Shape::Tuple(items) => items.iter().map(|item| sample(item, inner)).collect(),
        Shape::Struct(found) => {
            let mut value = of_fields(&found.fields, inner);
            if let (Some((key, name)), Json::Object(members)) = (&found.tag, &mut value) {
                members.insert(key.to_string(), json!(name));
            }
            value
        }
        Shape::Enum(found) => match found.variants.first() {
            Some(variant) => of_variant(variant, &found.tagging, inner),
            None => Json::Null,
        },
        // A shape that is not known here says as little as `Any` does.
        _ => json!({}),
    }
}

fn of_variant(variant: &Variant, tagging: &Tagging, depth: u32) -> Json {
    let content = of_fields(&variant.fields, depth);
    if variant.untagged {
        return content;
    }
    let name = variant.wire.to_string();
    let is_unit = matches!(variant.fields, Fields::Unit);
    match tagging {
        Tagging::External if is_unit => json!(name),
        Tagging::External => json!({ name: content }),
        Tagging::Internal { tag } => {
            let mut members = match content {
                Json::Object(members) => members,
                _ => Map::new(),
            };
            members.insert(tag.to_string(), json!(name));
            Json::Object(members)
        }
        Tagging::Adjacent { tag, .. } if is_unit => json!({ tag.to_string(): name }),
        Tagging::Adjacent { tag, content: key } => {
            json!({ tag.to_string(): name, key.to_string(): content })
        }
        Tagging::Untagged => content,
    }
}

fn of_fields(fields: &Fields, depth: u32) -> Json {
    match fields {
        Fields::Unit => Json::Null,
        Fields::Newtype(field) => sample(&field.shape, depth),
        Fields::Tuple(fields) => fields
            .iter()
            .map(|field| sample(&field.shape, depth))
            .collect(),
        Fields::Named(fields) => {
            let mut members = Map::new();
            for field in fields {
                match sample(&field.shape, depth) {
                    Json::Object(inner) if field.flatten => members.extend(inner),
                    value => drop(members.insert(field.wire.to_string(), value)),
                }
            }
            Json::Object(members)
        }
    }
}
