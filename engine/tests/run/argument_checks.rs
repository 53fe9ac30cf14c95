//! Calls of services whose arguments AWS refuses, in an engine that checks arguments.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value as Json, json};
use stepwright_engine::task::{Answer, TaskCall, TaskFailure};
use stepwright_engine::value::Value;
use stepwright_engine::{Engine, EngineBuilder, ExecutionFailed, MachineType, StartOptions};
use stepwright_testing::{Mock, Mocks};

/// Calls of each kind of integration, with the reason of the refusal.
const REFUSED: &[(&str, &str, &str)] = &[
    (
        "sqs:sendMessage",
        r#"{"QueueUrl": "q", "MessageBody": "m", "DelaySeconds": "soon"}"#,
        "The value for the field 'DelaySeconds' must be a NUMBER",
    ),
    (
        "sqs:sendMessage.waitForTaskToken",
        r#"{"QueueUrl": "q", "MessageBody": "m", "Token": "t"}"#,
        r#"The field "Token" is not supported by Step Functions"#,
    ),
    (
        "aws-sdk:sqs:sendMessage",
        r#"{"queueUrl": "q", "MessageBody": "m"}"#,
        r#"The field "queueUrl" is not supported by Step Functions"#,
    ),
    (
        "aws-sdk:dynamodb:getItem",
        r#"{"TableName": "t", "Key": {"id": {"s": "1"}}}"#,
        r#"The field "s" is not supported by Step Functions"#,
    ),
    (
        "states:startExecution.sync:2",
        r#"{"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:child", "input": {}}"#,
        r#"The field "input" is not supported by Step Functions"#,
    ),
    (
        "lambda:invoke",
        r#"{"FunctionName": "f", "TaskToken": "t"}"#,
        r#"The field "TaskToken" is not supported by Step Functions"#,
    ),
];

fn definition(resource: &str, parameters: &str) -> String {
    let parameters: Json = serde_json::from_str(parameters).expect("it is JSON");
    let call = json!({"Type": "Task", "Resource": resource, "Parameters": parameters, "End": true});
    json!({"StartAt": "Call", "States": {"Call": call}}).to_string()
}

fn builder(resource: &str, parameters: &str) -> EngineBuilder {
    let child = r#"{"StartAt": "C", "States": {"C": {"Type": "Pass", "End": true}}}"#;
    let text = definition(resource, parameters);
    let machine = MachineType::Standard;
    Engine::builder()
        .virtual_time()
        .register_json("calls", &text, machine)
        .register_json("child", child, machine)
}

async fn run(builder: EngineBuilder, options: StartOptions) -> Result<Value, ExecutionFailed> {
    let engine = builder.build().expect("it builds");
    let run = engine.start_machine("calls", json!({}), options).await;
    run.expect("it starts").await
}

/// Each executor that a test or a program can have for the call. It counts its calls.
fn executors(
    builder: impl Fn() -> EngineBuilder,
    resource: &str,
    calls: &Arc<AtomicUsize>,
) -> Vec<(&'static str, EngineBuilder, StartOptions)> {
    let mock = || {
        let calls = calls.clone();
        Mocks::new().state(
            "Call",
            Mock::with(move |_| {
                calls.fetch_add(1, Ordering::Relaxed);
                Answer::output(json!({}))
            })
            .optional(),
        )
    };
    let source = {
        let calls = calls.clone();
        move |_: &TaskCall<'_>| {
            calls.fetch_add(1, Ordering::Relaxed);
            Some(Answer::output(json!({})))
        }
    };
    let handler = {
        let calls = calls.clone();
        move |_: Json| {
            calls.fetch_add(1, Ordering::Relaxed);
            async { Ok::<_, TaskFailure>(json!({})) }
        }
    };
    let options = StartOptions::new;
    let base = resource.split('.').next().unwrap_or_default();
    vec![
        ("a mock of the engine", builder().tasks(mock()), options()),
        ("a mock of the start", builder(), options().tasks(mock())),
        ("a source", builder().tasks(source.clone()), options()),
        ("a fallback", builder().fallback_tasks(source), options()),
        ("a handler", builder().resource(base, handler), options()),
        ("nothing", builder(), options()),
    ]
}

