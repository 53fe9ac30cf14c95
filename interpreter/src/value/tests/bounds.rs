//! Tests of limits of depth and sharing.

use super::*;

/// Returns `{"p":{"p":..}}`, built as a `ResultPath` over the whole input builds it.
fn nested(levels: u32) -> Value {
    let mut value = Value::empty_object();
    for _ in 0..levels {
        let mut outer = Value::empty_object();
        let placed = outer.put(&RefPath::keys(["p"]), value);
        placed.expect("is an object");
        value = outer;
    }
    value
}

/// Returns `[x, x]`, repeated: 2^levels leaves in `levels` nodes.
fn doubled(levels: u32) -> Value {
    (0..levels).fold(Value::Int(1), |value, _| {
        Value::from(vec![value.clone(), value])
    })
}

#[test]
fn no_operation_on_a_deep_value_overflows_the_stack() {
    let deep = nested(200_000);
    assert_eq!(deep.depth(), 200_001);
    let text = deep.to_text();
    assert_eq!(text.len() as u64, deep.json_len());
    assert!(deep == nested(200_000));
    assert!(format!("{deep:?}").len() < 5_000);
    assert!(deep.to_typed::<serde_json::Value>().is_err());
    assert!(serde_json::to_string(&deep).is_err());
    assert!(deep.to_json().is_object());
    assert!(Value::from_text(&text).is_err());
    assert!(deep.value_hash() != 0);
}

#[test]
fn text_and_types_accept_the_documented_depth() {
    let text = nested(MAX_DEPTH - 1).to_text();
    assert_eq!(value(&text).depth(), MAX_DEPTH);
    assert!(value(&text).to_json().is_object());
    assert!(Value::from_text(&nested(MAX_DEPTH).to_text()).is_err());

    let deepest = nested(MAX_TYPED_DEPTH - 1);
    let typed: serde_json::Value = deepest.to_typed().expect("is within the bound");
    assert_eq!(Value::from_typed(&typed).as_ref(), Ok(&deepest));
    assert!(serde_json::to_string(&deepest).is_ok());
    assert!(deepest.to_typed::<Value>().is_ok());
    let deeper = nested(MAX_TYPED_DEPTH);
    assert!(deeper.to_typed::<serde_json::Value>().is_err());
    assert!(serde_json::to_string(&deeper).is_err());
}

#[test]
fn exponentially_shared_values_are_handled_quickly() {
    let shared = doubled(100);
    assert_eq!(shared.json_len(), u64::MAX);
    assert_eq!(shared.depth(), 100);
    assert!(shared == doubled(100));
    assert!(shared != doubled(99));
    assert_eq!(shared.to_text_within(1 << 20), None);
    assert!(format!("{shared:?}").len() < 5_000);
    assert!(shared.value_hash() == doubled(100).value_hash());
    let mut changed = Value::from_iter([("a", shared.clone()), ("b", Value::Null)]);
    let path = RefPath::keys(["a"]);
    changed.put(&path, Value::Null).expect("is an object");
    assert_eq!((changed.json_len(), changed.depth()), (19, 1));
}

#[test]
fn an_object_with_30_000_keys_is_parsed_quickly() {
    let members: Vec<String> = (0..30_000).map(|n| format!("\"key-{n}\":{n}")).collect();
    let text = format!("{{{}}}", members.join(","));
    let wide = value(&text);
    assert_eq!(wide.get("key-29999"), Some(&Value::Int(29_999)));
    assert_eq!(wide.get("key-30000"), None);
    assert_eq!(wide.to_text(), text);
}
