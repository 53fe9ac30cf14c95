//! Endpoints that do not respond, or respond wrongly. The name of the error, its cause and the
//! number of requests are those of AWS's client.

use serde_json::{Value as Json, json};
use stepwright_engine::{StartOptions, Status};

use crate::endpoint::{Endpoint, Reply, Request, refusing_url, response};
use crate::execution::{engine, failure, impatient, output, run, task};

/// A call that is not repeated when it may have been received, and one that is.
const PUT: &str = "arn:aws:states:::dynamodb:putItem";
const GET: &str = "arn:aws:states:::dynamodb:getItem";
const SDK_GET: &str = "arn:aws:states:::aws-sdk:dynamodb:getItem";
const INVOKE: &str = "arn:aws:states:::lambda:invoke";

fn parameters(resource: &str) -> Json {
    match resource {
        PUT => json!({"TableName": "t", "Item": {"id": {"S": "1"}}}),
        INVOKE => json!({"FunctionName": "f", "Payload": {}}),
        _ => json!({"TableName": "t", "Key": {"id": {"S": "1"}}}),
    }
}

/// Runs one task against an endpoint that always gives the same reply, and checks its error, the
/// cause and the number of requests.
async fn check(
    resource: &str,
    reply: impl Fn() -> Reply + Send + Sync + 'static,
    error: &str,
    cause: &str,
    requests: usize,
) {
    let is_silent = matches!(reply(), Reply::Silence);
    let endpoint = Endpoint::start(move |_, _| reply()).await;
    let definition = task(resource, &parameters(resource), &json!({}));
    let engine = if is_silent {
        impatient(&endpoint.url, &definition)
    } else {
        engine(&endpoint.url, &definition)
    };
    let run = engine.start_machine("m", json!({}), StartOptions::new());
    let report = run.await.expect("it starts").report().await;
    let found = failure(&report);
    assert_eq!(found.0, error, "{}", found.1);
    assert!(found.1.contains(cause), "{}", found.1);
    assert_eq!(endpoint.requests().len(), requests, "{resource} {error}");
}

fn refused(status: u16, code: &'static str) -> impl Fn() -> Reply + Send + Sync + 'static {
    move || {
        Reply::Json(
            status,
            json!({"__type": format!("com.amazonaws.x#{code}"), "message": "no"}),
        )
    }
}

fn raw(text: impl Into<String>) -> impl Fn() -> Reply + Send + Sync + 'static {
    let text = text.into();
    move || Reply::Raw(text.clone())
}

#[tokio::test]
async fn a_refused_connection_is_tried_three_times() {
    for (resource, error, cause) in [
        (
            PUT,
            "DynamoDB.SdkClientException",
            "Unable to execute HTTP request: ",
        ),
        (
            SDK_GET,
            "DynamoDb.SdkClientException",
            "(SDK Attempt Count: 3)",
        ),
        (
            INVOKE,
            "Lambda.SdkClientException",
            "Unable to execute HTTP request: ",
        ),
    ] {
        let report = run(&refusing_url().await, resource, parameters(resource)).await;
        let found = failure(&report);
        assert_eq!(found.0, error);
        assert!(
            found.1.contains(cause) && found.1.contains("refused"),
            "{}",
            found.1
        );
    }
}

#[tokio::test]
async fn a_lost_response_is_requested_again_only_if_the_call_can_be_repeated() {
    let half = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"Item\":";
    for (resource, error, requests) in [
        (PUT, "DynamoDB.SdkClientException", 1),
        (GET, "DynamoDB.SdkClientException", 3),
        (SDK_GET, "DynamoDb.SdkClientException", 3),
        (INVOKE, "Lambda.SdkClientException", 1),
    ] {
        let cause = "Unable to execute HTTP request: ";
        check(
            resource,
            || Reply::Silence,
            error,
            "Unable to execute HTTP request: Read timed out",
            requests,
        )
        .await;
        check(resource, raw(half), error, cause, requests).await;
        check(resource, raw(""), error, cause, requests).await;
        check(
            resource,
            raw("SSH-2.0-OpenSSH_9.6\r\n"),
            error,
            cause,
            requests,
        )
        .await;
    }
}

