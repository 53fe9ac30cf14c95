//! W3C Trace Context, from the start of an execution to its tasks.

use std::sync::{Arc, Mutex};

use serde_json::{Value as Json, json};

use super::support::{ROLE, Server, endpoint, text};

const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

pub(super) fn invoke(function: &str) -> Json {
    json!({
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": function},
        "OutputPath": "$.Payload",
        "End": true,
    })
}

pub(super) fn create(server: &Server, name: &str, start: &str, states: &Json) -> String {
    let definition = json!({"StartAt": start, "States": states});
    let request = json!({"name": name, "definition": definition.to_string(), "roleArn": ROLE});
    let created = server.call("CreateStateMachine", request);
    text(&created["stateMachineArn"])
}

/// Starts an execution with headers, and returns its ARN.
pub(super) fn start(server: &Server, machine: &str, headers: &[(&str, &str)]) -> String {
    let request = json!({"stateMachineArn": machine});
    let (status, started) = server.ask_with("StartExecution", &request, headers);
    assert_eq!(status, 200, "{started}");
    text(&started["executionArn"])
}

#[test]
fn a_trace_continues_in_nested_executions_and_their_http_tasks() {
    let headers: Arc<Mutex<Vec<String>>> = Arc::default();
    let received = headers.clone();
    let address = endpoint(move |request| {
        received.lock().unwrap().push(request.headers.clone());
        (200, "", "1".to_owned())
    });
    let server = Server::start(&["--task", &format!("post=http://{address}/")]);
    let child = create(&server, "Child", "Post", &json!({"Post": invoke("post")}));
    let nested = json!({
        "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": child}, "End": true,
    });
    let parent = create(&server, "Parent", "Nest", &json!({"Nest": nested}));
    let both = [("traceparent", PARENT), ("tracestate", "a=1")];
    for headers in [&both[..], &[], &[("traceparent", "00-invalid")]] {
        let ended = server.finished(&start(&server, &parent, headers));
        assert_eq!(ended["status"], "SUCCEEDED", "{ended}");
    }
    let headers = headers.lock().unwrap();
    assert!(headers[0].contains(&format!("traceparent: {PARENT}\n")));
    assert!(headers[0].contains("tracestate: a=1\n"), "{}", headers[0]);
    assert_eq!(headers.len(), 3);
    for none in &headers[1..] {
        assert!(!none.contains("traceparent") && !none.contains("tracestate"));
    }
}

#[cfg(unix)]
#[test]
fn a_command_gets_the_trace_also_after_a_restart_of_the_server() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("local.db");
    let path = path.to_str().expect("it is text");
    let print = r#"print=echo "\"$TRACEPARENT $TRACESTATE\"""#;
    let options = ["--store", path, "--task", print];
    let server = Server::start(&options);
    let activity = server.call("CreateActivity", json!({"name": "approve"}));
    let activity = text(&activity["activityArn"]);
    let mut approve = json!({"Type": "Task", "Resource": activity});
    approve["Next"] = json!("Print");
    let states = json!({"Approve": approve, "Print": invoke("print")});
    let machine = create(&server, "Approved", "Approve", &states);
    let headers = [("traceparent", PARENT), ("tracestate", "a=1")];
    let execution = start(&server, &machine, &headers);
    let task = server.call("GetActivityTask", json!({"activityArn": activity}));
    drop(server);
    let server = Server::start(&options);
    let approval = json!({"taskToken": task["taskToken"], "output": "{}"});
    server.call("SendTaskSuccess", approval);
    let ended = server.finished(&execution);
    assert_eq!(ended["output"], format!("\"{PARENT} a=1\""), "{ended}");
}
