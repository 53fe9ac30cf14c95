//! JSON Schemas, as far as shapes need them.

use super::{Field, Fields, Presence, Shape, StructShape};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// The maximum depth of a schema; deeper parts are `Any`.
const DEPTH: usize = 32;

/// The schema of a type, with its definitions.
pub(super) struct Schema {
    root: Value,
}

impl Schema {
    pub(super) fn of<T: JsonSchema>() -> Schema {
        let generator = SchemaSettings::draft2020_12().into_generator();
        Schema {
            root: generator.into_root_schema_for::<T>().to_value(),
        }
    }

    pub(super) fn root(&self) -> &Value {
        &self.root
    }

    /// The target of a `$ref`; without one, the schema itself.
    pub(super) fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let mut schema = schema;
        for _ in 0..DEPTH {
            let Some(reference) = schema.get("$ref").and_then(Value::as_str) else {
                return schema;
            };
            let Some(target) = reference
                .strip_prefix('#')
                .and_then(|pointer| self.root.pointer(pointer))
            else {
                return schema;
            };
            schema = target;
        }
        schema
    }

    /// The properties of an object, including those of `allOf`.
    pub(super) fn properties<'a>(&'a self, schema: &'a Value) -> Vec<(&'a str, &'a Value)> {
        let mut properties = Vec::new();
        self.collect(schema, DEPTH, &mut properties);
        properties
    }

    fn collect<'a>(
        &'a self,
        schema: &'a Value,
        depth: usize,
        into: &mut Vec<(&'a str, &'a Value)>,
    ) {
        let schema = self.with_own(schema);
        if let Some(own) = schema.get("properties").and_then(Value::as_object) {
            into.extend(own.iter().map(|(name, schema)| (name.as_str(), schema)));
        }
        if depth == 0 {
            return;
        }
        // A reference next to other keywords: both apply.
        let target = self.resolve(schema);
        if !std::ptr::eq(target, schema) {
            self.collect(target, depth - 1, into);
        }
        for part in members(schema, "allOf") {
            self.collect(part, depth - 1, into);
        }
    }

    fn with_own<'a>(&'a self, schema: &'a Value) -> &'a Value {
        if schema.get("properties").is_some() {
            schema
        } else {
            self.resolve(schema)
        }
    }

    /// The names that an object of this schema may contain, and whether it may contain further
    /// names.
    pub(super) fn names<'a>(&'a self, schema: &'a Value) -> (BTreeSet<&'a str>, bool) {
        let mut names = BTreeSet::new();
        let mut open = false;
        self.collect_names(schema, DEPTH, &mut names, &mut open);
        (names, open)
    }

    /// Adds the names of a schema and of those that it refers to; sets `open` if it accepts others.
    fn collect_names<'a>(
        &'a self,
        schema: &'a Value,
        depth: usize,
        names: &mut BTreeSet<&'a str>,
        open: &mut bool,
    ) {
        if let Some(own) = schema.get("properties").and_then(Value::as_object) {
            names.extend(own.keys().map(String::as_str));
        }
        *open |= matches!(
            schema.get("additionalProperties"),
            Some(Value::Bool(true) | Value::Object(_))
        ) || schema.get("patternProperties").is_some();
        if depth == 0 {
            return;
        }
        if schema.get("$ref").is_some() {
            let target = self.resolve(schema);
            if !std::ptr::eq(target, schema) {
                self.collect_names(target, depth - 1, names, open);
            }
        }
        for keyword in ["allOf", "oneOf", "anyOf"] {
            for part in members(schema, keyword) {
                self.collect_names(part, depth - 1, names, open);
            }
        }
    }

    pub(super) fn shape(&self) -> Shape {
        self.shape_of(&self.root, DEPTH)
    }

    /// The shape of a property of the type.
    pub(super) fn property(&self, name: &str) -> Shape {
        self.properties(&self.root)
            .into_iter()
            .find(|(property, _)| *property == name)
            .map_or(Shape::Any, |(_, schema)| self.shape_of(schema, DEPTH))
    }

    fn shape_of(&self, schema: &Value, depth: usize) -> Shape {
        if depth == 0 {
            return Shape::Any;
        }
        let schema = self.resolve(schema);
        let below = |schema: &Value| Box::new(self.shape_of(schema, depth - 1));
        if let Some(types) = schema.get("type").and_then(Value::as_array) {
            // `["string", "null"]` is an optional text.
            let others: Vec<_> = types.iter().filter(|name| *name != "null").collect();
            return match others.as_slice() {
                [only] if types.len() == 2 => {
                    let mut plain = schema.clone();
                    plain["type"] = (*only).clone();
                    Shape::Option(below(&plain))
                }
                _ => Shape::Any,
            };
        }
        let options: Vec<_> = members(schema, "anyOf").collect();
        if let [some, none] = options.as_slice()
            && none.get("type").and_then(Value::as_str) == Some("null")
        {
            return Shape::Option(below(some));
        }
        match schema.get("type").and_then(Value::as_str) {
            Some("null") => Shape::Null,
            Some("boolean") => Shape::Bool,
            Some("integer") => Shape::Integer,
            Some("number") => Shape::Number,
            Some("string") => Shape::String,
            Some("array") => match (schema.get("prefixItems"), schema.get("items")) {
                (Some(Value::Array(items)), _) => {
                    Shape::Tuple(items.iter().map(|item| *below(item)).collect())
                }
                (_, Some(items)) => Shape::Array(below(items)),
                _ => Shape::Array(Box::new(Shape::Any)),
            },
            Some("object") => self.object(schema, depth),
            _ => Shape::Any,
        }
    }

    fn object(&self, schema: &Value, depth: usize) -> Shape {
        let properties = self.properties(schema);
        if properties.is_empty() {
            return match schema.get("additionalProperties") {
                Some(values @ Value::Object(_)) => Shape::map(self.shape_of(values, depth - 1)),
                _ => Shape::Any,
            };
        }
        let required: Vec<_> = members(schema, "required")
            .filter_map(Value::as_str)
            .collect();
        let fields = properties.into_iter().map(|(name, schema)| Field {
            name: name.to_owned().into(),
            wire: name.to_owned().into(),
            shape: self.shape_of(schema, depth - 1),
            flatten: false,
            is_redacted: false,
            presence: if required.contains(&name) {
                Presence::Always
            } else {
                Presence::Sometimes(None)
            },
        });
        Shape::Struct(StructShape {
            name: title(schema).into(),
            fields: Fields::Named(fields.collect()),
            tag: None,
        })
    }
}

fn title(schema: &Value) -> String {
    let title = schema.get("title").and_then(Value::as_str);
    title.unwrap_or("object").to_owned()
}

/// The items of a keyword that holds a list.
pub(super) fn members<'a>(schema: &'a Value, keyword: &str) -> impl Iterator<Item = &'a Value> {
    schema
        .as_object()
        .and_then(|object: &Map<String, Value>| object.get(keyword))
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}
