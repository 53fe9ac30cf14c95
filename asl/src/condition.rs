//! The conditions of Choice rules in readable form, for pictures and reports.
//!
//! ```
//! use stepwright_asl::condition::readable;
//! use stepwright_asl::json;
//!
//! let rule = json!({"Variable": "$.total", "NumericGreaterThan": 100, "Next": "Review"});
//! assert_eq!(readable(&rule), "$.total > 100");
//! ```

use crate::json::Json;
use crate::jsonata;
use crate::model::Operator;

/// Length after which a condition is truncated. Diagrams and reports truncate longer ones anyway.
const LONGEST: usize = 4_000;

/// Formats a rule as a condition: `$.total > 100 and $.customer.vip is present`, or a JSONata
/// expression without its delimiters.
///
/// Accepts any JSON: an invalid condition becomes `?`. The text is for people, and other versions
/// of this crate may format it differently. A long condition may be truncated after 4,000 bytes.
pub fn readable(rule: &Json) -> String {
    let mut text = String::new();
    write(rule, &mut text, false);
    text
}

fn write(rule: &Json, text: &mut String, nested: bool) {
    if text.len() > LONGEST {
        return;
    }
    let Some(rule) = rule.as_object() else {
        text.push('?');
        return;
    };
    if let Some(condition) = rule.get("Condition") {
        match condition.as_str() {
            Some(source) => text.push_str(jsonata::strip(source).unwrap_or(source).trim()),
            None => text.push_str(&condition.to_string()),
        }
        return;
    }
    for (key, word) in [("And", " and "), ("Or", " or ")] {
        if let Some(rules) = rule.get(key).and_then(Json::as_array) {
            let brackets = nested && rules.len() > 1;
            join(rules, word, brackets, text);
            return;
        }
    }
    if let Some(inner) = rule.get("Not") {
        text.push_str("not (");
        write(inner, text, false);
        text.push(')');
        return;
    }
    let comparison = rule
        .iter()
        .find_map(|(key, operand)| Some((Operator::from_name(key)?, operand)));
    if let Some((operator, operand)) = comparison {
        let variable = rule.get("Variable").and_then(Json::as_str).unwrap_or("?");
        text.push_str(variable);
        text.push(' ');
        text.push_str(&predicate(operator, operand));
    } else {
        text.push('?');
    }
}

fn join(rules: &[Json], word: &str, brackets: bool, text: &mut String) {
    if brackets {
        text.push('(');
    }
    for (index, rule) in rules.iter().enumerate() {
        if text.len() > LONGEST {
            break;
        }
        if index > 0 {
            text.push_str(word);
        }
        write(rule, text, true);
    }
    if brackets {
        text.push(')');
    }
}

fn predicate(operator: Operator, operand: &Json) -> String {
    let name = operator.name();
    let test = match operator {
        Operator::IsNull => Some("null"),
        Operator::IsPresent => Some("present"),
        Operator::IsNumeric => Some("a number"),
        Operator::IsString => Some("a string"),
        Operator::IsBoolean => Some("a boolean"),
        Operator::IsTimestamp => Some("a timestamp"),
        _ => None,
    };
    if let Some(test) = test {
        return match operand.as_bool() {
            Some(true) => format!("is {test}"),
            Some(false) => format!("is not {test}"),
            None => format!("is {test} = {operand}"),
        };
    }
    let name = name.strip_suffix("Path").unwrap_or(name);
    let sign = [
        ("LessThanEquals", "≤"),
        ("GreaterThanEquals", "≥"),
        ("LessThan", "<"),
        ("GreaterThan", ">"),
        ("Equals", "="),
        ("Matches", "matches"),
    ]
    .into_iter()
    .find_map(|(suffix, sign)| name.ends_with(suffix).then_some(sign))
    .unwrap_or(name);
    match operand.as_str() {
        // Paths and timestamps are unambiguous without quotes.
        Some(text) if operator.is_path() || name.starts_with("Timestamp") => {
            format!("{sign} {text}")
        }
        _ => format!("{sign} {operand}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        readable(&text.parse().expect("is JSON"))
    }

    #[test]
    fn comparisons_are_printed_as_formulas() {
        assert_eq!(
            read(r#"{"Variable": "$.total", "NumericGreaterThan": 1000, "Next": "A"}"#),
            "$.total > 1000"
        );
        assert_eq!(
            read(r#"{"Variable": "$.a", "StringEqualsPath": "$.b"}"#),
            "$.a = $.b"
        );
        assert_eq!(
            read(r#"{"StringEquals": "OK", "Variable": "$.status"}"#),
            r#"$.status = "OK""#
        );
        assert_eq!(
            read(r#"{"Variable": "$.at", "TimestampLessThanEquals": "2026-01-01T00:00:00Z"}"#),
            "$.at ≤ 2026-01-01T00:00:00Z"
        );
        assert_eq!(
            read(r#"{"Variable": "$.f", "StringMatches": "log-*.txt"}"#),
            r#"$.f matches "log-*.txt""#
        );
    }

    #[test]
    fn type_tests_are_printed_as_words() {
        assert_eq!(
            read(r#"{"Variable": "$.a", "IsPresent": false}"#),
            "$.a is not present"
        );
        assert_eq!(
            read(r#"{"Variable": "$.a", "IsNumeric": true}"#),
            "$.a is a number"
        );
    }

    #[test]
    fn nested_compound_rules_are_parenthesised() {
        assert_eq!(
            read(
                r#"{"And": [{"Variable": "$.a", "BooleanEquals": true},
                {"Or": [{"Variable": "$.b", "IsNull": true}, {"Not": {"Variable": "$.c", "NumericLessThan": 1}}]}]}"#
            ),
            "$.a = true and ($.b is null or not ($.c < 1))"
        );
    }

    #[test]
    fn expressions_are_printed_without_delimiters() {
        assert_eq!(
            read(r#"{"Condition": "{% $states.input.total > 100 %}"}"#),
            "$states.input.total > 100"
        );
        assert_eq!(read(r#"{"Condition": true}"#), "true");
    }

    #[test]
    fn invalid_rules_are_printed_as_question_marks() {
        for text in ["null", "{}", r#"{"And": 3}"#, r#"{"Variable": "$.a"}"#] {
            assert_eq!(read(text), "?", "{text}");
        }
        assert_eq!(read(r#"{"And": [1, {}]}"#), "? and ?");
    }
}
