//! Tests of conditions.

use proptest::prelude::*;
use stepwright_asl::model::{QueryLanguage, StateMachine};

use crate::query::Condition;
use crate::query::fixture::Fixture;

/// Compiles a rule given as JSON text and tests it.
fn test(rule: &str, input: &str) -> Result<bool, String> {
    let mut fixture = Fixture::new(input).with("v", "5");
    let rule = rule.trim().trim_start_matches('{');
    let machine = format!(
        r#"{{"StartAt": "C", "States": {{"C": {{"Type": "Choice", "Choices": [{{"Next": "C", {rule}]}}}}}}"#
    );
    let machine = StateMachine::from_json(&machine).expect("is a machine");
    let stepwright_asl::model::State::Choice(choice) = &machine.states["C"] else {
        panic!("no Choice")
    };
    let language = match choice.choices[0].condition {
        Some(_) => QueryLanguage::Jsonata,
        None => QueryLanguage::JsonPath,
    };
    let condition = Condition::compile(
        &choice.choices[0],
        language,
        "Choices[0]",
        &mut fixture.names,
    );
    let condition = condition.map_err(|error| error.to_string())?;
    condition
        .test(&fixture.scope())
        .map_err(|error| error.cause)
}

fn compare(operator: &str, operand: &str, value: &str) -> bool {
    let rule = format!(r#"{{"Variable": "$.x", "{operator}": {operand}}}"#);
    let input = format!(r#"{{"x": {value}, "y": 3}}"#);
    test(&rule, &input).unwrap_or_else(|cause| panic!("{rule}: {cause}"))
}

#[test]
fn strings_and_numbers_are_ordered() {
    for (operator, operand, value, expected) in [
        ("StringEquals", r#""a""#, r#""a""#, true),
        ("StringLessThan", r#""b""#, r#""a""#, true),
        ("StringLessThan", r#""ab""#, r#""a""#, true),
        ("StringGreaterThanEquals", r#""a""#, r#""a""#, true),
        ("StringGreaterThan", r#""a""#, r#""a""#, false),
        // Code units: the pair of a character beyond the plane sorts before U+FB00.
        ("StringLessThan", r#""ﬀ""#, r#""𝄞""#, true),
        ("NumericEquals", "1", "1.0", true),
        ("NumericLessThan", "1.5", "1", true),
        (
            "NumericGreaterThanEquals",
            "9007199254740993",
            "9007199254740993",
            true,
        ),
        (
            "NumericGreaterThan",
            "9007199254740992",
            "9007199254740993",
            true,
        ),
        ("NumericLessThanEquals", "1", "2", false),
        ("BooleanEquals", "false", "false", true),
        ("BooleanEquals", "false", "true", false),
        ("StringMatches", r#""log-*.txt""#, r#""log-1.txt""#, true),
        ("StringMatches", r#""a\\*""#, r#""a*""#, true),
    ] {
        assert_eq!(
            compare(operator, operand, value),
            expected,
            "{value} {operator} {operand}"
        );
    }
}

#[test]
fn a_value_of_another_type_does_not_match() {
    for (operator, operand) in [
        ("StringEquals", r#""1""#),
        ("StringMatches", r#""*""#),
        ("NumericEquals", "1"),
        ("NumericGreaterThanEqualsPath", r#""$.y""#),
        ("BooleanEquals", "true"),
        ("TimestampEquals", r#""2016-08-18T17:33:00Z""#),
        ("TimestampLessThanPath", r#""$.y""#),
        ("StringEqualsPath", r#""$.y""#),
    ] {
        for value in ["null", "[1]", r#"{"a": 1}"#] {
            assert!(!compare(operator, operand, value), "{value} {operator}");
        }
    }
    assert!(!compare("NumericEquals", "1", r#""1""#));
    assert!(!compare("StringEquals", r#""1""#, "1"));
}

#[test]
fn timestamps_are_compared_as_instants() {
    for (operator, operand, value, expected) in [
        (
            "TimestampEquals",
            "2016-08-18T17:33:00Z",
            "2016-08-18T19:33:00.000+02:00",
            true,
        ),
        (
            "TimestampLessThan",
            "2016-08-18T17:33:01Z",
            "2016-08-18T17:33:00.999Z",
            true,
        ),
        (
            "TimestampGreaterThan",
            "2016-08-18T17:33:00Z",
            "2016-08-18T17:32:59Z",
            false,
        ),
        (
            "TimestampEquals",
            "2016-08-18T17:33:00Z",
            "2016-08-18 17:33:00Z",
            false,
        ),
        (
            "TimestampEquals",
            "2016-08-18T17:33:00Z",
            "2016-08-18t17:33z",
            true,
        ),
        (
            "TimestampLessThan",
            "2016-08-18T17:33:00Z",
            "2016-08-18T17:32:59.0123456789Z",
            false,
        ),
        (
            "TimestampLessThan",
            "2016-08-18T17:33:00Z",
            "2016-08-18T17:33:00+19:00",
            false,
        ),
        (
            "TimestampEquals",
            "2016-08-18T17:33:00Z",
            "2016-08-18T17:33:00",
            false,
        ),
    ] {
        let (operand, value) = (format!("{operand:?}"), format!("{value:?}"));
        assert_eq!(
            compare(operator, &operand, &value),
            expected,
            "{value} {operator} {operand}"
        );
    }
}

#[test]
fn types_are_tested_against_the_operand() {
    let values = [
        "null",
        "true",
        "1",
        r#""text""#,
        r#""2016-08-18T17:33:00Z""#,
        "[]",
    ];
    for (operator, holds) in [
        ("IsNull", [true, false, false, false, false, false]),
        ("IsBoolean", [false, true, false, false, false, false]),
        ("IsNumeric", [false, false, true, false, false, false]),
        ("IsString", [false, false, false, true, true, false]),
        ("IsTimestamp", [false, false, false, false, true, false]),
        ("IsPresent", [true; 6]),
    ] {
        for (value, holds) in values.iter().zip(holds) {
            assert_eq!(
                compare(operator, "true", value),
                holds,
                "{operator} {value}"
            );
            assert_eq!(
                compare(operator, "false", value),
                !holds,
                "{operator} {value}"
            );
        }
    }
}

#[test]
fn a_missing_variable_is_an_error_except_for_is_present() {
    let absent = |path: &str| {
        format!(
            "Invalid path '{path}': The choice state's condition path references an invalid value."
        )
    };
    let input = r#"{"x": 1}"#;
    assert_eq!(
        test(r#"{"Variable": "$.no", "IsPresent": true}"#, input),
        Ok(false)
    );
    assert_eq!(
        test(r#"{"Variable": "$.no", "IsPresent": false}"#, input),
        Ok(true)
    );
    assert_eq!(
        test(r#"{"Variable": "$none", "IsPresent": true}"#, input),
        Ok(false)
    );
    assert_eq!(
        test(r#"{"Variable": "$v", "IsPresent": true}"#, input),
        Ok(true)
    );
    let list = r#"{"x": [null]}"#;
    for (path, present) in [("$.x[0]", true), ("$.x[1]", false), ("$.x[*].a", true)] {
        let rule = format!(r#"{{"Variable": "{path}", "IsPresent": true}}"#);
        assert_eq!(test(&rule, list), Ok(present), "{path}");
    }
    assert_eq!(
        test(r#"{"Variable": "$.no", "IsNull": true}"#, input),
        Err(absent("$.no"))
    );
    assert_eq!(
        test(r#"{"Variable": "$.x", "NumericEqualsPath": "$.no"}"#, input),
        Err(absent("$.no"))
    );
}

#[test]
fn combinations_nest_and_short_circuit() {
    let input = r#"{"x": 1}"#;
    let guard = r#"{"Variable": "$.no", "IsPresent": true}"#;
    let reads = r#"{"Variable": "$.no", "NumericEquals": 1}"#;
    let one = r#"{"Variable": "$.x", "NumericEqualsPath": "$.x"}"#;
    assert_eq!(
        test(&format!(r#"{{"And": [{guard}, {reads}]}}"#), input),
        Ok(false)
    );
    assert_eq!(
        test(&format!(r#"{{"Or": [{one}, {reads}]}}"#), input),
        Ok(true)
    );
    assert_eq!(
        test(&format!(r#"{{"Or": [{guard}, {one}]}}"#), input),
        Ok(true)
    );
    assert_eq!(
        test(
            &format!(r#"{{"Not": {{"And": [{one}, {{"Not": {one}}}]}}}}"#),
            input
        ),
        Ok(true)
    );
}

#[cfg(feature = "jsonata")]
#[test]
fn jsonata_must_give_a_boolean() {
    let input = r#"{"x": 1}"#;
    assert_eq!(
        test(r#"{"Condition": "{% $states.input.x = 1 %}"}"#, input),
        Ok(true)
    );
    assert_eq!(test(r#"{"Condition": "{% $v > 5 %}"}"#, input), Ok(false));
    assert_eq!(test(r#"{"Condition": "{% true %}"}"#, input), Ok(true));
    assert_eq!(test(r#"{"Condition": true}"#, input), Ok(true));
    let sentence = "The JSONata expression '$states.input.x' specified for the field 'Choices[0]/Condition' returned";
    assert_eq!(
        test(r#"{"Condition": "{% $states.input.x %}"}"#, input),
        Err(format!(
            "{sentence} an unexpected result type. Expected 'boolean', but was 'number' for value: 1"
        ))
    );
    assert_eq!(
        test(r#"{"Condition": "{% $states.input.x %}"}"#, "{}"),
        Err(format!("{sentence} nothing (undefined)."))
    );
    let refused = test(r#"{"Condition": "no expression"}"#, input);
    assert!(refused.is_err_and(|message| message.contains("Choices[0]/Condition")));
}

proptest! {
    #[test]
    fn no_pattern_panics(pattern in r"[a*\\é]{0,8}", text in r"[a*\\é]{0,8}") {
        let operand = format!("{pattern:?}");
        let rule = format!(r#"{{"Variable": "$", "StringMatches": {operand}}}"#);
        let _ = test(&rule, &format!("{text:?}"));
    }
}
