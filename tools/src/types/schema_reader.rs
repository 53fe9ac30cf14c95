//! Reads JSON Schemas as types.
//!
//! Each `$ref` becomes a named type, so that recursive schemas end, and so does each object with
//! members: its name is that of the definition, of the title, or of the member around it.

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};

use crate::names::{UsedNames, pascal};
use stepwright_asl::IndexMap;
use stepwright_asl::json::{Json, segments};

use super::conjunction::{Conjunction, JsonType, SchemaSite, local_pointer, resolve};
use super::schema_identity::SchemaIdentity;
use super::type_model::{
    ObjectType, TypeBody, TypeDeclaration, TypeExpr, TypeMember, TypeModule, UnionAlternative,
};

/// Names that the generated files import, and keywords of Python with a capital.
const RESERVED: [&str; 7] = [
    "Literal",
    "NotRequired",
    "TypeAlias",
    "TypedDict",
    "None",
    "True",
    "False",
];
/// Maximum number of types that are combined with alternatives. Beyond, alternatives are left out,
/// which accepts more.
const MAX_COMBINATIONS: usize = 1_000;
/// Maximum depth of alternatives in alternatives that are combined.
const MAX_DEPTH: usize = 16;

/// Reads the schemas of one generated file.
#[derive(Debug)]
pub(super) struct SchemaReader<'s> {
    documents: Vec<&'s Json>,
    module: TypeModule,
    names: UsedNames,
    /// The names of schemas by document and pointer.
    named: IndexMap<(usize, String), String>,
    /// The schemas that have a name without a number, by that name: other documents may have them,
    /// too.
    same_named: HashMap<String, Vec<NamedSchema<'s>>>,
    /// The names of the documents.
    roots: HashMap<usize, String>,
    pending: VecDeque<(String, SchemaSite<'s>)>,
    combinations: usize,
    depth: usize,
}

/// A schema to which another one refers.
#[derive(Debug)]
struct NamedSchema<'s> {
    name: String,
    site: SchemaSite<'s>,
    pointer: String,
}

impl<'s> SchemaReader<'s> {
    /// Creates a reader of documents, which a [`SchemaSite`] names by their index.
    pub(super) fn new(documents: Vec<&'s Json>) -> Self {
        let mut names = UsedNames::default();
        for name in RESERVED {
            names.unique(name.to_owned());
        }
        SchemaReader {
            documents,
            module: TypeModule::default(),
            names,
            named: IndexMap::new(),
            same_named: HashMap::new(),
            roots: HashMap::new(),
            pending: VecDeque::new(),
            combinations: 0,
            depth: 0,
        }
    }

    /// Reserves a name before types are read. Returns it, with a number if it is used.
    pub(super) fn reserve(&mut self, name: String) -> String {
        self.names.unique(name)
    }

    /// Declares the type of a document under a reserved name.
    pub(super) fn declare_document(&mut self, document: usize, name: String, role: &str) {
        let site = SchemaSite {
            schema: self.documents[document],
            document,
        };
        self.roots.insert(document, name.clone());
        let title = site.text("title").filter(|title| is_type_name(title));
        let parts = Conjunction::of(site, &self.documents);
        let is_named = parts.is_object() || !parts.unions.is_empty() || parts.constants().is_some();
        match title.filter(|title| is_named && *title != name) {
            Some(_) => {
                let value = self.reference(site, "#");
                self.push(name, Some(role.to_owned()), TypeBody::Alias(value));
            }
            None => {
                self.named.insert((document, String::new()), name.clone());
                let description = site.doc();
                let doc = match description {
                    Some(description) => format!("{role}\n\n{description}"),
                    None => role.to_owned(),
                };
                self.declare(name, Some(doc), site);
            }
        }
        while let Some((name, site)) = self.pending.pop_front() {
            self.declare(name, site.doc(), site);
        }
    }

    /// Returns the declarations, and the name of each schema by document and pointer.
    pub(super) fn finish(mut self) -> (TypeModule, IndexMap<(usize, String), String>) {
        self.module.break_circular_aliases();
        (self.module, self.named)
    }

