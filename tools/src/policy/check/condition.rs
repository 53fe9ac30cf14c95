//! Conditions whose values are known.

use stepwright_asl::json::{Json, Object};

use super::needed::NeededPermission;
use super::pattern::{Coverage, Pattern};

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
        return if values.iter().any(is_secure) {
            Coverage::All
        } else {
            Coverage::None
        };
    }
    if is_needed(operator, &key, values, needed) {
        return Coverage::All;
    }
    let Some(value) = value_of(&key, needed) else {
        return Coverage::Some;
    };
    let (of_set, operator) = match operator.strip_prefix("ForAnyValue:") {
        Some(operator) => (true, operator),
        None => (false, operator),
    };
    let (is_negated, operator) = match operator {
        "StringNotEquals" => (true, "StringEquals"),
        "StringNotEqualsIgnoreCase" => (true, "StringEqualsIgnoreCase"),
        "StringNotLike" => (true, "StringLike"),
        "ArnNotEquals" | "ArnNotLike" => (true, "ArnLike"),
        other => (false, other),
    };
    let ignores_case = operator == "StringEqualsIgnoreCase";
    let has_wildcards = match operator {
        "StringEquals" | "StringEqualsIgnoreCase" => false,
        "StringLike" | "ArnLike" | "ArnEquals" => true,
        _ => return Coverage::Some,
    };
    if of_set && is_negated {
        return Coverage::Some;
    }
    let pattern = |text: &str| {
        if ignores_case {
            Pattern::action(text)
        } else {
            Pattern::resource(text)
        }
    };
    let value = pattern(&value);
    let matches = |text: &Json| match text.as_str() {
        // Only some operators know wildcards, and no known value contains one.
        Some(text) if !has_wildcards && pattern(text).has_wildcard() => Coverage::None,
        Some(text) => pattern(text).coverage(&value),
        None => Coverage::Some,
    };
    let most = values.iter().map(matches).max().unwrap_or(Coverage::None);
    match (is_negated, most) {
        (true, Coverage::All) => Coverage::None,
        (true, Coverage::None) => Coverage::All,
        (_, most) => most,
    }
}

/// Whether the needed permission has the same condition, or one that allows less: values of the
/// same key that the role allows, too.
fn is_needed(operator: &str, key: &str, values: &[Json], needed: &NeededPermission<'_>) -> bool {
    let operators = needed.condition.into_iter().flatten();
    let same = operators.filter(|(known, _)| *known == operator);
    let mut keys = same.filter_map(|(_, keys)| keys.as_object()).flatten();
    let Some((_, wanted)) = keys.find(|(name, _)| name.eq_ignore_ascii_case(key)) else {
        return false;
    };
    let one = std::slice::from_ref(wanted);
    let mut wanted = wanted.as_array().unwrap_or(one).iter();
    !operator.contains("Not")
        && !operator.starts_with("ForAllValues:")
        && wanted.all(|value| values.contains(value))
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
