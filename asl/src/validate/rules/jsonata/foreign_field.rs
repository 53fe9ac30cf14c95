//! Fields that belong to the other query language.

use crate::model::QueryLanguage;
use crate::service_text::{ServiceLocation, ServiceText};
use crate::validate::definition::Definition;
use crate::validate::report::Report;
use crate::validate::rules::maps::lacks_payload;

/// Reports each field that only the given query language has, in parts of the other language.
pub(super) fn foreign(definition: &Definition<'_>, report: &mut Report<'_>, only: QueryLanguage) {
    for part in definition.parts.iter().filter(|part| part.language != only) {
        // Other rules report fields that a JSONata rule must not have, and a payload under the name
        // of the other language.
        if (part.is("ChoiceRule") && only == QueryLanguage::JsonPath) || lacks_payload(part) {
            continue;
        }
        for (key, _, field) in part.members() {
            if field.is_none_or(|field| field.language != Some(only)) {
                continue;
            }
            let message =
                format!("The field '{key}' is only supported for the '{only}' QueryLanguage");
            report
                .add(part.at(key), message)
                .service_at(
                    ServiceText::ForeignField {
                        field: key.into(),
                        language: part.language.as_str(),
                        only: only.as_str(),
                    },
                    ServiceLocation::Parent,
                )
                .at_key()
                .suggest(instead(key, only).map(str::to_owned));
        }
    }
}

/// The field of the other language with the same purpose.
fn instead(field: &str, language: QueryLanguage) -> Option<&'static str> {
    Some(match (language, field) {
        (QueryLanguage::Jsonata, "Arguments") => "JSONPath has `Parameters`",
        (QueryLanguage::Jsonata, "Output") => {
            "JSONPath has `ResultSelector`, `ResultPath` and `OutputPath`"
        }
        (QueryLanguage::Jsonata, "Items") => "JSONPath has `ItemsPath`",
        (QueryLanguage::Jsonata, "Condition") => "JSONPath has `Variable` and a comparison",
        (QueryLanguage::JsonPath, "Parameters") => {
            "JSONata has `Arguments`; a Pass builds its `Output`"
        }
        (QueryLanguage::JsonPath, "Result" | "ResultSelector" | "ResultPath" | "OutputPath") => {
            "JSONata has `Output`"
        }
        (QueryLanguage::JsonPath, "InputPath") => "expressions read `$states.input`",
        (QueryLanguage::JsonPath, "ItemsPath") => "JSONata has `Items`",
        (QueryLanguage::JsonPath, field) if field.ends_with("Path") => {
            "the field without `Path` takes an expression"
        }
        _ => return None,
    })
}