#[tokio::test]
async fn refused_arguments_fail_the_state_whatever_would_execute_it() {
    for &(action, parameters, reason) in REFUSED {
        let resource = format!("arn:aws:states:::{action}");
        let calls = Arc::new(AtomicUsize::new(0));
        // The checks are added first here, and last below: their position has no effect.
        let checked = || builder(&resource, parameters).check_arguments();
        for (name, builder, options) in executors(checked, &resource, &calls) {
            let failed = run(builder, options).await.expect_err(name);
            assert_eq!(
                failed.error.as_deref(),
                Some("States.Runtime"),
                "{action}, {name}"
            );
            let end = format!("could not be used to start the Task: [{reason}]");
            let cause = failed.cause.unwrap_or_default();
            assert!(cause.ends_with(&end), "{action}, {name}: {cause}");
        }
        let unchecked = || builder(&resource, parameters);
        for (name, builder, options) in executors(unchecked, &resource, &calls) {
            let failed = run(builder.check_arguments(), options)
                .await
                .expect_err(name);
            assert_eq!(
                failed.error.as_deref(),
                Some("States.Runtime"),
                "{action}, {name}"
            );
        }
        assert_eq!(calls.load(Ordering::Relaxed), 0, "{action}");
    }
}

#[tokio::test]
async fn accepted_arguments_reach_their_executor() {
    let resource = "arn:aws:states:::sqs:sendMessage";
    let parameters = r#"{"QueueUrl": "q", "MessageBody": {"any": "json"}, "DelaySeconds": 5}"#;
    let calls = Arc::new(AtomicUsize::new(0));
    let checked = || builder(resource, parameters).check_arguments();
    let executors = executors(checked, resource, &calls);
    let count = executors.len();
    for (name, builder, options) in executors {
        let ended = run(builder, options).await;
        assert_eq!(ended.is_err(), name == "nothing", "{name}: {ended:?}");
    }
    assert_eq!(calls.load(Ordering::Relaxed), count - 1);
}

#[tokio::test]
async fn a_text_is_accepted_as_an_attribute_of_the_optimized_dynamodb_integration() {
    for (action, parameters, is_accepted) in [
        (
            "dynamodb:putItem",
            r#"{"TableName": "t", "Item": {"id.$": "$$.Execution.Id"}}"#,
            true,
        ),
        (
            "dynamodb:putItem",
            r#"{"TableName": "t", "Item": "text"}"#,
            false,
        ),
        (
            "dynamodb:putItem",
            r#"{"TableName": "t", "Item": {"id": 7}}"#,
            false,
        ),
        (
            "aws-sdk:dynamodb:putItem",
            r#"{"TableName": "t", "Item": {"id.$": "$$.Execution.Id"}}"#,
            false,
        ),
    ] {
        let resource = format!("arn:aws:states:::{action}");
        let mocks = Mocks::new().state("Call", Mock::output(json!({})).optional());
        let builder = builder(&resource, parameters).check_arguments();
        let ended = run(builder.tasks(mocks), StartOptions::new()).await;
        assert_eq!(
            ended.is_ok(),
            is_accepted,
            "{action} {parameters}: {ended:?}"
        );
    }
}

#[tokio::test]
async fn an_engine_checks_no_arguments_unless_it_is_set() {
    let (action, parameters, _) = REFUSED[0];
    let resource = format!("arn:aws:states:::{action}");
    let mocks = Mocks::new().state("Call", Mock::output(json!({"MessageId": "m"})));
    let ended = run(
        builder(&resource, parameters).tasks(mocks),
        StartOptions::new(),
    )
    .await;
    assert!(ended.is_ok(), "{ended:?}");
}
