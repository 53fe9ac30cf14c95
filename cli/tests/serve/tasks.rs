//! Handlers of tasks.

use serde_json::{Value as Json, json};

use super::support::{Server, endpoint, text};

fn invoke(function: &str) -> Json {
    json!({
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": function, "Payload.$": "$"},
        "OutputPath": "$.Payload",
    })
}

#[test]
fn a_command_is_bound_to_a_state_a_function_or_a_resource() {
    let queue = "arn:aws:states:::sqs:sendMessage";
    let server = Server::start(&[
        "--task",
        "Charge=cat",
        "--task",
        r#"refund=echo '"refunded"'"#,
        "--task",
        &format!(r#"{queue}=echo '{{"MessageId":"m-1"}}'"#),
        "--task",
        "Special/Charge=echo 7",
        "--task",
        r"Broken=echo 'CardDeclined: no funds' >&2; exit 1",
    ]);
    let run = |name: &str, state: Json| server.run_state(name, state, &json!({"total": 12}));
    let charged = run("Charge", invoke("whatever"));
    assert_eq!(charged["output"], r#"{"total":12}"#);
    let refunded = run(
        "Refund",
        invoke("arn:aws:lambda:us-east-1:123456789012:function:refund"),
    );
    assert_eq!(refunded["output"], r#""refunded""#);
    let sent = json!({"Type": "Task", "Resource": queue, "Parameters": {"QueueUrl": "q", "MessageBody": "m"}});
    assert_eq!(run("Send", sent)["output"], r#"{"MessageId":"m-1"}"#);
    let broken = run("Broken", invoke("whatever"));
    assert_eq!(broken["error"], "CardDeclined");
    assert_eq!(broken["cause"], "no funds");
    // A name with machine and state takes precedence over the state's name alone.
    let definition = json!({"StartAt": "Charge", "States": {"Charge": {
        "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "End": true}}});
    let created = server.call(
        "CreateStateMachine",
        json!({"name": "Special", "definition": definition.to_string(), "roleArn": super::support::ROLE}),
    );
    let started = server.call(
        "StartExecution",
        json!({"stateMachineArn": created["stateMachineArn"]}),
    );
    let special = server.finished(&text(&started["executionArn"]));
    assert_eq!(special["output"], "7");
}

#[test]
fn an_endpoint_receives_the_input_and_returns_the_output() {
    let address = endpoint(|request| match request.path.as_str() {
        "/double" => {
            let doubled = request.body["n"].as_i64().unwrap_or_default() * 2;
            (200, "", doubled.to_string())
        }
        "/nothing" => (204, "", String::new()),
        "/declined" => (
            402,
            "",
            r#"{"error": "CardDeclined", "cause": "no funds"}"#.to_owned(),
        ),
        "/text" => (200, "", "fine".to_owned()),
        _ => (500, "", "<html>".to_owned()),
    });
    let bound = |name: &str, path: &str| format!("{name}=http://{address}{path}");
    let mut arguments = Vec::new();
    for (name, path) in [
        ("Double", "/double"),
        ("Nothing", "/nothing"),
        ("Declined", "/declined"),
        ("Text", "/text"),
        ("Crash", "/crash"),
    ] {
        arguments.extend(["--task".to_owned(), bound(name, path)]);
    }
    // No server listens on port 1.
    arguments.extend(["--task".to_owned(), "Off=http://127.0.0.1:1/".to_owned()]);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let server = Server::start(&arguments);
    let run = |name: &str| server.run_state(name, invoke("f"), &json!({"n": 21}));
    assert_eq!(run("Double")["output"], "42");
    assert_eq!(run("Nothing")["output"], "null");
    let declined = run("Declined");
    assert_eq!(declined["error"], "CardDeclined");
    assert_eq!(declined["cause"], "no funds");
    for (name, cause) in [
        ("Text", "did not respond with JSON"),
        ("Crash", "responded with 500 Internal Server Error: <html>"),
        ("Off", "cannot reach http://127.0.0.1:1/"),
    ] {
        let failed = run(name);
        assert_eq!(failed["error"], "EndpointFailed");
        assert!(text(&failed["cause"]).contains(cause), "{failed}");
    }
}

#[test]
fn functions_are_invoked_at_the_lambda_endpoint() {
    let address = endpoint(|request| {
        let function = request
            .path
            .strip_prefix("/2015-03-31/functions/")
            .and_then(|path| path.strip_suffix("/invocations"));
        match function {
            Some("echo") => (200, "", request.body.to_string()),
            Some("decline") => (
                200,
                "x-amz-function-error: Unhandled\r\n",
                r#"{"errorType":"CardDeclined","errorMessage":"no funds"}"#.to_owned(),
            ),
            Some("late") => {
                assert!(
                    request.headers.contains("x-amz-invocation-type: event\n"),
                    "{}",
                    request.headers
                );
                (202, "", String::new())
            }
            _ => (
                404,
                "x-amzn-errortype: ResourceNotFoundException\r\n",
                r#"{"Message": "Function not found"}"#.to_owned(),
            ),
        }
    });
    let server = Server::start(&["--lambda-endpoint", &format!("http://{address}/")]);
    let run = |name: &str, state: Json| server.run_state(name, state, &json!({"total": 12}));
    assert_eq!(run("Echo", invoke("echo"))["output"], r#"{"total":12}"#);
    let arn = "arn:aws:lambda:us-east-1:123456789012:function:echo";
    let direct = run("Direct", json!({"Type": "Task", "Resource": arn}));
    assert_eq!(direct["output"], r#"{"total":12}"#);
    let declined = run("Decline", invoke("decline"));
    assert_eq!(declined["error"], "CardDeclined");
    assert_eq!(
        declined["cause"],
        r#"{"errorType":"CardDeclined","errorMessage":"no funds"}"#
    );
    let missing = run("Missing", invoke("missing"));
    assert_eq!(missing["error"], "Lambda.ResourceNotFoundException");
    assert!(
        text(&missing["cause"]).starts_with("Function not found (Service: AWSLambda; Status Code: 404; Error Code: ResourceNotFoundException;"),
        "{missing}"
    );
    let mut late = invoke("late");
    late["Parameters"]["InvocationType"] = json!("Event");
    let mut late = run("Late", late);
    assert_eq!(late["status"], "SUCCEEDED");
    // `OutputPath` selects the payload, which an accepted event does not have yet.
    assert_eq!(late["output"].take(), "null");
    let mut event = invoke("late");
    event["Parameters"]["InvocationType"] = json!("Event");
    event["OutputPath"] = json!("$.StatusCode");
    assert_eq!(run("Event", event)["output"], "202");
    // The message names the cause: neither a handler nor an option is missing.
    let mut nameless = invoke("echo");
    nameless["Parameters"] = json!({"Payload.$": "$"});
    let nameless = run("Nameless", nameless);
    assert_eq!(nameless["error"], "States.Runtime");
    assert!(
        text(&nameless["cause"]).ends_with("could not be used to start the Task: [The field \"FunctionName\" is required but was missing]"),
        "{nameless}"
    );
    let queue = json!({"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Parameters": {"QueueUrl": "q", "MessageBody": "m"}});
    let unhandled = run("Unhandled", queue);
    let cause = text(&unhandled["cause"]);
    assert!(
        cause.contains("--task") && !cause.contains("--lambda-endpoint"),
        "{cause}"
    );
    let off = Server::start(&["--lambda-endpoint", "http://127.0.0.1:1"]);
    let off = off.run_state("Echo", invoke("echo"), &json!({}));
    assert_eq!(off["error"], "Lambda.SdkClientException");
}

/// AWS documents the names of arguments, and refuses others: also where the server answers the
/// call.
#[test]
fn unknown_arguments_are_refused_by_each_source() {
    let address = endpoint(|request| (200, "", request.body.to_string()));
    let server = Server::start(&[
        "--lambda-endpoint",
        &format!("http://{address}/"),
        "--task",
        "arn:aws:states:::sqs:sendMessage=cat",
    ]);
    let child = json!({"StartAt": "C", "States": {"C": {"Type": "Pass", "End": true}}});
    let child = server.call(
        "CreateStateMachine",
        json!({"name": "child", "definition": child.to_string(), "roleArn": super::support::ROLE}),
    );
    let arn = text(&child["stateMachineArn"]);
    for (index, (action, parameters, reason)) in [
        (
            "states:startExecution.sync:2",
            json!({"StateMachineArn": arn, "input": {"a": 1}}),
            "The field \"input\" is not supported by Step Functions",
        ),
        (
            "states:startExecution",
            json!({"StateMachineArn": arn, "Input": {}, "name": "n"}),
            "The field \"name\" is not supported by Step Functions",
        ),
        (
            "aws-sdk:sfn:startExecution",
            json!({"stateMachineArn": arn}),
            "The field \"stateMachineArn\" is not supported by Step Functions",
        ),
        (
            "aws-sdk:sfn:listExecutions",
            json!({"StateMachineArn": arn, "Filter": "RUNNING"}),
            "The field \"Filter\" is not supported by Step Functions",
        ),
        (
            "lambda:invoke",
            json!({"FunctionName": "echo", "TaskToken": "t"}),
            "The field \"TaskToken\" is not supported by Step Functions",
        ),
        (
            "lambda:invoke.waitForTaskToken",
            json!({"FunctionName": "echo", "TaskToken.$": "$$.Task.Token"}),
            "The field \"TaskToken\" is not supported by Step Functions",
        ),
        (
            "sqs:sendMessage",
            json!({"QueueUrl": "q", "MessageBody": {"any": "json"}, "DelaySeconds": "soon"}),
            "The value for the field 'DelaySeconds' must be a NUMBER",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let resource = format!("arn:aws:states:::{action}");
        let state = json!({"Type": "Task", "Resource": resource, "Parameters": parameters});
        let failed = server.run_state(&format!("Refused{index}"), state, &json!({}));
        assert_eq!(failed["error"], "States.Runtime", "{failed}");
        let cause = text(&failed["cause"]);
        assert!(
            cause.contains("The Parameters '{")
                && cause.ends_with(&format!(
                    "' could not be used to start the Task: [{reason}]"
                )),
            "{cause}"
        );
    }
    let state = json!({"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": arn, "Input": {"a": 1}}, "OutputPath": "$.Output"});
    assert_eq!(
        server.run_state("Nested", state, &json!({}))["output"],
        r#"{"a":1}"#
    );
}

#[test]
fn a_task_with_a_token_keeps_waiting_after_its_request() {
    let server = Server::start(&["--task", "Ask=cat"]);
    let ask = json!({
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": "q", "MessageBody": {"token.$": "$$.Task.Token"}},
    });
    let execution = server.start_state("Ask", ask, &json!({}));
    let submitted = server.event(&execution, "TaskSubmitted");
    let message = text(&submitted["taskSubmittedEventDetails"]["output"]);
    assert!(message.contains("token"), "{message}");
    let described = server.call("DescribeExecution", json!({"executionArn": execution}));
    assert_eq!(described["status"], "RUNNING");
}

#[test]
fn an_unhandled_task_fails_with_options_to_handle_it() {
    let server = Server::start(&[]);
    let failed = server.run_state("Charge", invoke("charge"), &json!({}));
    assert_eq!(failed["error"], "States.Runtime");
    let cause = text(&failed["cause"]);
    for part in [
        "'charge'",
        "state 'Charge'",
        "--task",
        "--lambda-endpoint",
        "--mocks",
    ] {
        assert!(cause.contains(part), "{cause}");
    }
}

#[test]
fn invalid_options_for_tasks_are_usage_errors() {
    for arguments in [
        &["--task", "Charge"][..],
        &["--task", "Charge=https://example.com"],
        &["--task", "A=cat", "--task", "A=echo"],
        &["--lambda-endpoint", "localhost:9000"],
        &["--mocks", "no-such-file.json"],
        &["--objects", "no-such-folder"],
    ] {
        let mut serve = std::process::Command::new(env!("CARGO_BIN_EXE_stepwright"));
        serve.args(["serve", "--port", "0"]).args(arguments);
        let ended = serve.output().expect("the command is there");
        assert_eq!(ended.status.code(), Some(2), "{arguments:?}");
        assert!(!ended.stderr.is_empty(), "{arguments:?}");
    }
}

/// The ARN of a function, whose result is the output of its state.
const FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function:f";

fn function() -> Json {
    json!({"Type": "Task", "Resource": FUNCTION})
}

/// Returns a command that prints a JSON string of this many bytes.
#[cfg(unix)]
fn string_of(bytes: usize) -> String {
    format!(
        r#"printf '"'; head -c {} /dev/zero | tr '\0' x; printf '"'"#,
        bytes - 2
    )
}

#[cfg(unix)]
#[test]
fn the_output_of_a_command_is_read_up_to_the_limit_of_results() {
    let bindings = [
        format!("Limit={}", string_of(262_144)),
        format!("Above={}", string_of(262_145)),
        format!("Endless={}", string_of(300_000_000)),
        r"Spaces=printf '[1'; head -c 500000 /dev/zero | tr '\0' ' '; printf ']'".to_owned(),
        r"Cut=printf x >&2; yes ü | head -c 300000 | tr -d '\n' >&2; exit 1".to_owned(),
    ];
    let tasks: Vec<&str> = bindings
        .iter()
        .flat_map(|binding| ["--task", binding])
        .collect();
    let server = Server::start(&tasks);
    let run = |name: &str| server.run_state(name, function(), &json!({}));
    assert_eq!(text(&run("Limit")["output"]).len(), 262_144);
    assert_eq!(run("Spaces")["output"], "[1]");
    for name in ["Above", "Endless"] {
        let ended = run(name);
        assert_eq!(ended["error"], "States.DataLimitExceeded", "{name}");
        let cause = format!(
            "The state/task '{FUNCTION}' returned a result with a size exceeding the maximum number of bytes service limit."
        );
        assert_eq!(ended["cause"], cause, "{name}");
    }
    let cut = run("Cut");
    assert_eq!(cut["error"], "CommandFailed");
    let cause = text(&cut["cause"]);
    assert!(cause.contains("üü") && !cause.contains('\u{fffd}'));
}

#[test]
fn an_endpoint_that_returns_more_than_a_result_fails_the_task() {
    let address = endpoint(|request| {
        let bytes = request.body["bytes"].as_u64().unwrap_or_default() as usize;
        (200, "", Json::from("x".repeat(bytes - 2)).to_string())
    });
    let server = Server::start(&["--task", &format!("Ask=http://{address}/")]);
    let run = |bytes: usize| server.run_state("Ask", function(), &json!({"bytes": bytes}));
    let largest = run(262_144);
    let output = largest["output"].as_str().map(str::len);
    assert_eq!(
        output,
        Some(262_144),
        "{}: {}",
        largest["error"],
        largest["cause"]
    );
    for bytes in [262_145, 1_048_576, 1_048_577, 20_000_000] {
        assert_eq!(run(bytes)["error"], "States.DataLimitExceeded", "{bytes}");
    }
}
