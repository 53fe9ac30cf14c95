//! `stepwright mcp`, as an agent calls it.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use crate::common::{read, write};
use crate::serve::support::{ROLE, Server};

const ORDERS: &str = "{\n  // by card\n  \"StartAt\": \"Charge\",\n  \"States\": {\n    \"Charge\": {\"Type\": \"Task\", \"Resource\": \"arn:aws:lambda:us-east-1:123456789012:function:charge\", \"TimeoutSeconds\": 9, \"Next\": \"Done\"},\n    \"Done\": {\"Type\": \"Succeed\"}\n  }\n}\n";
const MOCKS: &str = r#"{
  "StateMachines": {"orders": {"TestCases": {"Paid": {"Charge": "Charged"}, "Refused": {"Charge": "Refused"}}}},
  "MockedResponses": {
    "Charged": {"0": {"Return": {"id": "ch-1"}}},
    "Refused": {"0": {"Throw": {"Error": "CardDeclined", "Cause": "no money"}}}
  }
}"#;

/// An agent that talks to the command.
struct Agent {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    calls: u64,
}

impl Agent {
    fn start(folder: &Path, options: &[&str]) -> Agent {
        let mut process = Command::new(env!("CARGO_BIN_EXE_stepwright"))
            .arg("mcp")
            .args(options)
            .current_dir(folder)
            // No call may use it.
            .env("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut agent = Agent {
            input: process.stdin.take().unwrap(),
            output: BufReader::new(process.stdout.take().unwrap()),
            process,
            calls: 0,
        };
        let hello = json!({
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        });
        let answer = agent.request("initialize", hello);
        assert_eq!(
            answer["result"]["serverInfo"]["name"], "stepwright",
            "{answer}"
        );
        agent.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        agent
    }

    fn send(&mut self, message: &Value) {
        writeln!(self.input, "{message}").unwrap();
        self.input.flush().unwrap();
    }

    /// The answer to a request.
    fn request(&mut self, method: &str, params: Value) -> Value {
        self.calls += 1;
        let id = self.calls;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        loop {
            let mut line = String::new();
            assert!(
                self.output.read_line(&mut line).unwrap() > 0,
                "the server ended"
            );
            let answer: Value = serde_json::from_str(&line).unwrap();
            if answer["id"] == id {
                return answer;
            }
        }
    }

    /// The typed result of a tool.
    fn call(&mut self, tool: &str, arguments: Value) -> Value {
        let answer = self.request("tools/call", json!({"name": tool, "arguments": arguments}));
        let result = &answer["result"];
        assert_ne!(result["isError"], true, "{answer}");
        result["structuredContent"].clone()
    }

    /// The reason why a tool refuses a call.
    fn refused(&mut self, tool: &str, arguments: Value) -> String {
        let answer = self.request("tools/call", json!({"name": tool, "arguments": arguments}));
        assert_eq!(answer["result"]["isError"], true, "{answer}");
        answer["result"]["content"][0]["text"]
            .as_str()
            .unwrap()
            .to_owned()
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "orders.asl.json", ORDERS);
    write(folder.path(), "mocks.json", MOCKS);
    folder
}

#[test]
fn at_most_eight_tools_have_schemas_and_hints() {
    let folder = project();
    let mut agent = Agent::start(folder.path(), &[]);
    let answer = agent.request("tools/list", json!({}));
    let tools = answer["result"]["tools"].as_array().unwrap().clone();
    assert!(tools.len() <= 8);
    for tool in &tools {
        assert_eq!(tool["inputSchema"]["type"], "object", "{tool}");
        assert_eq!(tool["outputSchema"]["type"], "object", "{tool}");
        let properties = tool["inputSchema"]["properties"].as_object().unwrap();
        for (name, schema) in properties {
            assert!(
                schema["description"].is_string(),
                "{name} of {}",
                tool["name"]
            );
        }
        let is_edit = tool["name"] == "edit";
        assert_eq!(tool["annotations"]["readOnlyHint"], !is_edit, "{tool}");
        assert_eq!(tool["annotations"]["destructiveHint"], is_edit, "{tool}");
    }
    let names: Vec<&str> = tools
        .iter()
        .filter_map(|tool| tool["name"].as_str())
        .collect();
    insta::assert_debug_snapshot!("tools", names);
}

