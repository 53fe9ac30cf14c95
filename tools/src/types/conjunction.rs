//! All schemas that a value must meet: a schema with those of its `$ref` and `allOf`.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use stepwright_asl::json::{Json, Object};

/// Maximum number of nested `$ref` and `allOf`. Deeper ones are left out, which accepts more.
const MAX_DEPTH: usize = 32;

/// A schema inside a document.
#[derive(Debug, Clone, Copy)]
pub(super) struct SchemaSite<'s> {
    pub(super) schema: &'s Json,
    /// The index of the document to which `$ref` is relative.
    pub(super) document: usize,
}

/// Schemas that a value meets all at once.
#[derive(Debug, Clone, Default)]
pub(super) struct Conjunction<'s> {
    /// Schemas, without their `$ref`, `allOf`, `anyOf` and `oneOf`.
    pub(super) plain: Vec<SchemaSite<'s>>,
    /// The alternatives of each `anyOf` and `oneOf`.
    pub(super) unions: Vec<Vec<SchemaSite<'s>>>,
}

/// The types of JSON Schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum JsonType {
    Null,
    Boolean,
    Integer,
    Number,
    String,
    Array,
    Object,
}

const TYPES: [(&str, JsonType); 7] = [
    ("null", JsonType::Null),
    ("boolean", JsonType::Boolean),
    ("integer", JsonType::Integer),
    ("number", JsonType::Number),
    ("string", JsonType::String),
    ("array", JsonType::Array),
    ("object", JsonType::Object),
];

/// Keywords that describe objects.
const OBJECT_KEYWORDS: [&str; 4] = [
    "properties",
    "required",
    "additionalProperties",
    "patternProperties",
];
/// Keywords that describe arrays.
const ARRAY_KEYWORDS: [&str; 2] = ["items", "prefixItems"];
/// Keywords that do not change which values a schema accepts, or that types do not express.
const ANNOTATIONS: [&str; 13] = [
    "$ref",
    "title",
    "description",
    "default",
    "examples",
    "deprecated",
    "readOnly",
    "writeOnly",
    "$comment",
    "$schema",
    "$id",
    "$defs",
    "definitions",
];

impl<'s> SchemaSite<'s> {
    pub(super) fn at(self, schema: &'s Json) -> SchemaSite<'s> {
        SchemaSite { schema, ..self }
    }

    pub(super) fn text(self, keyword: &str) -> Option<&'s str> {
        self.schema.get(keyword).and_then(Json::as_str)
    }

    pub(super) fn list(self, keyword: &str) -> Option<&'s [Json]> {
        self.schema.get(keyword).and_then(Json::as_array)
    }

    pub(super) fn members(self, keyword: &str) -> Option<&'s Object> {
        self.schema.get(keyword).and_then(Json::as_object)
    }

    /// Returns the description, as a doc comment.
    pub(super) fn doc(self) -> Option<String> {
        let text = self.text("description").map(str::trim);
        text.filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// Returns the reference, if the schema is nothing else.
    pub(super) fn only_reference(self) -> Option<&'s str> {
        let members = self.schema.as_object()?;
        let mut keys = members.keys();
        let is_only = keys.all(|key| ANNOTATIONS.contains(&key.as_str()));
        self.text("$ref").filter(|_| is_only)
    }

    /// Returns the types that it names. `None` if it accepts all.
    fn types(self) -> Option<Vec<JsonType>> {
        let named = |name: &str| TYPES.iter().find(|(known, _)| *known == name);
        let has = |keywords: &[&str]| keywords.iter().any(|one| self.schema.get(one).is_some());
        match self.schema.get("type") {
            Some(Json::String(name)) => named(name).map(|(_, found)| vec![*found]),
            Some(Json::Array(names)) => {
                let names = names.iter().filter_map(|name| named(name.as_str()?));
                Some(names.map(|(_, found)| *found).collect())
            }
            // Such a schema accepts any value of another type. Its author has an object in mind.
            _ if has(&OBJECT_KEYWORDS) => Some(vec![JsonType::Object]),
            _ if has(&ARRAY_KEYWORDS) => Some(vec![JsonType::Array]),
            _ => None,
        }
    }
}