    fn push(&mut self, name: String, doc: Option<String>, body: TypeBody) -> usize {
        self.module
            .declarations
            .push(TypeDeclaration { name, doc, body });
        self.module.declarations.len() - 1
    }

    /// Declares the type of a schema. The declaration precedes those of its parts.
    fn declare(&mut self, name: String, doc: Option<String>, site: SchemaSite<'s>) {
        let index = self.push(name.clone(), doc, TypeBody::Alias(TypeExpr::Unknown));
        let body = match site.only_reference() {
            Some(reference) => TypeBody::Alias(self.reference(site, reference)),
            None => {
                let parts = Conjunction::of(site, &self.documents);
                if parts.is_object() {
                    TypeBody::Object(self.object(&parts, &name))
                } else {
                    TypeBody::Alias(self.conjunction(parts, &name))
                }
            }
        };
        self.module.declarations[index].body = body;
    }

    /// The type of a schema. `hint` is the name of an object without a title.
    fn schema(&mut self, site: SchemaSite<'s>, hint: &str) -> TypeExpr {
        match site.only_reference() {
            Some(reference) => self.reference(site, reference),
            None => self.conjunction(Conjunction::of(site, &self.documents), hint),
        }
    }

    /// The named type of a reference, which is declared later.
    fn reference(&mut self, site: SchemaSite<'s>, reference: &str) -> TypeExpr {
        let Some(target) = resolve(site, reference, &self.documents) else {
            return TypeExpr::Unknown;
        };
        let Some(pointer) = local_pointer(reference).map(Cow::into_owned) else {
            return TypeExpr::Unknown;
        };
        let key = (site.document, pointer);
        if let Some(name) = self.named.get(&key) {
            return TypeExpr::Named(name.clone());
        }
        let title = target.text("title").filter(|title| is_type_name(title));
        let last = segments(&key.1).and_then(Iterator::last);
        let base = match (key.1.is_empty(), last) {
            (false, Some(last)) => pascal(&last, "Type"),
            _ => title.map_or_else(|| "Root".to_owned(), str::to_owned),
        };
        let same_named = self.same_named.entry(base.clone()).or_default();
        let is_same = |known: &&NamedSchema<'s>| {
            let identity = |site, pointer| SchemaIdentity::of(site, pointer, &self.documents);
            let found = identity(target, &key.1);
            found.is_some() && found == identity(known.site, &known.pointer)
        };
        if let Some(known) = same_named.iter().find(is_same) {
            let name = known.name.clone();
            self.named.insert(key, name.clone());
            return TypeExpr::Named(name);
        }
        let name = if same_named.is_empty() && self.names.is_free(&base) {
            self.names.unique(base)
        } else {
            // Often the same type of Rust: fields with a default are optional in an input only.
            let root = self.roots.get(&site.document).map_or("", String::as_str);
            self.names.unique(format!("{root}{base}"))
        };
        same_named.push(NamedSchema {
            name: name.clone(),
            site: target,
            pointer: key.1.clone(),
        });
        self.named.insert(key, name.clone());
        self.pending.push_back((name.clone(), target));
        TypeExpr::Named(name)
    }

    fn conjunction(&mut self, mut parts: Conjunction<'s>, hint: &str) -> TypeExpr {
        if !parts.unions.is_empty() {
            let alternatives = parts.unions.remove(0);
            let is_alone = parts.unions.is_empty() && !parts.has_constraints();
            self.combinations += alternatives.len();
            let is_limited = self.combinations <= MAX_COMBINATIONS && self.depth < MAX_DEPTH;
            if !is_alone && !is_limited {
                return self.conjunction(parts, hint);
            }
            self.depth += 1;
            let mut found = Vec::new();
            for (index, alternative) in alternatives.iter().enumerate() {
                let name = variant_name(*alternative, hint, index, &self.documents);
                let value = if is_alone {
                    self.schema(*alternative, &name)
                } else {
                    let mut both = parts.clone();
                    both.add(*alternative, &self.documents);
                    self.conjunction(both, &name)
                };
                let doc = alternative.doc();
                found.push(UnionAlternative { doc, value });
            }
            self.depth -= 1;
            return TypeExpr::union(found);
        }
        if let Some(constants) = parts.constants() {
            let constants = constants.into_iter().map(|constant| UnionAlternative {
                doc: None,
                value: match constant {
                    Json::Null => TypeExpr::Null,
                    Json::Array(_) | Json::Object(_) => TypeExpr::Unknown,
                    scalar => TypeExpr::Literal(scalar.clone()),
                },
            });
            return TypeExpr::union(constants.collect());
        }
        let Some(types) = parts.types() else {
            return TypeExpr::Unknown;
        };
        let types = types.into_iter().map(|one| UnionAlternative {
            doc: None,
            value: match one {
                JsonType::Null => TypeExpr::Null,
                JsonType::Boolean => TypeExpr::Boolean,
                JsonType::Integer => TypeExpr::Integer,
                JsonType::Number => TypeExpr::Number,
                JsonType::String => TypeExpr::String,
                JsonType::Array => self.array(&parts, hint),
                JsonType::Object => self.inline_object(&parts, hint),
            },
        });
        let types: Vec<UnionAlternative> = types.collect();
        TypeExpr::union(types)
    }

    fn array(&mut self, parts: &Conjunction<'s>, hint: &str) -> TypeExpr {
        let described = |site: &&SchemaSite<'_>| {
            site.schema.get("items").is_some() || site.schema.get("prefixItems").is_some()
        };
        let Some(site) = parts.plain.iter().find(described).copied() else {
            return TypeExpr::List(Box::new(TypeExpr::Unknown));
        };
        let item_name = format!("{hint}Item");
        // Before draft 2020-12, `items` was the list of the first items.
        let (first, rest) = match site.list("items") {
            Some(first) => (Some(first), site.schema.get("additionalItems")),
            None => (site.list("prefixItems"), site.schema.get("items")),
        };
        let mut items: Vec<TypeExpr> = Vec::new();
        for (index, item) in first.into_iter().flatten().enumerate() {
            items.push(self.schema(site.at(item), &format!("{item_name}{}", index + 1)));
        }
        let size = |keyword: &str| site.schema.get(keyword).and_then(Json::as_i64);
        let count = i64::try_from(items.len()).unwrap_or(i64::MAX);
        let has_all = size("minItems").is_some_and(|least| least >= count);
        let has_no_more = rest.and_then(Json::as_bool) == Some(false)
            || size("maxItems").is_some_and(|most| most <= count);
        if !items.is_empty() && has_all && has_no_more {
            return TypeExpr::Tuple(items);
        }
        if items.is_empty() || !has_no_more {
            items.push(match rest {
                Some(rest) => self.schema(site.at(rest), &item_name),
                None => TypeExpr::Unknown,
            });
        }
        let items = items.into_iter();
        let items = items.map(|value| UnionAlternative { doc: None, value });
        TypeExpr::List(Box::new(TypeExpr::union(items.collect())))
    }

    /// An object inside another type: a declaration if it has members.
    fn inline_object(&mut self, parts: &Conjunction<'s>, hint: &str) -> TypeExpr {
        if !parts.has_members() {
            return TypeExpr::Map(Box::new(self.other_members(parts, hint)));
        }
        let mut titles = parts.plain.iter().filter_map(|site| site.text("title"));
        let title = titles.find(|title| is_type_name(title));
        let name = self.names.unique(title.unwrap_or(hint).to_owned());
        let doc = parts.plain.iter().find_map(|site| site.doc());
        let index = self.push(name.clone(), doc, TypeBody::Alias(TypeExpr::Unknown));
        let object = self.object(parts, &name);
        self.module.declarations[index].body = TypeBody::Object(object);
        TypeExpr::Named(name)
    }

    fn object(&mut self, parts: &Conjunction<'s>, name: &str) -> ObjectType {
        let mut found: IndexMap<&'s str, Vec<SchemaSite<'s>>> = IndexMap::new();
        for site in &parts.plain {
            for (member, schema) in site.members("properties").into_iter().flatten() {
                found.entry(member).or_default().push(site.at(schema));
            }
        }
        let required = |site: &SchemaSite<'s>| site.list("required").unwrap_or_default();
        let required = parts.plain.iter().flat_map(required);
        let required: Vec<&str> = required.filter_map(Json::as_str).collect();
        for member in &required {
            found.entry(member).or_default();
        }
        let mut members = Vec::new();
        for (member, sites) in &found {
            // A variant without `tag` is an object with one member, whose name it has already.
            let hint = match name.strip_suffix(pascal(member, "Member").as_str()) {
                Some(_) if found.len() == 1 => format!("{name}Value"),
                _ => format!("{name}{}", pascal(member, "Member")),
            };
            let value = match sites.as_slice() {
                [] => TypeExpr::Unknown,
                [only] => self.schema(*only, &hint),
                several => {
                    let mut all = Conjunction::default();
                    for site in several {
                        all.add(*site, &self.documents);
                    }
                    self.conjunction(all, &hint)
                }
            };
            members.push(TypeMember {
                name: (*member).to_owned(),
                doc: sites.iter().find_map(|site| site.doc()),
                is_optional: !required.contains(member),
                value,
            });
        }
        let describes_others = |site: &SchemaSite<'_>| {
            let others = site.schema.get("additionalProperties");
            others.is_some_and(|others| others.as_bool() != Some(false))
                || site.schema.get("patternProperties").is_some()
        };
        ObjectType {
            members,
            has_others: parts.plain.iter().any(describes_others),
        }
    }

    /// The type of members without a written name.
    fn other_members(&mut self, parts: &Conjunction<'s>, hint: &str) -> TypeExpr {
        let hint = format!("{hint}Value");
        let mut found = Vec::new();
        let Some(site) = parts.plain.iter().find(|site| {
            site.schema.get("additionalProperties").is_some()
                || site.schema.get("patternProperties").is_some()
        }) else {
            return TypeExpr::Unknown;
        };
        for (_, schema) in site.members("patternProperties").into_iter().flatten() {
            let value = self.schema(site.at(schema), &hint);
            found.push(UnionAlternative { doc: None, value });
        }
        match site.schema.get("additionalProperties") {
            Some(Json::Bool(false)) => {}
            Some(schema) => {
                let value = self.schema(site.at(schema), &hint);
                found.push(UnionAlternative { doc: None, value });
            }
            None => return TypeExpr::Unknown,
        }
        TypeExpr::union(found)
    }
}

