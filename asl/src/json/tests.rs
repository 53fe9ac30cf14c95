//! Properties of the parser and the writer.

use super::*;
use crate::SyntaxError;
use proptest::prelude::*;

fn parse(text: &str) -> Result<Json, SyntaxError> {
    text.parse()
}

#[test]
fn the_order_of_members_and_the_text_of_numbers_are_preserved() {
    let text = r#"{"z":1,"a":-0.5,"m":18446744073709551615,"g":123456789012345678901234567890,"e":1e400,"s":"\u0001\"\\é😀"}"#;
    assert_eq!(parse(text).expect("is JSON").to_string(), text);
}

#[test]
fn numbers_are_parsed_as_by_serde_json() {
    for text in [
        "0",
        "-0",
        "1.0",
        "1e3",
        "1E-2",
        "0.1",
        "-12",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "5e-324",
        "1.7976931348623157e308",
    ] {
        let ours = serde_json::Value::from(&parse(text).expect("is JSON"));
        let theirs: serde_json::Value = serde_json::from_str(text).expect("is JSON");
        assert_eq!(ours, theirs, "{text}");
        let again = parse(&parse(text).expect("is JSON").to_string()).expect("is JSON");
        assert_eq!(
            serde_json::Value::from(&again),
            theirs,
            "{text} written again"
        );
    }
}

#[test]
fn invalid_json_is_refused_with_its_position() {
    for (text, line, column) in [
        ("", 1, 1),
        ("{\n  \"a\": tru\n}", 2, 8),
        ("{\"a\": 1,}", 1, 9),
        ("[1 2]", 1, 4),
        ("\"ä\" x", 1, 5),
        ("\"open", 1, 1),
        ("01", 1, 1),
        ("1.", 1, 3),
        ("\"\\ud800\"", 1, 2),
        ("\"\\x\"", 1, 2),
        ("\"a\tb\"", 1, 3),
        ("{a: 1}", 1, 2),
    ] {
        let error = parse(text).expect_err(text);
        let position = error.position.map(|place| (place.line, place.column));
        assert_eq!(position, Some((line, column)), "{text}: {error}");
    }
}

