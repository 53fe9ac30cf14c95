//! Prints the schemas as one JSON Schema, with all their keywords.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::names::pascal;
use stepwright_asl::IndexMap;
use stepwright_asl::json;
use stepwright_asl::json::{Json, Object, segments};

use super::conjunction::local_pointer;
use super::module_builder::ContractTypes;

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// Returns the text of a schema whose `$defs` have the names of the types.
pub(super) fn print(types: &ContractTypes<'_>, header: &str) -> String {
    let mut bundle = Bundle {
        documents: &types.documents,
        named: types.named.clone(),
        names: types
            .module
            .declarations
            .iter()
            .map(|one| one.name.clone())
            .collect(),
    };
    let mut definitions = Object::new();
    for (name, document) in &types.roots {
        let root = String::new();
        let schema = match types.named.get(&(*document, root)) {
            // A root with a title is a definition with that name.
            Some(titled) if titled != name => json!({"$ref": format!("#/$defs/{titled}")}),
            _ => bundle.plain(types.documents[*document], *document),
        };
        definitions.insert(name.clone(), schema);
    }
    // Schemas name further ones.
    let mut next = 0;
    while let Some(((document, pointer), name)) = bundle.named.get_index(next) {
        next += 1;
        let schema = types.documents[*document].pointer(pointer);
        if let (false, Some(schema)) = (definitions.contains_key(name), schema) {
            let (name, document) = (name.clone(), *document);
            let schema = bundle.plain(schema, document);
            definitions.insert(name, schema);
        }
    }
    let schema = json!({
        "$schema": DIALECT,
        "$comment": header,
        "$defs": Json::Object(definitions),
    });
    schema.to_pretty() + "\n"
}

/// The schemas of all documents with their names in the printed one.
struct Bundle<'s> {
    documents: &'s [&'s Json],
    named: IndexMap<(usize, String), String>,
    names: HashSet<String>,
}

impl Bundle<'_> {
    /// A schema without its definitions, with references to the names of the types.
    fn plain(&mut self, schema: &Json, document: usize) -> Json {
        let mut schema = self.renamed(schema, false, document);
        schema.remove("$schema");
        schema
    }

    fn renamed(&mut self, schema: &Json, is_properties: bool, document: usize) -> Json {
        match schema {
            Json::Object(members) => {
                // Definitions that are used get names of types.
                let is_definitions =
                    |key: &str| !is_properties && matches!(key, "$defs" | "definitions");
                let members = members.iter().filter(|(key, _)| !is_definitions(key));
                let members = members.map(|(key, value)| {
                    let value = match (key.as_str(), value) {
                        // The keys are names of members.
                        _ if is_properties => self.renamed(value, false, document),
                        ("$ref", Json::String(reference)) => self.reference(reference, document),
                        // Values are no schemas.
                        ("const" | "enum" | "default" | "examples", value) => value.clone(),
                        (key, value) => {
                            let is_properties = matches!(key, "properties" | "patternProperties");
                            self.renamed(value, is_properties, document)
                        }
                    };
                    (key.clone(), value)
                });
                Json::Object(members.collect())
            }
            Json::Array(items) => {
                let items = items.iter().map(|item| self.renamed(item, false, document));
                Json::Array(items.collect())
            }
            scalar => scalar.clone(),
        }
    }

    /// A reference to a definition, which gets a name if no type has that of its schema.
    fn reference(&mut self, reference: &str, document: usize) -> Json {
        let known = |pointer: &String| self.documents[document].pointer(pointer).is_some();
        let pointer = local_pointer(reference).map(Cow::into_owned).filter(known);
        let Some(pointer) = pointer else {
            return reference.into();
        };
        let last = segments(&pointer).and_then(Iterator::last);
        let base = pascal(&last.unwrap_or_default(), "Schema");
        let names = &mut self.names;
        let name = self.named.entry((document, pointer)).or_insert_with(|| {
            let numbered = |number: usize| match number {
                1 => base.clone(),
                number => format!("{base}{number}"),
            };
            let mut free = (1..).map(numbered).filter(|name| !names.contains(name));
            let name = free.next().unwrap_or(base.clone());
            names.insert(name.clone());
            name
        });
        format!("#/$defs/{name}").into()
    }
}
