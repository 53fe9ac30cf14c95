//! Arguments and error names of service calls, checked with the API models.

use serde_json::{Value, json};
use stepwright_asl::validate::{Diagnostic, Severity, service_diagnostics, validate_text};
use stepwright_asl::{MachineType, placeholder};

fn machine(task: &Value) -> String {
    json!({"StartAt": "P", "States": {"P": task}}).to_string()
}

/// Returns the diagnostics of these rules about one Task.
fn found(task: &Value, rules: &[&str]) -> Vec<Diagnostic> {
    let diagnostics = validate_text(&machine(task), MachineType::Standard);
    let found = diagnostics
        .iter()
        .filter(|found| found.code.is_some_and(|code| rules.contains(&code)));
    found.cloned().collect()
}

fn call(action: &str, parameters: Value) -> Value {
    json!({"Type": "Task", "Resource": format!("arn:aws:states:::{action}"), "Parameters": parameters, "End": true})
}

fn put(value: Value) -> Value {
    call(
        "dynamodb:putItem",
        json!({"TableName": "t", "Item": {"id": {"S": "1"}, "a": value}}),
    )
}

/// <https://github.com/aws/aws-cdk/issues/31448>: AWS rejects the definition.
#[test]
fn a_string_instead_of_a_boolean_is_an_error_of_the_service() {
    for (value, pointer) in [
        (
            json!({"BOOL": "$.paid"}),
            "/States/P/Parameters/Item/a/BOOL",
        ),
        (json!({"BOOL": "maybe"}), "/States/P/Parameters/Item/a/BOOL"),
        (
            json!({"M": {"b": {"BOOL": ""}}}),
            "/States/P/Parameters/Item/a/M/b/BOOL",
        ),
        (
            json!({"L": [{"S": "x"}, {"BOOL": "no"}]}),
            "/States/P/Parameters/Item/a/L/1/BOOL",
        ),
    ] {
        let task = put(value.clone());
        let diagnostics = found(&task, &["SW144"]);
        let [diagnostic] = diagnostics.as_slice() else {
            panic!("{value}: {diagnostics:?}");
        };
        assert_eq!(diagnostic.severity, Severity::Error);
        assert_eq!(diagnostic.location.pointer, pointer);
        assert_eq!(
            diagnostic.message,
            "`BOOL` of `dynamodb:putItem` must be a boolean, not a string"
        );
        let as_service = service_diagnostics(&machine(&task), MachineType::Standard);
        let error = as_service
            .all
            .iter()
            .find(|found| found.severity == Severity::Error)
            .expect("AWS rejects it");
        assert!(
            error.to_string().starts_with("SCHEMA_VALIDATION_FAILED: Cannot deserialize value of type `java.lang.Boolean` from String \"")
                && error.to_string().ends_with("\": only \"true\" or \"false\" recognized at /States/P/Parameters"),
            "{error}"
        );
    }
    // AWS was not seen to reject the same in an SDK integration.
    let parameters = json!({"TableName": "t", "Item": {"a": {"Bool": "maybe"}}});
    let diagnostics = found(&call("aws-sdk:dynamodb:putItem", parameters), &["SW144"]);
    assert_eq!(diagnostics[0].severity, Severity::Warning);
}

/// <https://github.com/aws/aws-cdk/issues/11587>
#[test]
fn an_object_instead_of_a_list_is_an_error_of_the_service() {
    let parameters = json!({"EndpointConfigName": "c", "EndpointName": "e", "Tags": {"Key": "k"}});
    let diagnostics = found(&call("sagemaker:createEndpoint", parameters), &["SW144"]);
    assert_eq!(diagnostics[0].severity, Severity::Error);
    assert_eq!(diagnostics[0].location.pointer, "/States/P/Parameters/Tags");
}

