//! AWS's diagnostics of invalid definitions: the texts, the locations and the order that public
//! reports quote.

use serde_json::{Value as Json, json};

use crate::support::{Api, ROLE};

const SCHEMA: &str = "SCHEMA_VALIDATION_FAILED";
const TARGET: &str = "MISSING_TRANSITION_TARGET";

/// A diagnostic: its code, its text and its location.
type Expected<'a> = (&'a str, &'a str, Option<&'a str>);

/// Asserts the diagnostics of a definition, and that creation and update are rejected with the same
/// ones.
fn assert_diagnostics(definition: &Json, expected: &[Expected<'_>]) {
    let api = Api::new();
    let text = definition.to_string();
    let validated = api.call(
        "ValidateStateMachineDefinition",
        json!({"definition": text}),
    );
    let diagnostics = expected.iter().map(|(code, message, location)| {
        let mut diagnostic = json!({"severity": "ERROR", "code": code, "message": message});
        if let Some(location) = location {
            diagnostic["location"] = json!(location);
        }
        diagnostic
    });
    assert_eq!(
        validated,
        json!({"result": "FAIL", "diagnostics": diagnostics.collect::<Vec<_>>(), "truncated": false}),
        "{text}"
    );
    let joined: Vec<String> = expected
        .iter()
        .map(|(code, message, location)| {
            format!("{code}: {message} at {}", location.unwrap_or("null"))
        })
        .collect();
    let refusal = format!(
        "InvalidDefinition: Invalid State Machine Definition: '{}'",
        joined.join(", ")
    );
    let request = json!({"name": "m", "definition": text, "roleArn": ROLE});
    assert_eq!(api.refusal("CreateStateMachine", request), refusal);
    let valid = json!({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}).to_string();
    let created = api.call(
        "CreateStateMachine",
        json!({"name": "m", "definition": valid, "roleArn": ROLE}),
    );
    let update = json!({"stateMachineArn": created["stateMachineArn"], "definition": text});
    assert_eq!(api.refusal("UpdateStateMachine", update), refusal);
}

/// Asserts the single diagnostic of a machine with one state, called `A`.
fn assert_state(state: &Json, message: &str, location: &str) {
    assert_diagnostics(&machine(state), &[(SCHEMA, message, Some(location))]);
}

fn machine(state: &Json) -> Json {
    json!({"StartAt": "A", "States": {"A": state, "Z": {"Type": "Succeed"}}})
}

/// <https://github.com/localstack/localstack/issues/11978>
#[test]
fn a_missing_target_comes_before_the_unreachable_state() {
    let definition = json!({"StartAt": "pass1", "States": {
        "pass1": {"Type": "Pass", "Next": "pass3"}, "pass2": {"Type": "Pass", "End": true}}});
    assert_diagnostics(
        &definition,
        &[
            (
                TARGET,
                "Missing 'Next' target: pass3",
                Some("/States/pass1/Next"),
            ),
            (
                TARGET,
                "State \"pass2\" is not reachable.",
                Some("/States/pass2"),
            ),
        ],
    );
    // The order of the states does not matter.
    let definition = json!({"StartAt": "C", "States": {
        "two": {"Type": "Pass", "End": true},
        "C": {"Type": "Choice", "Default": "Gone",
            "Choices": [{"Variable": "$.x", "NumericEquals": 1, "Next": "Nowhere"}]}}});
    assert_diagnostics(
        &definition,
        &[
            (
                TARGET,
                "Missing 'Next' target: Gone",
                Some("/States/C/Default"),
            ),
            (
                TARGET,
                "Missing 'Next' target: Nowhere",
                Some("/States/C/Choices[0]/Next"),
            ),
            (
                TARGET,
                "State \"two\" is not reachable.",
                Some("/States/two"),
            ),
        ],
    );
}

/// <https://github.com/aws-cloudformation/cfn-lint/issues/4074> and
/// <https://github.com/serverless-operations/serverless-step-functions/issues/250>
#[test]
fn a_missing_start_is_a_missing_next_target() {
    let states =
        json!({"Pass One": {"Type": "Pass", "Next": "Success"}, "Success": {"Type": "Succeed"}});
    let expected = [
        (TARGET, "Missing 'Next' target: Not sure", Some("/StartAt")),
        (
            TARGET,
            "State \"Pass One\" is not reachable.",
            Some("/States/Pass One"),
        ),
    ];
    assert_diagnostics(&json!({"StartAt": "Not sure", "States": states}), &expected);
    assert_diagnostics(&json!({"States": states, "StartAt": "Not sure"}), &expected);
}

/// <https://github.com/floci-io/floci/pull/2786>: all four fields, at any depth.
#[test]
fn targets_have_the_location_of_their_field() {
    let task = json!({"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "End": true,
        "Catch": [{"ErrorEquals": ["A"], "Next": "A"}, {"ErrorEquals": ["States.ALL"], "Next": "Lost"}]});
    let inner = json!({"StartAt": "T/1", "States": {"T/1": task}});
    let definition = json!({"StartAt": "P", "States": {"P": {"Type": "Parallel", "End": true, "Branches": [
        {"StartAt": "S", "States": {"S": {"Type": "Succeed"}}},
        {"StartAt": "M", "States": {"M": {"Type": "Map", "ItemProcessor": inner, "Next": "Lost"}}}]}}});
    let map = "/States/P/Branches[1]/States/M";
    assert_diagnostics(
        &definition,
        &[
            (
                TARGET,
                "Missing 'Next' target: A",
                Some(&format!("{map}/ItemProcessor/States/T/1/Catch[0]/Next")),
            ),
            (
                TARGET,
                "Missing 'Next' target: Lost",
                Some(&format!("{map}/ItemProcessor/States/T/1/Catch[1]/Next")),
            ),
            (
                TARGET,
                "Missing 'Next' target: Lost",
                Some(&format!("{map}/Next")),
            ),
            ("MISSING_END_STATE", "Workflow has no terminal state", None),
        ],
    );
    // A state may be called like an index.
    let definition = json!({"StartAt": "0", "States": {"0": {"Type": "Choice", "Choices": [
        {"And": [{"Variable": "$.a", "IsNull": true}, {"Variable": "b", "IsNull": true}], "Next": "0"}], "Default": "1"},
        "1": {"Type": "Succeed"}}});
    let text = "Value is not a Reference Path: Reference path didn't start with '$'";
    assert_diagnostics(
        &definition,
        &[(SCHEMA, text, Some("/States/0/Choices[0]/And[1]/Variable"))],
    );
}

/// <https://github.com/floci-io/floci/issues/2735> and <https://github.com/floci-io/floci/pull/2786>
#[test]
fn a_missing_terminal_state_has_no_location() {
    let end = ("MISSING_END_STATE", "Workflow has no terminal state", None);
    let pass = |next: &str| json!({"Type": "Pass", "Next": next});
    let endless = json!({"StartAt": "A", "States": {"A": pass("B"), "B": pass("A")}});
    assert_diagnostics(&endless, &[end]);
    // AWS does not report unreachable states of such a machine.
    let lost = json!({"StartAt": "A", "States": {"A": pass("B"), "B": pass("A"), "C": pass("A")}});
    assert_diagnostics(&lost, &[end]);
    let dangling = json!({"StartAt": "A", "States": {"A": pass("NOPE")}});
    let missing = (
        TARGET,
        "Missing 'Next' target: NOPE",
        Some("/States/A/Next"),
    );
    assert_diagnostics(&dangling, &[missing, end]);
    let unreachable = json!({"StartAt": "A", "States": {"A": pass("B"), "B": pass("A"), "C": {"Type": "Pass", "End": true}}});
    let expected = (TARGET, "State \"C\" is not reachable.", Some("/States/C"));
    assert_diagnostics(&unreachable, &[expected]);
}

/// <https://github.com/floci-io/floci/issues/2735> and <https://github.com/sam-goodwin/functionless/issues/308>
#[test]
fn an_unsupported_field_is_reported_at_its_object() {
    let handlers = json!([{"ErrorEquals": ["States.ALL"], "Next": "Z"}]);
    for kind in ["Pass", "Wait", "Map", "Parallel"] {
        let mut state = json!({"Type": kind, "Next": "Z", "TimeoutSeconds": 3});
        let inner = json!({"StartAt": "I", "States": {"I": {"Type": "Succeed"}}});
        match kind {
            "Wait" => state["Seconds"] = json!(1),
            "Map" => state["ItemProcessor"] = inner,
            "Parallel" => state["Branches"] = json!([inner]),
            _ => {}
        }
        assert_state(
            &state,
            "Field 'TimeoutSeconds' is not supported",
            "/States/A",
        );
    }
    for (state, field) in [
        (
            json!({"Type": "Pass", "Catch": handlers, "Next": "Z"}),
            "Catch",
        ),
        (
            json!({"Type": "Wait", "Seconds": 1, "ResultPath": null, "Next": "Z"}),
            "ResultPath",
        ),
        (json!({"Type": "Pass", "Rseult": 1, "Next": "Z"}), "Rseult"),
        (
            json!({"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": true, "Next": "Z"}], "End": true}),
            "End",
        ),
    ] {
        let message = format!("Field '{field}' is not supported");
        assert_state(&state, &message, "/States/A");
    }
    let top = json!({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}, "Statess": {}});
    assert_diagnostics(
        &top,
        &[(SCHEMA, "Field 'Statess' is not supported", Some("/"))],
    );
    let retrier = json!({"Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:a", "Next": "Z",
        "Retry": [{"ErrorEquals": ["E"]}, {"ErrorEquals": ["States.ALL"], "MaxAttempt": 1}]});
    assert_state(
        &retrier,
        "Field 'MaxAttempt' is not supported",
        "/States/A/Retry[1]",
    );
}

