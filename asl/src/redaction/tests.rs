//! Proves that redaction masks the chosen fields in values and texts, and changes nothing else.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{REDACTED, Redaction};

fn redaction(paths: &[&str]) -> Redaction {
    paths.iter().fold(Redaction::new(), |redaction, path| {
        redaction.path(path).expect("a path")
    })
}

#[test]
fn a_path_matches_at_any_depth_and_inside_lists() {
    let value = json!({
        "card": { "number": 4111, "holder": "Ada" },
        "Payload": { "card": [{ "number": [1, 2] }], "number": 7 },
        "number": null,
    });
    assert_eq!(
        redaction(&["card.number"]).value(&value),
        json!({
            "card": { "number": REDACTED, "holder": "Ada" },
            "Payload": { "card": [{ "number": REDACTED }], "number": 7 },
            "number": null,
        })
    );
    assert_eq!(
        redaction(&["$.*.holder"]).value(&value)["card"]["holder"],
        REDACTED
    );
    assert_eq!(redaction(&["number"]).value(&value)["number"], REDACTED);
}

#[test]
fn a_field_name_may_contain_dots() {
    let value = json!({ "a.b": 1, "a": { "b": 2 } });
    let masked = json!({ "a.b": REDACTED, "a": { "b": 2 } });
    assert_eq!(Redaction::new().field("a.b").value(&value), masked);
    assert_eq!(redaction(&["$['a.b']"]).value(&value), masked);
    assert_eq!(redaction(&["a[\"b\"]"]).value(&value)["a"]["b"], REDACTED);
}

#[test]
fn a_value_below_a_masked_name_is_masked() {
    let redaction = redaction(&["card"]);
    assert_eq!(redaction.value_at(&["card"], &json!(1)), REDACTED);
    assert_eq!(redaction.value_at(&["card", "x"], &json!(1)), REDACTED);
    assert_eq!(redaction.value_at(&["x"], &json!(1)), 1);
    assert_eq!(
        self::redaction(&["card.number"]).value_at(&["card"], &json!({ "number": 1 })),
        json!({ "number": REDACTED })
    );
}

#[test]
fn an_invalid_path_is_refused_with_a_reason() {
    for (path, reason) in [
        ("", "needs the name of a field"),
        ("$", "needs the name of a field"),
        ("*", "needs the name of a field"),
        ("$..card", "remove `..`"),
        ("card.", "missing after a dot"),
        ("items[3].price", "write `[*]`"),
        ("items[*", "is not closed"),
        ("a['b", "is not closed"),
        ("a['']", "is empty"),
    ] {
        let error = Redaction::new().path(path).expect_err(path).to_string();
        assert!(error.contains(reason), "{error}");
    }
}

