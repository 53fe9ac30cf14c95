use serde_json::{Value, json};
use stepwright_testing::test_state::{FieldValidationMode, MockInput, TestStateRequest};

use crate::test_state::{refused, tested};

fn call(resource: &str, mock: MockInput) -> TestStateRequest {
    let resource = format!("arn:aws:states:::{resource}");
    TestStateRequest::new(
        json!({"Type": "Task", "Resource": resource, "Parameters": {}, "End": true}),
    )
    .mock(mock)
}

async fn problem(resource: &str, result: Value) -> String {
    let refused = refused(call(resource, MockInput::result(result))).await;
    let prefix = "ValidationException: Mock result schema validation error: ";
    refused.strip_prefix(prefix).unwrap_or(&refused).to_owned()
}

#[tokio::test]
async fn mocked_results_must_match_the_model_of_the_service() {
    for (resource, result, expected) in [
        (
            "states:startExecution",
            json!({}),
            "Required field 'ExecutionArn' is missing",
        ),
        (
            "states:startExecution",
            json!({"ExecutionArn": null}),
            "Required field 'ExecutionArn' is missing",
        ),
        (
            "states:startExecution",
            json!({"ExecutionArn": "a", "StartDate": 5}),
            "Field 'StartDate' must be a string",
        ),
        (
            "events:putEvents",
            json!({"Entries": {}}),
            "Field 'Entries' must be an array",
        ),
        (
            "events:putEvents",
            json!({"Entries": [{"EventId": 1}]}),
            "Field 'EventId' must be a string",
        ),
        (
            "lambda:invoke",
            json!({"StatusCode": "200"}),
            "Field 'StatusCode' must be a number",
        ),
        (
            "aws-sdk:s3:getObject",
            json!({"StorageClass": "Papyrus"}),
            "Field 'StorageClass' is not an expected value",
        ),
        (
            "aws-sdk:kms:encrypt",
            json!({"KeyId": ""}),
            "Field 'KeyId' is smaller than the minimum length",
        ),
        (
            "aws-sdk:kms:encrypt",
            json!({"CiphertextBlob": ""}),
            "Field 'CiphertextBlob' is smaller than the minimum length",
        ),
        (
            "aws-sdk:lambda:getFunction",
            json!({"Configuration": {"MemorySize": 1}}),
            "Field 'MemorySize' is less than the minimum value",
        ),
        (
            "aws-sdk:lambda:getFunction",
            json!({"Configuration": {"MemorySize": 1_000_000}}),
            "Field 'MemorySize' exceeds the maximum value",
        ),
        (
            "dynamodb:getItem",
            json!({"Item": {"a": {"L": [{"N": 1}]}}}),
            "Field 'N' must be a string",
        ),
        (
            "states:startExecution.sync",
            json!({"Status": "DONE"}),
            "Required field 'ExecutionArn' is missing",
        ),
    ] {
        assert_eq!(problem(resource, result).await, expected, "{resource}");
    }
}

#[tokio::test]
async fn fields_and_services_without_a_model_are_accepted() {
    for (resource, result) in [
        ("events:putEvents", json!({"random": "json"})),
        (
            "lambda:invoke",
            json!({"Payload": {"any": ["json"]}, "SdkHttpMetadata": 1}),
        ),
        (
            "sqs:sendMessage.waitForTaskToken",
            json!("the callback's own"),
        ),
        ("apigateway:invoke", json!(null)),
        ("aws-sdk:braket:getJob", json!({"status": 1})),
    ] {
        let response = tested(call(resource, MockInput::result(result.clone()))).await;
        assert_eq!(response.output_json(), Some(result), "{resource}");
    }
}

#[tokio::test]
async fn validation_modes_differ_in_the_required_fields() {
    let mock = |result: Value, mode| {
        call(
            "states:startExecution",
            MockInput::result(result).validated(mode),
        )
    };
    tested(mock(json!({}), FieldValidationMode::Present)).await;
    let text = refused(mock(json!({"StartDate": 1}), FieldValidationMode::Present)).await;
    assert!(
        text.ends_with("Field 'StartDate' must be a string"),
        "{text}"
    );
    tested(mock(json!({"StartDate": 1}), FieldValidationMode::None)).await;
}

#[tokio::test]
async fn a_mock_must_be_json_and_only_one_of_result_and_error() {
    let text = MockInput {
        result: Some("not JSON".to_owned()),
        ..MockInput::default()
    };
    let request = call("lambda:invoke", text.validated(FieldValidationMode::None));
    assert_eq!(
        refused(request).await,
        "ValidationException: Mocked result must be valid JSON"
    );
    let both = MockInput {
        result: Some("{}".to_owned()),
        ..MockInput::error("E", "c")
    };
    assert_eq!(
        refused(call("lambda:invoke", both)).await,
        "ValidationException: A test mock should have only one of the following fields: [result, errorOutput]."
    );
}

#[tokio::test]
async fn binary_fields_must_have_the_size_of_the_service_model() {
    let secret = |size: usize| json!({"SecretBinary": "x".repeat(size)});
    for (size, expected) in [
        (0, Some("smaller than the minimum length")),
        (65_536, None),
        (65_537, Some("exceeds the maximum length")),
    ] {
        let mock = MockInput {
            field_validation_mode: Some(FieldValidationMode::Present),
            ..MockInput::result(secret(size))
        };
        let request = call("aws-sdk:secretsmanager:getSecretValue", mock);
        match expected {
            None => {
                tested(request).await;
            }
            Some(expected) => {
                let refused = refused(request).await;
                assert!(
                    refused.contains("Field 'SecretBinary'") && refused.contains(expected),
                    "{refused}"
                );
            }
        }
    }
}
