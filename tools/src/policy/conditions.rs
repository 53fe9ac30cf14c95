//! The permissions in the tables that a call needs, and their conditions.

use stepwright_asl::integrations::{Permission, PermissionCondition};
use stepwright_asl::json::{Json, Object};

use super::arguments::StaticValue;
use super::call::PolicyCall;
use super::template;

/// Whether a call needs a permission.
#[derive(Debug, PartialEq)]
pub(super) enum Applicability {
    Yes,
    No,
    /// The definition does not show whether it does.
    Unseen,
}

/// Whether a call needs a permission of the tables: always, unless the table has a condition for
/// it.
pub(super) fn applies(permission: &Permission, call: &PolicyCall<'_>) -> Applicability {
    if permission.optional {
        return Applicability::No;
    }
    let Some(when) = &permission.when else {
        return Applicability::Yes;
    };
    let arguments = call.arguments;
    let is_given = |names: &[&str]| names.iter().any(|name| arguments.has(name));
    let is_needed = match when {
        PermissionCondition::Given(names) => is_given(names),
        PermissionCondition::GivenOrSync(names) => call.sync || is_given(names),
        PermissionCondition::Value { parameter, value } => match arguments.get(parameter) {
            StaticValue::Literal(text) => text == *value,
            StaticValue::Computed => true,
            StaticValue::Absent => false,
        },
        PermissionCondition::ReadsObjects => call.flattens,
        PermissionCondition::ReadsManifest(_) if !call.manifest => false,
        _ => return Applicability::Unseen,
    };
    if is_needed {
        Applicability::Yes
    } else {
        Applicability::No
    }
}

/// The condition of a permission, with the call's arguments. A key with an unknown value is
/// omitted.
pub(super) fn condition(permission: &Permission, call: &PolicyCall<'_>) -> Option<Object> {
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

/// The computed arguments that the condition of a permission requires.
pub(super) fn unknown_parts<'p>(
    permission: &'p Permission,
    call: &PolicyCall<'_>,
) -> impl Iterator<Item = &'p str> {
    // Such a condition has operators, keys, and a string or a list of strings.
    let operators = permission.condition.iter().filter_map(Json::as_object);
    let keys = operators
        .flat_map(Object::values)
        .filter_map(Json::as_object);
    let values = keys.flat_map(Object::values).flat_map(|value| {
        let one = std::slice::from_ref(value);
        value.as_array().unwrap_or(one)
    });
    let places = values
        .filter_map(Json::as_str)
        .flat_map(template::undefined_placeholders);
    places.filter(|name| call.arguments.get(name) == StaticValue::Computed)
}

fn value_of(value: &Json, call: &PolicyCall<'_>) -> Option<Json> {
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
