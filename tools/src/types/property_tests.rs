//! JSON that a schema accepts is accepted by the types that are read from it.

use proptest::prelude::*;
use stepwright_asl::json;
use stepwright_asl::json::{Json, Object};

use super::contract::Contract;
use super::module_builder::ContractTypes;
use super::type_model::{TypeBody, TypeExpr, TypeModule};

/// A grammar of schemas as schemars writes them for serde's types.
struct Grammar {
    choices: Vec<u32>,
    next: usize,
    definitions: Object,
}

impl Grammar {
    /// A number below a limit. When the choices are used up, it is 0, which ends the schema.
    fn below(&mut self, limit: u32) -> u32 {
        let choice = self.choices.get(self.next).copied().unwrap_or_default();
        self.next += 1;
        choice % limit
    }

    /// A schema and values that it accepts, at least one.
    fn schema(&mut self, depth: u32) -> (Json, Vec<Json>) {
        let kinds = if depth == 0 { 6 } else { 18 };
        match self.below(kinds) {
            0 => (json!({"type": "string"}), vec!["a".into(), "".into()]),
            1 => (
                json!({"type": "integer", "format": "int64"}),
                vec![json!(7), json!(-1)],
            ),
            2 => (json!({"type": "number"}), vec![json!(1.5), json!(2)]),
            3 => (json!({"type": "boolean"}), vec![true.into(), false.into()]),
            4 => (
                json!({"type": "string", "enum": ["on", "off"]}),
                vec!["on".into(), "off".into()],
            ),
            5 => (
                json!({"type": ["integer", "null"]}),
                vec![json!(3), Json::Null],
            ),
            6 => {
                let (items, values) = self.schema(depth - 1);
                (
                    json!({"type": "array", "items": items}),
                    vec![Json::Array(Vec::new()), Json::Array(values)],
                )
            }
            7 => {
                let (first, first_values) = self.schema(depth - 1);
                let (second, second_values) = self.schema(depth - 1);
                let value = json!([first_values[0].clone(), second_values[0].clone()]);
                (
                    json!({"type": "array", "prefixItems": [first, second], "minItems": 2, "maxItems": 2}),
                    vec![value],
                )
            }
            8 => {
                let (items, values) = self.schema(depth - 1);
                let members = values.into_iter().enumerate();
                let members: Object = members
                    .map(|(n, value)| (format!("k {n}"), value))
                    .collect();
                (
                    json!({"type": "object", "additionalProperties": items}),
                    vec![Json::Object(Object::new()), Json::Object(members)],
                )
            }
            9 => {
                let (some, mut values) = self.schema(depth - 1);
                values.push(Json::Null);
                (json!({"anyOf": [some, {"type": "null"}]}), values)
            }
            10 => self.reference(depth),
            11 => self.external(depth),
            12 => self.internal(depth),
            13 => self.adjacent(depth),
            14 => {
                let (left, mut values) = self.structure(depth, "l");
                let (right, right_values) = self.schema(depth - 1);
                values.extend(right_values);
                (json!({"anyOf": [left, right]}), values)
            }
            15 => self.flattened(depth),
            _ => self.structure(depth, "m"),
        }
    }

    /// An object with members, of which some are optional.
    fn structure(&mut self, depth: u32, prefix: &str) -> (Json, Vec<Json>) {
        let mut properties = Object::new();
        let mut required: Vec<Json> = Vec::new();
        let (mut least, mut most) = (Object::new(), Object::new());
        for number in 0..=self.below(4) {
            let name = match self.below(5) {
                0 => format!("{prefix}-{number}"),
                1 => {
                    ["class", "type", "default", "__x", "title"][self.below(5) as usize].to_owned()
                }
                _ => format!("{prefix}{number}"),
            };
            let (schema, values) = self.schema(depth - 1);
            if properties.contains_key(&name) {
                continue;
            }
            if self.below(2) == 0 {
                required.push(name.clone().into());
                least.insert(name.clone(), values[0].clone());
            }
            most.insert(name.clone(), values[values.len() - 1].clone());
            properties.insert(name, schema);
        }
        (
            json!({"type": "object", "properties": Json::Object(properties), "required": required}),
            vec![Json::Object(least), Json::Object(most)],
        )
    }

