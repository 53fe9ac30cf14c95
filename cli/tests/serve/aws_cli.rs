//! Tests with the AWS CLI.

use std::process::{Command, Output};

use serde_json::{Value as Json, json};

use super::access::credentials;
use super::support::{ROLE, Server, text};

/// The AWS CLI, with a server as its endpoint.
struct Aws {
    server: Server,
    /// The id and the secret of its access key.
    key: (&'static str, &'static str),
}

impl Aws {
    fn new(arguments: &[&str]) -> Self {
        Self {
            server: Server::start(arguments),
            key: ("local", "local"),
        }
    }

    fn run(&self, operation: &str, arguments: &[&str]) -> Output {
        let mut aws = Command::new("aws");
        aws.args(["stepfunctions", operation])
            .args(arguments)
            .args(["--output", "json", "--endpoint-url"])
            .arg(format!("http://{}", self.server.address))
            .env("AWS_ACCESS_KEY_ID", self.key.0)
            .env("AWS_SECRET_ACCESS_KEY", self.key.1)
            .env("AWS_DEFAULT_REGION", "us-east-1")
            .env("AWS_MAX_ATTEMPTS", "1")
            .env("AWS_PAGER", "")
            .env("AWS_DISABLE_HOST_PREFIX_INJECTION", "true")
            .env("AWS_EC2_METADATA_DISABLED", "true");
        aws.output()
            .unwrap_or_else(|error| panic!("aws: {error}; `pip install awscli` installs it"))
    }

    /// The response of a successful operation; null for an empty one.
    fn call(&self, operation: &str, arguments: &[&str]) -> Json {
        let ran = self.run(operation, arguments);
        let stderr = String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success(), "{operation}: {stderr}");
        match ran.stdout.trim_ascii() {
            b"" => Json::Null,
            printed => serde_json::from_slice(printed).expect("it is JSON"),
        }
    }

    /// The message of the AWS CLI for a failed operation.
    fn refusal(&self, operation: &str, arguments: &[&str]) -> String {
        let ran = self.run(operation, arguments);
        assert!(!ran.status.success(), "{operation}: {ran:?}");
        String::from_utf8_lossy(&ran.stderr).trim().to_owned()
    }

    fn create(&self, name: &str, definition: &str, more: &[&str]) -> String {
        let named = [
            "--name",
            name,
            "--definition",
            definition,
            "--role-arn",
            ROLE,
        ];
        let created = self.call("create-state-machine", &[&named[..], more].concat());
        text(&created["stateMachineArn"])
    }

    /// Runs an execution to its end, and returns its ARN.
    fn execute(&self, machine: &str, input: &str) -> String {
        let started = self.call(
            "start-execution",
            &["--state-machine-arn", machine, "--input", input],
        );
        let execution = text(&started["executionArn"]);
        self.server.finished(&execution);
        execution
    }
}

const PASS: &str = r#"{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}"#;
const WAIT: &str = r#"{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":600,"End":true}}}"#;

