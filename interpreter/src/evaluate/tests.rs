//! Tests of evaluations.

use std::time::Duration;

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn refused(outcome: Result<Value, EvaluateError>) -> String {
    match outcome {
        Err(EvaluateError::Refused(message)) => message,
        other => panic!("{other:?} is not refused"),
    }
}

fn failed(outcome: Result<Value, EvaluateError>) -> String {
    match outcome {
        Err(EvaluateError::Failed { error, .. }) => error,
        other => panic!("{other:?} did not fail"),
    }
}

#[test]
fn invalid_expressions_are_refused() {
    assert!(refused(path("a.b", json!({}))).contains("a.b"));
    assert!(refused(intrinsic("$.a", json!({"a": 1}))).contains("is not a call"));
    assert!(refused(intrinsic("States.Nothing()", json!({}))).contains("States.Nothing"));
    assert!(!refused(jsonata("1 +", json!({}))).is_empty());
    let template = Evaluation::of(json!({})).template(&stepwright_asl::json!({"a.$": 1}));
    assert!(refused(template).contains("string"));
}

#[test]
fn failures_have_the_error_names_of_aws() {
    assert_eq!(failed(path("$.a", json!({}))), "States.Runtime");
    assert_eq!(failed(path("$limit", json!({}))), "States.Runtime");
    assert_eq!(
        failed(intrinsic("States.MathAdd($.a, 1)", json!({"a": "x"}))),
        "States.Runtime"
    );
    #[cfg(feature = "jsonata")]
    assert_eq!(
        failed(jsonata("$states.input.a", json!({}))),
        "States.QueryEvaluationError"
    );
}

#[test]
fn random_seed_and_time_can_be_fixed() {
    let evaluation = Evaluation::of(json!({}))
        .seed(7)
        .at(UNIX_EPOCH + Duration::from_millis(1_500));
    let drawn = |evaluation: &Evaluation| evaluation.intrinsic("States.UUID()").expect("is drawn");
    assert_eq!(drawn(&evaluation), drawn(&evaluation));
    assert_ne!(
        drawn(&Evaluation::of(json!({}))),
        drawn(&Evaluation::of(json!({})))
    );
    #[cfg(feature = "jsonata")]
    assert_eq!(
        evaluation.jsonata("$millis()").expect("is a number"),
        Value::from(1500)
    );
}

#[test]
fn a_value_that_is_too_deep_is_refused() {
    let deep = (0..=MAX_DEPTH).fold(Value::Null, |inner, _| Value::from(vec![inner]));
    assert!(refused(path("$", deep.clone())).contains("nests deeper"));
    assert!(
        refused(Evaluation::of(json!({})).variable("deep", deep).path("$"))
            .contains("nests deeper")
    );
}

#[cfg(feature = "jsonata")]
#[test]
fn jsonata_reads_the_input_result_error_context_and_variables() {
    let evaluation = Evaluation::of(json!({"a": 1}))
        .result(json!(2))
        .error_output(json!({"Error": "E"}))
        .context(json!({"State": {"Name": "S"}}))
        .variable("v", 3);
    let template = stepwright_asl::json!({
        "all": ["{% $states.input.a %}", "{% $states.result %}", "{% $states.errorOutput.Error %}", "{% $states.context.State.Name %}", "{% $v %}"],
    });
    let value = evaluation
        .jsonata_template(&template)
        .expect("is evaluated");
    assert_eq!(value.to_json(), json!({"all": [1, 2, "E", "S", 3]}));
}

#[cfg(not(feature = "jsonata"))]
#[test]
fn jsonata_without_its_cargo_feature_is_refused() {
    assert!(refused(jsonata("1", json!({}))).contains("the feature `jsonata`"));
}

proptest! {
    #[test]
    fn no_text_panics(text in any::<String>(), nearly in r"(\$|\$\$|States\.)?[$.a-zA-Z\[\]*?@(){}'0-9, -]{0,24}") {
        for text in [&text, &nearly] {
            let evaluation = Evaluation::of(json!({"a": [1, {"b": null}]})).variable("a", "x");
            let _ = evaluation.path(text);
            let _ = evaluation.intrinsic(text);
            let _ = evaluation.jsonata(text);
        }
    }
}
