//! Random values and operations, compared with `serde_json`.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;

pub(in crate::value) fn json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        prop::num::f64::NORMAL.prop_map(Json::from),
        any::<String>().prop_map(Json::from),
        "[a-c]".prop_map(Json::from),
    ];
    leaf.prop_recursive(4, 64, 24, |inner| {
        let key = prop_oneof!["[a-e]", any::<String>(), "k[0-9]{2}"];
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Json::from),
            vec((key, inner), 0..24)
                .prop_map(|members| Json::Object(members.into_iter().collect())),
        ]
    })
}

/// Checks that the stored sizes of nodes equal computed ones.
fn check_sizes(value: &Value) {
    assert_eq!(value.json_len(), value.to_text().len() as u64);
    let children: Vec<&Value> = match value {
        Value::Array(items) => items.iter().collect(),
        Value::Object(members) => members.values().collect(),
        _ => return assert_eq!(value.depth(), 0),
    };
    let deepest = children.iter().map(|child| child.depth()).max();
    assert_eq!(value.depth(), deepest.unwrap_or(0) + 1);
    children.into_iter().for_each(check_sizes);
}

/// Implements `put` on `serde_json`.
fn put_json(here: &mut Json, path: &[&str], value: Json) -> bool {
    let Some((key, rest)) = path.split_first() else {
        *here = value;
        return true;
    };
    match here {
        Json::Object(members) => match members.get_mut(*key) {
            Some(child) => put_json(child, rest, value),
            None => {
                let wrap = |inner, key: &&str| json!({ *key: inner });
                members.insert((*key).to_owned(), rest.iter().rev().fold(value, wrap));
                true
            }
        },
        _ => false,
    }
}

fn is_minus_zero(number: f64) -> bool {
    number == 0.0 && number.is_sign_negative()
}

/// Replaces each minus zero by 0: `-0` is an integer for [`Value`], and a float for `serde_json`.
pub(super) fn unsigned_zeros(json: Json) -> Json {
    match json {
        Json::Number(number) if number.as_f64().is_some_and(is_minus_zero) => json!(0),
        Json::Array(items) => items.into_iter().map(unsigned_zeros).collect(),
        Json::Object(members) => {
            let members = members.into_iter();
            let members = members.map(|(key, value)| (key, unsigned_zeros(value)));
            Json::Object(members.collect())
        }
        other => other,
    }
}

proptest! {
    #[test]
    fn values_are_parsed_back_from_their_text(json in json()) {
        let value = Value::from(&json);
        check_sizes(&value);
        let text = value.to_text();
        prop_assert_eq!(&Value::from_text(&text).expect("is JSON"), &value);
        prop_assert_eq!(&text, &json.to_string());
        prop_assert_eq!(&value.to_json(), &json);
        let pretty = serde_json::to_string_pretty(&json).expect("prints");
        prop_assert_eq!(&Value::from_text(&pretty).expect("is JSON"), &value);
        prop_assert_eq!(value.value_hash(), Value::from(&json).value_hash());
    }

    #[test]
    fn no_text_panics_the_reader(text in any::<String>()) {
        let _ = Value::from_text(&text);
    }

    #[test]
    fn the_parser_accepts_the_same_texts_as_serde_json(text in r#"[\[\]{},:"\\0-9eE+.\-a-fnrtu \n]{0,24}"#) {
        let ours = Value::from_text(&text);
        match serde_json::from_str::<Json>(&text) {
            Ok(json) => {
                let ours = ours.map(|value| unsigned_zeros(value.to_json()));
                prop_assert_eq!(ours.map(|ours| ours == unsigned_zeros(json)), Ok(true));
            }
            Err(_) => prop_assert!(ours.is_err()),
        }
    }

    #[test]
    fn updates_and_lookups_agree_with_serde_json(
        start in json(),
        puts in vec((vec(prop_oneof!["[a-e]", "k[0-9]{2}"], 0..4), json()), 1..12),
    ) {
        let mut json = Json::Object([("a".to_owned(), start)].into_iter().collect());
        let mut value = Value::from(&json);
        let mut snapshots = Vec::new();
        for (path, new) in puts {
            let keys: Vec<&str> = path.iter().map(String::as_str).collect();
            let before = value.clone();
            let path = RefPath::keys(keys.iter().copied());
            let placed = value.put(&path, Value::from(&new));
            prop_assert_eq!(placed.is_ok(), put_json(&mut json, &keys, new.clone()));
            if placed.is_ok() {
                prop_assert_eq!(value.at(&path), Some(&Value::from(&new)));
            } else {
                prop_assert_eq!(&value, &before);
            }
            prop_assert_eq!(&value.to_text(), &json.to_string());
            check_sizes(&value);
            snapshots.push((before.to_text(), before));
        }
        // Later updates did not change earlier copies.
        for (text, snapshot) in snapshots {
            prop_assert_eq!(snapshot.to_text(), text);
        }
    }
}
