//! The spellings of members in definitions, and the types of their values.

use serde_json::json;

use crate::endpoint::{Endpoint, Reply};
use crate::execution::{failure, output, run};

/// <https://github.com/aws/aws-sdk-js-v3/issues/5423> and <https://github.com/boto/boto3/issues/4253>
#[tokio::test]
async fn a_null_of_dynamodb_is_spelled_nul() {
    let endpoint = Endpoint::start(|_, _| {
        let nested = json!({"M": {"b": {"NULL": true}, "c": {"L": [{"NULL": true}]}}});
        Reply::Json(200, json!({"Item": {"a": {"NULL": true}, "m": nested}}))
    })
    .await;
    for resource in [
        "arn:aws:states:::aws-sdk:dynamodb:getItem",
        "arn:aws:states:::dynamodb:getItem",
    ] {
        let parameters = json!({"TableName": "t", "Key": {"id": {"S": "1"}}});
        let item = &output(&run(&endpoint.url, resource, parameters).await)["Item"];
        let nul = json!({"Nul": true});
        assert_eq!(item["a"], nul, "{resource}");
        assert_eq!(item["m"]["M"]["b"], nul, "{resource}");
        assert_eq!(item["m"]["M"]["c"]["L"][0], nul, "{resource}");
    }
    for resource in [
        "arn:aws:states:::aws-sdk:dynamodb:putItem",
        "arn:aws:states:::dynamodb:putItem",
    ] {
        for spelling in ["Nul", "NULL"] {
            let value = json!({spelling: true});
            let parameters = json!({"TableName": "t", "Item": {"a": value}});
            let report = run(&endpoint.url, resource, parameters).await;
            assert_eq!(
                output(&report)["SdkHttpMetadata"].is_null(),
                resource.contains("aws-sdk")
            );
            let requests = endpoint.requests();
            let sent = requests.last().expect("it was sent").json();
            assert_eq!(sent["Item"]["a"], json!({"NULL": true}), "{resource}");
        }
        let parameters = json!({"TableName": "t", "Item": {"a": {"Null": true}}});
        let report = run(&endpoint.url, resource, parameters).await;
        let (error, cause) = failure(&report);
        assert_eq!(error, "States.Runtime");
        assert!(
            cause.ends_with(
                "' could not be used to start the Task: [The field \"Null\" is not supported by Step Functions]"
            ),
            "{cause}"
        );
    }
}

/// AWS's published pattern "quorum with parallel" has `"id.$": "$$.Execution.Id"`.
#[tokio::test]
async fn a_text_is_an_attribute_of_the_optimized_integration_of_dynamodb() {
    let endpoint = Endpoint::start(|_, _| Reply::Json(200, json!({}))).await;
    let parameters = json!({"TableName": "t", "Item": {"id": "1", "n": {"N": "2"}}});
    let optimized = "arn:aws:states:::dynamodb:putItem";
    output(&run(&endpoint.url, optimized, parameters.clone()).await);
    let requests = endpoint.requests();
    let sent = requests.last().expect("it was sent").json();
    assert_eq!(sent["Item"], json!({"id": {"S": "1"}, "n": {"N": "2"}}));
    let sdk = "arn:aws:states:::aws-sdk:dynamodb:putItem";
    let report = run(&endpoint.url, sdk, parameters).await;
    assert_eq!(failure(&report).0, "States.Runtime");
}

/// AWS's SDK refuses such values before it sends a request
/// (<https://github.com/aws/aws-cdk/issues/9181>).
#[tokio::test]
async fn values_of_another_type_are_refused_before_a_request() {
    let endpoint = Endpoint::start(|_, _| Reply::Json(200, json!({}))).await;
    for (action, parameters, reason) in [
        (
            "dynamodb:putItem",
            json!({"TableName": "t", "Item": {"a": {"BOOL": "maybe"}}}),
            "The value for the field 'BOOL' must be a BOOLEAN",
        ),
        (
            "dynamodb:putItem",
            json!({"TableName": "t", "Item": {"a": {"S": {"b": 1}}}}),
            "The value for the field 'S' must be a STRING",
        ),
        (
            "dynamodb:putItem",
            json!({"TableName": "t", "Item": {"a": {"N": 5}}}),
            "The value for the field 'N' must be a STRING",
        ),
        (
            "aws-sdk:dynamodb:putItem",
            json!({"TableName": ["t"], "Item": {"a": {"Bool": 1}}}),
            "The value for the field 'TableName' must be a STRING, The value for the field 'Bool' must be a BOOLEAN",
        ),
        (
            "aws-sdk:scheduler:createSchedule",
            json!({"Name": "n", "StartDate": "tomorrow"}),
            "The value for the field 'StartDate' must be a TIMESTAMP in ISO 8601",
        ),
    ] {
        let resource = format!("arn:aws:states:::{action}");
        let report = run(&endpoint.url, &resource, parameters.clone()).await;
        let (error, cause) = failure(&report);
        assert_eq!(error, "States.Runtime");
        let expected = format!(
            "The Parameters '{parameters}' could not be used to start the Task: [{reason}]"
        );
        assert!(cause.ends_with(&expected), "{cause}");
    }
    assert!(endpoint.requests().is_empty());
}
