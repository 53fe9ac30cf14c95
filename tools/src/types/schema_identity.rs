//! Whether schemas of two documents are the same type: each emitted schema has its own copies of
//! the types that it uses.

use std::borrow::Cow;
use std::collections::BTreeMap;

use stepwright_asl::json::{Json, Object, segments};

use super::conjunction::{SchemaSite, local_pointer, resolve};

/// Maximum number of schemas of an identity. Schemas with more of them are different types.
const MAX_SCHEMAS: usize = 1_000;

/// A schema with all schemas that it refers to. Schemas of two documents with the same name and
/// equal identities have one type.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SchemaIdentity {
    /// The texts of the schemas by the names of their definitions.
    texts: BTreeMap<String, String>,
}

impl SchemaIdentity {
    /// The identity of a schema at a pointer. `None` if it refers to too many schemas.
    pub(super) fn of(site: SchemaSite<'_>, pointer: &str, documents: &[&Json]) -> Option<Self> {
        let mut texts = BTreeMap::new();
        let mut pending = vec![(pointer.to_owned(), site)];
        while let Some((pointer, site)) = pending.pop() {
            let label = label(&pointer, documents[site.document]);
            if texts.contains_key(&label) {
                continue;
            }
            if texts.len() == MAX_SCHEMAS {
                return None;
            }
            let mut references = Vec::new();
            let normal = normal(
                site.schema,
                documents[site.document],
                false,
                &mut references,
            );
            texts.insert(label, normal.to_string());
            for reference in references {
                let pointer = local_pointer(&reference).map(Cow::into_owned);
                let target = resolve(site, &reference, documents);
                pending.extend(pointer.zip(target));
            }
        }
        Some(SchemaIdentity { texts })
    }
}

/// The name of a definition. The root of a document has the name of its title, because it is a
/// definition in other documents.
fn label(pointer: &str, document: &Json) -> String {
    match segments(pointer).and_then(Iterator::last) {
        Some(last) if !pointer.is_empty() => last.into_owned(),
        _ => {
            let title = document.get("title").and_then(Json::as_str);
            title.unwrap_or_default().to_owned()
        }
    }
}

/// A schema without what differs between the root and a definition.
fn normal(
    schema: &Json,
    document: &Json,
    is_properties: bool,
    references: &mut Vec<String>,
) -> Json {
    match schema {
        Json::Object(members) => {
            let mut normalized = Object::new();
            for (key, value) in members {
                match (key.as_str(), value) {
                    // The keys are names of members.
                    _ if is_properties => {
                        let value = normal(value, document, false, references);
                        normalized.insert(key.clone(), value);
                    }
                    ("$schema" | "$defs" | "definitions" | "title", _) => {}
                    ("$ref", Json::String(reference)) => {
                        references.push(reference.clone());
                        let name = match local_pointer(reference) {
                            Some(pointer) => label(&pointer, document),
                            None => reference.clone(),
                        };
                        normalized.insert(key.clone(), name.into());
                    }
                    (key, value) => {
                        let is_properties = matches!(key, "properties" | "patternProperties");
                        let value = normal(value, document, is_properties, references);
                        normalized.insert(key.to_owned(), value);
                    }
                }
            }
            Json::Object(normalized)
        }
        Json::Array(items) => {
            let items = items
                .iter()
                .map(|item| normal(item, document, false, references));
            Json::Array(items.collect())
        }
        scalar => scalar.clone(),
    }
}
