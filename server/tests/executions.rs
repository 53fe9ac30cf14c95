use serde_json::{Value as Json, json};
use stepwright_engine::Engine;

use crate::support::{Api, ROLE, members, pass, text};

fn wait() -> Json {
    json!({"StartAt": "Rest", "States": {"Rest": {
        "Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:nobody", "End": true
    }}})
}

#[test]
fn an_execution_is_started_described_and_has_a_history() {
    let api = Api::new();
    let machine = api.create("greet", &pass());
    let started = api.call(
        "StartExecution",
        json!({"stateMachineArn": machine, "name": "one", "input": r#"{"name":"Ada"}"#}),
    );
    assert_eq!(members(&started), ["executionArn", "startDate"]);
    let execution = text(&started["executionArn"]);
    assert_eq!(
        execution,
        "arn:aws:states:us-east-1:123456789012:execution:greet:one"
    );
    let described = api.finished(&execution);
    assert_eq!(
        members(&described),
        [
            "executionArn",
            "stateMachineArn",
            "name",
            "status",
            "startDate",
            "stopDate",
            "input",
            "inputDetails",
            "output",
            "outputDetails",
            "redriveCount",
            "redriveStatus",
            "redriveStatusReason"
        ]
    );
    assert_eq!(described["output"], r#"{"name":"Ada"}"#);
    let history = api.call("GetExecutionHistory", json!({"executionArn": execution}));
    let events = history["events"].as_array().expect("there are events");
    assert_eq!(
        members(&events[0])[..4],
        ["timestamp", "type", "id", "previousEventId"]
    );
    assert!(events[0]["timestamp"].is_f64());
    assert_eq!(events[0]["executionStartedEventDetails"]["roleArn"], ROLE);
    assert_eq!(events.len(), 4);
}

#[test]
fn an_execution_and_its_nested_execution_return_their_own_inputs() {
    let api = Api::new();
    let child = api.create("child", &pass());
    let parent = json!({"StartAt": "Call", "States": {"Call": {
        "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": child, "Name": "below", "Input": {"b": 2}}, "End": true
    }}});
    let machine = api.create("parent", &parent);
    let written = "{ \"a\" : 1.50 }";
    let request = json!({"stateMachineArn": machine, "input": written, "traceHeader": "Root=1"});
    let execution = text(&api.call("StartExecution", request)["executionArn"]);
    let described = api.finished(&execution);
    assert_eq!(
        (&described["input"], &described["traceHeader"]),
        (&json!(written), &json!("Root=1"))
    );
    let history = api.call("GetExecutionHistory", json!({"executionArn": execution}));
    assert_eq!(
        history["events"][0]["executionStartedEventDetails"]["input"],
        written
    );
    let below = "arn:aws:states:us-east-1:123456789012:execution:child:below";
    let described = api.finished(below);
    assert_eq!(
        (&described["input"], described.get("traceHeader")),
        (&json!(r#"{"b":2}"#), None)
    );
}

#[test]
fn a_description_lists_the_variables_that_each_state_reads() {
    let api = Api::new();
    let machine = api.create(
        "m",
        &json!({"StartAt": "A", "QueryLanguage": "JSONata", "States": {
            "A": {"Type": "Pass", "Assign": {"x": 1}, "Next": "B"},
            "B": {"Type": "Pass", "Output": "{% $x %}", "End": true}
        }}),
    );
    let described = api.call("DescribeStateMachine", json!({"stateMachineArn": machine}));
    assert_eq!(described["variableReferences"], json!({"B": ["x"]}));
}

#[test]
fn a_history_is_read_in_pages_and_backwards() {
    let api = Api::new();
    let machine = api.create("greet", &pass());
    let execution = api.start(&machine, &json!(1));
    api.finished(&execution);
    for is_reversed in [false, true] {
        let (mut ids, mut token) = (Vec::new(), Json::Null);
        loop {
            let page = api.call(
                "GetExecutionHistory",
                json!({"executionArn": execution, "maxResults": 3, "reverseOrder": is_reversed, "nextToken": token}),
            );
            let events = page["events"].as_array().expect("there are events");
            ids.extend(
                events
                    .iter()
                    .map(|event| event["id"].as_i64().expect("it is one")),
            );
            token = page["nextToken"].clone();
            if token.is_null() {
                break;
            }
        }
        let all = if is_reversed {
            [4, 3, 2, 1]
        } else {
            [1, 2, 3, 4]
        };
        assert_eq!(ids, all);
    }
    let lean = api.call(
        "GetExecutionHistory",
        json!({"executionArn": execution, "includeExecutionData": false}),
    );
    assert_eq!(
        lean["events"][1]["stateEnteredEventDetails"],
        json!({"name": "Greet"})
    );
}

#[test]
fn starting_a_running_execution_with_the_same_input_is_idempotent() {
    // No worker polls its activity.
    let engine =
        Engine::builder().activity("arn:aws:states:us-east-1:123456789012:activity:nobody");
    let api = Api::over(engine);
    api.call(
        "CreateStateMachine",
        json!({"name": "m", "definition": wait().to_string(), "roleArn": ROLE}),
    );
    let machine = "arn:aws:states:us-east-1:123456789012:stateMachine:m";
    let request = |input: &str| json!({"stateMachineArn": machine, "name": "one", "input": input});
    let first = api.call("StartExecution", request("1"));
    assert_eq!(api.call("StartExecution", request(" 1 ")), first);
    let in_use = "ExecutionAlreadyExists: Execution Already Exists: 'arn:aws:states:us-east-1:123456789012:execution:m:one'";
    assert_eq!(api.refusal("StartExecution", request("2")), in_use);
    let execution = text(&first["executionArn"]);
    let stopped = api.call(
        "StopExecution",
        json!({"executionArn": execution, "error": "E", "cause": "C"}),
    );
    assert_eq!(members(&stopped), ["stopDate"]);
    assert_eq!(api.refusal("StartExecution", request("1")), in_use);
    let described = api.finished(&execution);
    assert_eq!(
        (
            &described["status"],
            &described["error"],
            &described["cause"]
        ),
        (&json!("ABORTED"), &json!("E"), &json!("C"))
    );
    assert_eq!(described["redriveStatus"], "REDRIVABLE");
}

#[test]
fn executions_are_listed_newest_first_by_status_and_in_pages() {
    let api = Api::new();
    let machine = api.create("greet", &pass());
    let failing = api.create(
        "fails",
        &json!({"StartAt": "F", "States": {"F": {"Type": "Fail"}}}),
    );
    for number in 0..5 {
        let execution = api.start(&machine, &json!(number));
        api.finished(&execution);
    }
    api.finished(&api.start(&failing, &json!({})));
    let list = |request: Json| api.call("ListExecutions", request);
    let first = list(json!({"stateMachineArn": machine, "maxResults": 3}));
    assert_eq!(first["executions"].as_array().map(Vec::len), Some(3));
    let token = &first["nextToken"];
    let rest = list(json!({"stateMachineArn": machine, "nextToken": token}));
    assert_eq!(rest["executions"].as_array().map(Vec::len), Some(2));
    assert_eq!(rest.get("nextToken"), None);
    assert_eq!(
        members(&rest["executions"][0]),
        [
            "executionArn",
            "stateMachineArn",
            "name",
            "status",
            "startDate",
            "stopDate",
            "redriveCount"
        ]
    );
    let failed = list(json!({"stateMachineArn": failing, "statusFilter": "FAILED"}));
    assert_eq!(failed["executions"].as_array().map(Vec::len), Some(1));
    let none = list(json!({"stateMachineArn": failing, "statusFilter": "SUCCEEDED"}));
    assert_eq!(none, json!({"executions": []}));
    // A token is valid only for its own list.
    assert_eq!(
        api.refusal(
            "ListExecutions",
            json!({"stateMachineArn": failing, "nextToken": token})
        ),
        "InvalidToken: Invalid Token: 'Invalid token'"
    );
}

#[test]
fn a_synchronous_start_returns_the_output_or_the_failure() {
    let api = Api::new();
    let express = |name: &str, definition: Json| {
        let created = api.call(
            "CreateStateMachine",
            json!({"name": name, "definition": definition.to_string(), "roleArn": ROLE, "type": "EXPRESS"}),
        );
        text(&created["stateMachineArn"])
    };
    let good = express("good", pass());
    let ended = api.call(
        "StartSyncExecution",
        json!({"stateMachineArn": good, "name": "n", "input": "[1]"}),
    );
    assert_eq!(ended["status"], "SUCCEEDED");
    assert_eq!(ended["output"], "[1]");
    assert_eq!(
        ended["billingDetails"],
        json!({"billedMemoryUsedInMB": 64, "billedDurationInMilliseconds": 100})
    );
    let bad = express(
        "bad",
        json!({"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "E", "Cause": "C"}}}),
    );
    let ended = api.call("StartSyncExecution", json!({"stateMachineArn": bad}));
    assert_eq!(
        (&ended["status"], &ended["error"], &ended["cause"]),
        (&json!("FAILED"), &json!("E"), &json!("C"))
    );
    let execution = text(&ended["executionArn"]);
    for operation in ["DescribeExecution", "GetExecutionHistory", "StopExecution"] {
        assert_eq!(
            api.refusal(operation, json!({"executionArn": execution})),
            "InvalidArn: Invalid Arn: 'Resource type not valid in this context: express'"
        );
    }
    let standard = api.create("standard", &pass());
    let refused = "StateMachineTypeNotSupported: This operation is not supported by this type of state machine";
    assert_eq!(
        api.refusal("StartSyncExecution", json!({"stateMachineArn": standard})),
        refused
    );
    assert_eq!(
        api.refusal("ListExecutions", json!({"stateMachineArn": good})),
        refused
    );
}

#[test]
fn invalid_inputs_and_names_are_refused() {
    let api = Api::new();
    let machine = api.create("greet", &pass());
    let start = |request: Json| {
        let mut all = json!({"stateMachineArn": machine});
        all.as_object_mut()
            .expect("it is one")
            .extend(request.as_object().expect("it is one").clone());
        api.refusal("StartExecution", all)
    };
    assert_eq!(
        start(json!({"input": ""})),
        "InvalidExecutionInput: Invalid State Machine Execution Input: 'Invalid execution input.'"
    );
    assert!(
        start(json!({"input": "{"}))
            .starts_with("InvalidExecutionInput: Invalid State Machine Execution Input: '")
    );
    assert_eq!(
        start(json!({"name": "a:b"})),
        "InvalidName: Invalid Name: 'a:b'"
    );
    let long = "n".repeat(81);
    assert_eq!(
        start(json!({"name": long})),
        format!(
            "ValidationException: 1 validation error detected: Value '{long}' at 'name' failed to satisfy constraint: Member must have length less than or equal to 80"
        )
    );
    let missing = "arn:aws:states:us-east-1:123456789012:execution:greet:missing";
    for operation in ["DescribeExecution", "GetExecutionHistory", "StopExecution"] {
        assert_eq!(
            api.refusal(operation, json!({"executionArn": missing})),
            format!("ExecutionDoesNotExist: Execution Does Not Exist: '{missing}'")
        );
    }
}
