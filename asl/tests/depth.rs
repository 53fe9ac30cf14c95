//! Values that a program builds may nest deeper than the stack allows: no function overflows the
//! stack.

use proptest::prelude::*;
use stepwright_asl::StateMachine;
use stepwright_asl::edit::Editor;
use stepwright_asl::graph::Graph;
use stepwright_asl::json::{Json, Object};

/// A recursive function would need more than the stack: 26 bytes a level.
const LEVELS: usize = 40_000;

/// A value nested in this many arrays and objects, alternating or chosen by the seed.
fn nested(levels: usize, seed: u64, inner: Json) -> Json {
    (0..levels).fold(inner, |json, level| {
        if (seed >> (level % 64)) & 1 == 0 {
            Json::Array(vec![json, Json::from(level)])
        } else {
            Json::Object(Object::from_iter([
                ("a".to_owned(), json),
                ("b".to_owned(), Json::Null),
            ]))
        }
    })
}

/// Runs a function on a thread with half of the usual stack.
fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(1 << 20).spawn(work);
    thread.expect("starts").join().expect("it does not panic");
}

/// A value of `serde_json`, which cannot be dropped at this depth: the receiver must take it apart.
fn of_serde(levels: usize) -> serde_json::Value {
    (0..levels).fold(serde_json::Value::Null, |json, _| {
        serde_json::Value::Array(vec![json])
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.div_ceil(32)))]

    #[test]
    fn values_of_any_depth_are_copied_compared_printed_and_dropped(seed in any::<u64>()) {
        on_a_small_stack(move || {
            let deep = nested(LEVELS, seed, Json::from("x"));
            let copy = deep.clone();
            assert!(copy == deep);
            assert!(deep != nested(LEVELS, seed, Json::from("y")));
            assert!(deep != nested(LEVELS - 1, seed, Json::from("x")));
            let text = deep.to_string();
            assert_eq!(format!("{copy:?}"), text);
            assert_eq!(text.matches('"').count() - 4 * text.matches(r#""a""#).count(), 2);
            let error = text.parse::<Json>().expect_err("is refused");
            assert!(error.to_string().contains("deep"), "{error}");
            assert!(serde_json::to_string(&deep).is_err());
        });
    }

    #[test]
    fn clones_and_parsed_text_equal_the_value(seed in any::<u64>(), levels in 0..200usize) {
        let json = nested(levels, seed, stepwright_asl::json!({"n": 1.5, "empty": [[], {}], "t": true}));
        prop_assert_eq!(&json.clone(), &json);
        prop_assert_eq!(json.to_string(), serde_json::to_string(&json).expect("is JSON"));
        let pretty = serde_json::to_string_pretty(&json).expect("is JSON");
        prop_assert_eq!(json.to_pretty(), pretty.clone());
        prop_assert_eq!(format!("{json:#?}"), pretty);
        prop_assert_eq!(&json.to_string().parse::<Json>().expect("is JSON"), &json);
        prop_assert_eq!(&Json::from(serde_json::Value::from(&json)), &json);
    }
}

#[test]
fn serde_json_values_of_any_depth_are_converted() {
    on_a_small_stack(|| {
        let json = Json::from(of_serde(LEVELS));
        assert_eq!(
            json.to_string(),
            "[".repeat(LEVELS) + "null" + &"]".repeat(LEVELS)
        );
        let value = serde_json::Value::from(&json);
        assert_eq!(
            value.to_string().matches('[').count(),
            stepwright_asl::json::MAX_DEPTH
        );
    });
}

#[test]
fn deep_values_in_definitions_are_refused() {
    on_a_small_stack(|| {
        let mut definition = stepwright_asl::json!({
            "StartAt": "A",
            "States": {"A": {"Type": "Pass", "End": true, "Result": null}},
        });
        *definition
            .pointer_mut("/States/A/Result")
            .expect("is there") = nested(LEVELS, 5, Json::Null);
        let diagnostics = StateMachine::from_value(&definition).expect_err("is refused");
        assert!(diagnostics.to_string().contains("deep"), "{diagnostics}");
        let uncaught = Graph::of(&definition).uncaught();
        assert_eq!(uncaught[0].error(), Some("States.DataLimitExceeded"));
        let mut editor = Editor::parse("{}").expect("is JSON");
        let error = editor.insert("/a", &definition).expect_err("is refused");
        assert!(error.to_string().contains("deep"), "{error}");
    });
}