#[test]
fn a_definition_is_checked_run_and_tested() {
    let folder = project();
    let mut agent = Agent::start(folder.path(), &[]);
    let checked = agent.call("check", json!({"path": "orders.asl.json"}));
    assert_eq!(
        (&checked["valid"], &checked["errors"]),
        (&json!(true), &json!(0)),
        "{checked}"
    );
    let ran = agent.call(
        "run",
        json!({"file": "orders.asl.json", "mocks": "mocks.json", "case": "Paid", "events_from": 0}),
    );
    assert_eq!(ran["output"], json!({"id": "ch-1"}), "{ran}");
    assert_eq!(ran["states"], json!(["Charge", "Done"]));
    assert_eq!(ran["events"][0]["type"], "ExecutionStarted");
    let failed = agent.call(
        "run",
        json!({"file": "orders.asl.json", "mocks": "mocks.json", "case": "Refused"}),
    );
    assert_eq!(
        (
            &failed["succeeded"],
            failed.get("output"),
            failed.get("events")
        ),
        (&json!(false), None, None)
    );
    assert!(
        failed["messages"]
            .as_str()
            .unwrap()
            .contains("CardDeclined: no money"),
        "{failed}"
    );
    // The mocks are left out: the endpoint of the environment is not called.
    let unmocked = agent.call("run", json!({"file": "orders.asl.json"}));
    assert_eq!(unmocked["succeeded"], false, "{unmocked}");
    assert!(
        !unmocked["messages"]
            .as_str()
            .unwrap()
            .contains("127.0.0.1:9"),
        "{unmocked}"
    );
    let tested = agent.call(
        "test_state",
        json!({"file": "orders.asl.json", "state": "Charge", "mock": {"result": {"id": 1}}}),
    );
    assert_eq!(tested["response"]["nextState"], "Done", "{tested}");
    let policy = agent.call("policy", json!({"file": "orders.asl.json"}));
    assert_eq!(
        policy["result"]["Statement"][0]["Action"],
        json!(["lambda:InvokeFunction"]),
        "{policy}"
    );
}

#[test]
fn an_input_that_is_null_is_not_replaced_by_the_empty_object() {
    let folder = tempfile::tempdir().unwrap();
    let pass = r#"{"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}"#;
    write(folder.path(), "pass.asl.json", pass);
    let mut agent = Agent::start(folder.path(), &[]);
    for (input, output) in [
        (json!({"input": null}), json!(null)),
        (json!({}), json!({})),
    ] {
        let mut arguments = input;
        arguments["file"] = json!("pass.asl.json");
        let ran = agent.call("run", arguments.clone());
        assert_eq!(ran["output"], output, "{ran}");
        arguments["state"] = json!("P");
        let tested = agent.call("test_state", arguments);
        assert_eq!(tested["response"]["output"], output.to_string(), "{tested}");
    }
}

#[test]
fn files_outside_of_the_folder_are_refused_by_each_tool() {
    let outer = tempfile::tempdir().unwrap();
    let outside = write(outer.path(), "outside.asl.json", ORDERS);
    let inside = outer.path().join("project");
    std::fs::create_dir(&inside).unwrap();
    write(&inside, "orders.asl.json", ORDERS);
    let mut agent = Agent::start(&inside, &["--allow-write"]);
    for path in ["../outside.asl.json", &outside, "/etc/hostname", "--help"] {
        for (tool, arguments) in [
            ("check", json!({"path": path})),
            ("run", json!({"file": path})),
            ("run", json!({"file": "orders.asl.json", "mocks": path})),
            ("test_state", json!({"file": path, "state": "Charge"})),
            ("policy", json!({"file": path})),
            ("policy", json!({"file": "orders.asl.json", "role": path})),
            ("executions", json!({"store": path})),
            (
                "edit",
                json!({"file": path, "write": true, "operations": [{"operation": "sortStates"}]}),
            ),
        ] {
            let reason = agent.refused(tool, arguments);
            assert!(
                reason.contains("working folder") || reason.contains("cannot read `"),
                "{tool} {path}: {reason}"
            );
        }
    }
    let read = agent.request(
        "resources/read",
        json!({"uri": "stepwright://pictures/../outside.asl.json"}),
    );
    assert!(
        read["error"]["message"]
            .as_str()
            .unwrap()
            .contains("working folder"),
        "{read}"
    );
}

