//! Rules of JSONPath choices on values of unknown type: whether a member exists, and the kind of
//! its value.

use serde_json::{Value, json};
use stepwright::prelude::*;
use stepwright_runtime::Engine;

workflow! {
    /// Says which rule held.
    workflow Asking(input: Value) -> String {
        query_language JSONPath;
        choice First {
            when path!("$.order", Value).get("note").is_none() => NoNote;
            when path!("$.order.lines", Value).get(1).is_some() => TwoLines;
            when path!("$.order.note", Value).is_null() => NullNote;
            when path!("$.order.note", Value).is_string() && path!("$.order", Value).get("unit-price").is_some() => Priced;
            when !path!("$.order.note", Value).is_number() && path!("$.order.note", Value).is_boolean() => Flag;
            otherwise => Other;
        }
        pass NoNote { end "no note".to_owned(); }
        pass TwoLines { end "two lines".to_owned(); }
        pass NullNote { end "null note".to_owned(); }
        pass Priced { end "priced".to_owned(); }
        pass Flag { end "flag".to_owned(); }
        pass Other { end "other".to_owned(); }
    }
}

#[test]
fn each_test_of_a_member_is_one_choice_rule() {
    let definition: Value = serde_json::from_str(&Asking::definition().to_json()).unwrap();
    let mut rules = definition["States"]["First"]["Choices"].clone();
    for rule in rules.as_array_mut().unwrap() {
        rule.as_object_mut().unwrap().remove("Next");
    }
    assert_eq!(
        rules,
        json!([
            { "Variable": "$.order.note", "IsPresent": false },
            { "Variable": "$.order.lines[1]", "IsPresent": true },
            { "Variable": "$.order.note", "IsNull": true },
            { "And": [
                { "Variable": "$.order.note", "IsString": true },
                { "Variable": "$.order['unit-price']", "IsPresent": true }
            ] },
            { "And": [
                { "Not": { "Variable": "$.order.note", "IsNumeric": true } },
                { "Variable": "$.order.note", "IsBoolean": true }
            ] }
        ])
    );
}

#[tokio::test]
async fn the_choice_rules_decide_as_rust_does() {
    let engine = Engine::builder()
        .register::<Asking>()
        .virtual_time()
        .build()
        .unwrap();
    for (order, expected) in [
        (json!({ "lines": [] }), "no note"),
        (json!({ "note": null, "lines": [1, 2] }), "two lines"),
        (json!({ "note": null, "lines": [1] }), "null note"),
        (json!({ "note": "x", "unit-price": null }), "priced"),
        (json!({ "note": "x" }), "other"),
        (json!({ "note": true }), "flag"),
        (json!({ "note": 3 }), "other"),
    ] {
        let input = json!({ "order": order });
        let run = engine.start::<Asking>(input.clone()).await.unwrap();
        assert_eq!(run.await.unwrap(), expected, "{input}");
    }
}
