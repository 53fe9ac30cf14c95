//! The fields of a JSON Schema (draft 2020-12), as schemars writes it.

use serde_json::Value as Json;

use super::field::{Field, FieldKind, MomentKind, Variant};

/// The most levels of fields; deeper values are JSON.
const DEPTH: usize = 6;
/// The most fields of a form.
const MOST_FIELDS: usize = 100;
/// The most references that lead to one schema.
const MOST_REFERENCES: usize = 16;

/// Reads a schema. `None` if it accepts any value, or has too many fields.
pub(super) fn root(schema: &Json) -> Option<Field> {
    let reader = SchemaReader { root: schema };
    let field = reader.field(String::new(), String::new(), schema, true, DEPTH);
    let is_useful = !matches!(field.kind, FieldKind::Json(_)) && field.count() <= MOST_FIELDS;
    is_useful.then_some(field)
}

struct SchemaReader<'s> {
    root: &'s Json,
}

impl<'s> SchemaReader<'s> {
    fn field(
        &self,
        name: String,
        pointer: String,
        schema: &'s Json,
        is_required: bool,
        depth: usize,
    ) -> Field {
        let text = |schema: &Json| {
            let text = schema.get("description").and_then(Json::as_str);
            text.map(str::to_owned)
        };
        let mut description = text(schema);
        let default = schema.get("default").cloned();
        let (inner, mut is_nullable) = self.without_null(self.resolved(schema));
        let inner = self.resolved(inner);
        description = description.or_else(|| text(inner));
        let mut names = type_names(inner);
        if names.len() > 1 && names.contains(&"null") {
            names.retain(|name| *name != "null");
            is_nullable = true;
        }
        let kind = match depth.checked_sub(1) {
            None => FieldKind::Json(None),
            Some(depth) => self.kind(inner, &names, &pointer, depth),
        };
        Field {
            name,
            pointer,
            description,
            is_required,
            is_nullable,
            default: default.filter(|default| !default.is_null()),
            kind,
        }
    }

