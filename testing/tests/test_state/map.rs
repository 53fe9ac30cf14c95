use serde_json::{Value, json};
use stepwright_testing::test_state::{
    InspectionLevel, MockInput, StateConfiguration, TestStateRequest, TestStatus,
};

use crate::test_state::{inspected, refused, tested};

fn map(fields: Value) -> Value {
    let mut state = json!({
        "Type": "Map", "ItemsPath": "$.xs", "End": true,
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "Inside", "States": {"Inside": {"Type": "Pass", "End": true}}
        }
    });
    for (name, value) in fields.as_object().unwrap() {
        state[name] = value.clone();
    }
    state
}

fn request(fields: Value) -> TestStateRequest {
    TestStateRequest::new(map(fields))
        .input(json!({"xs": [1, 2, 3]}))
        .mock(MockInput::result(json!([10, 20, 30])))
}

fn failed(count: u32) -> StateConfiguration {
    StateConfiguration {
        map_iteration_failure_count: Some(count),
        ..StateConfiguration::default()
    }
}

#[tokio::test]
async fn a_mock_contains_the_outputs_of_the_iterations() {
    let request = request(
        json!({"MaxConcurrency": 2, "ToleratedFailurePercentage": 50, "ResultPath": "$.ys",
        "ItemSelector": {"n.$": "$$.Map.Item.Value"}}),
    );
    let output = json!({"xs": [1, 2, 3], "ys": [10, 20, 30]});
    assert_eq!(
        tested(request.clone()).await.output_json(),
        Some(output.clone())
    );
    assert_eq!(
        inspected(request).await,
        json!({
            "input": {"xs": [1, 2, 3]}, "afterInputPath": {"xs": [1, 2, 3]}, "afterItemsPath": [1, 2, 3],
            "afterItemSelector": [{"n": 1}, {"n": 2}, {"n": 3}], "maxConcurrency": 2,
            "toleratedFailurePercentage": 50.0, "afterResultSelector": [10, 20, 30], "afterResultPath": output
        })
    );
}

#[tokio::test]
async fn more_failures_than_the_map_tolerates_are_an_error() {
    let fields = json!({"ToleratedFailureCount": 1, "Catch": [{"ErrorEquals": ["States.ExceedToleratedFailureThreshold"], "Next": "X"}]});
    let below = tested(request(fields.clone()).state_configuration(failed(1))).await;
    assert_eq!(below.status, TestStatus::Succeeded);
    let above = tested(request(fields).state_configuration(failed(2))).await;
    assert_eq!(above.status, TestStatus::CaughtError);
    assert_eq!(
        above.cause.as_deref(),
        Some("The specified tolerated failure threshold was exceeded")
    );
    let share = request(json!({"ToleratedFailurePercentage": 60})).state_configuration(failed(2));
    assert_eq!(tested(share).await.status, TestStatus::Failed);
    // A Map without tolerance fields has no threshold in a test.
    let silent = request(json!({})).state_configuration(failed(3));
    assert_eq!(tested(silent).await.status, TestStatus::Succeeded);
}

#[tokio::test]
async fn more_failures_than_iterations_are_refused() {
    let text = "ValidationException: Map iteration failure count must be less than or equal to the number of Map iterations";
    assert_eq!(
        refused(request(json!({})).state_configuration(failed(4))).await,
        text
    );
    // The number of iterations is checked before the evaluation if there are outputs, otherwise
    // when the items are known.
    let blind = request(json!({})).input(json!({}));
    assert_eq!(refused(blind.state_configuration(failed(4))).await, text);
    let error = request(json!({})).mock(MockInput::error("E", "c"));
    assert_eq!(refused(error.state_configuration(failed(4))).await, text);
}

#[tokio::test]
async fn a_mocked_error_takes_precedence_over_the_failure_threshold() {
    let request = request(json!({"ToleratedFailureCount": 2}))
        .mock(MockInput::error("Broken", "why"))
        .state_configuration(StateConfiguration {
            error_caused_by_state: Some("Inside".to_owned()),
            ..failed(3)
        });
    let response = tested(request).await;
    assert_eq!(response.error.as_deref(), Some("Broken"));
    assert_eq!(response.cause.as_deref(), Some("why"));
}

#[tokio::test]
async fn the_state_that_caused_an_error_must_exist() {
    let request = request(json!({}))
        .mock(MockInput::error("Broken", "why"))
        .state_configuration(StateConfiguration {
            error_caused_by_state: Some("Elsewhere".to_owned()),
            ..StateConfiguration::default()
        });
    assert_eq!(
        refused(request).await,
        "ValidationException: State not found in definition"
    );
}

#[tokio::test]
async fn a_mock_that_is_not_an_array_is_refused() {
    let object = MockInput::result(json!({}));
    assert_eq!(
        refused(request(json!({})).mock(object)).await,
        "ValidationException: Mocked result must be an array."
    );
}

#[tokio::test]
async fn a_state_inside_a_map_has_the_context_of_the_first_item() {
    let machine = json!({"StartAt": "M", "QueryLanguage": "JSONata", "States": {"M": {
        "Type": "Map", "End": true,
        "ItemProcessor": {"StartAt": "P", "States": {
            "P": {"Type": "Pass", "Output": "{% $states.context.Map.Item %}", "End": true}
        }}
    }}});
    let request = TestStateRequest::new(machine)
        .state_name("P")
        .input(json!({"n": 1}));
    assert_eq!(
        tested(request).await.output_json(),
        Some(json!({"Index": 0, "Value": {"n": 1}, "Source": "STATE_DATA"}))
    );
}

