//! Tests of values.

mod bounds;
mod depth;
mod model;
mod texts;
mod typed;

use super::*;

pub(super) fn value(text: &str) -> Value {
    Value::from_text(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn a_value_and_an_optional_value_take_24_bytes() {
    assert_eq!(std::mem::size_of::<Value>(), 24);
    assert_eq!(std::mem::size_of::<Option<Value>>(), 24);
}

#[test]
fn a_repeated_key_keeps_its_first_position_and_its_last_value() {
    assert_eq!(
        value(r#"{"a":1,"b":2,"a":3}"#).to_text(),
        r#"{"a":3,"b":2}"#
    );
    // Above 16 keys a hash finds the repetition.
    let members: Vec<String> = (0..40).map(|n| format!("\"k{}\":{n}", n % 20)).collect();
    let wide = value(&format!("{{{}}}", members.join(",")));
    let wide = wide.as_object().expect("is an object");
    assert_eq!(wide.len(), 20);
    assert_eq!(wide.get_index(0), Some(("k0", &Value::Int(20))));
    assert_eq!(wide.get("k19"), Some(&Value::Int(39)));
}

#[test]
fn numbers_are_equal_by_value() {
    for (left, right, equal) in [
        ("1", "1.0", true),
        ("0", "-0.0", true),
        ("0", "-0", true),
        ("9007199254740993", "9007199254740992.0", false),
        ("9223372036854775807", "9223372036854775808", false),
        ("9223372036854775808", "9223372036854775808.0", true),
        ("1e2", "100", true),
        ("1.5", "1", false),
        ("[1, {\"a\": 2.0}]", "[1.0, {\"a\": 2}]", true),
        ("{\"a\": 1, \"b\": 2}", "{\"b\": 2, \"a\": 1}", true),
        ("1", "\"1\"", false),
        ("null", "false", false),
    ] {
        assert_eq!(value(left) == value(right), equal, "{left} {right}");
        if equal {
            assert_eq!(value(left).value_hash(), value(right).value_hash());
        }
    }
}

#[test]
fn integers_of_any_length_keep_their_digits() {
    for text in [
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775809",
        "123456789012345678901234567890123456789012345678901234567890",
    ] {
        assert_eq!(value(text).to_text(), text);
        assert_eq!(value(text).json_len(), text.len() as u64);
    }
    let order = |left: &str, right: &str| compare_numbers(&value(left), &value(right));
    use std::cmp::Ordering::{Greater, Less};
    assert_eq!(
        order("9223372036854775808", "9223372036854775809"),
        Some(Less)
    );
    assert_eq!(order("-9223372036854775809", "0"), Some(Less));
    assert_eq!(
        order("100000000000000000000", "99999999999999999999"),
        Some(Greater)
    );
    assert_eq!(
        order("9007199254740993", "9007199254740992.5"),
        Some(Greater)
    );
    assert_eq!(order("-1", "-1.5"), Some(Greater));
}

#[test]
fn invalid_json_is_refused_with_line_and_column() {
    for (text, message) in [
        ("", "unexpected end of the text at line 1 column 1"),
        ("[1,]", "expected a JSON value at line 1 column 4"),
        (
            "{\"a\"\n 1}",
            "expected `:` after the key at line 2 column 2",
        ),
        ("1 2", "unexpected text after the value at line 1 column 3"),
        (
            "01",
            "a number must not have a leading zero at line 1 column 1",
        ),
        ("1e999", "number out of range at line 1 column 6"),
        (
            "\"\\ud800x\"",
            "unpaired surrogate in an escape at line 1 column 2",
        ),
        (
            "\"ä\u{1}\"",
            "control character in a string; write it as an escape such as `\\n` at line 1 column 3",
        ),
        ("nul", "expected a JSON value at line 1 column 1"),
    ] {
        let error = Value::from_text(text).expect_err(text);
        assert_eq!(error.to_string(), message, "{text}");
    }
}

#[test]
fn an_update_copies_the_path_and_shares_other_nodes() {
    let before = value(r#"{"a": {"b": 1, "c": [1]}, "d": {"e": 2}}"#);
    let mut after = before.clone();
    let path = RefPath::keys(["a", "b"]);
    after.put(&path, Value::Int(7)).expect("is an object");
    assert_eq!(before.at(&path), Some(&Value::Int(1)));
    assert_eq!(after.to_text(), r#"{"a":{"b":7,"c":[1]},"d":{"e":2}}"#);
    for shared in [RefPath::keys(["d"]), RefPath::keys(["a", "c"])] {
        let same = before.at(&shared).zip(after.at(&shared));
        assert!(same.is_some_and(|(left, right)| left.is_same_node(right)));
    }
}

#[test]
fn an_update_of_an_unshared_value_is_in_place() {
    let mut only = value(r#"{"a": {"b": 1}}"#);
    let node = |value: &Value| match value.get("a") {
        Some(Value::Object(node)) => Arc::as_ptr(node),
        other => panic!("{other:?}"),
    };
    let before = node(&only);
    let path = RefPath::keys(["a", "b"]);
    only.put(&path, Value::from("new")).expect("is an object");
    assert_eq!(node(&only), before);
}

#[test]
fn an_update_of_a_wide_object_leaves_its_clone_unchanged() {
    let members = (0..100).map(|n| (format!("key{n}"), Value::Int(n)));
    let before = Value::from_iter(members);
    let mut after = before.clone();
    for (key, number) in [("key50", -1), ("new", -2)] {
        let path = RefPath::keys([key]);
        after.put(&path, Value::Int(number)).expect("is an object");
    }
    assert_eq!(before.get("key50"), Some(&Value::Int(50)));
    assert_eq!(before.get("new"), None);
    assert_eq!(after.get("key50"), Some(&Value::Int(-1)));
    let after = after.as_object().expect("is an object");
    assert_eq!(after.get_index(100), Some(("new", &Value::Int(-2))));
    assert_eq!(after.keys().nth(99), Some("key99"));
}

#[test]
fn a_path_with_a_wrong_position_hint_finds_its_key() {
    let path = RefPath::keys(["b"]);
    for (text, expected) in [
        (r#"{"a": 1, "b": 2}"#, Some(2)),
        (r#"{"b": 3}"#, Some(3)),
        (r#"{"a": 1}"#, None),
        (r#"{"x": 0, "y": 0, "b": 4}"#, Some(4)),
    ] {
        let value = value(text);
        let found = value.at(&path).and_then(Value::as_i64);
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn json_of_serde_and_of_definitions_converts() {
    let text = r#"{"a":[1,2.5,18446744073709551615,"x",null,true],"b":{}}"#;
    let json: serde_json::Value = serde_json::from_str(text).expect("is JSON");
    assert_eq!(Value::from(json.clone()).to_text(), text);
    assert_eq!(value(text).to_json(), json);
    let giant = r#"[123456789012345678901234567890,-0.0,1e3]"#;
    let written: stepwright_asl::json::Json = giant.parse().expect("is JSON");
    assert_eq!(Value::from(&written), value(giant));
}
