//! Typed conversions in both directions, compared with `serde_json`.

use std::collections::BTreeMap;
use std::fmt::Debug;

use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::model::json;
use super::*;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum External {
    Unit,
    Newtype(Option<i32>),
    Tuple(u8, String),
    Struct { a: f64, b: Vec<External> },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
enum Internal {
    Unit,
    Struct { the_id: u64 },
    Inner(BTreeMap<String, i64>),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    Unit,
    Newtype(char),
    Tuple(bool, ()),
    Struct { a: Option<Box<Adjacent>> },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Untagged {
    Number(i64),
    Text(String),
    List(Vec<Untagged>),
    Struct { only: External },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Color {
    Red,
    Blue,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Meters(f32);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Flat {
    known: i8,
    #[serde(flatten)]
    rest: BTreeMap<String, serde_json::Value>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
struct Everything {
    #[serde(rename = "renamed-field", default)]
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    absent: Option<u8>,
    null: Option<u8>,
    pair: (i16, u32),
    ids: BTreeMap<i64, bool>,
    flags: BTreeMap<bool, char>,
    large: u64,
}

fn round_trip<T: Serialize + DeserializeOwned + PartialEq + Debug>(typed: T) {
    let value = Value::from_typed(&typed).expect("serializes");
    let text = serde_json::to_string(&typed).expect("serializes");
    assert_eq!(value.to_text(), text);
    assert_eq!(value.to_typed::<T>().expect("deserializes"), typed);
}

#[test]
fn enums_of_every_tagging_round_trip() {
    let tree = External::Struct {
        a: 0.1,
        b: vec![External::Unit, External::Tuple(255, "x".into())],
    };
    round_trip(External::Newtype(None));
    round_trip(External::Newtype(Some(-1)));
    round_trip(tree.clone());
    round_trip(Internal::Unit);
    round_trip(Internal::Struct { the_id: u64::MAX });
    round_trip(Internal::Inner([("a".to_owned(), -1)].into()));
    round_trip(Adjacent::Unit);
    round_trip(Adjacent::Newtype('ß'));
    round_trip(Adjacent::Tuple(true, ()));
    round_trip(Adjacent::Struct {
        a: Some(Box::new(Adjacent::Unit)),
    });
    round_trip(Untagged::Struct { only: tree });
    round_trip(Untagged::List(vec![
        Untagged::Number(-3),
        Untagged::Text(String::new()),
    ]));
}

#[test]
fn structs_maps_and_scalars_round_trip() {
    round_trip(Everything {
        name: "ä\"\\\n".into(),
        null: None,
        pair: (-300, 70_000),
        ids: [(-5, true), (7, false)].into(),
        flags: [(true, 'y')].into(),
        large: u64::MAX,
        absent: None,
    });
    round_trip(BTreeMap::from([(Color::Red, 1), (Color::Blue, 2)]));
    round_trip(Meters(0.1));
    round_trip(Flat {
        known: 1,
        rest: [("more".to_owned(), serde_json::json!([1, null]))].into(),
    });
    round_trip(((), Some(1u8), [1u8, 2]));
}

#[test]
fn integers_of_128_bits_survive() {
    for number in [i128::MIN, -1, i128::from(u64::MAX) + 1, i128::MAX] {
        let value = Value::from_typed(&number).expect("serializes");
        assert_eq!(value.to_text(), number.to_string());
        assert_eq!(value.to_typed::<i128>(), Ok(number));
    }
    let value = Value::from_typed(&u128::MAX).expect("serializes");
    assert_eq!(value.to_typed::<u128>(), Ok(u128::MAX));
    assert!(value.to_typed::<u64>().is_err());
    assert!(value.to_typed::<f64>().is_ok());
}

#[test]
fn strings_are_borrowed() {
    let value = value(r#"{"text": "a string that does not fit into the value itself"}"#);
    let typed: BTreeMap<&str, &str> = value.to_typed().expect("deserializes");
    let inside = value.get("text").and_then(Value::as_str);
    assert_eq!(typed["text"].as_ptr(), inside.expect("is text").as_ptr());
}

#[test]
fn bytes_are_an_array_of_numbers() {
    struct Bytes(&'static [u8]);
    impl Serialize for Bytes {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_bytes(self.0)
        }
    }
    let value = Value::from_typed(&Bytes(&[0, 255])).expect("serializes");
    assert_eq!(value.to_text(), "[0,255]");
}

#[test]
fn a_missing_value_of_another_format_is_null() {
    use serde::de::IntoDeserializer;
    use serde::de::value::Error;
    struct Nothing;
    impl<'de> serde::Deserializer<'de> for Nothing {
        type Error = Error;
        fn deserialize_any<V: serde::de::Visitor<'de>>(self, v: V) -> Result<V::Value, Error> {
            v.visit_none()
        }
        serde::forward_to_deserialize_any! {
            bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit
            unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier
            ignored_any
        }
    }
    assert_eq!(Value::deserialize(Nothing), Ok(Value::Null));
    let text: serde::de::value::StrDeserializer<'_, Error> = "x".into_deserializer();
    assert_eq!(Value::deserialize(text), Ok(Value::from("x")));
}

#[test]
fn a_value_of_the_wrong_type_is_refused_with_a_message() {
    let message = |text: &str| {
        let result = value(text).to_typed::<External>();
        result.expect_err("does not fit").to_string()
    };
    assert_eq!(
        message(r#""Unknown""#),
        "unknown variant `Unknown`, expected one of `Unit`, `Newtype`, `Tuple`, `Struct`"
    );
    assert_eq!(
        message(r#"{"Tuple": [1]}"#),
        "invalid length 1, expected tuple variant External::Tuple with 2 elements"
    );
    assert!(message("1").contains("expected a variant's name"));
    assert!(message(r#"{"a": 1, "b": 2}"#).contains("as its one key"));
    assert!(message(r#"{"Unit": 5}"#).contains("invalid type"));
    let tuple: Result<(u8,), _> = value("[1, 2]").to_typed();
    assert!(tuple.is_err());
    let text: BTreeMap<Vec<u8>, u8> = [(vec![1], 1)].into();
    assert!(Value::from_typed(&text).is_err());
}

proptest! {
    #[test]
    fn any_value_round_trips_through_serde(json in json()) {
        let value = Value::from_typed(&json).expect("serializes");
        prop_assert_eq!(&value, &Value::from(&json));
        prop_assert_eq!(&value.to_typed::<serde_json::Value>().expect("deserializes"), &json);
        prop_assert_eq!(&value.to_typed::<Value>().expect("deserializes"), &value);
        let text = serde_json::to_string(&value).expect("prints");
        prop_assert_eq!(&text, &value.to_text());
        prop_assert_eq!(&serde_json::from_str::<Value>(&text).expect("reads"), &value);
    }
}