#[test]
fn surrogate_pairs_are_one_character() {
    assert_eq!(parse(r#""\ud83d\ude00""#), Ok(Json::from("😀")));
}

#[test]
fn duplicate_keys_are_reported_and_the_last_value_is_used() {
    let document = Document::parse("{\"a\": {\"x/y\": 1,\n \"x/y\": [2]}}").expect("is JSON");
    let [duplicate] = document.duplicates() else {
        panic!("one duplicate: {:?}", document.duplicates());
    };
    assert_eq!(duplicate.pointer, "/a/x~1y");
    assert_eq!((duplicate.first.line, duplicate.again.line), (1, 2));
    assert_eq!(document.json().to_string(), r#"{"a":{"x/y":[2]}}"#);
    assert_eq!(document.position("/a/x~1y/0").map(|p| p.line), Some(2));
}

#[test]
fn depth_is_bounded() {
    let deep = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(parse(&deep(MAX_DEPTH)).is_ok());
    assert!(parse(&deep(MAX_DEPTH + 1)).is_err());
    assert!(parse(&"[".repeat(1_000_000)).is_err());
    assert!(parse(&"{\"a\":".repeat(1_000_000)).is_err());
}

#[test]
fn every_node_has_a_position_and_a_span() {
    let document = Document::parse("{\"a\": [10,\n  {\"b\": null}]}").expect("is JSON");
    assert_eq!(
        document.position("/a/1/b").map(|p| (p.line, p.column)),
        Some((2, 9))
    );
    assert_eq!(
        document.key_position("/a/1/b").map(|p| (p.line, p.column)),
        Some((2, 4))
    );
    assert_eq!(document.span("/a/0"), Some(7..9));
    assert_eq!(document.position("/a/2"), None);
    assert_eq!(document.position("/a/00"), None);
    assert_eq!(document.position("a"), None);
    assert_eq!(document.line(2), Some("  {\"b\": null}]}"));
    assert_eq!(document.line(0), None);
}

#[test]
fn columns_count_characters_on_long_lines() {
    for length in [0, 1, 500, 1022, 1023, 1024, 5000] {
        let text = format!("\n\"{}\"", "ä".repeat(length));
        let document = Document::parse(&text).expect("is JSON");
        for offset in 0..=text.len() {
            let position = document.position_at(offset);
            let slow = text[1.min(position.offset)..position.offset]
                .chars()
                .count()
                + 1;
            assert_eq!(position.column, slow, "{length} {offset}");
        }
    }
}

fn any_json() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::Value;
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((any::<String>(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Every node of a value with its pointer.
fn nodes(json: &Json) -> Vec<(String, Json)> {
    let mut found = Vec::new();
    let mut open = vec![(String::new(), json)];
    while let Some((pointer, json)) = open.pop() {
        match json {
            Json::Object(members) => open.extend(
                members
                    .iter()
                    .map(|(key, value)| (format!("{pointer}/{}", escape(key)), value)),
            ),
            Json::Array(items) => open.extend(
                items
                    .iter()
                    .enumerate()
                    .map(|(index, item)| (format!("{pointer}/{index}"), item)),
            ),
            _ => {}
        }
        found.push((pointer, json.clone()));
    }
    found
}

#[test]
fn the_json_macro_builds_any_value() {
    let key = "c".to_owned();
    let none: Option<u8> = None;
    let json = crate::json!({
        "a": null, "b": [], (key): {}, "d": [1, -2, 2.5, "x", true, [null, {"e": none}],], "f": u64::MAX, "g": usize::MAX as u128 * 10,
        "h": f64::INFINITY, "i": ["x", "y"].map(str::len),
    });
    assert_eq!(
        json.to_string(),
        r#"{"a":null,"b":[],"c":{},"d":[1,-2,2.5,"x",true,[null,{"e":null}]],"f":18446744073709551615,"g":184467440737095516150,"h":null,"i":[1,1]}"#
    );
    assert_eq!(crate::json!("text"), Json::from("text"));
    assert_eq!(crate::json!([]), Json::Array(Vec::new()));
    assert!(Number::try_from(f64::NAN).is_err());
    assert_eq!(Number::try_from(1.5).map(|number| number.as_f64()), Ok(1.5));
}

#[test]
fn inserting_into_the_wrong_type_of_value_is_an_error() {
    let mut text = Json::from("x");
    let error = text.insert("a", 1).expect_err("is no object");
    assert_eq!(error.to_string(), "expected an object, found a string");
    let error = text.push(1).expect_err("is no array");
    assert_eq!(error.to_string(), "expected an array, found a string");
    assert_eq!((text.remove("a"), text.get_mut("a")), (None, None));
    assert_eq!(text.pointer_mut("/0"), None);
    assert_eq!((text.take(), text), (Json::from("x"), Json::Null));
}

#[test]
fn serde_has_the_depth_limit_of_the_parser() {
    // Not parsed from text, because `serde_json` has its own depth limit.
    let deep =
        |depth: usize| (0..depth).fold(serde_json::Value::Null, |inner, _| vec![inner].into());
    assert!(serde_json::from_value::<Json>(deep(MAX_DEPTH)).is_ok());
    let error = serde_json::from_value::<Json>(deep(MAX_DEPTH + 1)).expect_err("is too deep");
    assert!(
        error.to_string().contains("deeper than 256 levels"),
        "{error}"
    );
}

proptest! {
    #[test]
    fn pointer_mut_finds_every_node(value in any_json()) {
        let json = Json::from(value);
        for (pointer, node) in nodes(&json) {
            prop_assert_eq!(json.pointer(&pointer), Some(&node));
            let mut changed = json.clone();
            let found = changed.pointer_mut(&pointer).expect("is there");
            prop_assert_eq!(&found.take(), &node);
            prop_assert!(found.is_null());
            *found = node;
            prop_assert_eq!(&changed, &json);
        }
    }

    #[test]
    fn insert_and_remove_are_inverse(value in any_json(), key in any::<String>(), other in any_json()) {
        let (mut json, other) = (Json::from(value), Json::from(other));
        let before = json.clone();
        let old = json.get(&key).cloned();
        match json.insert(key.as_str(), other.clone()) {
            Ok(replaced) => {
                prop_assert_eq!(&replaced, &old);
                prop_assert_eq!(json.get(&key), Some(&other));
                match old {
                    Some(old) => { json.insert(key, old).expect("is an object"); }
                    None => prop_assert_eq!(json.remove(&key), Some(other)),
                }
                prop_assert_eq!(json.to_string(), before.to_string());
            }
            Err(_) => prop_assert!(before.as_object().is_none() && json == before),
        }
    }

    #[test]
    fn serde_round_trips_values_except_very_large_numbers(value in any_json()) {
        let json = Json::from(value);
        let text = serde_json::to_string(&json).expect("is written");
        // JSON text has one member order and one spelling for each number, so the result equals
        // that of our own parser.
        prop_assert_eq!(&text.parse::<Json>().expect("is JSON"), &json);
        let large = nodes(&json).iter().any(|(_, node)| {
            node.as_number().is_some_and(|number| number.as_i64().is_none() && number.as_u64().is_none())
                && node.as_f64().is_some_and(|value| value >= u64::MAX as f64 || value <= i64::MIN as f64)
        });
        match serde_json::from_str::<Json>(&text) {
            Ok(again) => prop_assert!(again == json && !large),
            Err(error) => prop_assert!(large, "{}", error),
        }
    }

    #[test]
    fn parsing_any_text_does_not_panic(text in any::<String>()) {
        let _ = Document::parse(&text);
    }

    #[test]
    fn malformed_json_is_parsed_as_by_serde_json(text in r#"[\[\]{}",:0-9a-z\\eu. -]{0,40}"#) {
        if let (Ok(ours), theirs) = (parse(&text), serde_json::from_str::<serde_json::Value>(&text)) {
            if let Ok(theirs) = theirs {
                prop_assert_eq!(serde_json::Value::from(&ours), theirs);
            }
        } else {
            prop_assert!(serde_json::from_str::<serde_json::Value>(&text).is_err());
        }
    }

    #[test]
    fn values_are_read_and_written_as_by_serde_json(value in any_json()) {
        for text in [value.to_string(), serde_json::to_string_pretty(&value).expect("a value has a text")] {
            let ours = parse(&text).expect("is JSON");
            prop_assert_eq!(&serde_json::Value::from(&ours), &value);
            prop_assert_eq!(parse(&ours.to_string()).expect("is JSON"), ours.clone());
            prop_assert_eq!(parse(&ours.to_pretty()).expect("is JSON"), ours);
        }
    }
}

#[test]
fn numbers_are_printed_as_they_were_written() {
    for text in [
        "1.50",
        "1E3",
        "1e3",
        "1.0",
        "-0",
        "-0.0",
        "0.10",
        "1e+3",
        "1E-07",
        "123456789012345678901.5",
        "0.1000000000000000055511151231257827",
        "1e400",
        "-1E400",
        "1e-400",
        "18446744073709551616",
    ] {
        let json: Json = text.parse().expect("is JSON");
        assert_eq!(json.to_string(), text);
        assert_eq!(json, json.to_string().parse().expect("is JSON"));
    }
}

proptest! {
    #[test]
    fn the_spelling_of_a_float_is_preserved_but_not_compared(value in proptest::num::f64::NORMAL, digits in 0..40usize) {
        let plain = Json::from(value);
        for text in [format!("{value:e}"), format!("{value:E}"), format!("{value:?}"), format!("{value:?}").replace('e', "E")] {
            let text = if text.contains(['e', 'E', '.']) { text } else { format!("{text}.0") };
            let read: Json = text.parse().expect("is JSON");
            prop_assert_eq!(read.to_string(), text);
            prop_assert_eq!(&read, &plain);
            prop_assert_eq!(read.as_f64(), Some(value));
            prop_assert_eq!(serde_json::to_string(&read).expect("is JSON"), serde_json::to_string(&plain).expect("is JSON"));
        }
        let padded = format!("1.5{}", "0".repeat(digits));
        let read: Json = padded.parse().expect("is JSON");
        prop_assert_eq!(read.to_string(), padded);
        prop_assert_eq!(read == plain, value == 1.5);
    }
}