#[cfg(unix)]
#[test]
fn links_in_the_folder_do_not_lead_out_of_it() {
    use std::os::unix::fs::symlink;
    let outer = tempfile::tempdir().unwrap();
    let inside = outer.path().join("project");
    std::fs::create_dir(&inside).unwrap();
    std::fs::create_dir(outer.path().join(".git")).unwrap();
    write(&inside, "orders.asl.json", ORDERS);
    let secret = write(outer.path(), "secret", "password = \"SECRET\"\n");
    let mut agent = Agent::start(&inside, &["--allow-write"]);
    // Settings above the folder are those of another project.
    write(outer.path(), "stepwright.toml", "[validate]\ndeny = 1\n");
    let checked = agent.call("check", json!({"path": "."}));
    assert_eq!(checked["valid"], true, "{checked}");
    symlink(&secret, inside.join("stepwright.toml")).unwrap();
    let reason = agent.refused("check", json!({"path": "orders.asl.json"}));
    assert!(
        reason.contains("stepwright.toml: it is outside of the folder"),
        "{reason}"
    );
    assert!(!reason.contains("SECRET"), "{reason}");
    std::fs::remove_file(inside.join("stepwright.toml")).unwrap();
    // A file whose name has a `#` takes precedence over a state machine of a file.
    symlink(&secret, inside.join("orders.asl.json#Machine")).unwrap();
    let reason = agent.refused("run", json!({"file": "orders.asl.json#Machine"}));
    assert!(reason.contains("outside of the folder"), "{reason}");
    // A repository around the folder does not extend it.
    symlink(&secret, inside.join("linked.asl.json")).unwrap();
    let checked = agent.call("check", json!({"path": "."}));
    let messages = checked["messages"].as_str().unwrap();
    assert_eq!(checked["valid"], false, "{checked}");
    assert!(
        messages.contains("linked.asl.json") && messages.contains("outside of the folder"),
        "{checked}"
    );
    assert!(!checked.to_string().contains("SECRET"), "{checked}");
}

#[test]
fn values_may_be_larger_than_an_argument_of_a_process() {
    let folder = project();
    let mut agent = Agent::start(folder.path(), &[]);
    let large = "x".repeat(200_000);
    let arguments = json!({
        "file": "orders.asl.json", "state": "Charge",
        "mock": {"result": {"id": large}}, "variables": {"large": large},
    });
    let tested = agent.call("test_state", arguments);
    let output = tested["response"]["output"].as_str().unwrap();
    let expected = json!({"id": large}).to_string();
    assert_eq!(output.len(), expected.len(), "{}", tested["messages"]);
}

#[test]
fn a_file_that_cannot_be_checked_has_a_reason() {
    let folder = project();
    std::fs::write(
        folder.path().join("latin.asl.json"),
        b"{\"Comment\": \"\xe9\"}",
    )
    .unwrap();
    let mut agent = Agent::start(folder.path(), &[]);
    let checked = agent.call("check", json!({"path": "latin.asl.json"}));
    assert_eq!(checked["valid"], false, "{checked}");
    let messages = checked["messages"].as_str().unwrap();
    assert!(
        messages.contains("latin.asl.json: it is not UTF-8"),
        "{checked}"
    );
}

#[test]
fn an_edit_is_written_only_if_that_is_allowed_and_asked() {
    let folder = project();
    let path = folder.path().join("orders.asl.json").display().to_string();
    let rename = json!({"operation": "renameState", "state": "/States/Done", "name": "Shipped"});
    let renamed = ORDERS.replace("Done", "Shipped");
    let mut agent = Agent::start(folder.path(), &[]);
    let shown = agent.call(
        "edit",
        json!({"file": "orders.asl.json", "operations": [rename]}),
    );
    assert_eq!(shown["written"], false);
    assert!(
        shown["diff"]
            .as_str()
            .unwrap()
            .contains("+    \"Shipped\": {\"Type\": \"Succeed\"}"),
        "{shown}"
    );
    let refused = agent.refused(
        "edit",
        json!({"file": "orders.asl.json", "operations": [rename], "write": true}),
    );
    assert!(refused.contains("--allow-write"), "{refused}");
    assert_eq!(read(&path), ORDERS);

    let mut agent = Agent::start(folder.path(), &["--allow-write"]);
    let field = json!({"operation": "setField", "field": "/States/Nothing/Comment", "value": "x"});
    let refused = agent.refused(
        "edit",
        json!({"file": "orders.asl.json", "operations": [rename, field], "write": true}),
    );
    assert!(refused.starts_with("operation 2 is refused: "), "{refused}");
    assert_eq!(read(&path), ORDERS, "all operations or none");
    let done = agent.call(
        "edit",
        json!({"file": "orders.asl.json", "operations": [rename], "write": true}),
    );
    assert_eq!(done["written"], true);
    assert_eq!(read(&path), renamed, "the comment remains");
    let again = agent.refused(
        "edit",
        json!({"file": "orders.asl.json", "operations": [rename]}),
    );
    assert!(again.starts_with("operation 1 is refused: "), "{again}");
}