#[tokio::test]
async fn a_response_of_another_format_is_a_client_error() {
    let page = response(
        200,
        &[("content-type", "text/html")],
        "<html>Welcome</html>",
    );
    check(
        GET,
        raw(page.clone()),
        "DynamoDB.SdkClientException",
        "Unable to unmarshall response (",
        1,
    )
    .await;
    check(
        SDK_GET,
        raw(page),
        "DynamoDb.SdkClientException",
        ") (SDK Attempt Count: 1)",
        1,
    )
    .await;
    let listing = "arn:aws:states:::aws-sdk:s3:listBuckets";
    let endpoint = Endpoint::start(|_, _| Reply::Json(200, json!({}))).await;
    let report = run(&endpoint.url, listing, json!({})).await;
    assert_eq!(failure(&report).0, "S3.SdkClientException");
}

#[tokio::test]
async fn an_endless_body_ends_at_the_limit_and_is_not_requested_again() {
    let cause = "The state/task 'dynamodb' returned a result with a size exceeding the maximum number of bytes service limit.";
    let endpoint = Endpoint::start(|_, _| Reply::Endless).await;
    let engine = engine(&endpoint.url, &task(GET, &parameters(GET), &json!({})));
    let run = engine.start_machine("m", json!({}), StartOptions::new());
    let report = run.await.expect("it starts").report().await;
    assert_eq!(failure(&report), ("States.DataLimitExceeded", cause));
    assert_eq!(endpoint.requests().len(), 1);
}

#[tokio::test]
async fn errors_of_the_server_and_throttling_are_repeated() {
    check(
        PUT,
        refused(500, "InternalServerError"),
        "DynamoDB.InternalServerErrorException",
        "no (Service: AmazonDynamoDBv2; Status Code: 500; Error Code: InternalServerError; Request ID: ID; Proxy: null)",
        3,
    )
    .await;
    check(
        PUT,
        refused(400, "ProvisionedThroughputExceededException"),
        "DynamoDB.ProvisionedThroughputExceededException",
        "Error Code: ProvisionedThroughputExceededException; Request ID: ID",
        3,
    )
    .await;
    check(
        SDK_GET,
        refused(400, "ThrottlingException"),
        "DynamoDb.ThrottlingException",
        "no (Service: DynamoDb, Status Code: 400, Request ID: ID) (SDK Attempt Count: 3)",
        3,
    )
    .await;
    // A proxy in front of the service.
    let page = response(
        502,
        &[("content-type", "text/html")],
        "<html>Bad gateway</html>",
    );
    check(
        PUT,
        raw(page),
        "DynamoDB.AmazonDynamoDBException",
        "null (Service: AmazonDynamoDBv2; Status Code: 502; Error Code: 502;",
        3,
    )
    .await;
}