#[test]
#[ignore = "needs the AWS CLI: pip install awscli"]
fn the_aws_cli_manages_state_machines() {
    let aws = Aws::new(&[]);
    let arn = aws.create("m", PASS, &[]);
    assert_eq!(arn, "arn:aws:states:us-east-1:123456789012:stateMachine:m");
    let described = aws.call("describe-state-machine", &["--state-machine-arn", &arn]);
    assert_eq!(described["definition"], PASS);
    let listed = aws.call("list-state-machines", &[]);
    assert_eq!(listed["stateMachines"][0]["stateMachineArn"], arn.as_str());
    let update = ["--state-machine-arn", &arn, "--definition", WAIT];
    let updated = aws.call("update-state-machine", &update);
    assert!(updated["revisionId"].is_string(), "{updated}");
    let named = ["--name", "m", "--definition", PASS, "--role-arn", ROLE];
    let refused = aws.refusal("create-state-machine", &named);
    assert!(refused.contains("An error occurred (StateMachineAlreadyExists) when calling the CreateStateMachine operation: State Machine Already Exists: '"), "{refused}");
    let broken = ["--name", "n", "--definition", "{", "--role-arn", ROLE];
    let refused = aws.refusal("create-state-machine", &broken);
    assert!(refused.contains("(InvalidDefinition)"), "{refused}");
    let bad = ["--state-machine-arn", "m"];
    let refused = aws.refusal("describe-state-machine", &bad);
    assert!(
        refused.ends_with("Invalid Arn: 'Invalid ARN prefix: m'"),
        "{refused}"
    );
    let refused = aws.refusal("list-state-machines", &["--starting-token", "no"]);
    assert!(!refused.is_empty());
    aws.call("delete-state-machine", &["--state-machine-arn", &arn]);
    let gone = aws.refusal("describe-state-machine", &["--state-machine-arn", &arn]);
    assert!(
        gone.contains("(StateMachineDoesNotExist)") && gone.contains(&arn),
        "{gone}"
    );
}