    /// A definition, which may refer to itself.
    fn reference(&mut self, depth: u32) -> (Json, Vec<Json>) {
        let name = format!("Node~{} ü", self.definitions.len());
        self.definitions.insert(name.clone(), Json::Null);
        let (mut schema, values) = self.structure(depth, "n");
        let inner = values[0].clone();
        let encoded = name
            .replace('~', "~0")
            .replace(' ', "%20")
            .replace('ü', "%C3%BC");
        let reference = json!({"$ref": format!("#/$defs/{encoded}")});
        if let Some(properties) = schema.get_mut("properties").and_then(Json::as_object_mut) {
            properties.insert(
                "children".to_owned(),
                json!({"type": "array", "items": reference.clone()}),
            );
        }
        let mut values = values;
        let nested = values.iter_mut().filter_map(Json::as_object_mut);
        nested.for_each(|members| {
            members.insert("children".to_owned(), Json::Array(vec![inner.clone()]));
        });
        values.push(inner);
        self.definitions.insert(name, schema);
        (reference, values)
    }

    /// An enum without a tag member: a text, or an object with one member.
    fn external(&mut self, depth: u32) -> (Json, Vec<Json>) {
        let (content, values) = self.schema(depth - 1);
        let value = json!({"Full": values[0].clone()});
        (
            json!({"oneOf": [
                {"type": "string", "const": "Empty", "description": "Nothing."},
                {"type": "object", "properties": {"Full": content}, "required": ["Full"], "additionalProperties": false}
            ]}),
            vec!["Empty".into(), value],
        )
    }

    /// An enum with a tag, whose variant has a type: its schema is next to a `$ref`.
    fn internal(&mut self, depth: u32) -> (Json, Vec<Json>) {
        let (reference, values) = self.reference(depth);
        let target = reference.get("$ref").cloned().unwrap_or_default();
        let mut value = values[0].clone();
        if let Some(members) = value.as_object_mut() {
            members.insert("kind".to_owned(), "full".into());
        }
        (
            json!({"oneOf": [
                {"type": "object", "properties": {"kind": {"type": "string", "const": "empty"}}, "required": ["kind"]},
                {"type": "object", "properties": {"kind": {"type": "string", "const": "full"}}, "$ref": target, "required": ["kind"]}
            ]}),
            vec![json!({"kind": "empty"}), value],
        )
    }

    /// An enum with a tag and a content.
    fn adjacent(&mut self, depth: u32) -> (Json, Vec<Json>) {
        let (content, values) = self.schema(depth - 1);
        (
            json!({"oneOf": [
                {"type": "object", "properties": {"t": {"type": "string", "const": "None"}}, "required": ["t"]},
                {"type": "object", "properties": {"t": {"type": "string", "const": "Some"}, "c": content}, "required": ["t", "c"]}
            ]}),
            vec![
                json!({"t": "None"}),
                json!({"t": "Some", "c": values[0].clone()}),
            ],
        )
    }

    /// A structure with a flattened enum.
    fn flattened(&mut self, depth: u32) -> (Json, Vec<Json>) {
        let (mut schema, values) = self.structure(depth, "f");
        let alternatives = json!([
            {"type": "object", "properties": {"left": {"type": "integer"}}, "required": ["left"]},
            {"type": "object", "properties": {"right": {"type": "string"}}, "required": ["right"]}
        ]);
        if let Some(members) = schema.as_object_mut() {
            members.insert("oneOf".to_owned(), alternatives);
        }
        let with = |value: &Json, name: &str, content: Json| {
            let mut value = value.clone();
            if let Some(members) = value.as_object_mut() {
                members.insert(name.to_owned(), content);
            }
            value
        };
        let last = &values[values.len() - 1];
        let values = vec![
            with(&values[0], "left", json!(1)),
            with(last, "right", "r".into()),
        ];
        (schema, values)
    }
}