    /// Follows references.
    fn resolved(&self, schema: &'s Json) -> &'s Json {
        let mut schema = schema;
        for _ in 0..MOST_REFERENCES {
            if schema.get("properties").is_some() {
                return schema;
            }
            let Some(target) = self.target(schema) else {
                return schema;
            };
            schema = target;
        }
        schema
    }

    fn target(&self, schema: &'s Json) -> Option<&'s Json> {
        let reference = schema.get("$ref")?.as_str()?;
        self.root.pointer(reference.strip_prefix('#')?)
    }

    /// Returns the schema without the alternative `null`, and whether there was one.
    fn without_null(&self, schema: &'s Json) -> (&'s Json, bool) {
        let is_null = |schema: &Json| schema.get("type").is_some_and(|name| name == "null");
        match options(schema) {
            [some, null] if is_null(null) => (some, true),
            [null, some] if is_null(null) => (some, true),
            _ => (schema, false),
        }
    }

    fn kind(&self, schema: &'s Json, names: &[&str], pointer: &str, depth: usize) -> FieldKind {
        if let Some(constant) = schema.get("const") {
            return FieldKind::Constant(constant.clone());
        }
        if let Some(options) = schema.get("enum").and_then(Json::as_array) {
            let options = options.iter().filter(|option| !option.is_null());
            return FieldKind::Choice(options.cloned().collect());
        }
        let has_properties = schema.get("properties").is_some();
        let options = options(schema);
        if !options.is_empty() {
            return if has_properties {
                // Members of an enum next to those of a struct: `#[serde(flatten)]`.
                FieldKind::Json(None)
            } else {
                self.variants(options, pointer, depth)
            };
        }
        match names {
            ["string"] => text_kind(schema),
            ["integer"] => number_kind(schema, true),
            ["number"] => number_kind(schema, false),
            ["boolean"] => FieldKind::Boolean,
            ["object"] if has_properties => self.object(schema, pointer, depth),
            ["object"] => FieldKind::Json(Some(Json::Object(serde_json::Map::new()))),
            ["array"] => FieldKind::Json(Some(self.list_example(schema, depth))),
            [] if schema.get("allOf").is_some() => self.object(schema, pointer, depth),
            _ => FieldKind::Json(None),
        }
    }

    fn object(&self, schema: &'s Json, pointer: &str, depth: usize) -> FieldKind {
        let mut found = Vec::new();
        self.properties(schema, MOST_REFERENCES, &mut found);
        let mut fields: Vec<Field> = Vec::new();
        for (name, schema, is_required) in found {
            let below = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
            if fields.iter().all(|field| field.name != name) {
                fields.push(self.field(name.to_owned(), below, schema, is_required, depth));
            }
        }
        if fields.is_empty() {
            FieldKind::Json(None)
        } else {
            FieldKind::Object(fields)
        }
    }

    /// Collects the properties of an object, with those of references and of `allOf`.
    fn properties(
        &self,
        schema: &'s Json,
        depth: usize,
        found: &mut Vec<(&'s str, &'s Json, bool)>,
    ) {
        let required = schema.get("required").and_then(Json::as_array);
        let is_required =
            |name: &str| required.is_some_and(|names| names.iter().any(|known| known == name));
        let own = schema.get("properties").and_then(Json::as_object);
        for (name, schema) in own.into_iter().flatten() {
            found.push((name, schema, is_required(name)));
        }
        let Some(depth) = depth.checked_sub(1) else {
            return;
        };
        if let Some(target) = self.target(schema) {
            self.properties(target, depth, found);
        }
        let all = schema.get("allOf").and_then(Json::as_array);
        for part in all.into_iter().flatten() {
            self.properties(part, depth, found);
        }
    }

    fn variants(&self, options: &'s [Json], pointer: &str, depth: usize) -> FieldKind {
        let options = options.iter().enumerate();
        let variants: Vec<Variant> = options
            .map(|(number, option)| {
                let field = self.field(String::new(), pointer.to_owned(), option, true, depth);
                let title = option.get("title").and_then(Json::as_str);
                let label = label(&field).or(title.map(str::to_owned));
                Variant {
                    label: label.unwrap_or_else(|| format!("Form {}", number + 1)),
                    field,
                }
            })
            .collect();
        // Variants without fields are a choice, unless they are described.
        let constants = variants.iter().map(|variant| match &variant.field.kind {
            FieldKind::Constant(constant) => Some(constant.clone()),
            _ => None,
        });
        let constants: Option<Vec<Json>> = constants.collect();
        match constants {
            Some(constants) => FieldKind::Choice(constants),
            None => FieldKind::Variants(variants),
        }
    }

    /// Returns a list with an example of its item.
    fn list_example(&self, schema: &'s Json, depth: usize) -> Json {
        let item = schema.get("items").filter(|items| items.is_object());
        let item = item.map(|item| {
            let field = self.field(String::new(), String::new(), item, true, depth);
            field.example()
        });
        Json::Array(item.into_iter().collect())
    }
}

/// Returns the alternatives of a schema.
fn options(schema: &Json) -> &[Json] {
    let options = schema.get("oneOf").or_else(|| schema.get("anyOf"));
    options.and_then(Json::as_array).map_or(&[], Vec::as_slice)
}

fn type_names(schema: &Json) -> Vec<&str> {
    match schema.get("type") {
        Some(Json::String(name)) => vec![name],
        Some(Json::Array(names)) => names.iter().filter_map(Json::as_str).collect(),
        _ => Vec::new(),
    }
}

/// Returns the name of a variant: its constant, the constant of its tag, or the name of its only
/// member.
fn label(field: &Field) -> Option<String> {
    let text = |value: &Json| value.as_str().map(str::to_owned);
    match &field.kind {
        FieldKind::Constant(constant) => Some(text(constant).unwrap_or(constant.to_string())),
        FieldKind::Object(fields) => {
            let tag = fields.iter().find_map(|field| match &field.kind {
                FieldKind::Constant(constant) => text(constant),
                _ => None,
            });
            tag.or_else(|| match fields.as_slice() {
                [only] => Some(only.name.clone()),
                _ => None,
            })
        }
        _ => None,
    }
}

fn text_kind(schema: &Json) -> FieldKind {
    let format = schema.get("format").and_then(Json::as_str);
    let example = match format {
        Some("date-time") => return FieldKind::Moment(MomentKind::Utc),
        Some("partial-date-time") => return FieldKind::Moment(MomentKind::Local),
        Some("date") => return FieldKind::Moment(MomentKind::Date),
        Some("partial-time") => return FieldKind::Moment(MomentKind::Time),
        Some("uuid") => Some("6f1b8e1c-3a52-4d0e-9a0b-2f1c4c1d7e55"),
        Some("uri") => Some("https://example.com"),
        Some("email") => Some("ada@example.com"),
        Some("ipv4") => Some("192.0.2.1"),
        Some("ipv6") => Some("2001:db8::1"),
        _ => None,
    };
    FieldKind::Text { example }
}

fn number_kind(schema: &Json, is_integer: bool) -> FieldKind {
    let bound = |name: &str| {
        let bound = schema.get(name).filter(|bound| bound.is_number());
        bound.map(Json::to_string)
    };
    FieldKind::Number {
        is_integer,
        minimum: bound("minimum"),
        maximum: bound("maximum"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn kind(schema: &Json) -> Option<FieldKind> {
        root(schema).map(|field| field.kind)
    }

    #[test]
    fn a_type_that_contains_itself_ends_as_json() {
        let schema = json!({"$ref": "#/$defs/Tree", "$defs": {"Tree": {"type": "object", "properties": {
            "name": {"type": "string"}, "left": {"anyOf": [{"$ref": "#/$defs/Tree"}, {"type": "null"}]}
        }, "required": ["name"]}}});
        let mut field = root(&schema).expect("it has fields");
        let mut levels = 0;
        while let FieldKind::Object(mut fields) = field.kind {
            field = fields.pop().expect("it has two fields");
            assert!(field.is_nullable && !field.is_required);
            levels += 1;
        }
        assert_eq!((levels, field.kind), (DEPTH, FieldKind::Json(None)));
    }

    #[test]
    fn schemas_without_fields_have_no_form() {
        for schema in [
            json!(true),
            json!({}),
            json!({"type": "array", "items": {"type": "string"}}),
            json!({"type": "object", "additionalProperties": {"type": "string"}}),
            json!({"$ref": "#/$defs/A", "$defs": {"A": {"$ref": "#/$defs/A"}}}),
            json!({"$ref": "https://example.com/schema"}),
            json!({"type": ["string", "integer"]}),
        ] {
            assert_eq!(kind(&schema), None, "{schema}");
        }
        let many = (0..=MOST_FIELDS).map(|number| (number.to_string(), json!({"type": "string"})));
        let many: serde_json::Map<String, Json> = many.collect();
        assert_eq!(kind(&json!({"type": "object", "properties": many})), None);
    }

    #[test]
    fn variants_have_the_names_of_their_tags() {
        let schema = json!({"oneOf": [
            {"const": "Approved", "description": "It is accepted."},
            {"type": "object", "properties": {"Rejected": {"type": "object", "properties": {"reason": {"type": "string"}}}}, "required": ["Rejected"]},
            {"type": "object", "properties": {"type": {"const": "later"}, "days": {"type": "integer"}}, "required": ["type", "days"]},
        ]});
        let Some(FieldKind::Variants(variants)) = kind(&schema) else {
            panic!("{schema}");
        };
        let labels: Vec<&str> = variants.iter().map(|one| one.label.as_str()).collect();
        assert_eq!(labels, ["Approved", "Rejected", "later"]);
        let choice = json!({"oneOf": [{"const": "A", "description": "a"}, {"const": "B"}]});
        assert_eq!(
            kind(&choice),
            Some(FieldKind::Choice(vec![json!("A"), json!("B")]))
        );
    }

    #[test]
    fn a_form_shows_a_value_with_its_fields_only() {
        let schema = json!({"type": "object", "properties": {
            "id": {"type": "string"}, "count": {"type": "integer"}, "gift": {"type": ["boolean", "null"]}
        }, "required": ["id"]});
        let field = root(&schema).expect("it has fields");
        for (value, is_shown) in [
            (json!({"id": "a"}), true),
            (json!({"id": "a", "count": 1, "gift": null}), true),
            (json!({"count": 1}), false),
            (json!({"id": "a", "count": 1.5}), false),
            (json!({"id": "a", "other": 1}), false),
            (json!([]), false),
        ] {
            assert_eq!(field.shows(&value), is_shown, "{value}");
        }
    }
}
