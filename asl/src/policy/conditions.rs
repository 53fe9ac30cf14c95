//! Which permissions of the tables a call needs, and under which conditions.

use super::arguments::Given;
use super::optimized::Call;
use super::template;
use crate::integrations::Permission;
use crate::json::{Json, Object};

/// Whether a call needs a permission.
#[derive(Debug, PartialEq)]
pub(super) enum Applies {
    Yes,
    No,
    /// The definition does not show it.
    Unseen,
}

/// Whether a call needs a permission of the tables: always, unless they say when.
pub(super) fn applies(permission: &Permission, call: &Call<'_>) -> Applies {
    if permission.optional {
        return Applies::No;
    }
    let Some(when) = permission.when else {
        return Applies::Yes;
    };
    let arguments = call.arguments;
    let shown = |shown: bool| if shown { Applies::Yes } else { Applies::No };
    if when.starts_with("Tags given (and for .sync") {
        return shown(call.sync || arguments.has("Tags"));
    }
    if when.starts_with("AuthType is IAM_ROLE") {
        let known = arguments.get("AuthType");
        return shown(known == Given::Computed || known == Given::Literal("IAM_ROLE".to_owned()));
    }
    match when {
        "Tags or PropagateTags is given" => {
            shown(arguments.has("Tags") || arguments.has("PropagateTags"))
        }
        "Tags given" => shown(arguments.has("Tags")),
        "tags given" => shown(
            ["JobTags", "CustomModelTags", "Tags"]
                .iter()
                .any(|name| arguments.has(name)),
        ),
        "a runtime role is given" => shown(arguments.has("ExecutionRoleArn")),
        "Input.S3Uri is used" => shown(arguments.has("Input.S3Uri")),
        "Output.S3Uri is used" => shown(arguments.has("Output.S3Uri")),
        "a guardrail is given" => shown(arguments.has("GuardrailIdentifier")),
        // The roles are asked for where they are passed.
        "the task definition names roles (almost always on Fargate)" => Applies::Yes,
        _ if when.starts_with("object data is read") => shown(call.flattens),
        _ if when.starts_with("ReaderConfig.InputType is MANIFEST") => {
            if call.manifest {
                Applies::Unseen
            } else {
                Applies::No
            }
        }
        _ => Applies::Unseen,
    }
}

/// The condition of a permission with the call's arguments; a key whose value is not known makes no condition.
pub(super) fn condition(permission: &Permission, call: &Call<'_>) -> Option<Object> {
    let operators = permission.condition.as_ref()?.as_object()?;
    let mut filled = Object::new();
    for (operator, keys) in operators {
        let keys = keys.as_object().into_iter().flatten();
        let known = keys.filter_map(|(key, value)| Some((key.clone(), value_of(value, call)?)));
        let known: Object = known.collect();
        if !known.is_empty() {
            filled.insert(operator.clone(), Json::Object(known));
        }
    }
    (!filled.is_empty()).then_some(filled)
}

/// The arguments that the condition of a permission asks for and that are computed.
pub(super) fn unknown_parts<'p>(
    permission: &'p Permission,
    call: &Call<'_>,
) -> impl Iterator<Item = &'p str> {
    // Such a condition has operators, keys, and a text or a list of texts.
    let operators = permission.condition.iter().filter_map(Json::as_object);
    let keys = operators
        .flat_map(Object::values)
        .filter_map(Json::as_object);
    let values = keys.flat_map(Object::values).flat_map(|value| {
        let one = std::slice::from_ref(value);
        value.as_array().unwrap_or(one)
    });
    let places = values.filter_map(Json::as_str).flat_map(template::places);
    places.filter(|name| call.arguments.get(name) == Given::Computed)
}

fn value_of(value: &Json, call: &Call<'_>) -> Option<Json> {
    match value {
        Json::String(text) => {
            let mut known = true;
            let text = template::fill(text, call.options, &mut |name| {
                let given = call.arguments.get(name).literal();
                known &= given.is_some();
                given.unwrap_or_default()
            });
            known.then(|| Json::from(text))
        }
        Json::Array(items) => {
            let items: Option<Vec<Json>> = items.iter().map(|item| value_of(item, call)).collect();
            items.map(Json::Array)
        }
        other => Some(other.clone()),
    }
}