/// Whether a title is the name of a type, and not a text for people.
fn is_type_name(title: &str) -> bool {
    pascal(title, "") == title && !title.is_empty()
}

/// The name of an alternative: that of its constant member, as serde's `tag` writes it, or of its
/// only member, as serde writes variants without `tag`.
fn variant_name(site: SchemaSite<'_>, hint: &str, index: usize, documents: &[&Json]) -> String {
    let numbered = || format!("{hint}Variant{}", index + 1);
    let parts = Conjunction::of(site, documents);
    let properties = parts
        .plain
        .iter()
        .filter_map(|site| site.members("properties"));
    let properties: Vec<(&String, &Json)> = properties.flatten().collect();
    let constant = properties.iter().find_map(|(_, schema)| {
        let listed = schema.get("enum").and_then(Json::as_array);
        let only = listed.and_then(|values| match values {
            [only] => Some(only),
            _ => None,
        });
        schema.get("const").or(only)?.as_str()
    });
    match (constant, properties.as_slice()) {
        (Some(constant), _) => match pascal(constant, "").as_str() {
            "" => numbered(),
            constant => format!("{hint}{constant}"),
        },
        (None, [(only, _)]) => match pascal(only, "").as_str() {
            "" => numbered(),
            only => format!("{hint}{only}"),
        },
        (None, []) => hint.to_owned(),
        (None, _) => numbered(),
    }
}