#[test]
fn json_inside_text_is_masked() {
    let redaction = redaction(&["card.number"]);
    for (text, masked) in [
        // JSON in the middle of a sentence, as the service writes it.
        (
            r#"The path '$.x' is not in the input '{"card":{"number":"4111"}}'"#,
            r#"The path '$.x' is not in the input '{"card":{"number":"[redacted]"}}'"#,
        ),
        // Escaped JSON.
        (
            r#"{"Cause":"{\"card\":{\"number\":4111}}"}"#,
            r#"{"Cause":"{\"card\":{\"number\":\"[redacted]\"}}"}"#,
        ),
        (
            r#"got "{\"card\":{\"number\":4111}}" here"#,
            r#"got "{\"card\":{\"number\":\"[redacted]\"}}" here"#,
        ),
        // Truncated JSON.
        (
            r#"{"card":{"number":"41"#,
            r#"{"card":{"number":"[redacted]""#,
        ),
        (
            r#"{"card":{"number":{"a":[1,"#,
            r#"{"card":{"number":"[redacted]""#,
        ),
        // Text that a JSON parser rejects.
        (
            r#"{"card":{"other":1e999,"number":1e999}}"#,
            r#"{"card":{"other":1e999,"number":"[redacted]"}}"#,
        ),
        (
            r#"{"card":{"holder":Ada,"number":x}}"#,
            r#"{"card":{"holder":Ada,"number":"[redacted]"}}"#,
        ),
        // A brace that does not start JSON, and a path that continues inside a string.
        (
            r#"bad { "input {"card":{"number":1}}"#,
            r#"bad { "input {"card":{"number":"[redacted]"}}"#,
        ),
        (
            r#"{"card":"{\"number\":1}"}"#,
            r#"{"card":"{\"number\":\"[redacted]\"}"}"#,
        ),
        ("{", "{"),
        (r#"{"card""#, r#"{"card""#),
        (r#"{"number":1}"#, r#"{"number":1}"#),
    ] {
        assert_eq!(redaction.text(text), masked, "{text}");
    }
}

#[test]
fn many_brackets_and_quotes_do_not_take_quadratic_time() {
    let redaction = redaction(&["card"]);
    for piece in [
        "[", "{\"a\":", "\\\"", "\"{", "{\"{", "[\",", "[[\"\\\"", "\"[1,",
    ] {
        let text = format!("{{x \"{}{{", piece.repeat(200_000));
        assert_eq!(redaction.text(&text), text);
    }
}

/// A value whose strings and numbers under `secret` and `card.number` begin with `SECRET`, and no
/// others.
fn value() -> impl Strategy<Value = Value> {
    let text = "[ a-z{}\\[\\]\":\\\\é🚀,]{0,6}";
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    let secret = text.prop_map(|text| json!(format!("SECRET{text}")));
    leaf.prop_recursive(4, 24, 4, move |inner| {
        let name = "[a-c\\\\\"{]{1,3}";
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(name, inner.clone(), 0..4)
                .prop_map(|fields| fields.into_iter().collect()),
            (inner.clone(), secret.clone())
                .prop_map(|(other, secret)| json!({ "x": other, "secret": [secret] })),
            (inner.clone(), secret.clone()).prop_map(
                |(other, secret)| json!({ "card": { "number": { "a": secret }, "y": other } })
            ),
            // Values in strings, as in payloads and causes.
            inner.prop_map(|value| json!({ "Cause": value.to_string() })),
        ]
    })
}

/// The value without sensitive parts, by a simple walk over the values.
fn expected(names: &[&str], value: &Value) -> Value {
    if names.last() == Some(&"secret") || names.ends_with(&["card", "number"]) {
        return Value::from(REDACTED);
    }
    match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| {
                let names: Vec<&str> = names.iter().copied().chain([name.as_str()]).collect();
                (name.clone(), expected(&names, value))
            })
            .collect(),
        Value::Array(items) => items.iter().map(|item| expected(names, item)).collect(),
        Value::String(text) => match serde_json::from_str::<Value>(text) {
            Ok(inner) if text.contains("SECRET") => {
                Value::from(expected(names, &inner).to_string())
            }
            _ => value.clone(),
        },
        _ => value.clone(),
    }
}

proptest! {
    #[test]
    fn exactly_the_secrets_of_a_value_are_masked(value in value()) {
        let masked = redaction(&["secret", "card.number"]).value(&value);
        prop_assert_eq!(masked, expected(&[], &value));
    }

    #[test]
    fn secrets_in_json_inside_text_are_masked(value in value(), before in "[a-z ']{0,8}", after in "[a-z ']{0,8}", levels in 0..3) {
        let mut text = value.to_string();
        for _ in 0..levels {
            text = Value::from(text).to_string();
        }
        let masked = redaction(&["secret", "card.number"]).text(&format!("{before}{text}{after}")).into_owned();
        prop_assert!(!masked.contains("SECRET"), "{masked}");
        prop_assert!(masked.starts_with(&before) && masked.ends_with(&after));
    }

    #[test]
    fn secrets_in_truncated_text_are_masked(value in value(), at in any::<prop::sample::Index>()) {
        let text = value.to_string();
        let mut ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
        let end = ends.nth(at.index(text.chars().count() + 1)).unwrap_or_default();
        let masked = redaction(&["secret", "card.number"]).text(&text[..end]).into_owned();
        prop_assert!(!masked.contains("SECRET"), "{masked}");
    }

    #[test]
    fn text_without_masked_names_is_unchanged(text in "[ a-c{}\\[\\]\":\\\\é,1]{0,40}") {
        let masked = redaction(&["secret"]).text(&text).into_owned();
        prop_assert_eq!(masked, text);
    }

    #[test]
    fn masking_any_text_does_not_panic(text in "([{}\\[\\],:\" ]|\\\\|\"a\"|\\\\u00|\\\\u{2}|1|x|é|🚀){0,40}") {
        let masked = redaction(&["a"]).text(&text).into_owned();
        prop_assert!(!masked.is_empty() || text.is_empty());
    }
}