#[test]
fn wrong_arguments_and_unknown_tools_are_named() {
    let folder = project();
    let mut agent = Agent::start(folder.path(), &[]);
    let reason = agent.refused("check", json!({"paths": ["a"]}));
    assert!(
        reason.contains("`check`") && reason.contains("paths"),
        "{reason}"
    );
    let answer = agent.request("tools/call", json!({"name": "delete", "arguments": {}}));
    assert_eq!(
        answer["error"]["message"], "there is no tool `delete`",
        "{answer}"
    );
    let reason = agent.refused(
        "edit",
        json!({"file": "orders.asl.json", "operations": [{"operation": "explode"}]}),
    );
    assert!(reason.contains("explode"), "{reason}");
}

#[test]
fn rules_pages_and_pictures_are_resources() {
    let folder = project();
    let mut agent = Agent::start(folder.path(), &[]);
    let mut text = |uri: &str| {
        let answer = agent.request("resources/read", json!({"uri": uri}));
        let text = answer["result"]["contents"][0]["text"].as_str();
        text.unwrap_or_else(|| panic!("{answer}")).to_owned()
    };
    assert!(text("stepwright://rules").contains("SW020"));
    assert!(text("stepwright://rules/SW020").contains("missing-transition-target"));
    assert!(text("stepwright://pictures/orders.asl.json").starts_with("<svg"));
    assert!(text("stepwright://pages").contains("stepwright://pages/language: "));
    let contents = text("stepwright://pages/language");
    let section = contents
        .lines()
        .find_map(|line| line.strip_suffix(" bytes)")?.split_once(": "))
        .map(|(uri, _)| uri.to_owned())
        .expect("a section");
    assert!(text(&section).starts_with("## "), "{section}");
    let unknown = agent.request(
        "resources/read",
        json!({"uri": "stepwright://rules/--help"}),
    );
    assert!(unknown["error"]["message"].is_string(), "{unknown}");
}

#[test]
fn explore_follows_the_state_machines_that_a_definition_starts() {
    let folder = project();
    let path = folder.path();
    let starter = json!({"StartAt": "Pay", "States": {"Pay": {"Type": "Task", "End": true,
        "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:payments"}}}});
    std::fs::write(path.join("starter.asl.json"), starter.to_string()).unwrap();
    std::fs::create_dir(path.join("services")).unwrap();
    let payments = json!({"StartAt": "Which", "States": {
        "Which": {"Type": "Choice", "Choices": [{"Variable": "$.kind", "StringEquals": "card", "Next": "Done"}]},
        "Done": {"Type": "Succeed"}}});
    std::fs::write(path.join("services/pay.json"), payments.to_string()).unwrap();
    let mut agent = Agent::start(path, &[]);
    let explored = |agent: &mut Agent, with: Value| {
        agent.call("explore", json!({"file": "starter.asl.json", "with": with}))
    };
    let found = explored(&mut agent, json!({"payments": "services/pay.json"}));
    // The starter passes no `kind`.
    assert_eq!(found["findings"][0]["name"], "value-absent", "{found}");
    assert_eq!(
        found["findings"][0]["steps"][2]["execution"],
        "Pay/payments"
    );
    let found = explored(&mut agent, json!({}));
    assert_eq!(found["clean"], true, "{found}");
    let reason = agent.refused(
        "explore",
        json!({"file": "starter.asl.json", "with": {"payments": "/etc/passwd"}}),
    );
    assert!(
        reason.contains("is not below the working folder"),
        "{reason}"
    );
}