/// Returns a request for a Map that reads `s3://b/k`, with its content.
fn reading(config: Value, fields: Value, data: &str) -> TestStateRequest {
    let mut fields = fields;
    fields["ItemsPath"] = Value::Null;
    fields["ItemReader"] = json!({
        "Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": config,
        "Parameters": {"Bucket.$": "$.bucket", "Key": "k"}
    });
    let mut state = map(fields);
    state.as_object_mut().unwrap().remove("ItemsPath");
    TestStateRequest::new(state)
        .input(json!({"bucket": "b"}))
        .mock(MockInput::result(json!([1, 4])))
        .state_configuration(StateConfiguration {
            map_item_reader_data: Some(data.to_owned()),
            ..StateConfiguration::default()
        })
}

#[tokio::test]
async fn the_data_of_an_item_reader_is_taken_from_the_request() {
    let select =
        json!({"ItemSelector": {"n.$": "$$.Map.Item.Value", "from.$": "$$.Map.Item.Source"}});
    let request = reading(json!({"InputType": "JSON"}), select, "[1, 2]");
    assert_eq!(
        tested(request.clone()).await.output.as_deref(),
        Some("[1,4]")
    );
    let data = inspected(request).await;
    assert_eq!(
        data["afterItemSelector"],
        json!([{"n": 1, "from": "s3://b/k"}, {"n": 2, "from": "s3://b/k"}])
    );
    assert_eq!(
        (data.get("afterItemsPath"), data.get("afterItemsPointer")),
        (None, None)
    );
}

#[tokio::test]
async fn reader_data_is_parsed_as_the_configured_input_type() {
    let batches = json!({"ItemBatcher": {"MaxItemsPerBatch": 2}});
    let csv = json!({"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"});
    let data = inspected(reading(csv, batches, "a,b\n1,2\n3,4\n5,6\n")).await;
    assert_eq!(
        data["afterItemBatcher"],
        json!([{"Items": [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]}, {"Items": [{"a": "5", "b": "6"}]}])
    );
    let pointer = json!({"InputType": "JSON", "ItemsPointer": "/deep/xs"});
    let data = inspected(reading(
        pointer.clone(),
        json!({}),
        r#"{"deep": {"xs": [7]}}"#,
    ))
    .await;
    assert_eq!(data["afterItemsPointer"], json!([7]));
    let response = tested(reading(pointer, json!({}), "{}")).await;
    assert_eq!(response.error.as_deref(), Some("States.ItemReaderFailed"));
}

#[tokio::test]
async fn invalid_parameters_of_an_item_reader_fail_the_map() {
    let request = reading(json!({"InputType": "JSON"}), json!({}), "[]").input(json!({}));
    let response = tested(request).await;
    assert_eq!(response.error.as_deref(), Some("States.Runtime"));
}

#[tokio::test]
async fn without_items_failures_are_compared_with_the_mocked_outputs() {
    let mut request = reading(
        json!({"InputType": "JSON"}),
        json!({"ToleratedFailureCount": 1}),
        "",
    );
    request.state_configuration = Some(failed(2));
    assert_eq!(
        tested(request.clone()).await.error.as_deref(),
        Some("States.ExceedToleratedFailureThreshold")
    );
    let broken = request.mock(MockInput::error("Broken", "why"));
    assert_eq!(tested(broken).await.error.as_deref(), Some("Broken"));
}

#[tokio::test]
async fn inspection_shows_selected_items_and_batches() {
    let data = inspected(request(json!({
        "ItemSelector": {"n.$": "$$.Map.Item.Value"},
        "ItemBatcher": {"MaxItemsPerBatch": 2, "BatchInput": {"Items": "mine"}}
    })))
    .await;
    assert_eq!(
        data["afterItemSelector"],
        json!([{"n": 1}, {"n": 2}, {"n": 3}])
    );
    assert_eq!(data["afterItemBatcher"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn an_inline_map_ignores_failure_tolerances() {
    let inline = |fields: Value| {
        let mut state = map(fields);
        state["ItemProcessor"]
            .as_object_mut()
            .unwrap()
            .remove("ProcessorConfig");
        TestStateRequest::new(state)
            .input(json!({"xs": [1, 2, 3], "most": 1}))
            .mock(MockInput::result(json!([10, 20, 30])))
    };
    for fields in [
        json!({"ToleratedFailureCountPath": "$.most"}),
        json!({"ToleratedFailureCountPath": "$.xs"}),
        json!({"ToleratedFailurePercentage": 40}),
    ] {
        let failed = inline(fields.clone()).state_configuration(failed(2));
        assert_eq!(tested(failed).await.status, TestStatus::Succeeded);
        let data = inspected(inline(fields)).await;
        assert_eq!(data.get("toleratedFailureCount"), None);
        assert_eq!(data.get("toleratedFailurePercentage"), None);
    }
}

#[tokio::test]
async fn after_invalid_items_the_concurrency_is_not_evaluated() {
    for path in ["$.none", "$$.State.Name"] {
        let response = tested(
            request(json!({"ItemsPath": path, "MaxConcurrency": 2}))
                .input(json!({"none": 1}))
                .inspection_level(InspectionLevel::Debug),
        )
        .await;
        assert_eq!(response.status, TestStatus::Failed);
        let cause = r#"must point to array."#;
        assert!(
            response
                .cause
                .as_deref()
                .is_some_and(|found| found.ends_with(cause))
        );
        let data = serde_json::to_value(response.inspection_data.unwrap()).unwrap();
        assert_eq!(data.get("maxConcurrency"), None, "{data}");
    }
}
