//! Compares a shape with the type's JSON Schema.
//!
//! Both derives read serde's attributes independently, so a difference means that one of them
//! misread them.

use super::schema::{Schema, members};
use super::{EnumShape, Field, Fields, Presence, Shape, Tagging, Variant};
use crate::shape::Payload;
use serde_json::Value;
use std::collections::BTreeSet;

/// The maximum nesting depth of compared types; recursive types are infinite.
const DEPTH: usize = 8;

impl Shape {
    /// Lists the differences between the shape of `T` and its JSON Schema; empty if they agree.
    ///
    /// Each difference is one line: the path from the type downwards, and both sides. Call it in a
    /// test of a type with unusual serde attributes.
    #[must_use]
    pub fn disagreements<T: Payload>() -> Vec<String> {
        let schema = Schema::of::<T>();
        let mut found = SchemaComparison {
            schema: &schema,
            differences: Vec::new(),
        };
        let shape = T::shape();
        found.compare(&shape, schema.root(), &shape.describe(), DEPTH);
        found.differences
    }
}

struct SchemaComparison<'a> {
    schema: &'a Schema,
    differences: Vec<String>,
}

impl SchemaComparison<'_> {
    fn differ(&mut self, place: &str, what: String) {
        self.differences.push(format!("{place}: {what}"));
    }

    fn compare(&mut self, shape: &Shape, schema: &Value, place: &str, depth: usize) {
        if depth == 0 {
            return;
        }
        let shape = shape.resolve();
        match &shape {
            Shape::Any | Shape::Custom(_) | Shape::Duration(_) | Shape::Lazy(_) => {}
            Shape::Option(some) => {
                let target = self.schema.resolve(schema);
                let inner = members(target, "anyOf").next().unwrap_or(target);
                self.compare(some, inner, place, depth);
            }
            Shape::Set(set) => {
                if let Some(items) = self.schema.resolve(schema).get("items") {
                    self.compare(&set.item, items, &format!("{place}[]"), depth - 1);
                }
            }
            Shape::Array(item) => {
                if let Some(items) = self.schema.resolve(schema).get("items") {
                    self.compare(item, items, &format!("{place}[]"), depth - 1);
                }
            }
            Shape::Tuple(items) => {
                let target = self.schema.resolve(schema);
                let parts: Vec<_> = members(target, "prefixItems").collect();
                if parts.len() != items.len() {
                    self.differ(
                        place,
                        format!("{} items, schemars says {}", items.len(), parts.len()),
                    );
                }
                for (index, (item, part)) in items.iter().zip(parts).enumerate() {
                    self.compare(item, part, &format!("{place}.{index}"), depth - 1);
                }
            }
            Shape::Map(map) => {
                if let Some(values @ Value::Object(_)) =
                    self.schema.resolve(schema).get("additionalProperties")
                {
                    self.compare(&map.value, values, &format!("{place}{{}}"), depth - 1);
                }
            }
            Shape::Struct(this) => {
                // schemars omits the key that `#[serde(tag)]` adds to a struct.
                self.compare_fields(&this.fields, Vec::new(), schema, place, depth);
            }
            Shape::Enum(this) => self.compare_enum(this, schema, place, depth),
            Shape::Null => self.compare_type(&["null"], schema, place),
            Shape::Bool => self.compare_type(&["boolean"], schema, place),
            Shape::Integer | Shape::SmallInteger | Shape::Int(_) => {
                self.compare_type(&["integer"], schema, place)
            }
            Shape::Number | Shape::SmallNumber => {
                self.compare_type(&["number", "integer"], schema, place)
            }
            Shape::String | Shape::Written(_) => self.compare_type(&["string"], schema, place),
        }
    }

    fn compare_type(&mut self, expected: &[&str], schema: &Value, place: &str) {
        let names: Vec<&str> = match self.schema.resolve(schema).get("type") {
            Some(Value::String(name)) => vec![name],
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
            _ => return,
        };
        if !names.iter().any(|name| expected.contains(name)) {
            self.differ(
                place,
                format!("a {}, schemars says {}", expected[0], names.join(" or ")),
            );
        }
    }

    /// Compares an object's fields; `extra` are keys that are added around it, such as a tag.
    fn compare_fields(
        &mut self,
        fields: &Fields,
        extra: Vec<String>,
        schema: &Value,
        place: &str,
        depth: usize,
    ) {
        match fields {
            Fields::Unit if extra.is_empty() => {}
            Fields::Newtype(field) if extra.is_empty() => {
                self.compare(&field.shape, schema, place, depth);
            }
            Fields::Tuple(fields) => {
                let items = fields.iter().map(|field| field.shape.clone()).collect();
                self.compare(&Shape::Tuple(items), schema, place, depth);
            }
            Fields::Newtype(_) | Fields::Unit | Fields::Named(_) => {
                let mut ours: BTreeSet<String> = extra.into_iter().collect();
                let open = names(fields, &mut ours, depth);
                let (theirs, others) = self.schema.names(schema);
                for name in ours.iter().filter(|name| !theirs.contains(name.as_str())) {
                    if !others {
                        self.differ(place, format!("has `{name}`, which schemars does not know"));
                    }
                }
                for name in theirs.iter().filter(|name| !ours.contains(**name)) {
                    if !open {
                        self.differ(place, format!("lacks `{name}`, which schemars has"));
                    }
                }
                if let Fields::Named(fields) = fields {
                    for field in fields {
                        self.compare_property(field, schema, place, depth);
                    }
                }
            }
        }
    }

    fn compare_property(&mut self, field: &Field, schema: &Value, place: &str, depth: usize) {
        if field.flatten || matches!(field.presence, Presence::Never) {
            return;
        }
        let below = self
            .schema
            .properties(schema)
            .into_iter()
            .find(|(name, _)| *name == field.wire);
        if let Some((_, below)) = below {
            let below = below.clone();
            self.compare(
                &field.shape,
                &below,
                &format!("{place}.{}", field.name),
                depth - 1,
            );
        }
    }

    fn compare_enum(&mut self, shape: &EnumShape, schema: &Value, place: &str, depth: usize) {
        let target = self.schema.resolve(schema).clone();
        let parts = alternatives(&target);
        if shape.tagging == Tagging::Untagged {
            let count = if parts.is_empty() { 1 } else { parts.len() };
            if count != shape.variants.len() {
                self.differ(
                    place,
                    format!("{} variants, schemars says {count}", shape.variants.len()),
                );
            }
            for (variant, part) in shape.variants.iter().zip(parts) {
                let place = format!("{place}::{}", variant.name);
                self.compare_fields(&variant.fields, Vec::new(), part, &place, depth - 1);
            }
            return;
        }
        let theirs: BTreeSet<String> = std::iter::once(&target)
            .chain(parts.iter().copied())
            .flat_map(|part| self.tags(part, &shape.tagging))
            .collect();
        let ours: BTreeSet<String> = shape
            .variants
            .iter()
            .filter(|variant| !variant.untagged && !variant.other)
            .map(|variant| variant.wire.to_string())
            .collect();
        let open = shape.variants.iter().any(|v| v.untagged || v.other);
        for name in ours.difference(&theirs) {
            self.differ(
                place,
                format!("has a variant `{name}`, which schemars does not know"),
            );
        }
        for name in theirs.difference(&ours).filter(|_| !open) {
            self.differ(
                place,
                format!("lacks the variant `{name}`, which schemars has"),
            );
        }
        for variant in &shape.variants {
            let place = format!("{place}::{}", variant.name);
            let part = parts.iter().find(|part| {
                self.tags(part, &shape.tagging)
                    .any(|tag| tag == variant.wire)
            });
            if let Some(part) = part {
                self.compare_variant(variant, &shape.tagging, part, &place, depth - 1);
            }
        }
    }

    fn compare_variant(
        &mut self,
        variant: &Variant,
        tagging: &Tagging,
        part: &Value,
        place: &str,
        depth: usize,
    ) {
        let content = |key: &str| {
            self.schema
                .properties(part)
                .into_iter()
                .find(|(name, _)| *name == key)
                .map(|(_, schema)| schema.clone())
        };
        match tagging {
            Tagging::External => {
                if let Some(content) = content(&variant.wire) {
                    self.compare_fields(&variant.fields, Vec::new(), &content, place, depth);
                }
            }
            Tagging::Internal { tag } => {
                self.compare_fields(&variant.fields, vec![tag.to_string()], part, place, depth);
            }
            Tagging::Adjacent { content: key, .. } => match (content(key), &variant.fields) {
                (Some(content), fields) => {
                    self.compare_fields(fields, Vec::new(), &content, place, depth);
                }
                (None, Fields::Unit) => {}
                (None, _) => {
                    self.differ(place, format!("has `{key}`, which schemars does not know"))
                }
            },
            Tagging::Untagged => {}
        }
    }

    /// The names of the variants that an alternative of the schema describes.
    fn tags(&self, part: &Value, tagging: &Tagging) -> std::vec::IntoIter<String> {
        let mut tags = Vec::new();
        match tagging {
            Tagging::External => {
                tags.extend(listed_texts(part));
                if let Some(properties) = part.get("properties").and_then(Value::as_object) {
                    tags.extend(properties.keys().cloned());
                }
            }
            Tagging::Internal { tag } | Tagging::Adjacent { tag, .. } => {
                for (_, schema) in self
                    .schema
                    .properties(part)
                    .into_iter()
                    .filter(|(name, _)| name == tag)
                {
                    tags.extend(listed_texts(schema));
                }
            }
            Tagging::Untagged => {}
        }
        tags.into_iter()
    }
}

