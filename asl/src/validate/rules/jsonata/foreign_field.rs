//! Fields that belong to the other query language.

use crate::edit::Edit;
use crate::fix::Fix;
use crate::jsonata::Expression;
use crate::model::QueryLanguage;
use crate::service_text::{ServiceLocation, ServiceText};
use crate::validate::definition::{Definition, DefinitionPart};
use crate::validate::report::Report;
use crate::validate::rules::field_fixes;
use crate::validate::rules::maps::lacks_payload;
use crate::validate::rules::proposals::is_computed;

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
                .suggest(instead(key, only).map(str::to_owned))
                .choices(|| {
                    let renamed = renamed(part, key, only);
                    let language = in_language(definition, part, only);
                    // A rule needs a test, and a Wait a time.
                    let is_needed = part.is("ChoiceRule") || part.is("Wait");
                    let removed = (!is_needed).then(|| field_fixes::remove(part, key));
                    let evaluated = evaluated(part, key, only);
                    renamed
                        .into_iter()
                        .chain(evaluated)
                        .chain(language)
                        .chain(removed)
                });
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

/// Renames a field to that of the state's language, if its value means the same there.
fn renamed(part: &DefinitionPart<'_>, field: &str, language: QueryLanguage) -> Option<Fix> {
    let new = match (language, field) {
        (QueryLanguage::Jsonata, "Arguments") => "Parameters",
        (QueryLanguage::Jsonata, "Output") if part.is("Pass") => "Result",
        (QueryLanguage::JsonPath, "Parameters") if part.schema.has("Arguments") => "Arguments",
        (QueryLanguage::JsonPath, "Parameters" | "Result") if part.is("Pass") => "Output",
        _ => return None,
    };
    let value = part.get(field)?;
    // `Parameters` must be an object.
    let fits = part.schema.field(new)?.kind.accepts(value)
        && (new != "Parameters" || value.as_object().is_some());
    let fix = field_fixes::rename(part, field, new)?;
    (fits && !is_computed(value)).then_some(fix)
}

/// Writes a field with a path as the field without `Path` and an expression.
fn evaluated(part: &DefinitionPart<'_>, field: &str, language: QueryLanguage) -> Option<Fix> {
    if language != QueryLanguage::JsonPath {
        return None;
    }
    let new = match field {
        "ItemsPath" => "Items",
        _ => field.strip_suffix("Path")?,
    };
    let is_known =
        part.schema.has(new) && !part.has(new) && !matches!(new, "Input" | "Output" | "Result");
    let path = part.text(field)?.strip_prefix('$')?;
    let expression = match path.chars().next() {
        None | Some('.' | '[') => format!("$states.input{path}"),
        Some(_) => format!("${path}"),
    };
    Expression::parse(&expression).ok().filter(|_| is_known)?;
    let pointer = part.pointer.key(field);
    let edits = [
        Edit::rename(&pointer, new),
        Edit::replace(&pointer, format!("{{% {expression} %}}")),
    ];
    let title = format!("write `{field}` as `{new}` with an expression");
    Some(Fix::choice(title, edits))
}

/// Sets the language of a state to that of the field, if all its fields have this language.
fn in_language(
    definition: &Definition<'_>,
    part: &DefinitionPart<'_>,
    language: QueryLanguage,
) -> Option<Fix> {
    let fits = |part: &DefinitionPart<'_>| {
        let mut fields = part.members().filter_map(|(.., field)| field?.language);
        fields.all(|only| only == language)
    };
    let is_inside =
        |other: &&DefinitionPart<'_>| other.state == part.state && !other.is("StateMachine");
    let mut parts = definition.parts.iter().filter(is_inside);
    let is_only = part.is_state() && parts.all(fits) && !is_computed_state(part);
    if !is_only || definition.language == QueryLanguage::Jsonata {
        return None;
    }
    let title = format!("set the language of the state to {language}");
    let word = language.as_str();
    let edit = match (part.has("QueryLanguage"), language) {
        (true, QueryLanguage::JsonPath) => field_fixes::remove_edit(part, "QueryLanguage"),
        (true, QueryLanguage::Jsonata) => Edit::replace(part.at("QueryLanguage"), word),
        (false, _) => field_fixes::add_edit(part, "QueryLanguage", word),
    };
    Some(Fix::choice(title, [edit]))
}

/// Whether a state has values in the syntax of its present language.
fn is_computed_state(state: &DefinitionPart<'_>) -> bool {
    let fields = ["Assign", "Error", "Cause", "Credentials"];
    let mut values = fields.iter().filter_map(|field| state.get(field));
    values.any(is_computed)
}