/// <https://github.com/floci-io/floci/issues/2968>
#[test]
fn query_languages_have_the_texts_of_the_service() {
    let path = "The QueryLanguage is set to 'JSONPath', but field 'Output' is only supported for the 'JSONata' QueryLanguage";
    assert_state(
        &json!({"Type": "Pass", "Output": 1, "Next": "Z"}),
        path,
        "/States/A",
    );
    let inner =
        json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "Output": 1, "End": true}}});
    let map =
        json!({"Type": "Map", "QueryLanguage": "JSONata", "Next": "Z", "ItemProcessor": inner});
    assert_state(&map, path, "/States/A/ItemProcessor/States/P");
    let jsonata =
        |state: Json| json!({"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": state}});
    let text = "The QueryLanguage is set to 'JSONata', but field 'ResultPath' is only supported for the 'JSONPath' QueryLanguage";
    let state = json!({"Type": "Pass", "ResultPath": "$.a", "End": true});
    assert_diagnostics(&jsonata(state), &[(SCHEMA, text, Some("/States/A"))]);
    let text = "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine";
    let state = json!({"Type": "Pass", "QueryLanguage": "JSONPath", "End": true});
    assert_diagnostics(&jsonata(state), &[(SCHEMA, text, Some("/States/A"))]);
    for field in ["ItemProcessor", "Iterator"] {
        let mut state = json!({"Type": "Map", "Next": "Z"});
        state[field] = json!({"QueryLanguage": "JSONPath", "StartAt": "I", "States": {"I": {"Type": "Succeed"}}});
        let location = format!("/States/A/{field}");
        assert_state(&state, "Field 'QueryLanguage' is not supported", &location);
    }
    let text = "The QueryLanguage is set to 'JSONata', but field 'Variable' is only supported for the 'JSONPath' QueryLanguage";
    let state = json!({"Type": "Choice", "Default": "A", "Choices": [{"Variable": "$.a", "Condition": true, "Next": "Z"}]});
    let mut choice = jsonata(state);
    choice["States"]["Z"] = json!({"Type": "Succeed"});
    assert_diagnostics(&choice, &[(SCHEMA, text, Some("/States/A/Choices[0]"))]);
}