/// The alternatives of an enum.
fn alternatives(schema: &Value) -> Vec<&Value> {
    members(schema, "oneOf")
        .chain(members(schema, "anyOf"))
        .collect()
}

/// The texts that a schema lists.
fn listed_texts(schema: &Value) -> impl Iterator<Item = String> {
    schema
        .get("const")
        .into_iter()
        .chain(members(schema, "enum"))
        .filter_map(Value::as_str)
        .map(str::to_owned)
}

/// Collects the keys of an object with these fields; returns whether the object may contain further
/// keys.
fn names(fields: &Fields, into: &mut BTreeSet<String>, depth: usize) -> bool {
    let mut open = false;
    let fields = match fields {
        Fields::Named(fields) => fields.as_slice(),
        Fields::Newtype(field) => {
            return flattened(&field.shape, into, depth);
        }
        Fields::Unit | Fields::Tuple(_) => &[],
    };
    for field in fields {
        if field.flatten {
            open |= flattened(&field.shape, into, depth);
        } else if !matches!(field.presence, Presence::Never) {
            into.insert(field.wire.to_string());
        }
    }
    open
}

/// The keys that a flattened value adds.
fn flattened(shape: &Shape, into: &mut BTreeSet<String>, depth: usize) -> bool {
    if depth == 0 {
        return true;
    }
    match shape.resolve() {
        Shape::Struct(inner) => {
            into.extend(inner.tag.iter().map(|(key, _)| key.to_string()));
            names(&inner.fields, into, depth - 1)
        }
        Shape::Option(inner) => flattened(&inner, into, depth - 1),
        Shape::Enum(inner) => {
            let mut open = false;
            for variant in &inner.variants {
                match &inner.tagging {
                    Tagging::External => {
                        into.insert(variant.wire.to_string());
                    }
                    Tagging::Internal { tag } => {
                        into.insert(tag.to_string());
                        open |= names(&variant.fields, into, depth - 1);
                    }
                    Tagging::Adjacent { tag, content } => {
                        into.extend([tag.to_string(), content.to_string()]);
                    }
                    Tagging::Untagged => open |= names(&variant.fields, into, depth - 1),
                }
            }
            open
        }
        _ => true,
    }
}