impl<'s> Conjunction<'s> {
    /// Collects the schemas of a site.
    pub(super) fn of(site: SchemaSite<'s>, documents: &[&'s Json]) -> Conjunction<'s> {
        let mut all = Conjunction::default();
        all.add(site, documents);
        all
    }

    /// Adds the schemas of a site.
    pub(super) fn add(&mut self, site: SchemaSite<'s>, documents: &[&'s Json]) {
        self.add_nested(site, documents, 0);
    }

    fn add_nested(&mut self, site: SchemaSite<'s>, documents: &[&'s Json], depth: usize) {
        if depth == MAX_DEPTH {
            return;
        }
        self.plain.push(site);
        if let Some(target) = site
            .text("$ref")
            .and_then(|one| resolve(site, one, documents))
        {
            self.add_nested(target, documents, depth + 1);
        }
        for part in site.list("allOf").into_iter().flatten() {
            self.add_nested(site.at(part), documents, depth + 1);
        }
        for keyword in ["anyOf", "oneOf"] {
            if let Some(alternatives) = site.list(keyword) {
                let alternatives = alternatives.iter().map(|one| site.at(one));
                self.unions.push(alternatives.collect());
            }
        }
    }

    /// Returns the types that all schemas accept. `None` if all types are accepted.
    pub(super) fn types(&self) -> Option<Vec<JsonType>> {
        let all = self.plain.iter().filter_map(|site| site.types());
        all.reduce(|known, other| {
            let accepts = |types: &[JsonType], one: JsonType| {
                types.contains(&one)
                    || one == JsonType::Integer && types.contains(&JsonType::Number)
            };
            let known_ones = known.iter().filter(|one| accepts(&other, **one));
            let mut both: Vec<JsonType> = known_ones.copied().collect();
            for one in other {
                if accepts(&known, one) && !both.contains(&one) {
                    both.push(one);
                }
            }
            both
        })
    }

    /// Returns whether the schemas apart from the unions say more than a type.
    pub(super) fn has_constraints(&self) -> bool {
        let mut keywords = OBJECT_KEYWORDS
            .iter()
            .chain(&ARRAY_KEYWORDS)
            .chain(&["enum", "const"]);
        keywords.any(|keyword| {
            self.plain
                .iter()
                .any(|site| site.schema.get(keyword).is_some())
        })
    }

    /// Returns the values of `const` or `enum`.
    pub(super) fn constants(&self) -> Option<Vec<&'s Json>> {
        let constant = self.plain.iter().find_map(|site| site.schema.get("const"));
        let listed = || self.plain.iter().find_map(|site| site.list("enum"));
        match constant {
            Some(constant) => Some(vec![constant]),
            None => listed().map(|values| values.iter().collect()),
        }
    }

    /// Returns whether the values are objects with named members.
    pub(super) fn is_object(&self) -> bool {
        self.unions.is_empty()
            && self.constants().is_none()
            && self.types().as_deref() == Some(&[JsonType::Object])
            && self.has_members()
    }

    pub(super) fn has_members(&self) -> bool {
        self.plain.iter().any(|site| {
            site.members("properties")
                .is_some_and(|members| !members.is_empty())
                || site.list("required").is_some_and(|names| !names.is_empty())
        })
    }
}

/// Returns the schema that a reference names. `None` if it is in another document, or missing.
pub(super) fn resolve<'s>(
    site: SchemaSite<'s>,
    reference: &str,
    documents: &[&'s Json],
) -> Option<SchemaSite<'s>> {
    let schema = documents[site.document].pointer(&local_pointer(reference)?)?;
    Some(site.at(schema))
}

/// Returns the JSON Pointer of a reference in the same document. A reference is a URI, so that
/// schemars writes a space as `%20`.
pub(super) fn local_pointer(reference: &str) -> Option<Cow<'_, str>> {
    let fragment = reference.strip_prefix('#')?;
    percent_decode_str(fragment).decode_utf8().ok()
}
