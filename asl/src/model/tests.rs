//! Properties of parsing and writing.

use super::*;
use crate::json::{Document, Json};

fn round_trip(text: &str) {
    let machine =
        StateMachine::from_json(text).unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
    let compact = text.parse::<Json>().expect("is JSON").to_string();
    assert_eq!(machine.to_json(), compact);
    assert_eq!(
        StateMachine::from_json(&machine.to_json_pretty()),
        Ok(machine)
    );
}

#[test]
fn order_unknown_fields_and_empty_lists_are_preserved() {
    round_trip(
        r#"{"X-Extra": {"b": 1, "a": 2}, "States": {"A": {"End": true, "Retry": [], "Typo": null, "Resource": "r", "Type": "Task",
            "Parameters": null, "ResultPath": null, "TimeoutSeconds": "${Timeout}", "Assign": {}}}, "StartAt": "A"}"#,
    );
}

#[test]
fn the_order_of_fields_in_choice_rules_is_preserved() {
    round_trip(
        r#"{"StartAt": "C", "States": {"C": {"Type": "Choice", "Default": "C", "Choices": [
            {"Not": {"IsNull": true, "Variable": "$.a"}, "Next": "C"},
            {"Next": "C", "Variable": "$.a", "NumericEquals": 1.0},
            {"And": [{"Variable": "$.a", "StringEqualsPath": "$.b"}, {"Or": []}], "Next": "C"},
            {"Condition": "{% true %}", "Output": null, "Next": "C"}]}}}"#,
    );
}

#[test]
fn every_wrong_type_is_reported_with_its_location() {
    let text = "{\"StartAt\": 1,\n\"States\": {\"A\": {\"Type\": \"Task\", \"End\": \"yes\"},\n\"B\": {\"Type\": \"Tsk\"}, \"C\": [], \"D\": {}}}";
    let diagnostics = StateMachine::from_json(text).expect_err("has faults");
    let found: Vec<_> = diagnostics
        .iter()
        .map(|diagnostic| {
            (
                diagnostic.code.unwrap_or_default(),
                diagnostic.location.pointer.as_str(),
                diagnostic.location.line,
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            ("SW017", "/StartAt", 1),
            ("SW040", "/States/A", 2),
            ("SW017", "/States/A/End", 2),
            ("SW015", "/States/B/Type", 3),
            ("SW017", "/States/C", 3),
            ("SW015", "/States/D", 3),
        ]
    );
}

#[test]
fn a_rule_with_two_comparisons_is_refused() {
    let text = r#"{"StartAt": "C", "States": {"C": {"Type": "Choice", "Choices": [
        {"Variable": "$.a", "IsNull": true, "IsString": true, "Next": "C"}]}}}"#;
    let diagnostics = StateMachine::from_json(text).expect_err("has a fault");
    assert_eq!(
        diagnostics
            .iter()
            .map(|f| f.code.unwrap_or_default())
            .collect::<Vec<_>>(),
        ["SW071"]
    );
}

#[test]
fn non_objects_and_duplicate_keys_are_refused() {
    for text in ["", "null", "[]", "3", "\"x\"", "{}"] {
        assert!(StateMachine::from_json(text).is_err(), "{text}");
    }
    let document = Document::parse("{\"StartAt\": \"A\", \"StartAt\": \"A\", \"States\": {}}")
        .expect("is JSON");
    let diagnostics = StateMachine::from_document(&document).expect_err("has a duplicate");
    assert_eq!(
        diagnostics
            .iter()
            .map(|f| f.code.unwrap_or_default())
            .collect::<Vec<_>>(),
        ["SW001"]
    );
}

#[test]
fn serde_reads_and_writes_machines() {
    let text = r#"{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}"#;
    let machine: StateMachine = serde_json::from_str(text).expect("is a machine");
    assert_eq!(serde_json::to_string(&machine).expect("has a text"), text);
    assert!(machine.states["A"].is_terminal());
    assert_eq!(machine.states["A"].kind(), StateKind::Succeed);
}

#[test]
fn schemas_contain_every_field_once() {
    for kind in StateKind::ALL {
        let schema = kind.schema();
        let mut names: Vec<_> = schema.fields.iter().map(|field| field.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), schema.fields.len(), "{kind}");
        assert!(schema.has("Type") && schema.has("Comment"), "{kind}");
        assert_eq!(schema.name, kind.as_str());
    }
    assert!(ChoiceRule::schema().has("StringMatches") && !ChoiceRule::schema().has("Type"));
}

#[test]
fn words_and_numbers_may_be_substitutions() {
    let text = r#"{"QueryLanguage":"${Language}","TimeoutSeconds":"${Timeout}","StartAt":"M","States":{"M":{
        "Type":"Map","QueryLanguage":"${Language}","MaxConcurrency":"${Concurrency}",
        "ItemProcessor":{"ProcessorConfig":{"Mode":"${Mode}","ExecutionType":"${Type}"},
            "StartAt":"A","States":{"A":{"Type":"Task","Resource":"${Arn}","End":true,"Retry":[
                {"ErrorEquals":["${Error}"],"JitterStrategy":"${Jitter}","MaxAttempts":"${Attempts}"}]}}},
        "End":true}}}"#;
    let machine = StateMachine::from_json(text).expect("is a machine");
    assert_eq!(
        machine.query_language,
        Some(Word::Substitution("${Language}".to_owned()))
    );
    assert_eq!(
        machine.states["M"].query_language().map(Word::as_str),
        Some("${Language}")
    );
    let original: crate::json::Json = text.parse().expect("is JSON");
    assert_eq!(machine.to_value(), original);

    let document = Document::parse(text).expect("is JSON");
    let diagnostics = crate::validate::validate(&document, MachineType::Standard);
    assert!(!diagnostics.has_errors(), "{diagnostics}");

    let wrong = text.replace("${Jitter}", "SOME");
    let diagnostics = StateMachine::from_json(&wrong).expect_err("has a fault");
    assert_eq!(
        diagnostics
            .iter()
            .map(|f| f.code.unwrap_or_default())
            .collect::<Vec<_>>(),
        ["SW059"]
    );
}