#[test]
#[ignore = "needs the AWS CLI: pip install awscli"]
fn the_aws_cli_manages_executions() {
    let aws = Aws::new(&[]);
    let machine = aws.create("m", PASS, &[]);
    let execution = aws.execute(&machine, r#"{"z":1}"#);
    let described = aws.call("describe-execution", &["--execution-arn", &execution]);
    assert_eq!(described["output"], r#"{"z":1}"#);
    let history = aws.call("get-execution-history", &["--execution-arn", &execution]);
    assert_eq!(history["events"].as_array().map(Vec::len), Some(4));
    let listed = aws.call("list-executions", &["--state-machine-arn", &machine]);
    assert_eq!(listed["executions"][0]["status"], "SUCCEEDED");
    let waiting = aws.create("w", WAIT, &[]);
    let started = aws.call("start-execution", &["--state-machine-arn", &waiting]);
    let stop = ["--execution-arn", &text(&started["executionArn"])];
    let stopped = aws.call(
        "stop-execution",
        &[&stop[..], &["--error", "Enough"]].concat(),
    );
    assert!(!stopped["stopDate"].is_null(), "{stopped}");
    let described = aws.call("describe-execution", &stop);
    assert_eq!(described["error"], "Enough");
    let start = ["--state-machine-arn", &machine, "--input", "{"];
    let refused = aws.refusal("start-execution", &start);
    assert!(refused.contains("(InvalidExecutionInput)"), "{refused}");
    let missing = format!("{execution}x");
    let refused = aws.refusal("describe-execution", &["--execution-arn", &missing]);
    assert!(
        refused.ends_with(&format!("Execution Does Not Exist: '{missing}'")),
        "{refused}"
    );
    let express = aws.create("e", PASS, &["--type", "EXPRESS"]);
    let sync = ["--state-machine-arn", &express, "--input", "[1]"];
    let ended = aws.call("start-sync-execution", &sync);
    assert_eq!(ended["output"], "[1]");
}

#[test]
#[ignore = "needs the AWS CLI: pip install awscli"]
fn the_aws_cli_tests_states_and_validates_definitions() {
    let aws = Aws::new(&[]);
    let state = r#"{"Type":"Pass","Result":{"a":1},"Next":"N"}"#;
    let tested = aws.call("test-state", &["--definition", state, "--role-arn", ROLE]);
    assert_eq!(
        tested,
        json!({"output": r#"{"a":1}"#, "nextState": "N", "status": "SUCCEEDED"})
    );
    let refused = aws.refusal("test-state", &["--definition", r#"{"Type":"Nope"}"#]);
    assert!(refused.contains("(InvalidDefinition)"), "{refused}");
    let valid = aws.call("validate-state-machine-definition", &["--definition", PASS]);
    assert_eq!(
        valid,
        json!({"result": "OK", "diagnostics": [], "truncated": false})
    );
    let broken = ["--definition", r#"{"StartAt":"P"}"#];
    let found = aws.call("validate-state-machine-definition", &broken);
    assert_eq!(found["result"], "FAIL");
    assert_eq!(found["diagnostics"][0]["code"], "SCHEMA_VALIDATION_FAILED");
}

#[test]
#[ignore = "needs the AWS CLI: pip install awscli"]
fn the_aws_cli_manages_versions_and_aliases() {
    let aws = Aws::new(&[]);
    let machine = aws.create("m", PASS, &[]);
    let of = ["--state-machine-arn", machine.as_str()];
    let published = aws.call("publish-state-machine-version", &of);
    let version = text(&published["stateMachineVersionArn"]);
    assert_eq!(version, format!("{machine}:1"));
    let listed = aws.call("list-state-machine-versions", &of);
    assert_eq!(
        listed["stateMachineVersions"][0]["stateMachineVersionArn"],
        version.as_str()
    );
    let routes = |weight: u32| format!("stateMachineVersionArn={version},weight={weight}");
    let alias = ["--name", "live", "--routing-configuration"];
    let created = aws.call(
        "create-state-machine-alias",
        &[&alias[..], &[&routes(100)]].concat(),
    );
    let arn = text(&created["stateMachineAliasArn"]);
    let half = ["--name", "half", "--routing-configuration", &routes(50)];
    let refused = aws.refusal("create-state-machine-alias", &half);
    assert!(
        refused.contains("Sum of routing configuration weights must equal 100. Received: ["),
        "{refused}"
    );
    let of_alias = ["--state-machine-alias-arn", arn.as_str()];
    let described = aws.call("describe-state-machine-alias", &of_alias);
    assert_eq!(described["name"], "live");
    let told = [&of_alias[..], &["--description", "told"]].concat();
    let updated = aws.call("update-state-machine-alias", &told);
    assert!(!updated["updateDate"].is_null(), "{updated}");
    let listed = aws.call("list-state-machine-aliases", &of);
    assert_eq!(
        listed["stateMachineAliases"][0]["stateMachineAliasArn"],
        arn.as_str()
    );
    let execution = aws.execute(&arn, "{}");
    let described = aws.call("describe-execution", &["--execution-arn", &execution]);
    assert_eq!(described["stateMachineAliasArn"], arn.as_str());
    let of_version = ["--state-machine-version-arn", version.as_str()];
    let refused = aws.refusal("delete-state-machine-version", &of_version);
    assert!(refused.contains("(ConflictException)"), "{refused}");
    aws.call("delete-state-machine-alias", &of_alias);
    let gone = aws.refusal("describe-state-machine-alias", &of_alias);
    assert!(gone.contains("(ResourceNotFound)"), "{gone}");
    aws.call("delete-state-machine-version", &of_version);
}

#[test]
#[ignore = "needs the AWS CLI: pip install awscli"]
fn the_aws_cli_manages_activities_and_task_tokens() {
    let aws = Aws::new(&[]);
    let created = aws.call("create-activity", &["--name", "act"]);
    let activity = text(&created["activityArn"]);
    let of = ["--activity-arn", activity.as_str()];
    assert_eq!(aws.call("describe-activity", &of)["name"], "act");
    let listed = aws.call("list-activities", &[]);
    assert_eq!(listed["activities"][0]["activityArn"], activity.as_str());
    let definition = json!({"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": activity, "End": true}}});
    let machine = aws.create("m", &definition.to_string(), &[]);
    let start = ["--state-machine-arn", machine.as_str()];
    let take = || {
        let started = aws.call("start-execution", &start);
        let task = aws.call("get-activity-task", &of);
        (text(&started["executionArn"]), text(&task["taskToken"]))
    };
    let (execution, token) = take();
    aws.call("send-task-heartbeat", &["--task-token", &token]);
    let success = ["--task-token", &token, "--task-output"];
    let refused = aws.refusal("send-task-success", &[&success[..], &["{"]].concat());
    assert!(refused.contains("(InvalidOutput)"), "{refused}");
    aws.call("send-task-success", &[&success[..], &["[2]"]].concat());
    assert_eq!(aws.server.finished(&execution)["output"], "[2]");
    let (execution, token) = take();
    aws.call(
        "send-task-failure",
        &["--task-token", &token, "--error", "Bad"],
    );
    assert_eq!(aws.server.finished(&execution)["error"], "Bad");
    let refused = aws.refusal("send-task-heartbeat", &["--task-token", "no"]);
    assert!(
        refused.ends_with("Invalid Token: 'Invalid token'"),
        "{refused}"
    );
    aws.call("delete-activity", &of);
    let gone = aws.refusal("describe-activity", &of);
    assert!(gone.contains("(ActivityDoesNotExist)"), "{gone}");
}

#[test]
#[ignore = "needs the AWS CLI: pip install awscli"]
fn the_aws_cli_manages_map_runs_redrives_and_tags() {
    let aws = Aws::new(&[]);
    let definition = json!({"StartAt": "M", "States": {"M": {"Type": "Map", "End": true, "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 600, "End": true}}}}}});
    let machine = aws.create("m", &definition.to_string(), &[]);
    let of = ["--resource-arn", machine.as_str()];
    aws.call(
        "tag-resource",
        &[&of[..], &["--tags", "key=team,value=orders"]].concat(),
    );
    let tags = aws.call("list-tags-for-resource", &of);
    assert_eq!(tags["tags"], json!([{"key": "team", "value": "orders"}]));
    aws.call(
        "untag-resource",
        &[&of[..], &["--tag-keys", "team"]].concat(),
    );
    let start = ["--state-machine-arn", &machine, "--input", "[1, 2]"];
    let started = aws.call("start-execution", &start);
    let execution = text(&started["executionArn"]);
    aws.server.event(&execution, "MapRunStarted");
    let of_execution = ["--execution-arn", execution.as_str()];
    let listed = aws.call("list-map-runs", &of_execution);
    let run = text(&listed["mapRuns"][0]["mapRunArn"]);
    let of_run = ["--map-run-arn", run.as_str()];
    aws.call(
        "update-map-run",
        &[&of_run[..], &["--tolerated-failure-count", "1"]].concat(),
    );
    let described = aws.call("describe-map-run", &of_run);
    assert_eq!(described["toleratedFailureCount"], 1);
    let used = aws.call("describe-state-machine-for-execution", &of_execution);
    assert_eq!(used["stateMachineArn"], machine.as_str());
    let refused = aws.refusal("redrive-execution", &of_execution);
    assert!(refused.contains("(ExecutionNotRedrivable)"), "{refused}");
    aws.call("stop-execution", &of_execution);
    let redriven = aws.call("redrive-execution", &of_execution);
    assert!(!redriven["redriveDate"].is_null(), "{redriven}");
    let refused = aws.refusal("describe-map-run", &["--map-run-arn", &format!("{run}x")]);
    assert!(refused.contains("(ResourceNotFound)"), "{refused}");
}

#[test]
#[ignore = "needs the AWS CLI: pip install awscli"]
fn a_server_with_keys_accepts_only_requests_signed_with_a_key() {
    let file = credentials("AKIATEAM", "correct/horse+");
    let mut aws = Aws::new(&["--auth", file.path().to_str().expect("it is text")]);
    aws.key = ("AKIATEAM", "correct/horse+");
    let listed = aws.call("list-state-machines", &[]);
    assert_eq!(listed["stateMachines"], json!([]));
    aws.key = ("AKIATEAM", "guess");
    let refused = aws.refusal("list-state-machines", &[]);
    assert!(refused.contains("InvalidSignatureException"), "{refused}");
    aws.key = ("AKIAOTHER", "correct/horse+");
    let refused = aws.refusal("list-state-machines", &[]);
    assert!(refused.contains("UnrecognizedClientException"), "{refused}");
}
