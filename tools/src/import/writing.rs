//! The conversion of one state: the fields that statements cover, and the remaining ones for `raw`.

use stepwright_asl::json::{Json, Object};
use stepwright_asl::limits;

use super::text::{SourceLines, SourceValue};

/// The conversion of one state.
pub(super) struct StateConversion<'m> {
    pub(super) object: &'m Object,
    pub(super) jsonata: bool,
    /// The fields that the macro will emit for the statements.
    pub(super) emitted: Object,
    /// Fields that the statements cover exactly.
    pub(super) covered: Vec<&'static str>,
}

impl<'m> StateConversion<'m> {
    pub(super) fn get(&self, field: &str) -> Option<&'m Json> {
        self.object.get(field)
    }

    pub(super) fn text(&self, field: &str) -> Option<&'m str> {
        self.get(field)?.as_str()
    }

    pub(super) fn emits(&mut self, field: &str, value: impl Into<String>) {
        self.emitted
            .insert(field.to_owned(), Json::String(value.into()));
    }

    /// Whether the statements so far emit a field with the right value.
    pub(super) fn emits_already(&self, field: &str) -> bool {
        self.covered.contains(&field)
            || self
                .object
                .get(field)
                .is_some_and(|value| self.emitted.get(field) == Some(value))
    }

    /// An integer in this range.
    pub(super) fn whole(&self, field: &str, least: i64, most: i64) -> Option<i64> {
        self.get(field)?
            .as_i64()
            .filter(|number| (least..=most).contains(number))
    }

    /// The fields of the definition that the statements do not emit, and superfluous fields that
    /// they do.
    pub(super) fn raw(&self) -> Vec<(String, Option<Json>)> {
        let mut fields = Vec::new();
        for (key, value) in self.object {
            if !self.covered.contains(&key.as_str()) && self.emitted.get(key) != Some(value) {
                fields.push((key.clone(), Some(value.clone())));
            }
        }
        for key in self.emitted.keys() {
            if !self.object.contains_key(key) {
                fields.push((key.clone(), None));
            }
        }
        fields
    }
}

/// The fields of a branch or body other than its states.
pub(super) fn body_fields(rest: Object, emitted: &Object, lines: &mut SourceLines) {
    let mut fields: Vec<(String, Option<Json>)> = Vec::new();
    for key in emitted.keys().filter(|key| !rest.contains_key(*key)) {
        fields.push((key.clone(), None));
    }
    for (key, value) in rest {
        if emitted.get(&key) != Some(&value) {
            fields.push((key, Some(value)));
        }
    }
    if !fields.is_empty() {
        lines.tree("raw ", &SourceValue::fields(&fields), "");
    }
}

/// Maximum number of seconds in ASL.
pub(super) const MAX_SECONDS: i64 = limits::MAX_SECONDS.cast_signed();
