//! The required arguments that the completion of a resource adds.

use stepwright_asl::integrations::{ResolvedResource, lookup};
use stepwright_asl::model::QueryLanguage;

use super::insertion::Notation;
use super::{Completion, escaped};
use crate::Definition;
use crate::api_shape::ApiShape;

/// How the arguments of a task are written after its resource.
#[derive(Debug)]
pub(super) struct ArgumentsLayout<'n> {
    field: &'static str,
    notation: &'n Notation,
    /// Whether the resource has its own line.
    has_line: bool,
}

impl<'n> ArgumentsLayout<'n> {
    /// The layout for the resource at a pointer.
    pub(super) fn of(
        definition: &Definition,
        pointer: &str,
        language: QueryLanguage,
        notation: &'n Notation,
    ) -> ArgumentsLayout<'n> {
        let text = definition.tree().source();
        let key = definition.tree().key_span(pointer);
        let before = key.map_or("", |key| &text[..key.start]);
        let has_line = before.trim_end_matches(' ').ends_with('\n');
        ArgumentsLayout {
            field: match language {
                QueryLanguage::Jsonata => "Arguments",
                QueryLanguage::JsonPath => "Parameters",
            },
            notation,
            // A string in quotes has no lines in the file.
            has_line: has_line && (notation.is_yaml || notation.quote == "\""),
        }
    }

    /// Adds the required arguments of its resource to a completion, as a snippet.
    pub(super) fn add_required(&self, completion: &mut Completion) {
        let resource = &*completion.label;
        let Ok(ResolvedResource::Optimized(action)) = lookup(resource).map(|found| found.kind())
        else {
            return;
        };
        if action.required.is_empty() || self.notation.is_yaml && !self.has_line {
            return;
        }
        let shape = ApiShape::arguments(resource);
        let values = action.required.iter().enumerate().map(|(index, name)| {
            let member = shape.as_ref().and_then(|shape| shape.member(name));
            let noun = member.map_or("a string", |member| member.noun());
            (*name, self.value(noun, index + 1))
        });
        let quote = escaped(self.notation.quote);
        let key = |name: &str| {
            if self.notation.is_yaml {
                format!("{name}:")
            } else {
                format!("{quote}{name}{quote}:")
            }
        };
        let field = key(self.field);
        let members = values.map(|(name, value)| format!("{} {value}", key(name)));
        let members: Vec<String> = members.collect();
        let added = match (self.notation.is_yaml, self.has_line) {
            (true, _) => format!("\n{field}\n  {}", members.join("\n  ")),
            (false, true) => format!(",\n{field} {{\n  {}\n\\}}", members.join(",\n  ")),
            (false, false) => format!(", {field} {{{}\\}}", members.join(", ")),
        };
        completion.text = escaped(&completion.text) + &added;
        completion.is_snippet = true;
    }

    /// A value of a type, with a tab stop.
    fn value(&self, noun: &str, stop: usize) -> String {
        let quote = escaped(self.notation.quote);
        match noun {
            "an object" => format!("{{${stop}\\}}"),
            "an array" => format!("[${stop}]"),
            "a number" => format!("${{{stop}:0}}"),
            "a boolean" => format!("${{{stop}:true}}"),
            _ => format!("{quote}${stop}{quote}"),
        }
    }
}
