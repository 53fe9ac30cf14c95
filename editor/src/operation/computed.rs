//! Values that a template computes.

use std::collections::BTreeMap;

use stepwright_asl::json::{Json, Object, escape};
use stepwright_asl::yaml::Format;

use super::OperationTarget;

/// A value of a definition that its template computes, by `!Ref` for example.
pub(super) struct ComputedValue<'d> {
    /// Pointer in the definition.
    pub(super) pointer: String,
    /// The value as a text with placeholders: `${Table}`.
    pub(super) placeholders: &'d str,
    /// The text in the file.
    pub(super) written: &'d str,
}

impl<'d> OperationTarget<'d> {
    /// The computed values below a pointer, in the order of the definition.
    pub(super) fn computed(&self, pointer: &str) -> Vec<ComputedValue<'d>> {
        let mut found = Vec::new();
        // A definition that is a text has placeholders, and no expressions of the template.
        if !self.definition.is_text()
            && let Some(value) = self.definition.json().pointer(pointer)
        {
            self.collect(pointer.to_owned(), value, &mut found);
        }
        found
    }

    fn collect(&self, pointer: String, value: &'d Json, found: &mut Vec<ComputedValue<'d>>) {
        match value {
            Json::Object(members) => {
                for (key, value) in members {
                    self.collect(format!("{pointer}/{}", escape(key)), value, found);
                }
            }
            Json::Array(items) => {
                for (index, value) in items.iter().enumerate() {
                    self.collect(format!("{pointer}/{index}"), value, found);
                }
            }
            Json::String(placeholders) => {
                let range = self.definition.range(&pointer);
                let written = range.and_then(|range| self.document.text().get(range));
                let written = written.unwrap_or_default();
                // A text has neither a tag nor members.
                if ["!", "{", "Fn::", "Ref:"]
                    .iter()
                    .any(|it| written.starts_with(it))
                {
                    found.push(ComputedValue {
                        pointer,
                        placeholders,
                        written,
                    });
                }
            }
            _ => {}
        }
    }
}

/// The text of a computed value with names that `DefinitionSubstitutions` may have. Adds what each
/// name stands for, as the template writes it.
pub(super) fn substituted(
    value: &ComputedValue<'_>,
    format: Format,
    substitutions: &mut BTreeMap<String, String>,
) -> String {
    let mut text = String::new();
    let mut rest = value.placeholders;
    while let Some((before, after)) = rest.split_once("${")
        && let Some((expression, after)) = after.split_once('}')
    {
        let is_whole = value.placeholders.len() == expression.len() + 3;
        let meaning = if is_whole {
            value.written.trim().to_owned()
        } else {
            reference(expression, format)
        };
        let name = name_of(expression, meaning, substitutions);
        text.push_str(&format!("{before}${{{name}}}"));
        rest = after;
    }
    text + rest
}

/// The name that stands for a meaning: the letters and digits of the expression, with a number if
/// they stand for another meaning.
pub(super) fn name_of(
    expression: &str,
    meaning: String,
    substitutions: &mut BTreeMap<String, String>,
) -> String {
    let letters = expression.chars().filter(char::is_ascii_alphanumeric);
    let plain: String = letters.collect();
    let mut name = plain.clone();
    let mut number = 2;
    while substitutions
        .get(&name)
        .is_some_and(|known| *known != meaning)
    {
        name = format!("{plain}{number}");
        number += 1;
    }
    substitutions.insert(name.clone(), meaning);
    name
}

/// The reference to a resource, a parameter or an attribute in a template.
pub(crate) fn reference(expression: &str, format: Format) -> String {
    let attribute = expression.split_once('.');
    match (format, attribute) {
        (Format::Yaml, None) => format!("!Ref {expression}"),
        (Format::Yaml, Some(_)) => format!("!GetAtt {expression}"),
        (Format::Json, None) => call("Ref", expression.into()),
        (Format::Json, Some((resource, attribute))) => {
            let path = vec![resource.into(), attribute.into()];
            call("Fn::GetAtt", Json::Array(path))
        }
    }
}

fn call(function: &str, argument: Json) -> String {
    Json::Object(Object::from_iter([(function.to_owned(), argument)])).to_string()
}
