use serde_json::json;
use stepwright_testing::debug::{ChangeError, DebugOptions, Debugger, Stop};

use crate::debug::support::{debugger, output, start};

fn both_languages() -> Debugger {
    let definition = json!({"StartAt": "J", "States": {
        "J": {
            "Type": "Pass", "QueryLanguage": "JSONata", "Next": "P",
            "Assign": {"v": "{% $exists($v) ? $v + 1 : 1 %}"}, "Output": "{% $states.input %}",
        },
        "P": {"Type": "Pass", "Parameters": {"v.$": "$v", "in.$": "$"}, "End": true},
    }});
    debugger(&definition, json!({"a": [3, 4]}), DebugOptions::new())
}

#[test]
fn expressions_are_evaluated_in_the_language_and_scope_of_the_state() {
    let mut debugger = both_languages();
    let text =
        |debugger: &Debugger, expression: &str| debugger.evaluate(expression).unwrap().to_text();
    assert_eq!(text(&debugger, "$sum($states.input.a)"), "7");
    assert_eq!(
        text(&debugger, "{% $states.context.State.Name %}"),
        r#""J""#
    );
    assert!(debugger.evaluate("$v").is_err());
    debugger.step();
    assert_eq!(text(&debugger, "$.a[1]"), "4");
    assert_eq!(text(&debugger, "$v"), "1");
    assert_eq!(text(&debugger, "$$.State.Name"), r#""P""#);
    assert_eq!(text(&debugger, "States.MathAdd($v, 1)"), "2");
    assert_eq!(text(&debugger, "{% $v + 2 %}"), "3");
    assert!(debugger.evaluate("no path").is_err());
    debugger.resume();
    assert!(debugger.evaluate("$").is_err());
}

#[test]
fn an_evaluation_takes_no_random_numbers_from_the_execution() {
    let states =
        json!({"U": {"Type": "Pass", "Parameters": {"id.$": "States.UUID()"}, "End": true}});
    let (mut asked, mut other) = (start(states.clone(), json!({})), start(states, json!({})));
    let first = asked.evaluate("States.UUID()").unwrap();
    assert_eq!(asked.evaluate("States.UUID()").unwrap(), first);
    asked.resume();
    other.resume();
    assert_eq!(output(&asked), output(&other));
}

#[test]
fn the_input_and_the_variables_can_be_changed_before_a_state() {
    let mut debugger = both_languages();
    debugger.set_variable("v", 9).unwrap();
    debugger.set_input(json!({"a": [1]})).unwrap();
    let visit = debugger.position().visit().unwrap();
    assert_eq!(visit.input.to_text(), r#"{"a":[1]}"#);
    assert_eq!(visit.variables["v"].to_text(), "9");
    assert_eq!(debugger.step(), Stop::Step);
    debugger.set_variable("v", json!(null)).unwrap();
    debugger.resume();
    assert_eq!(output(&debugger), json!({"v": null, "in": {"a": [1]}}));
    // The earlier positions have their changes.
    debugger.go_back_to(0).unwrap();
    debugger.resume();
    assert_eq!(output(&debugger), json!({"v": 10, "in": {"a": [1]}}));
}

#[test]
fn a_state_that_has_begun_an_unknown_variable_and_a_large_value_are_refused() {
    let mut debugger = both_languages();
    let unknown = Err(ChangeError::UnknownVariable("w".to_owned()));
    assert_eq!(debugger.set_variable("w", 1), unknown);
    let large = "x".repeat(300_000);
    assert_eq!(
        debugger.set_input(large.clone()),
        Err(ChangeError::TooLarge)
    );
    assert_eq!(
        debugger.set_variable("v", large),
        Err(ChangeError::TooLarge)
    );
    debugger.resume();
    assert_eq!(debugger.set_input(1), Err(ChangeError::StateHasBegun));
    let states = json!({"W": {"Type": "Wait", "Seconds": 1, "End": true}});
    let mut waiting = start(states, json!({}));
    waiting.step();
    assert_eq!(waiting.set_input(1), Err(ChangeError::StateHasBegun));
}
