//! Values of a shape, for tasks and inputs without samples.

use serde_json::{Map, Value as Json, json};
use stepwright::shape::{Fields, Shape, Tagging, Variant};

/// The maximum depth of a value of a recursive type.
pub(super) const DEPTH: u32 = 6;

/// The levels of nested types in which [`samples`] looks for alternatives. Deeper parts have one
/// value: the number of samples of a recursive type would grow with a power of this.
const LEVELS: u32 = 3;

/// Returns values that take a Choice to different states. Each variant of an enum, both booleans, a
/// value and none occur at least once, also in the fields of a struct and of a variant. Fields
/// change together, so the number of samples is that of the field with the most alternatives, not
/// the product of all.
pub(super) fn samples(shape: &Shape) -> Vec<Json> {
    alternatives(shape, DEPTH, LEVELS)
}

fn alternatives(shape: &Shape, depth: u32, levels: u32) -> Vec<Json> {
    if levels == 0 {
        return vec![sample(shape, depth)];
    }
    let (inner, below) = (depth.saturating_sub(1), levels - 1);
    match shape.resolve() {
        Shape::Bool => vec![json!(true), json!(false)],
        Shape::Option(value) => {
            let mut found = alternatives(&value, inner, below);
            found.retain(|value| !value.is_null());
            found.push(Json::Null);
            found
        }
        Shape::Enum(found) => {
            let variants = found.variants.iter();
            let values = variants.flat_map(|variant| {
                let contents = of_fields(&variant.fields, inner, below).into_iter();
                contents.map(|content| tagged(variant, &found.tagging, content))
            });
            let mut values: Vec<Json> = values.collect();
            if values.is_empty() {
                values.push(Json::Null);
            }
            values
        }
        Shape::Struct(found) => {
            let values = of_fields(&found.fields, inner, below).into_iter();
            let values = values.map(|mut value| {
                if let (Some((key, name)), Json::Object(members)) = (&found.tag, &mut value) {
                    members.insert(key.to_string(), json!(name));
                }
                value
            });
            values.collect()
        }
        Shape::Tuple(items) => {
            let items: Vec<Vec<Json>> = (items.iter())
                .map(|item| alternatives(item, inner, below))
                .collect();
            rows(&items).map(|row| row.into_iter().collect()).collect()
        }
        other => vec![sample(&other, depth)],
    }
}

/// Returns one value of a shape.
pub(super) fn sample(shape: &Shape, depth: u32) -> Json {
    let inner = depth.saturating_sub(1);
    match shape.resolve() {
        Shape::Null | Shape::Option(_) => Json::Null,
        Shape::Bool => json!(true),
        Shape::Integer
        | Shape::SmallInteger
        | Shape::Int(_)
        | Shape::Number
        | Shape::SmallNumber => json!(1),
        Shape::String => json!("sample"),
        Shape::Written(of) => json!(of.sample()),
        Shape::Array(_) | Shape::Set(_) | Shape::Map(_) if depth == 0 => json!([]),
        Shape::Array(item) => json!([sample(&item, inner)]),
        Shape::Set(set) => json!([sample(&set.item, inner)]),
        Shape::Tuple(items) => items.iter().map(|item| sample(item, inner)).collect(),
        Shape::Struct(found) => {
            let mut value = one_of_fields(&found.fields, inner);
            if let (Some((key, name)), Json::Object(members)) = (&found.tag, &mut value) {
                members.insert(key.to_string(), json!(name));
            }
            value
        }
        Shape::Enum(found) => match found.variants.first() {
            Some(variant) => of_variant(variant, &found.tagging, inner),
            None => Json::Null,
        },
        // A shape that this version does not know has no more information than `Any`.
        _ => json!({}),
    }
}

fn of_variant(variant: &Variant, tagging: &Tagging, depth: u32) -> Json {
    tagged(variant, tagging, one_of_fields(&variant.fields, depth))
}

/// Returns a variant with its name, as serde writes it.
fn tagged(variant: &Variant, tagging: &Tagging, content: Json) -> Json {
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

/// Returns one value of fields.
fn one_of_fields(fields: &Fields, depth: u32) -> Json {
    of_fields(fields, depth, 0).swap_remove(0)
}

/// Returns at least one value of fields.
fn of_fields(fields: &Fields, depth: u32, levels: u32) -> Vec<Json> {
    match fields {
        Fields::Unit => vec![Json::Null],
        Fields::Newtype(field) => alternatives(&field.shape, depth, levels),
        Fields::Tuple(fields) => {
            let fields: Vec<Vec<Json>> = (fields.iter())
                .map(|field| alternatives(&field.shape, depth, levels))
                .collect();
            rows(&fields).map(|row| row.into_iter().collect()).collect()
        }
        Fields::Named(fields) => {
            let values: Vec<Vec<Json>> = (fields.iter())
                .map(|field| alternatives(&field.shape, depth, levels))
                .collect();
            let objects = rows(&values).map(|row| {
                let mut members = Map::new();
                for (field, value) in fields.iter().zip(row) {
                    match value {
                        Json::Object(inner) if field.flatten => members.extend(inner),
                        value => drop(members.insert(field.wire.to_string(), value)),
                    }
                }
                Json::Object(members)
            });
            objects.collect()
        }
    }
}

/// Returns the first alternative of each column, then the second, until the longest one ends; a
/// shorter column repeats its first one.
fn rows(columns: &[Vec<Json>]) -> impl Iterator<Item = Vec<Json>> {
    let rows = columns.iter().map(Vec::len).max().unwrap_or(0).max(1);
    (0..rows).map(move |row| {
        let values = columns.iter();
        let values = values.filter_map(|column| column.get(row).or_else(|| column.first()));
        values.cloned().collect()
    })
}
