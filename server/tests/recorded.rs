//! Responses that equal those recorded from the service.

use serde_json::{Value as Json, json};

use crate::support::{Api, ROLE, pass};

const ARN: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:m";

fn events(api: &Api, execution: &str) -> Vec<Json> {
    let history = api.call("GetExecutionHistory", json!({"executionArn": execution}));
    history["events"].as_array().cloned().unwrap_or_default()
}

#[test]
fn a_failure_without_error_and_cause_has_empty_details() {
    let api = Api::new();
    let machine = api.create(
        "m",
        &json!({"StartAt": "F", "States": {"F": {"Type": "Fail"}}}),
    );
    let execution = api.start(&machine, &json!({}));
    api.finished(&execution);
    let last = events(&api, &execution).pop().unwrap_or_default();
    assert_eq!(last["executionFailedEventDetails"], json!({}), "{last}");
}

#[test]
fn map_state_succeeded_follows_the_last_iteration_event() {
    let api = Api::new();
    let machine = api.create(
        "m",
        &json!({"StartAt": "M", "States": {
            "M": {"Type": "Map", "MaxConcurrency": 1, "Next": "Empty", "ItemProcessor": {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}},
            "Empty": {"Type": "Map", "End": true, "ItemsPath": "$[0]", "ItemProcessor": {"StartAt": "Q", "States": {"Q": {"Type": "Pass", "End": true}}}}}}),
    );
    let execution = api.start(&machine, &json!([[], 1]));
    api.finished(&execution);
    let events = events(&api, &execution);
    let of = |kind: &str| -> Vec<(u64, u64)> {
        let found = events.iter().filter(|event| event["type"] == kind);
        found
            .map(|event| {
                (
                    event["id"].as_u64().unwrap_or_default(),
                    event["previousEventId"].as_u64().unwrap_or_default(),
                )
            })
            .collect()
    };
    let last = of("MapIterationSucceeded")[1].0;
    let started = of("MapStateStarted")[1].0;
    // The second Map has no items.
    assert_eq!(
        of("MapStateSucceeded")
            .iter()
            .map(|event| event.1)
            .collect::<Vec<_>>(),
        [last, started]
    );
    assert_eq!(
        of("MapStateExited")
            .iter()
            .map(|event| event.1)
            .collect::<Vec<_>>(),
        [last, started]
    );
}

#[test]
fn deleting_a_missing_alias_succeeds() {
    let api = Api::new();
    api.create("m", &pass());
    api.call(
        "PublishStateMachineVersion",
        json!({"stateMachineArn": ARN}),
    );
    let routes = json!([{"stateMachineVersionArn": format!("{ARN}:1"), "weight": 100}]);
    api.call(
        "CreateStateMachineAlias",
        json!({"name": "live", "routingConfiguration": routes}),
    );
    for _ in 0..2 {
        api.call(
            "DeleteStateMachineAlias",
            json!({"stateMachineAliasArn": format!("{ARN}:live")}),
        );
    }
}

#[test]
fn alias_errors_quote_the_received_values_as_aws_does() {
    let api = Api::new();
    api.create("m", &pass());
    for _ in 0..2 {
        api.call(
            "PublishStateMachineVersion",
            json!({"stateMachineArn": ARN}),
        );
        let definition = json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}});
        api.call(
            "UpdateStateMachine",
            json!({"stateMachineArn": ARN, "definition": definition.to_string()}),
        );
    }
    let routes = |weights: &[u32]| -> Json {
        let routes = weights.iter().enumerate();
        routes.map(|(index, weight)| json!({"stateMachineVersionArn": format!("{ARN}:{}", index + 1), "weight": weight})).collect()
    };
    let refused = |routes: Json| {
        api.refusal(
            "CreateStateMachineAlias",
            json!({"name": "live", "routingConfiguration": routes}),
        )
    };
    assert_eq!(
        refused(routes(&[70, 29])),
        "ValidationException: Sum of routing configuration weights must equal 100. Received: [70, 29]"
    );
    let twice = json!([{"stateMachineVersionArn": format!("{ARN}:1"), "weight": 50}, {"stateMachineVersionArn": format!("{ARN}:1"), "weight": 50}]);
    assert_eq!(
        refused(twice),
        format!(
            "ValidationException: Routing configuration must contain distinct state machine version ARNs. Received: [{ARN}:1, {ARN}:1]"
        )
    );
    let three = refused(routes(&[50, 25, 25]));
    assert_eq!(
        three,
        format!(
            "ValidationException: 1 validation error detected: Value '[RoutingConfigurationListItem(stateMachineVersionArn={ARN}:1, weight=50), RoutingConfigurationListItem(stateMachineVersionArn={ARN}:2, weight=25), RoutingConfigurationListItem(stateMachineVersionArn={ARN}:3, weight=25)]' at 'routingConfiguration' failed to satisfy constraint: Member must have length less than or equal to 2"
        )
    );
}

