//! Conditions whose values are known.

use super::needed::NeededPermission;
use super::pattern::{Coverage, Pattern};
use crate::json::{Json, Object};

/// How much of a needed permission a condition allows, and the first key that decides it.
pub(super) fn condition_coverage(
    condition: Option<&Object>,
    needed: &NeededPermission<'_>,
) -> (Coverage, Option<String>) {
    let (mut least, mut key) = (Coverage::All, None);
    for (operator, keys) in condition.into_iter().flatten() {
        let Some(keys) = keys.as_object() else {
            return (Coverage::Some, Some(operator.clone()));
        };
        for (name, values) in keys {
            let coverage = key_coverage(operator, name, values, needed);
            if coverage < least {
                (least, key) = (coverage, Some(name.clone()));
            }
        }
    }
    (least, key)
}

/// How much of a needed permission one key of a condition allows. A key whose value is unknown
/// decides nothing.
fn key_coverage(
    operator: &str,
    key: &str,
    values: &Json,
    needed: &NeededPermission<'_>,
) -> Coverage {
    let operator = operator.strip_suffix("IfExists").unwrap_or(operator);
    let one = std::slice::from_ref(values);
    let values = values.as_array().unwrap_or(one);
    let key = key.to_ascii_lowercase();
    // Step Functions calls services by TLS.
    if operator == "Bool" && key == "aws:securetransport" {
        let is_secure =
            |value: &Json| value.as_bool() == Some(true) || value.as_str() == Some("true");
        return match values.iter().all(is_secure) {
            true => Coverage::All,
            false => Coverage::None,
        };
    }
    let Some(value) = value_of(&key, needed) else {
        return Coverage::Some;
    };
    let value = Pattern::resource(&value);
    let matches = |text: &Json| match text.as_str() {
        Some(text) => Pattern::resource(text).coverage(&value),
        None => Coverage::Some,
    };
    let most = values.iter().map(matches).max().unwrap_or(Coverage::None);
    match operator {
        "StringEquals"
        | "StringLike"
        | "ForAnyValue:StringEquals"
        | "ForAnyValue:StringLike"
        | "ArnLike"
        | "ArnEquals" => most,
        "StringNotEquals" | "StringNotLike" | "ArnNotLike" | "ArnNotEquals" => match most {
            Coverage::All => Coverage::None,
            Coverage::Some => Coverage::Some,
            Coverage::None => Coverage::All,
        },
        _ => Coverage::Some,
    }
}

/// The value of a key in the calls of the state machine, if it is known.
fn value_of(key: &str, needed: &NeededPermission<'_>) -> Option<String> {
    let part = |index: usize| {
        let part = needed.resource.splitn(6, ':').nth(index)?;
        (needed.resource.starts_with("arn:") && !part.is_empty()).then(|| part.to_owned())
    };
    match key {
        "aws:requestedregion" => part(3),
        "aws:resourceaccount" => part(4),
        _ => {
            let operators = needed.condition.into_iter().flatten();
            let equal = operators.filter(|(operator, _)| *operator == "StringEquals");
            let mut keys = equal.filter_map(|(_, keys)| keys.as_object()).flatten();
            let (_, value) = keys.find(|(name, _)| name.eq_ignore_ascii_case(key))?;
            value.as_str().map(str::to_owned)
        }
    }
}
