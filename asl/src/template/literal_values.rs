//! The values of placeholders that a template contains itself.

use super::text::TemplateValue;
use crate::json::{Document, Json};

/// Returns the literal values of a machine's placeholders, as texts: those of
/// `DefinitionSubstitutions`, of the variables of the definition's `Fn::Sub`, and the defaults of
/// parameters. The first value of a name counts.
pub(super) fn literal_values(file: &Document, properties: &str) -> Vec<(String, String)> {
    let mut values = Vec::new();
    let objects = [
        TemplateValue::at(file, &format!("{properties}/DefinitionSubstitutions")),
        sub_variables(file, &format!("{properties}/DefinitionString")),
    ];
    for object in objects.into_iter().flatten() {
        let count = object.json.as_object().map_or(0, |members| members.len());
        for (name, value) in (0..count).filter_map(|index| object.member(index)) {
            values.extend(literal(file, value).map(|value| (name.to_owned(), value)));
        }
    }
    let parameters = file.json().get("Parameters").and_then(Json::as_object);
    for (name, parameter) in parameters.into_iter().flatten() {
        let default = parameter.get("Default").and_then(scalar);
        values.extend(default.map(|value| (name.clone(), value)));
    }
    values
}

/// The variables of `Fn::Sub` with a text and an object.
fn sub_variables<'d>(file: &'d Document, pointer: &str) -> Option<TemplateValue<'d>> {
    let (name, argument) = TemplateValue::at(file, pointer)?.function()?;
    argument.item(1).filter(|_| name == "Fn::Sub")
}

/// The text of a literal, or of the default of a parameter that a value refers to.
fn literal(file: &Document, value: TemplateValue<'_>) -> Option<String> {
    let parameter = match (value.function(), value.tag()) {
        (Some((name, argument)), _) if name == "Ref" => Some(argument.json.as_str()?.to_owned()),
        (Some(_), _) => return None,
        // The reader resolves the short form `!Ref Name` to the placeholder of the name.
        (None, Some("Ref")) => {
            let text = value.json.as_str()?;
            Some(text.strip_prefix("${")?.strip_suffix('}')?.to_owned())
        }
        (None, Some(_)) => return None,
        (None, None) => None,
    };
    match parameter {
        None => scalar(value.json),
        Some(name) => scalar(file.json().get("Parameters")?.get(&name)?.get("Default")?),
    }
}

/// The text of a scalar, as CloudFormation inserts it.
fn scalar(json: &Json) -> Option<String> {
    match json {
        Json::String(text) => Some(text.clone()),
        Json::Number(_) | Json::Bool(_) => Some(json.to_string()),
        _ => None,
    }
}
