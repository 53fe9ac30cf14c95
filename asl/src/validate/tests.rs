//! Properties of the whole validator.

use super::*;
use proptest::prelude::*;

#[test]
fn rule_ids_are_sorted_and_unique() {
    let ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    assert!(ids.is_sorted(), "{ids:?}");
    let mut unique = ids.clone();
    unique.dedup();
    assert_eq!(ids, unique);
    assert!(RULES.iter().all(|rule| rule.summary.ends_with('.')));
}

#[test]
fn rule_names_are_short_hyphenated_and_unique() {
    let mut names: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
    for name in &names {
        let parts: Vec<&str> = name.split('-').collect();
        let is_word =
            |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase());
        assert!(parts.len() > 1 && parts.iter().all(is_word), "{name}");
        assert!(name.len() <= 32 && rule(name).is_some(), "{name}");
    }
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), RULES.len());
}

#[test]
fn rules_are_selected_by_name_or_id() {
    let text = r#"{"StartAt": "A", "States": {
        "A": {"Type": "Pass", "End": false, "Next": "B"}, "B": {"Type": "Succeed"}}}"#;
    let validator = Validator::new(MachineType::Standard);
    let denied = validator
        .clone()
        .deny("Needless-End-False")
        .expect("a name");
    let diagnostics = denied.check_text(text);
    let diagnostic = diagnostics.iter().next().expect("one diagnostic");
    assert_eq!(
        (diagnostic.code.unwrap_or_default(), diagnostic.name),
        ("SW029", Some("needless-end-false"))
    );
    assert_eq!(diagnostic.severity, Severity::Error);
    let without = validator.clone().without("needless-end-false");
    assert!(without.expect("a name").check_text(text).is_empty());
    let error = validator.allow("needles-end-false").expect_err("a typo");
    assert_eq!(
        error.to_string(),
        "there is no rule `needles-end-false`; did you mean `needless-end-false`?"
    );
}

#[test]
fn a_comment_allows_rules_by_name() {
    for (comment, rules) in [
        ("stepwright: allow needless-end-false", &[][..]),
        (
            "stepwright: allow needless-end-false, SW048 long-running",
            &[],
        ),
        ("stepwright: allow needless-end, sw029", &["SW004"]),
        ("stepwright: allow needless-end", &["SW004", "SW029"]),
    ] {
        let text = format!(
            r#"{{"StartAt": "A", "States": {{"A": {{"Comment": "{comment}",
            "Type": "Pass", "End": false, "Next": "B"}}, "B": {{"Type": "Succeed"}}}}}}"#
        );
        let diagnostics = validate_text(&text, MachineType::Standard);
        let found: Vec<&str> = diagnostics
            .iter()
            .map(|diagnostic| diagnostic.code.unwrap_or_default())
            .collect();
        assert_eq!(found, rules, "{comment}");
    }
}

#[test]
fn several_faults_are_found_in_one_pass() {
    let text = r#"{"StartAt": "A", "Version": "2.0", "States": {
        "A": {"Type": "Task", "Retyr": [], "Next": "B", "TimeoutSeconds": 0},
        "B": {"Type": "Wait", "Seconds": 1, "Timestamp": "x", "Next": "Nowhere"},
        "C": {"Type": "Chioce"}}}"#;
    let diagnostics = validate_text(text, MachineType::Standard);
    let rules: Vec<_> = diagnostics
        .iter()
        .map(|diagnostic| diagnostic.code.unwrap_or_default())
        .collect();
    assert_eq!(
        rules,
        [
            "SW013", "SW040", "SW014", "SW043", "SW080", "SW082", "SW020", "SW015"
        ]
    );
    let suggestions: Vec<_> = diagnostics
        .iter()
        .filter_map(|diagnostic| diagnostic.help.as_deref())
        .collect();
    assert!(
        suggestions.contains(&"did you mean `Retry`?")
            && suggestions.contains(&"did you mean `Choice`?")
    );
}

#[test]
fn a_rule_can_be_disabled() {
    let text = r#"{"StartAt": "A", "Version": "2.0", "States": {"A": {"Type": "Succeed"}}}"#;
    let all = Validator::new(MachineType::Standard);
    assert_eq!(all.check_text(text).len(), 1);
    let others = all.without("SW013").expect("there is such a rule");
    assert!(others.check_text(text).is_empty());
}

#[test]
fn text_without_a_definition_is_a_diagnostic() {
    for (text, rule) in [
        ("", "SW002"),
        (" \n", "SW002"),
        ("null", "SW002"),
        ("{", "SW001"),
        ("[]", "SW017"),
        ("{}", "SW010"),
    ] {
        let diagnostics = validate_text(text, MachineType::Standard);
        assert_eq!(
            diagnostics
                .iter()
                .map(|diagnostic| diagnostic.code.unwrap_or_default())
                .collect::<Vec<_>>(),
            [rule],
            "{text}"
        );
    }
}