#[test]
fn other_types_are_warnings_at_the_value() {
    for (action, parameters, pointer, wanted) in [
        (
            "dynamodb:getItem",
            json!({"TableName": ["t"], "Key": {}}),
            "TableName",
            "a string",
        ),
        (
            "dynamodb:getItem",
            json!({"TableName": "t", "Key": "k"}),
            "Key",
            "an object",
        ),
        (
            "dynamodb:putItem",
            json!({"TableName": "t", "Item": {"n": {"N": 5}}}),
            "Item/n/N",
            "a string",
        ),
        (
            "dynamodb:putItem",
            json!({"TableName": "t", "Item": {"n": {"SS": "a"}}}),
            "Item/n/SS",
            "a list",
        ),
        (
            "sqs:sendMessage",
            json!({"QueueUrl": "q", "MessageBody": {"a": 1}, "DelaySeconds": "soon"}),
            "DelaySeconds",
            "a number",
        ),
        (
            "aws-sdk:dynamodb:query",
            json!({"TableName": "t", "Limit": true}),
            "Limit",
            "a number",
        ),
        (
            "aws-sdk:scheduler:createSchedule",
            json!({"Name": "n", "StartDate": "tomorrow"}),
            "StartDate",
            "a time such as `2026-11-26T12:00:00Z`",
        ),
    ] {
        let diagnostics = found(&call(action, parameters.clone()), &["SW144"]);
        let [diagnostic] = diagnostics.as_slice() else {
            panic!("{parameters}: {diagnostics:?}");
        };
        assert_eq!(diagnostic.severity, Severity::Warning, "{diagnostic}");
        assert_eq!(
            diagnostic.location.pointer,
            format!("/States/P/Parameters/{pointer}")
        );
        assert!(
            diagnostic
                .message
                .contains(&format!("must be {wanted}, not")),
            "{diagnostic}"
        );
    }
}

#[test]
fn names_inside_of_arguments_are_those_of_the_model() {
    for (task, pointer, name, help) in [
        (
            put(json!({"M.$.$": "$.m"})),
            "Item/a/M.$.$",
            "M.$",
            Some("M"),
        ),
        (put(json!({"Strin": "x"})), "Item/a/Strin", "Strin", None),
        (
            call(
                "aws-sdk:dynamodb:putItem",
                json!({"TableNam": "t", "Item": {}}),
            ),
            "TableNam",
            "TableNam",
            Some("TableName"),
        ),
        (
            call(
                "aws-sdk:ecs:runTask",
                json!({"TaskDefinition": "t", "Overrides": {"ContainerOverride": []}}),
            ),
            "Overrides/ContainerOverride",
            "ContainerOverride",
            Some("ContainerOverrides"),
        ),
        (
            call(
                "lambda:invoke",
                json!({"FunctionName": "f", "Payload": {"TaskToken": 1}, "TaskToken.$": "$$.Task.Token"}),
            ),
            "TaskToken.$",
            "TaskToken",
            None,
        ),
        (
            call(
                "states:startExecution.sync:2",
                json!({"StateMachineArn": "m", "input": {}}),
            ),
            "input",
            "input",
            Some("Input"),
        ),
        (
            call(
                "aws-sdk:sfn:startExecution",
                json!({"stateMachineArn": "m"}),
            ),
            "stateMachineArn",
            "stateMachineArn",
            Some("StateMachineArn"),
        ),
    ] {
        let diagnostics = found(&task, &["SW049"]);
        let [diagnostic] = diagnostics.as_slice() else {
            panic!("{task}: {diagnostics:?}");
        };
        assert_eq!(diagnostic.severity, Severity::Warning);
        assert_eq!(
            diagnostic.location.pointer,
            format!("/States/P/Parameters/{pointer}")
        );
        assert!(
            diagnostic.message.contains(&format!("`{name}`")),
            "{diagnostic}"
        );
        if let Some(help) = help {
            let text = diagnostic.help.clone().unwrap_or_default();
            assert!(text.contains(&format!("`{help}`")), "{diagnostic}");
        }
    }
}

#[test]
fn valid_and_computed_arguments_have_no_diagnostics() {
    let rules = ["SW049", "SW144"];
    for task in [
        put(json!({"BOOL": "true"})),
        put(json!({"BOOL": false, "Nul": true})),
        put(json!({"BOOL.$": "$.paid"})),
        put(json!({"M.$": "$.m"})),
        put(json!("${Value}")),
        call(
            "dynamodb:putItem",
            json!({"TableName.$": "$.t", "Item.$": "$.item"}),
        ),
        call(
            "sns:publish",
            json!({"TopicArn": "t", "Message": {"any": ["json"]}}),
        ),
        call(
            "lambda:invoke",
            json!({"FunctionName": "f", "Payload": [1, {"x": null}]}),
        ),
        call(
            "events:putEvents",
            json!({"Entries": [{"Detail": {"a": 1}, "DetailType": "t", "Source": "s"}]}),
        ),
        call(
            "bedrock:invokeModel",
            json!({"ModelId": "m", "Input": {"S3Uri": "s3://b/k"}}),
        ),
        call(
            "aws-sdk:s3:putObject",
            json!({"Bucket": "b", "Key": "k", "Body": {"a": 1}}),
        ),
        call(
            "aws-sdk:sqs:sendMessage",
            json!({"QueueUrl": "q", "MessageBody": "m", "DelaySeconds": "5"}),
        ),
        call(
            "aws-sdk:scheduler:createSchedule",
            json!({"Name": "n", "StartDate": "2026-11-26T12:00:00Z", "EndDate": 1_795_608_000}),
        ),
        json!({"Type": "Task", "QueryLanguage": "JSONata", "Resource": "arn:aws:states:::dynamodb:putItem", "End": true,
            "Arguments": {"TableName": "t", "Item": {"a": {"BOOL": "{% $states.input.paid %}"}, "b": "{% $b %}"}}}),
    ] {
        let diagnostics = found(&task, &rules);
        assert!(diagnostics.is_empty(), "{task}: {diagnostics:?}");
    }
    assert_eq!(placeholder::whole("${Value}"), Some("Value"));
}

