use serde_json::{Value as Json, json};
use stepwright_engine::objects::Memory;

use crate::distributed::support::{echo, failure, kinds, machine_of, output, run};

#[tokio::test]
async fn the_history_of_the_parent_contains_no_events_of_children() {
    let report = run(&echo(json!({})), &Memory::new(), json!([1, 2, 3])).await;
    assert_eq!(output(&report), json!([1, 2, 3]));
    assert_eq!(
        kinds(&report),
        [
            "ExecutionStarted",
            "MapStateEntered",
            "MapStateStarted",
            "MapRunStarted",
            "MapRunSucceeded",
            "MapStateSucceeded",
            "MapStateExited",
            "ExecutionSucceeded"
        ]
    );
    let events: Vec<Json> = report
        .history
        .events()
        .map(|event| event.details().to_json())
        .collect();
    assert_eq!(events[2], json!({"length": 3}));
    let arn = events[3]["mapRunArn"].as_str().unwrap();
    let names = arn.strip_prefix("arn:aws:states:us-east-1:123456789012:mapRun:m/");
    let lengths = names.map(|names| names.split(':').map(str::len).collect::<Vec<_>>());
    assert_eq!(
        lengths,
        Some(vec![36, 36]),
        "the label is a UUID, too: {arn}"
    );
}

#[tokio::test]
async fn a_map_without_items_has_a_run_without_children() {
    let report = run(&echo(json!({})), &Memory::new(), json!([])).await;
    assert_eq!(output(&report), json!([]));
    assert_eq!(kinds(&report)[3..5], ["MapRunStarted", "MapRunSucceeded"]);
}

#[tokio::test]
async fn the_items_of_an_object_are_key_value_pairs() {
    let input = json!({"all": {"a": 1, "b": {"c": 2}}, "shared": true});
    let definition = echo(json!({"ItemsPath": "$.all"}));
    let report = run(&definition, &Memory::new(), input.clone()).await;
    assert_eq!(
        output(&report),
        json!([{"Key": "a", "Value": 1}, {"Key": "b", "Value": {"c": 2}}])
    );
    let definition = echo(json!({
        "ItemsPath": "$.all",
        "ItemSelector": {"item.$": "$$.Map.Item", "shared.$": "$.shared"}
    }));
    let report = run(&definition, &Memory::new(), input).await;
    assert_eq!(
        output(&report)[1],
        json!({
            "item": {"Index": 1, "Key": "b", "Value": {"c": 2}, "Source": "STATE_DATA"},
            "shared": true
        })
    );
    // An expression may give one, too.
    let mut definition = echo(json!({"Items": "{% $states.input.all %}"}));
    definition["QueryLanguage"] = json!("JSONata");
    let report = run(&definition, &Memory::new(), json!({"all": {"a": 1}})).await;
    assert_eq!(output(&report), json!([{"Key": "a", "Value": 1}]));
}

#[tokio::test]
async fn items_of_another_type_are_refused() {
    let definition = echo(json!({"ItemsPath": "$.n"}));
    let report = run(&definition, &Memory::new(), json!({"n": 1})).await;
    let (error, cause) = failure(&report);
    assert_eq!(error, "States.Runtime");
    assert!(
        cause.ends_with("Reference path \"$.n\" must point to array."),
        "{cause}"
    );
    let mut definition = echo(json!({"Items": "{% 1 %}"}));
    definition["QueryLanguage"] = json!("JSONata");
    let report = run(&definition, &Memory::new(), json!({})).await;
    let (error, cause) = failure(&report);
    assert_eq!(error, "States.QueryEvaluationError");
    assert!(
        cause.ends_with("Expected 'array', but was 'number' for value: 1"),
        "{cause}"
    );
    assert_eq!(
        kinds(&report)[2..],
        ["EvaluationFailed", "MapStateFailed", "ExecutionFailed"]
    );
}

#[tokio::test]
async fn children_cannot_read_the_map_item_or_the_parents_variables() {
    let mut definition = machine_of(
        json!({"I": {
            "Type": "Pass", "QueryLanguage": "JSONata", "End": true,
            "Output": {
                "map": "{% $exists($states.context.Map) %}",
                "input": "{% $states.context.Execution.Input %}",
                "machine": "{% $states.context.StateMachine.Name %}"
            }
        }}),
        json!({"Label": "each", "ItemSelector": {"n.$": "$$.Map.Item.Value", "v.$": "$v"}}),
    );
    definition["StartAt"] = json!("Set");
    definition["States"]["Set"] = json!({"Type": "Pass", "Assign": {"v": 7}, "Next": "M"});
    let report = run(&definition, &Memory::new(), json!([1])).await;
    assert_eq!(
        output(&report),
        json!([{"map": false, "input": {"n": 1, "v": 7}, "machine": "m/each"}])
    );
    definition["States"]["M"]["ItemProcessor"]["States"]["I"]["Output"] = json!("{% $v %}");
    let report = run(&definition, &Memory::new(), json!([1])).await;
    assert_eq!(failure(&report).0, "States.ExceedToleratedFailureThreshold");
}

#[tokio::test]
async fn an_item_selector_that_fails_fails_the_run() {
    let definition = echo(json!({"ItemSelector": {"x.$": "$$.Map.Item.Value.x"}}));
    let report = run(&definition, &Memory::new(), json!([{"x": 1}, {}, {"x": 3}])).await;
    let (error, cause) = failure(&report);
    assert_eq!(error, "States.Runtime");
    assert!(cause.starts_with("An error occurred while executing the state 'M' (entered at the event id #2). The JSONPath '$$.Map.Item.Value.x'"), "{cause}");
    assert_eq!(
        kinds(&report)[3..],
        [
            "MapRunStarted",
            "MapRunFailed",
            "MapStateFailed",
            "ExecutionFailed"
        ]
    );
}

#[tokio::test]
async fn a_child_input_that_is_too_large_fails_the_run() {
    let definition = echo(json!({"ItemSelector": {"a.$": "$", "b.$": "$"}}));
    let items = json!(["x".repeat(200_000)]);
    let report = run(&definition, &Memory::new(), items).await;
    assert_eq!(failure(&report).0, "States.DataLimitExceeded");
}