#[test]
fn validation_of_hostile_definitions_terminates() {
    let cycle = (0..20_000).map(|i| {
        format!(
            r#""S{i}": {{"Type": "Pass", "Next": "S{}"}}"#,
            (i + 1) % 20_000
        )
    });
    let cycle = format!(
        r#"{{"StartAt": "S0", "States": {{{}}}}}"#,
        cycle.collect::<Vec<_>>().join(",")
    );
    let diagnostics = validate_text(&cycle, MachineType::Standard);
    assert!(
        diagnostics
            .iter()
            .any(|diagnostic| diagnostic.code.unwrap_or_default() == "SW023")
    );

    let lost =
        (0..15_000).map(|i| format!(r#""S{i}": {{"Type": "Pass", "Nxet": 1, "Next": "T{i}"}}"#));
    let lost = format!(
        r#"{{"StartAt": "S0", "States": {{{}}}}}"#,
        lost.collect::<Vec<_>>().join(",")
    );
    let diagnostics = validate_text(&lost, MachineType::Standard);
    assert_eq!(diagnostics.len(), 30_000);

    let names: Vec<String> = (0..20_000).map(|i| format!("$v{i} := $w{i}")).collect();
    let expression = format!("({})", names.join(";"));
    let text = format!(
        r#"{{"StartAt":"A","QueryLanguage":"JSONata","States":{{"A":{{"Type":"Succeed","Output":"{{% {expression} %}}"}}}}}}"#
    );
    assert!(!validate_text(&text, MachineType::Standard).has_errors());

    let nested = |open: &str, close: &str| format!("{}{}", open.repeat(60), close.repeat(60));
    let maps = nested(
        r#"{"StartAt":"A","States":{"A":{"Type":"Map","End":true,"ItemProcessor":"#,
        "}}}",
    );
    assert!(!validate_text(&maps, MachineType::Standard).is_empty());
    let rules = nested(r#"{"Not":"#, "}");
    let text =
        format!(r#"{{"StartAt":"A","States":{{"A":{{"Type":"Choice","Choices":[{rules}]}}}}}}"#);
    assert!(!validate_text(&text, MachineType::Standard).is_empty());

    let giant = "a".repeat(2_000_000);
    let text = format!(
        r#"{{"StartAt": "{giant}", "{giant}": 1, "States": {{"{giant}": {{"Type": "{giant}"}}}}}}"#
    );
    assert!(validate_text(&text, MachineType::Express).has_errors());
}

/// JSON with keywords of the States Language in wrong positions.
fn any_definition() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::{Value, json};
    let word = prop::sample::select(vec![
        "StartAt",
        "States",
        "Type",
        "Next",
        "End",
        "Task",
        "Map",
        "Choice",
        "Choices",
        "Pass",
        "Fail",
        "Catch",
        "Retry",
        "ErrorEquals",
        "Parallel",
        "Branches",
        "Iterator",
        "ItemProcessor",
        "Parameters",
        "a.$",
        "$.a",
        "$",
        "{% $states.input %}",
        "{% a %}",
        "JSONata",
        "QueryLanguage",
        "Output",
        "Assign",
        "ResultPath",
        "Variable",
        "StringEqualsPath",
        "And",
        "Not",
        "States.Format('{}', $.a)",
        "Label",
    ]);
    let leaf = prop_oneof![
        word.clone().prop_map(Value::from),
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
    ];
    let inner = leaf.prop_recursive(6, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((word.clone(), inner), 0..6).prop_map(|members| {
                Value::Object(
                    members
                        .into_iter()
                        .map(|(key, value)| (key.to_owned(), value))
                        .collect(),
                )
            }),
        ]
    });
    prop::collection::vec(inner, 0..4).prop_map(|states| {
        let states: serde_json::Map<_, _> = states
            .into_iter()
            .enumerate()
            .map(|(i, state)| (format!("S{i}"), state))
            .collect();
        json!({"StartAt": "S0", "States": states})
    })
}

proptest! {
    #[test]
    fn validating_any_definition_does_not_panic(definition in any_definition()) {
        let text = definition.to_string();
        let document = Document::parse(&text).expect("is JSON");
        let diagnostics = validate(&document, MachineType::Express);
        for diagnostic in &diagnostics {
            prop_assert!(document.position(&diagnostic.location.pointer).is_some() , "{}", diagnostic);
        }
        // A definition without errors can be parsed.
        if !diagnostics.has_errors() {
            let machine = crate::StateMachine::from_document(&document);
            prop_assert!(machine.is_ok(), "{machine:?}");
        }
    }
}