fn caught(action: &str, name: &str) -> Vec<Diagnostic> {
    let mut task = call(action, json!({}));
    task["Retry"] = json!([{"ErrorEquals": [name]}]);
    found(&task, &["SW061"])
}

#[test]
fn error_names_that_a_call_never_has_are_warnings() {
    for (action, name, meant) in [
        (
            "aws-sdk:sqs:sendMessage",
            "SQS.QueueDoesNotExist",
            "SQS.QueueDoesNotExistException",
        ),
        (
            "aws-sdk:sqs:sendMessage",
            "Sqs.QueueDoesNotExist",
            "Sqs.QueueDoesNotExistException",
        ),
        (
            "aws-sdk:s3:getObject",
            "S3.NoSuchKey",
            "S3.NoSuchKeyException",
        ),
        (
            "dynamodb:putItem",
            "DynamoDb.ConditionalCheckFailedException",
            "DynamoDB.ConditionalCheckFailedException",
        ),
        (
            "aws-sdk:dynamodb:putItem",
            "DynamoDB.ConditionalCheckFailedException",
            "DynamoDb.ConditionalCheckFailedException",
        ),
        (
            "aws-sdk:rds:describeDBInstances",
            "Rds.DBInstanceNotFoundFault",
            "Rds.DbInstanceNotFoundException",
        ),
        (
            "states:startExecution",
            "StepFunctions.ExecutionAlreadyExists",
            "StepFunctions.ExecutionAlreadyExistsException",
        ),
        (
            "lambda:invoke",
            "lambda.ServiceException",
            "Lambda.ServiceException",
        ),
        (
            "lambda:invoke",
            "Lambda.ServiceExeption",
            "Lambda.ServiceException",
        ),
    ] {
        let diagnostics = caught(action, name);
        let [diagnostic] = diagnostics.as_slice() else {
            panic!("{name}: {diagnostics:?}");
        };
        assert_eq!(diagnostic.severity, Severity::Warning);
        assert_eq!(
            diagnostic.message,
            format!("this call never fails with `{name}`")
        );
        assert_eq!(
            diagnostic.help.as_deref(),
            Some(&*format!("did you mean `{meant}`?"))
        );
        assert!(caught(action, meant).is_empty(), "{meant}");
    }
}

#[test]
fn error_names_of_other_programs_are_possible() {
    for (action, name) in [
        ("lambda:invoke", "Charge.Declined"),
        ("lambda:invoke", "DynamoDb.Anything"),
        ("sqs:sendMessage.waitForTaskToken", "Glue.Anything"),
        ("ecs:runTask.sync", "AmazonECS.Unknown"),
        ("dynamodb:putItem", "Custom.Error"),
        ("dynamodb:putItem", "${ErrorName}.x"),
        ("events:putEvents", "EventBridge.FailedEntry"),
        ("http:invoke", "S3.Whatever"),
    ] {
        assert!(caught(action, name).is_empty(), "{name}");
    }
}

#[test]
fn a_call_has_at_most_a_hundred_problems() {
    let names = (0..5_000).map(|index| (format!("Wrong{index}"), json!(1)));
    let values: serde_json::Map<String, Value> = names.collect();
    let task = put(Value::Object(values));
    assert_eq!(found(&task, &["SW049"]).len(), 100);
    let mut deep = json!({"BOOL": "no"});
    for _ in 0..150 {
        deep = json!({"M": {"a": deep}});
    }
    let diagnostics = found(&put(deep), &["SW144"]);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
}