#[test]
fn definitions_mocks_properties_and_roles_may_be_in_the_call() {
    let folder = tempfile::tempdir().unwrap();
    let mut agent = Agent::start(folder.path(), &[]);
    let broken = ORDERS.replace("\"Done\"},", "\"Dane\"},");
    let checked = agent.call("check", json!({"text": broken}));
    assert_eq!(checked["valid"], false, "{checked}");
    // No folder of the server is shown.
    assert_eq!(checked["diagnostics"][0]["file"], "definition", "{checked}");
    let busy = json!({"Throw": {"Error": "Lambda.TooManyRequestsException", "Cause": "busy"}});
    let retried = ORDERS.replace(
        "\"TimeoutSeconds\": 9,",
        "\"TimeoutSeconds\": 9, \"Retry\": [{\"ErrorEquals\": [\"States.ALL\"]}],",
    );
    let ran = agent.call(
        "run",
        json!({"text": retried, "mocks": {"Charge": [busy, {"Return": {"id": "ch-2"}}]}}),
    );
    assert_eq!(ran["output"], json!({"id": "ch-2"}), "{ran}");
    let tested = agent.call(
        "test_state",
        json!({"text": ORDERS, "state": "Charge", "mock": {"result": {"id": 1}}}),
    );
    assert_eq!(tested["response"]["nextState"], "Done", "{tested}");
    let charged = json!({"properties": [
        {"name": "a charge is made", "always": {"called": "charge"}},
        {"name": "no charge is made", "never": {"called": "charge"}},
    ]});
    let explored = agent.call("explore", json!({"text": ORDERS, "properties": [charged]}));
    let findings = explored["findings"].to_string();
    assert!(findings.contains("no charge is made"), "{explored}");
    let role = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*"}]});
    let policy = agent.call("policy", json!({"text": ORDERS, "role": role}));
    assert_eq!(policy["granted"], true, "{policy}");
    for (tool, member) in [
        ("check", "path"),
        ("run", "file"),
        ("test_state", "file"),
        ("explore", "file"),
        ("policy", "file"),
    ] {
        for arguments in [
            json!({}),
            json!({"text": ORDERS, member: "orders.asl.json"}),
        ] {
            let reason = agent.refused(tool, arguments);
            assert!(
                reason.contains(&format!("give either `{member}` or `text`")),
                "{tool}: {reason}"
            );
        }
    }
}

#[test]
fn the_role_of_a_template_is_compared() {
    let folder = tempfile::tempdir().unwrap();
    let template = json!({"Resources": {"Orders": {
        "Type": "AWS::Serverless::StateMachine",
        "Properties": {
            "Policies": [{"Statement": [{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}]}],
            "Definition": {"StartAt": "Send", "States": {"Send": {"Type": "Task", "End": true,
                "Resource": "arn:aws:states:::sns:publish",
                "Parameters": {"TopicArn": "arn:aws:sns:us-east-1:123456789012:orders", "Message": "x"}}}},
        },
    }}});
    write(folder.path(), "template.json", &template.to_string());
    let mut agent = Agent::start(folder.path(), &[]);
    let policy = agent.call(
        "policy",
        json!({"file": "template.json#Orders", "role": true}),
    );
    assert_eq!(policy["granted"], false, "{policy}");
    assert!(
        policy["result"].to_string().contains("sns:Publish"),
        "{policy}"
    );
}

const GREET: &str = r#"{
  "Comment": "Greets a person.",
  "QueryLanguage": "JSONata",
  "StartAt": "Greet",
  "States": {
    "Greet": {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.name = 'none' %}", "Next": "Refused"}], "Default": "Done"},
    "Refused": {"Type": "Fail", "Error": "NoName", "Cause": "a name is required"},
    "Done": {"Type": "Succeed", "Output": "{% 'Hello ' & $states.input.name %}"}
  }
}"#;

const WAITS: &str =
    r#"{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 3600, "End": true}}}"#;

/// The tools of `agent` by name.
fn tools(agent: &mut Agent) -> serde_json::Map<String, Value> {
    let answer = agent.request("tools/list", json!({}));
    let tools = answer["result"]["tools"]
        .as_array()
        .unwrap_or_else(|| panic!("{answer}"));
    let named = |tool: &Value| (tool["name"].as_str().unwrap().to_owned(), tool.clone());
    tools.iter().map(named).collect()
}

/// Calls `greet` with a name that it greets, one that it refuses, and without arguments.
fn greets(agent: &mut Agent) {
    let greeted = agent.call("greet", json!({"name": "Ada"}));
    assert_eq!(
        (&greeted["status"], &greeted["output"]),
        (&json!("SUCCEEDED"), &json!("Hello Ada")),
        "{greeted}"
    );
    let answer = agent.request(
        "tools/call",
        json!({"name": "greet", "arguments": {"name": "none"}}),
    );
    let failed = &answer["result"]["structuredContent"];
    assert_eq!(answer["result"]["isError"], true, "{answer}");
    assert_eq!(
        (&failed["status"], &failed["error"], &failed["cause"]),
        (
            &json!("FAILED"),
            &json!("NoName"),
            &json!("a name is required")
        ),
        "{answer}"
    );
    let answer = agent.request("tools/call", json!({"name": "gret", "arguments": {}}));
    assert_eq!(
        answer["error"]["message"], "there is no tool `gret`",
        "{answer}"
    );
}

