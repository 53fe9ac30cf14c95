//! One state on its way into the source: what is said of it, and what is left for `raw`.

use stepwright_asl::facts;
use stepwright_asl::json::{Json, Object};

use super::text::{Lines, Tree};

/// How the expressions of a state are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    JsonPath,
    Jsonata,
}

impl Language {
    /// What a machine or a state says itself.
    pub(super) fn of(object: &Object) -> Option<Language> {
        match object.get("QueryLanguage")?.as_str()? {
            "JSONata" => Some(Language::Jsonata),
            _ => Some(Language::JsonPath),
        }
    }
}

/// One state on its way into the source.
pub(super) struct Writing<'m> {
    pub(super) object: &'m Object,
    pub(super) jsonata: bool,
    /// What the statements say, as the macro will write it into the definition.
    pub(super) said: Object,
    /// Fields that the statements say in a way that is exact.
    pub(super) done: Vec<&'static str>,
}

impl<'m> Writing<'m> {
    pub(super) fn get(&self, field: &str) -> Option<&'m Json> {
        self.object.get(field)
    }

    pub(super) fn text(&self, field: &str) -> Option<&'m str> {
        self.get(field)?.as_str()
    }

    pub(super) fn says(&mut self, field: &str, value: impl Into<String>) {
        self.said
            .insert(field.to_owned(), Json::String(value.into()));
    }

    /// Whether the statements so far say a field as it is.
    pub(super) fn says_already(&self, field: &str) -> bool {
        self.done.contains(&field)
            || self
                .object
                .get(field)
                .is_some_and(|value| self.said.get(field) == Some(value))
    }

    /// A whole number between these.
    pub(super) fn whole(&self, field: &str, least: i64, most: i64) -> Option<i64> {
        self.get(field)?
            .as_i64()
            .filter(|number| (least..=most).contains(number))
    }

    /// The fields that the definition has and the statements do not say, and those that they say too much.
    pub(super) fn raw(&self) -> Vec<(String, Option<Json>)> {
        let mut fields = Vec::new();
        for (key, value) in self.object {
            if !self.done.contains(&key.as_str()) && self.said.get(key) != Some(value) {
                fields.push((key.clone(), Some(value.clone())));
            }
        }
        for key in self.said.keys() {
            if !self.object.contains_key(key) {
                fields.push((key.clone(), None));
            }
        }
        fields
    }
}

/// The fields of a branch or body that are not its states.
pub(super) fn body_fields(rest: Object, said: &Object, lines: &mut Lines) {
    let mut fields: Vec<(String, Option<Json>)> = Vec::new();
    for key in said.keys().filter(|key| !rest.contains_key(*key)) {
        fields.push((key.clone(), None));
    }
    for (key, value) in rest {
        if said.get(&key) != Some(&value) {
            fields.push((key, Some(value)));
        }
    }
    if !fields.is_empty() {
        lines.tree("raw ", &Tree::fields(&fields), "");
    }
}

/// The longest time, in seconds, that ASL takes.
pub(super) const MAX_SECONDS: i64 = facts::MAX_SECONDS.cast_signed();