/// Whether a type accepts a value.
fn accepts(module: &TypeModule, expr: &TypeExpr, value: &Json) -> bool {
    let every =
        |item: &TypeExpr, items: &[Json]| items.iter().all(|one| accepts(module, item, one));
    match expr {
        TypeExpr::Unknown => true,
        TypeExpr::Null => value.is_null(),
        TypeExpr::Boolean => value.as_bool().is_some(),
        TypeExpr::Integer => value.as_i64().is_some(),
        TypeExpr::Number => value.as_number().is_some(),
        TypeExpr::String => value.as_str().is_some(),
        TypeExpr::Literal(literal) => literal == value,
        TypeExpr::List(item) => value.as_array().is_some_and(|items| every(item, items)),
        TypeExpr::Tuple(types) => value.as_array().is_some_and(|items| {
            let mut pairs = types.iter().zip(items);
            items.len() == types.len() && pairs.all(|(one, item)| accepts(module, one, item))
        }),
        TypeExpr::Map(item) => value
            .as_object()
            .is_some_and(|members| members.values().all(|one| accepts(module, item, one))),
        TypeExpr::Union(all) => all.iter().any(|one| accepts(module, &one.value, value)),
        TypeExpr::Named(name) => {
            let found = module.declarations.iter().find(|one| one.name == *name);
            match &found.expect("each name is declared").body {
                TypeBody::Alias(target) => accepts(module, target, value),
                TypeBody::Object(object) => value.as_object().is_some_and(|members| {
                    object
                        .members
                        .iter()
                        .all(|member| match members.get(&member.name) {
                            Some(value) => accepts(module, &member.value, value),
                            None => member.is_optional,
                        })
                }),
            }
        }
    }
}

fn contract(schema: Json) -> Contract {
    let any = || Json::Object(Object::new());
    Contract {
        name: "Random".to_owned(),
        origin: "random".to_owned(),
        input: schema,
        output: any(),
        tasks: Vec::new(),
    }
}

fn input() -> TypeExpr {
    TypeExpr::Named("RandomInput".to_owned())
}

proptest! {
    #[test]
    fn the_types_accept_what_the_schema_accepts(choices in prop::collection::vec(any::<u32>(), 1..200)) {
        let mut grammar = Grammar { choices, next: 0, definitions: Object::new() };
        let (mut schema, values) = grammar.schema(4);
        if let Some(members) = schema.as_object_mut() {
            members.insert("$defs".to_owned(), Json::Object(std::mem::take(&mut grammar.definitions)));
        }
        let contracts = [contract(schema.clone())];
        let types = ContractTypes::of(&contracts);
        for value in values {
            prop_assert!(
                accepts(&types.module, &input(), &value),
                "{value} of {schema:#?}: {:#?}", types.module
            );
        }
        // Types that accept everything would pass, too.
        let unknown = Json::Array(vec![Json::Object(Object::new()), Json::Null, "other".into()]);
        prop_assert!(!accepts(&types.module, &input(), &unknown), "{schema:#?}: {:#?}", types.module);
        let mut names: Vec<&str> = types.module.declarations.iter().map(|one| one.name.as_str()).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        prop_assert_eq!(names.len(), count, "a name is declared twice");
    }
}

#[test]
fn a_variant_with_a_missing_member_is_refused() {
    let contracts = [contract(json!({"oneOf": [
        {"type": "object", "properties": {"kind": {"const": "card"}, "number": {"type": "string"}}, "required": ["kind", "number"]},
        {"type": "object", "properties": {"kind": {"const": "cash"}}, "required": ["kind"]}]}))];
    let types = ContractTypes::of(&contracts);
    let accepted = |value: Json| accepts(&types.module, &input(), &value);
    assert!(accepted(json!({"kind": "cash"})));
    assert!(accepted(json!({"kind": "card", "number": "1"})));
    assert!(!accepted(json!({"kind": "card"})));
    assert!(!accepted(json!({"kind": "coin"})));
}

#[test]
fn long_chains_of_references_and_alternatives_end() {
    let mut definitions = Object::new();
    for number in 0..20_000 {
        let next = json!({"type": "object", "properties": {"next": {"$ref": format!("#/$defs/N{}", number + 1)}}});
        definitions.insert(format!("N{number}"), next);
    }
    let union: Vec<Json> = (0..50)
        .map(|n| json!({"properties": {(format!("a{n}")): {"type": "string"}}}))
        .collect();
    definitions.insert("N20000".to_owned(), json!({
        "type": "object", "allOf": [{"anyOf": union.clone()}, {"anyOf": union.clone()}, {"anyOf": union}]
    }));
    let contracts = [contract(
        json!({"$ref": "#/$defs/N0", "$defs": Json::Object(definitions)}),
    )];
    let types = ContractTypes::of(&contracts);
    assert!(types.module.declarations.len() > 20_000);
}
