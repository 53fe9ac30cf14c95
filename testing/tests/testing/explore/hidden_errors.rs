//! Evaluation errors that a catch hides.

use std::panic::catch_unwind;

use serde_json::{Value as Json, json};
use stepwright_runtime::testing::{Bounds, Exploration, explore};

use crate::testing::support::machine;

async fn found(definition: &Json, bounds: Bounds) -> Exploration {
    explore(&machine(definition), &bounds).await.unwrap()
}

/// Returns a Parallel in a Map with a state that reads a missing field.
fn in_a_parallel_in_a_map(handlers: Json) -> Json {
    let mut each = json!({
        "Type": "Map", "Items": [1, 2], "Next": "Done",
        "ItemProcessor": {"StartAt": "Both", "States": {"Both": {
            "Type": "Parallel", "End": true, "Branches": [
                {"StartAt": "Read", "States": {"Read": {"Type": "Pass", "Output": "{% $states.input.nothing + 1 %}", "End": true}}},
                {"StartAt": "Rest", "States": {"Rest": {"Type": "Wait", "Seconds": 5, "End": true}}},
            ],
        }}},
    });
    for (key, value) in handlers.as_object().unwrap() {
        each[key] = value.clone();
    }
    json!({"QueryLanguage": "JSONata", "StartAt": "Each", "States": {
        "Each": each, "Done": {"Type": "Succeed"}, "Sorry": {"Type": "Succeed"},
    }})
}

#[tokio::test]
async fn an_evaluation_error_caught_by_states_all_is_reported_as_hidden() {
    let definition = in_a_parallel_in_a_map(json!({
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Sorry"}],
    }));
    let found = found(&definition, Bounds::new()).await;
    assert!(found.uncaught.is_empty(), "{found}");
    assert_eq!(found.hidden.len(), 1, "{found}");
    let hidden = found.hidden[0].to_string();
    assert!(
        hidden
            .starts_with("`States.QueryEvaluationError` of `Read` is hidden by a Retry or Catch ("),
        "{hidden}"
    );
    assert!(!found.is_clean());
    let panic = catch_unwind(|| found.assert_clean()).unwrap_err();
    let text = *panic.downcast::<String>().unwrap();
    assert!(
        text.contains("\nhidden:\n  `States.QueryEvaluationError`"),
        "{text}"
    );
}

#[tokio::test]
async fn an_evaluation_error_caught_by_its_name_is_not_hidden() {
    let definition = in_a_parallel_in_a_map(json!({
        "Catch": [{"ErrorEquals": ["States.QueryEvaluationError"], "Next": "Sorry"}],
    }));
    let found = found(&definition, Bounds::new()).await;
    assert!(found.hidden.is_empty() && found.is_clean(), "{found}");
}

#[tokio::test]
async fn an_uncaught_evaluation_error_is_reported_once() {
    let found = found(&in_a_parallel_in_a_map(json!({})), Bounds::new()).await;
    assert_eq!(found.uncaught.len(), 1, "{found}");
    assert!(found.hidden.is_empty(), "{found}");
}

#[tokio::test]
async fn a_missing_path_in_an_item_is_reported_as_hidden() {
    let definition = json!({"StartAt": "Each", "States": {
        "Each": {
            "Type": "Map", "ItemsPath": "$.items", "Next": "Sorry",
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                "StartAt": "Call", "States": {"Call": {
                    "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:1:function:f",
                    "ResultSelector": {"total.$": "$.total"}, "End": true,
                }},
            },
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Sorry"}],
        },
        "Sorry": {"Type": "Succeed"},
    }});
    let given = Bounds::new().function_sample("f", json!({"sum": 1}));
    let found = found(&definition, given.input(json!({"items": [1]}))).await;
    assert_eq!(found.hidden.len(), 1, "{found}");
    assert_eq!(
        (
            found.hidden[0].state.as_str(),
            found.hidden[0].error.as_str()
        ),
        ("Call", "States.Runtime")
    );
}

#[tokio::test]
async fn errors_tolerated_or_caught_by_a_distributed_map_are_reported() {
    for more in [
        json!({"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Sorry"}]}),
        json!({"ToleratedFailurePercentage": 100}),
    ] {
        let mut each = json!({
            "Type": "Map", "Items": [1], "Next": "Done",
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                "StartAt": "Read", "States": {"Read": {"Type": "Pass", "Output": "{% $states.input.nothing + 1 %}", "End": true}},
            },
        });
        for (key, value) in more.as_object().unwrap() {
            each[key] = value.clone();
        }
        let definition = json!({"QueryLanguage": "JSONata", "StartAt": "Each", "States": {
            "Each": each, "Done": {"Type": "Succeed"}, "Sorry": {"Type": "Succeed"},
        }});
        let found = found(&definition, Bounds::new()).await;
        assert_eq!(found.hidden.len(), 1, "{more}: {found}");
        assert_eq!(found.hidden[0].state, "Read", "{found}");
    }
}

#[tokio::test]
async fn an_incomplete_exploration_is_not_clean() {
    let states: serde_json::Map<String, Json> = (0..5)
        .map(|number| {
            let next = format!("S{}", number + 1);
            let task = json!({"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:1:function:f", "Next": next,
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": next}]});
            (format!("S{number}"), task)
        })
        .chain([("S5".to_owned(), json!({"Type": "Succeed"}))])
        .collect();
    let definition = json!({"StartAt": "S0", "States": states});
    found(&definition, Bounds::new()).await.assert_clean();
    let bounded = found(&definition, Bounds::new().runs(3)).await;
    assert!(bounded.uncaught.is_empty() && bounded.stuck.is_empty());
    assert!(!bounded.is_clean());
    let panic = catch_unwind(|| bounded.assert_clean()).unwrap_err();
    let text = *panic.downcast::<String>().unwrap();
    assert!(
        text.starts_with("3 combinations, not all: a bound was reached (`Bounds::runs`)"),
        "{text}"
    );
    let bounded = found(&definition, Bounds::new().calls(2)).await;
    assert!(
        bounded.to_string().contains("(`Bounds::calls`)"),
        "{bounded}"
    );
}