#[test]
fn each_state_machine_of_a_project_is_a_tool_with_its_input() {
    let folder = project();
    let path = folder.path();
    write(path, "greet.asl.json", GREET);
    // The file that a template names is no second tool.
    write(
        path,
        "template.yaml",
        "Resources:\n  Shipping:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n      DefinitionUri: ship.asl.json\n",
    );
    let ship =
        r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": "shipped", "End": true}}}"#;
    write(path, "ship.asl.json", ship);
    write(
        path,
        "broken.asl.json",
        &GREET.replace("\"Done\"}", "\"Dane\"}"),
    );
    // The mocks are for `orders`; other state machines have no `Charge`.
    let options = ["--machines", "--mocks", "mocks.json", "--case", "Paid"];
    let mut agent = Agent::start(path, &options);
    let tools = tools(&mut agent);
    let names: Vec<&String> = tools.keys().collect();
    assert_eq!(names, ["greet", "orders", "Shipping"], "{tools:?}");
    let greet = &tools["greet"];
    assert_eq!(
        greet["inputSchema"]["properties"],
        json!({"name": {"type": "string"}}),
        "{greet}"
    );
    let description = greet["description"].as_str().unwrap();
    assert!(description.starts_with("Greets a person.\n"), "{greet}");
    // An input that may be anything is the argument `input`.
    assert_eq!(
        tools["Shipping"]["inputSchema"]["required"],
        json!(["input"])
    );
    let shipped = agent.call("Shipping", json!({"input": null}));
    assert_eq!(shipped["output"], "shipped", "{shipped}");
    let reason = agent.refused("Shipping", json!({}));
    assert!(
        reason.contains("the argument `input` is missing"),
        "{reason}"
    );
    let paid = agent.call("orders", json!({"input": {}}));
    assert_eq!(paid["output"], json!({"id": "ch-1"}), "{paid}");
    greets(&mut agent);
}

#[test]
fn each_state_machine_of_a_server_is_a_tool() {
    let server = Server::start(&[]);
    for (name, kind, definition) in [
        ("greet", "STANDARD", GREET.to_owned()),
        ("greet-at-once", "EXPRESS", GREET.to_owned()),
        ("waits", "STANDARD", WAITS.to_owned()),
    ] {
        server.call(
            "CreateStateMachine",
            json!({"name": name, "type": kind, "roleArn": ROLE, "definition": definition}),
        );
    }
    let folder = tempfile::tempdir().unwrap();
    let url = format!("http://{}", server.address);
    let options = ["--machines", "--server", &url, "--time-limit", "2"];
    let mut agent = Agent::start(folder.path(), &options);
    let tools = tools(&mut agent);
    let names: Vec<&String> = tools.keys().collect();
    assert_eq!(names, ["greet", "greet-at-once", "waits"], "{tools:?}");
    greets(&mut agent);
    let greeted = agent.call("greet-at-once", json!({"name": "Eve"}));
    assert_eq!(greeted["output"], "Hello Eve", "{greeted}");
    let waiting = agent.call("waits", json!({"input": {}}));
    assert_eq!(waiting["status"], "RUNNING", "{waiting}");
    let arn = waiting["execution"].as_str().unwrap();
    assert!(arn.contains(":execution:waits:"), "{waiting}");
}

#[test]
fn mocks_that_no_state_machine_gets_are_refused() {
    let folder = project();
    let renamed = MOCKS.replace("\"orders\"", "\"order\"");
    write(folder.path(), "renamed.json", &renamed);
    let refused = |options: &[&str]| {
        let ran = Command::new(env!("CARGO_BIN_EXE_stepwright"))
            .arg("mcp")
            .args(options)
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let messages = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert_eq!(ran.status.code(), Some(2), "{messages}");
        messages
    };
    for (options, expected) in [
        (
            &["--mocks", "mocks.json", "--case", "Paid"][..],
            "required arguments were not provided:\n  --machines",
        ),
        (
            &["--machines", "--mocks", "mocks.json", "--case", "Payed"],
            "no machine has a test case `Payed`",
        ),
        (
            &["--machines", "--mocks", "renamed.json", "--case", "Paid"],
            "the test case `Paid` is for the state machine `order`, which the folder does not have; did you mean `orders`?",
        ),
    ] {
        let messages = refused(options);
        assert!(messages.contains(expected), "{messages}");
    }
}