#[tokio::test]
async fn an_attempt_that_succeeds_ends_the_repetitions() {
    for first in [
        response(503, &[], ""),
        response(400, &[], r#"{"__type":"ThrottlingException"}"#),
        response(500, &[], r#"{"__type":"InternalServerError"}"#),
    ] {
        let endpoint = Endpoint::start(move |number, _| match number {
            0 => Reply::Raw(first.clone()),
            _ => Reply::Json(200, json!({"Item": {"id": {"S": "1"}}})),
        })
        .await;
        let report = run(&endpoint.url, SDK_GET, parameters(SDK_GET)).await;
        assert_eq!(output(&report), json!({"Item": {"id": {"S": "1"}}}));
        assert_eq!(endpoint.requests().len(), 2);
    }
}

#[tokio::test]
async fn refused_requests_are_not_repeated() {
    check(
        PUT,
        refused(400, "ConditionalCheckFailedException"),
        "DynamoDB.ConditionalCheckFailedException",
        "no (Service: AmazonDynamoDBv2; Status Code: 400; Error Code: ConditionalCheckFailedException;",
        1,
    )
    .await;
    // The model does not have it.
    check(
        PUT,
        refused(400, "ValidationException"),
        "DynamoDB.AmazonDynamoDBException",
        "Error Code: ValidationException;",
        1,
    )
    .await;
    check(
        SDK_GET,
        refused(400, "ValidationException"),
        "DynamoDb.DynamoDbException",
        "no (Service: DynamoDb, Status Code: 400, Request ID: ID) (SDK Attempt Count: 1)",
        1,
    )
    .await;
    check(
        SDK_GET,
        refused(403, "AccessDeniedException"),
        "DynamoDb.DynamoDbException",
        "Status Code: 403",
        1,
    )
    .await;
}

/// The response to a HEAD request has no body. The SDK names the error by the operation.
#[tokio::test]
async fn a_missing_object_or_bucket_has_its_name_without_a_body() {
    for (action, parameters, error) in [
        (
            "headObject",
            json!({"Bucket": "b", "Key": "k"}),
            "S3.NoSuchKeyException",
        ),
        (
            "headBucket",
            json!({"Bucket": "b"}),
            "S3.NoSuchBucketException",
        ),
    ] {
        let missing = || Reply::Raw(response(404, &[("x-amz-request-id", "ID")], ""));
        let endpoint = Endpoint::start(move |_, _| missing()).await;
        let resource = format!("arn:aws:states:::aws-sdk:s3:{action}");
        let report = run(&endpoint.url, &resource, parameters).await;
        let cause = "null (Service: S3, Status Code: 404, Request ID: ID) (SDK Attempt Count: 1)";
        assert_eq!(failure(&report), (error, cause));
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let target = Endpoint::start(|_, _| Reply::Json(200, json!({}))).await;
    let moved = response(307, &[("location", &target.url)], "");
    check(
        PUT,
        raw(moved),
        "DynamoDB.AmazonDynamoDBException",
        "Status Code: 307; Error Code: 307;",
        1,
    )
    .await;
    assert!(target.requests().is_empty());
}

#[tokio::test]
async fn calls_of_functions_are_not_repeated() {
    for (status, code) in [(500, "ServiceException"), (429, "TooManyRequestsException")] {
        let reply = move || Reply::Raw(response(status, &[("x-amzn-errortype", code)], "{}"));
        check(
            INVOKE,
            reply,
            &format!("Lambda.{code}"),
            &format!("Status Code: {status}; Error Code: {code};"),
            1,
        )
        .await;
    }
    check(
        INVOKE,
        raw(response(503, &[], "")),
        "Lambda.AWSLambdaException",
        "Error Code: 503",
        1,
    )
    .await;
}

#[tokio::test]
async fn connections_that_the_service_closes_after_each_response_are_not_used_again() {
    let endpoint = Endpoint::start(|_, _| Reply::Raw(response(200, &[], "{}"))).await;
    let definition = task(
        PUT,
        &parameters(PUT),
        &json!({"OutputPath": "$.SdkHttpMetadata.HttpStatusCode"}),
    );
    let engine = engine(&endpoint.url, &definition);
    for _ in 0..50 {
        let run = engine.start_machine("m", json!({}), StartOptions::new());
        assert_eq!(
            output(&run.await.expect("it starts").report().await),
            json!(200)
        );
    }
    assert_eq!(endpoint.requests().len(), 50);
}

#[tokio::test]
async fn an_execution_that_waits_for_a_service_blocks_no_other_one() {
    let endpoint =
        Endpoint::start(
            |_, request: &Request| match request.json()["TableName"].as_str() {
                Some("slow") => Reply::Silence,
                _ => Reply::Json(200, json!({})),
            },
        )
        .await;
    let definition = task(
        SDK_GET,
        &json!({"TableName.$": "$.table", "Key": {"id": {"S": "1"}}}),
        &json!({}),
    );
    let engine = engine(&endpoint.url, &definition);
    let slow = engine.start_machine("m", json!({"table": "slow"}), StartOptions::new());
    let slow = slow.await.expect("it starts");
    for _ in 0..20 {
        let quick = engine.start_machine("m", json!({"table": "quick"}), StartOptions::new());
        assert_eq!(
            output(&quick.await.expect("it starts").report().await),
            json!({})
        );
    }
    assert_eq!(slow.status(), Status::Running);
    slow.stop(None, None).await;
    assert_eq!(slow.report().await.status, Status::Aborted);
}

#[tokio::test]
async fn parameters_that_the_api_does_not_have_are_refused_before_a_request() {
    let endpoint = Endpoint::start(|_, _| Reply::Json(200, json!({}))).await;
    let mut deep = json!("x");
    for _ in 0..110 {
        deep = json!({"M": {"a": deep}});
    }
    let definition = task(GET, &json!({"TableName": "t", "Key.$": "$"}), &json!({}));
    let engine = engine(&endpoint.url, &definition);
    for (key, cause) in [
        (
            json!("x"),
            "The value for the field 'Key' must be an object",
        ),
        (
            json!({"a": {"Nothing": 1}}),
            "The field \"Nothing\" is not supported by Step Functions",
        ),
        (
            json!({"a": deep}),
            "The parameters have more than 200 levels",
        ),
    ] {
        let run = engine.start_machine("m", key, StartOptions::new());
        let report = run.await.expect("it starts").report().await;
        let found = failure(&report);
        assert_eq!(found.0, "States.Runtime");
        assert!(found.1.contains(cause), "{}", found.1);
    }
    assert!(endpoint.requests().is_empty());
}

/// Uploads an object with metadata, which is sent in headers.
async fn upload(
    endpoint: &Endpoint,
    metadata: Json,
) -> std::sync::Arc<stepwright_engine::ExecutionReport> {
    let parameters = json!({"Bucket": "b", "Key": "k", "Body": "x", "Metadata": metadata});
    run(
        &endpoint.url,
        "arn:aws:states:::aws-sdk:s3:putObject",
        parameters,
    )
    .await
}

#[tokio::test]
async fn a_value_that_a_header_cannot_have_fails_its_task_without_a_request() {
    let endpoint = Endpoint::start(|_, _| Reply::Raw(response(200, &[], ""))).await;
    for (metadata, header) in [
        (json!({"a": "line\nline"}), "`x-amz-meta-a`"),
        (json!({"a\r\nb": "c"}), "`x-amz-meta-a\r\nb`"),
    ] {
        let report = upload(&endpoint, metadata).await;
        let found = failure(&report);
        assert_eq!(found.0, "S3.SdkClientException");
        let cause =
            format!("Unable to execute HTTP request: the header {header} contains characters");
        assert!(
            found.1.starts_with(&cause) && found.1.ends_with("(SDK Attempt Count: 1)"),
            "{}",
            found.1
        );
    }
    assert!(endpoint.requests().is_empty());
    for metadata in [json!({"a": "é"}), json!({"a": "", "b": " x "})] {
        let report = upload(&endpoint, metadata).await;
        assert_eq!(output(&report), json!({}));
    }
}

#[tokio::test]
async fn a_repeated_request_has_the_same_idempotency_token_and_another_call_a_different_one() {
    // Each request is lost once.
    let endpoint = Endpoint::start(|number, _| match number % 2 {
        0 => Reply::Raw(response(503, &[], "")),
        _ => Reply::Json(400, json!({"__type": "ServerException", "message": "busy"})),
    })
    .await;
    let retry = json!({"Retry": [{"ErrorEquals": ["ECS.ServerException"], "IntervalSeconds": 1, "MaxAttempts": 1}]});
    let start = task(
        "arn:aws:states:::ecs:runTask",
        &json!({"TaskDefinition": "d"}),
        &retry,
    );
    let definition = json!({"StartAt": "M", "States": {"M": {
        "Type": "Map", "End": true, "MaxConcurrency": 1, "ItemProcessor": start,
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Again"}],
    }, "Again": {"Type": "Task", "Resource": "arn:aws:states:::ecs:runTask", "Parameters": {"TaskDefinition": "d"}, "End": true}}});
    let engine = engine(&endpoint.url, &definition);
    let run = engine.start_machine("m", json!([1]), StartOptions::new());
    let report = run.await.expect("it starts").report().await;
    assert_eq!(failure(&report).0, "ECS.ServerException");
    let tokens: Vec<_> = endpoint
        .requests()
        .iter()
        .map(|request| request.json()["clientToken"].clone())
        .collect();
    // Two attempts at each of three calls.
    assert_eq!(tokens.len(), 6);
    assert!(tokens.iter().all(Json::is_string));
    for pair in tokens.chunks(2) {
        assert_eq!(pair[0], pair[1]);
    }
    assert!(tokens[0] != tokens[2] && tokens[2] != tokens[4] && tokens[0] != tokens[4]);
}