#[test]
fn versions_have_no_tags() {
    let api = Api::new();
    api.create("m", &pass());
    api.call(
        "PublishStateMachineVersion",
        json!({"stateMachineArn": ARN}),
    );
    let tags = json!([{"key": "a", "value": "b"}]);
    let refused = api.refusal(
        "TagResource",
        json!({"resourceArn": format!("{ARN}:1"), "tags": tags}),
    );
    assert_eq!(
        refused,
        format!("ResourceNotFound: Resource not found: '{ARN}:1'")
    );
}

#[test]
fn the_token_is_checked_before_the_output() {
    let api = Api::new();
    let refused = api.refusal(
        "SendTaskSuccess",
        json!({"taskToken": "unknown", "output": "{"}),
    );
    assert_eq!(refused, "InvalidToken: Invalid Token: 'Invalid token'");
}

#[test]
fn an_empty_list_of_log_destinations_is_returned_as_given() {
    let api = Api::new();
    for (name, given, shown) in [
        ("none", json!({"level": "OFF"}), Json::Null),
        (
            "empty",
            json!({"level": "OFF", "destinations": []}),
            json!([]),
        ),
    ] {
        let created = api.call(
            "CreateStateMachine",
            json!({"name": name, "definition": pass().to_string(), "roleArn": ROLE, "loggingConfiguration": given}),
        );
        let described = api.call(
            "DescribeStateMachine",
            json!({"stateMachineArn": created["stateMachineArn"]}),
        );
        assert_eq!(
            described["loggingConfiguration"]["destinations"], shown,
            "{described}"
        );
    }
}

#[test]
fn a_map_run_without_a_label_has_a_uuid_as_its_label() {
    let api = Api::new();
    let machine = api.create(
        "m",
        &json!({"StartAt": "Each of them", "States": {"Each of them": {"Type": "Map", "End": true, "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}}}}),
    );
    let execution = api.start(&machine, &json!([1]));
    api.finished(&execution);
    let runs = api.call("ListMapRuns", json!({"executionArn": execution}));
    let run = runs["mapRuns"][0].clone();
    let arn = run["mapRunArn"].as_str().unwrap_or_default();
    let names = arn
        .split_once(":mapRun:m/")
        .map(|(_, names)| names.split(':').map(str::len).collect());
    assert_eq!(names, Some(vec![36, 36]), "{arn}");
    let processor = api.call(
        "DescribeStateMachine",
        json!({"stateMachineArn": run["stateMachineArn"]}),
    );
    assert!(
        processor["definition"]
            .as_str()
            .unwrap_or_default()
            .contains("\"P\""),
        "{processor}"
    );
}

#[test]
fn test_state_returns_arrays_with_the_whitespace_of_the_request() {
    let api = Api::new();
    let state = |state: Json| state.to_string();
    for (definition, more, expected) in [
        (
            state(json!({"Type": "Pass", "End": true})),
            json!({"input": "[1, 4, 9]"}),
            "[1, 4, 9]",
        ),
        (
            state(json!({"Type": "Pass", "End": true})),
            json!({"input": "{\"a\": 1}"}),
            "{\"a\":1}",
        ),
        (
            state(
                json!({"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:ec2:describeInstances", "Parameters": {}, "ResultPath": "$", "End": true}),
            ),
            json!({"input": "{}", "mock": {"result": "[1,  2]", "fieldValidationMode": "NONE"}}),
            "[1,  2]",
        ),
        (
            state(json!({"Type": "Pass", "OutputPath": "$[0]", "End": true})),
            json!({"input": "[[2, 3]]"}),
            "[2,3]",
        ),
    ] {
        let mut request = json!({"definition": definition, "roleArn": ROLE});
        for (name, value) in more.as_object().into_iter().flatten() {
            request[name] = value.clone();
        }
        let tested = api.call("TestState", request);
        assert_eq!(tested["output"], expected, "{definition}");
    }
}