/// <https://github.com/aws-cloudformation/cfn-lint/issues/4075>, <https://github.com/serverless/serverless/issues/6041> and
/// <https://github.com/floci-io/floci/issues/3733>
#[test]
fn numbers_have_the_bounds_and_types_of_the_service() {
    let wait = |seconds: Json| json!({"Type": "Wait", "Seconds": seconds, "Next": "Z"});
    let seconds = "/States/A/Seconds";
    assert_state(
        &wait(json!(10_000_000_000_000_000_u64)),
        "Maximum value is 99999999",
        seconds,
    );
    assert_state(&wait(json!(-1)), "Minimum value is 0", seconds);
    assert_state(&wait(json!(1.5)), "Expected value of type Integer", seconds);
    assert_state(
        &wait(json!("$.Result.seconds")),
        "Expected value of type Integer",
        seconds,
    );
    let map = |field: &str, value: Json| {
        let mut map = json!({"Type": "Map", "Next": "Z", "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "I", "States": {"I": {"Type": "Succeed"}}}});
        map[field] = value;
        map
    };
    for (field, value, message) in [
        ("MaxConcurrency", json!(-1), "Minimum value is 0"),
        ("ToleratedFailureCount", json!(-1), "Minimum value is 0"),
        (
            "ToleratedFailurePercentage",
            json!(-1),
            "Minimum value is 0.0",
        ),
        (
            "ToleratedFailurePercentage",
            json!(101),
            "Maximum value is 100.0",
        ),
        (
            "ToleratedFailurePercentage",
            json!(true),
            "Expected value of type Float",
        ),
    ] {
        assert_state(&map(field, value), message, &format!("/States/A/{field}"));
    }
    let reader = json!({"Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": "b", "Key": "k"},
        "ReaderConfig": {"InputType": "JSON", "MaxItems": 1, "MaxItemsPath": "$.n"}});
    let message = "There should only be one of the following fields: [MaxItems, MaxItemsPath]";
    assert_state(
        &map("ItemReader", reader),
        message,
        "/States/A/ItemReader/ReaderConfig",
    );
}

/// <https://github.com/aws-cloudformation/cfn-lint/issues/4076>, <https://github.com/aws-cloudformation/cfn-lint/issues/4077>,
/// <https://github.com/aws-cloudformation/cfn-lint/issues/4078> and <https://github.com/CloudSnorkel/cdk-github-runners/issues/434>
#[test]
fn paths_and_required_fields_have_the_texts_of_the_service() {
    let text = "Value is not a Reference Path: Reference path didn't start with '$'";
    let choice = |rule: Json| json!({"Type": "Choice", "Choices": [rule], "Default": "Z"});
    let state = choice(json!({"Variable": "Test", "StringMatches": "Test", "Next": "Z"}));
    assert_state(&state, text, "/States/A/Choices[0]/Variable");
    let state = choice(json!({"Variable": "$", "StringMatches": "Test"}));
    assert_state(
        &state,
        "These fields are required: [Next]",
        "/States/A/Choices[0]",
    );
    let state = json!({"Type": "Pass", "OutputPath": "Test", "Next": "Z"});
    assert_state(
        &state,
        "Value must be a valid JSONPath.",
        "/States/A/OutputPath",
    );
    let inner = json!({"StartAt": "C", "States": {"C": {"Type": "Choice", "Default": "D"}, "D": {"Type": "Succeed"}}});
    let state = json!({"Type": "Parallel", "Branches": [inner], "Next": "Z"});
    assert_state(
        &state,
        "These fields are required: [Choices]",
        "/States/A/Branches[0]/States/C",
    );
}

/// <https://github.com/aws/aws-cdk/issues/10530>
#[test]
fn a_misplaced_catch_all_is_reported_at_its_name() {
    let message = "States.ALL must appear alone and at end of list";
    let state = json!({"Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:a", "Next": "Z",
        "Retry": [{"ErrorEquals": ["States.ALL"]}, {"ErrorEquals": ["E"]}],
        "Catch": [{"ErrorEquals": ["E", "States.ALL"], "Next": "Z"}]});
    assert_diagnostics(
        &machine(&state),
        &[
            (SCHEMA, message, Some("/States/A/Retry[0]/ErrorEquals[0]")),
            (SCHEMA, message, Some("/States/A/Catch[0]/ErrorEquals[1]")),
        ],
    );
}

/// <https://github.com/floci-io/floci/pull/1588>
#[test]
fn a_reader_has_the_words_and_the_actions_of_aws() {
    let reader = |resource: &str, config: Json| {
        json!({"Type": "Map", "Next": "Z",
            "ItemReader": {"Resource": resource, "ReaderConfig": config, "Parameters": {"Bucket": "b", "Key": "k"}},
            "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                "StartAt": "I", "States": {"I": {"Type": "Succeed"}}}})
    };
    let get = "arn:aws:states:::s3:getObject";
    assert_state(
        &reader(
            get,
            json!({"InputType": "TSV", "CSVHeaderLocation": "FIRST_ROW"}),
        ),
        "The field 'InputType' should have one of these values: [MANIFEST, JSON, CSV, JSONL, PARQUET]",
        "/States/A/ItemReader/ReaderConfig/InputType",
    );
    assert_state(
        &reader(get, json!({"MaxItems": 2})),
        "These fields are required: [InputType]",
        "/States/A/ItemReader/ReaderConfig",
    );
    assert_state(
        &reader(
            "arn:aws:states:::s3:getObjekt",
            json!({"InputType": "JSON"}),
        ),
        "The field 'Resource' does not match any of the allowed values. Examples: [arn:<partition>:states:::s3:getObject, arn:<partition>:states:::s3:listObjectsV2]",
        "/States/A/ItemReader/Resource",
    );
}

/// <https://github.com/aws/aws-cdk/issues/31448>
#[test]
fn an_argument_of_another_type_is_reported_at_the_arguments() {
    let put = |field: &str, value: Json| {
        json!({"Type": "Task", "Resource": "arn:aws:states:::dynamodb:putItem", "Next": "Z",
            field: {"TableName": "t", "Item": {"id": {"S": "1"}, "paid": {"BOOL": value}}}})
    };
    let text = |value: &str| {
        format!(
            "Cannot deserialize value of type `java.lang.Boolean` from String \"{value}\": only \"true\" or \"false\" recognized"
        )
    };
    let state = put("Parameters", json!("$.paid"));
    assert_state(&state, &text("$.paid"), "/States/A/Parameters");
    let mut state = put("Arguments", json!("maybe"));
    state["QueryLanguage"] = json!("JSONata");
    assert_state(&state, &text("maybe"), "/States/A/Arguments");
}

/// <https://github.com/aws/amazon-sagemaker-examples/issues/4492>
#[test]
fn an_unknown_argument_of_sagemaker_is_refused_at_the_arguments() {
    let fit = |tag: Json, more: &str| {
        let mut arguments = json!({"TransformJobName": "t", "ModelName": "m", "Tags": [tag],
            "TransformInput": {"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/in"}}},
            "TransformOutput": {"S3OutputPath": "s3://b/out"},
            "TransformResources": {"InstanceCount": 1, "InstanceType": "ml.m5.large"}});
        arguments[more] = json!("m");
        json!({"Type": "Task", "Resource": "arn:aws:states:::sagemaker:createTransformJob.sync", "Next": "Z", "Parameters": arguments})
    };
    assert_state(
        &fit(json!({"key": "team", "Value": "blue"}), "ModelName"),
        "The field \"key\" is not supported by Step Functions",
        "/States/A/Parameters",
    );
    assert_state(
        &fit(json!({"Key": "team", "Value": "blue"}), "S3Operations"),
        "The field \"S3Operations\" is not supported by Step Functions",
        "/States/A/Parameters",
    );
}

/// <https://github.com/aws/aws-cdk/issues/30749>, <https://github.com/aws/aws-cli/issues/10060>
#[test]
fn a_value_of_an_http_call_is_reported_at_the_arguments() {
    let call = |resource: &str, field: &str, arguments: Json| json!({"Type": "Task", "Resource": resource, "Next": "Z", field: arguments});
    let connection =
        json!({"ConnectionArn": "arn:aws:events:us-east-1:123456789012:connection/Shop/1"});
    assert_state(
        &call(
            "arn:aws:states:::http:invoke",
            "Parameters",
            json!({"ApiEndpoint": "shop.example.test/v2", "Method": "GET", "Authentication": connection}),
        ),
        "The value for the 'ApiEndpoint' field is not valid",
        "/States/A/Parameters",
    );
    assert_state(
        &call(
            "arn:aws:states:::http:invoke",
            "Parameters",
            json!({"ApiEndpoint.$": "$.url", "Method": "GET", "Authentication": {"ConnectionArn": "shop"}}),
        ),
        "The value for the 'ConnectionArn' field is not valid",
        "/States/A/Parameters",
    );
    assert_state(
        &call(
            "arn:aws:states:::apigateway:invoke",
            "Parameters",
            json!({"ApiEndpoint": "a.example.test", "Method": "GET", "Headers": {"Authorization": ["a"]}}),
        ),
        "The 'Headers' field contains unsupported values: [authorization]",
        "/States/A/Parameters",
    );
}

/// Faults of the schema come first, then the transitions, all in one response.
#[test]
fn all_problems_are_reported_at_once() {
    let definition = json!({"StartAt": "A", "States": {
        "A": {"Type": "Pass", "Next": "Lost"},
        "B": {"Type": "Wait", "Seconds": -1, "Timeout": 1, "End": true}}});
    assert_diagnostics(
        &definition,
        &[
            (SCHEMA, "Minimum value is 0", Some("/States/B/Seconds")),
            (
                SCHEMA,
                "Field 'Timeout' is not supported",
                Some("/States/B"),
            ),
            (
                TARGET,
                "Missing 'Next' target: Lost",
                Some("/States/A/Next"),
            ),
            (TARGET, "State \"B\" is not reachable.", Some("/States/B")),
        ],
    );
}
