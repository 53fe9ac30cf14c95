//! The state machines of templates, and their updates.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use super::support::{Server, text};

const ARN: &str = "arn:aws:states:us-east-1:123456789012";

/// A folder with templates and definitions.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = Self(tempfile::tempdir().expect("there is room"));
        for (name, text) in files {
            folder.write(name, text);
        }
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn shown(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("there is room");
    }

    /// Starts a server with a template, whose standard error is the file `log`.
    fn serve(&self, template: &str, more: &[&str]) -> Server {
        let template = self.shown(template);
        let arguments = [&["--template", &template], more].concat();
        Server::start_with_log(&arguments, &self.path("log"))
    }

    /// Waits for a text in the log of the server.
    fn logged(&self, wanted: &str) {
        let begun = Instant::now();
        loop {
            let log = std::fs::read_to_string(self.path("log")).unwrap_or_default();
            if log.contains(wanted) {
                return;
            }
            assert!(
                begun.elapsed() < Duration::from_secs(60),
                "`{wanted}` is not in {log}"
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// The messages of a server that does not start, with paths relative to this folder.
    fn refused(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_stepwright"))
            .args(["serve", "--port", "0", "--color", "never"])
            .args(arguments)
            .current_dir(self.0.path())
            .env_remove("SFN_MOCK_CONFIG")
            .stdin(Stdio::null())
            .output()
            .expect("the command is there");
        let messages = String::from_utf8(output.stderr).expect("it is text");
        // The system's words.
        let missing = std::io::Error::from_raw_os_error(2).to_string();
        let messages = messages.replace(&missing, "there is no such file");
        (output.status.code(), messages)
    }
}

fn machine(name: &str) -> Json {
    json!({"stateMachineArn": format!("{ARN}:stateMachine:{name}")})
}

fn definition(server: &Server, name: &str) -> Json {
    let described = server.call("DescribeStateMachine", machine(name));
    serde_json::from_str(&text(&described["definition"])).expect("it is JSON")
}

fn pass(result: &str) -> String {
    format!(
        r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Pass", "Result": "{result}", "End": true}}}}}}"#
    )
}

const SAM: &str = "
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String}
Resources:
  Orders:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: orders.asl.json
      DefinitionSubstitutions: {Table: !Ref Table}
      AutoPublishAlias: live
      Tags: {Stage: !Ref Stage}
  Table: {Type: AWS::DynamoDB::Table, Properties: {TableName: !Sub '${Stage}-orders'}}
  Approve: {Type: AWS::StepFunctions::Activity, Properties: {Name: approve}}
";

#[test]
fn a_sam_template_is_served_and_updated_with_its_definition_file() {
    let folder = Folder::new(&[
        ("template.yaml", SAM),
        ("orders.asl.json", &pass("${Table}")),
    ]);
    let server = folder.serve("template.yaml", &["--parameter", "Stage=dev"]);
    folder.logged("template.yaml: 1 state machine, 1 activity");
    let listed = server.call("ListActivities", json!({}));
    assert_eq!(listed["activities"][0]["name"], "approve");
    let alias = format!("{ARN}:stateMachine:Orders:live");
    let started = server.call("StartExecution", json!({"stateMachineArn": alias}));
    let ended = server.finished(&text(&started["executionArn"]));
    assert_eq!(ended["output"], "\"dev-orders\"");
    assert_eq!(
        ended["stateMachineVersionArn"],
        format!("{ARN}:stateMachine:Orders:1")
    );
    let tags = json!({"resourceArn": format!("{ARN}:stateMachine:Orders")});
    let tags = server.call("ListTagsForResource", tags);
    assert_eq!(tags["tags"], json!([{"key": "Stage", "value": "dev"}]));

    folder.write("orders.asl.json", &pass("changed ${Table}"));
    folder.logged("updated the state machine `Orders` (version 2, alias `live`)");
    let started = server.call("StartExecution", json!({"stateMachineArn": alias}));
    let ended = server.finished(&text(&started["executionArn"]));
    assert_eq!(ended["output"], "\"changed dev-orders\"");

    // An error changes nothing, and its correction is deployed.
    folder.write("template.yaml", &SAM.replace("!Ref Table", "!Ref Tabel"));
    folder.logged("did you mean `Table`?");
    folder.logged("the server still has the state machines from before");
    assert_eq!(
        definition(&server, "Orders")["States"]["A"]["Result"],
        "changed dev-orders"
    );
    let corrected = SAM
        .replace("Approve:", "Decide:")
        .replace("approve", "decide");
    folder.write("template.yaml", &corrected.replace("Orders:", "Sales:"));
    folder.logged("created the activity `decide`");
    folder.logged("created the state machine `Sales` (version 1, alias `live`)");
    folder.logged("the state machine `Orders` is no longer in the template; it stays until `DeleteStateMachine`");
    folder.logged("the activity `approve` is no longer in the template");
    let listed = server.call("ListStateMachines", json!({}));
    assert_eq!(listed["stateMachines"].as_array().map(Vec::len), Some(2));
}

/// As CDK writes it: generated names, `Fn::Join`, an asset, a version of the current revision and
/// an alias of that version.
fn cdk(seconds: u64) -> String {
    json!({"Resources": {
        "MachineF1A2": {
            "Type": "AWS::StepFunctions::StateMachine",
            "Properties": {
                "DefinitionS3Location": {"Bucket": {"Fn::Sub": "cdk-assets-${AWS::AccountId}-${AWS::Region}"}, "Key": "0c64.json"},
                "DefinitionSubstitutions": {"Seconds": seconds},
                "RoleArn": {"Fn::GetAtt": ["RoleB3C4", "Arn"]},
                "LoggingConfiguration": {"Level": "ERROR", "Destinations": [{"CloudWatchLogsLogGroup": {"LogGroupArn": {"Fn::GetAtt": ["LogD5", "Arn"]}}}]},
            },
            "Metadata": {"aws:cdk:path": "Stack/Machine/Resource"}
        },
        "VersionE6": {"Type": "AWS::StepFunctions::StateMachineVersion", "Properties": {
            "StateMachineArn": {"Ref": "MachineF1A2"}, "StateMachineRevisionId": {"Fn::GetAtt": ["MachineF1A2", "StateMachineRevisionId"]}}},
        "AliasF7": {"Type": "AWS::StepFunctions::StateMachineAlias", "Properties": {
            "Name": "live", "DeploymentPreference": {"StateMachineVersionArn": {"Fn::GetAtt": ["VersionE6", "Arn"]}, "Type": "ALL_AT_ONCE"}}},
        "ParentA8": {
            "Type": "AWS::StepFunctions::StateMachine",
            "Properties": {
                "StateMachineType": "STANDARD",
                "DefinitionString": {"Fn::Join": ["", [
                    "{\"StartAt\":\"Run\",\"States\":{\"Run\":{\"Type\":\"Task\",\"End\":true,\"Resource\":\"arn:", {"Ref": "AWS::Partition"},
                    ":states:::states:startExecution.sync:2\",\"Parameters\":{\"StateMachineArn\":\"", {"Ref": "VersionE6"}, "\"}}}}"
                ]]},
            }
        },
        "RoleB3C4": {"Type": "AWS::IAM::Role"},
        "LogD5": {"Type": "AWS::Logs::LogGroup"}
    }})
    .to_string()
}

const ASSET: &str = r#"{"StartAt": "A", "TimeoutSeconds": ${Seconds}, "States": {"A": {"Type": "Pass", "Result": ${Seconds}, "End": true}}}"#;

#[test]
fn a_cdk_template_is_served_and_its_versions_follow_the_revisions() {
    let folder = Folder::new(&[("Shop.template.json", &cdk(60)), ("asset.0c64.json", ASSET)]);
    let store = folder.shown("store.db");
    let server = folder.serve("Shop.template.json", &["--store", &store]);
    let run = |server: &Server| {
        let started = server.call("StartExecution", machine("ParentA8"));
        let ended = server.finished(&text(&started["executionArn"]));
        let output: Json = serde_json::from_str(&text(&ended["output"])).expect("it is JSON");
        output["Output"].clone()
    };
    assert_eq!(run(&server), 60);
    folder.write("Shop.template.json", &cdk(70));
    folder.logged("updated the state machine `MachineF1A2` (version 2, alias `live`)");
    folder.logged("updated the state machine `ParentA8`");
    // The parent starts the newest version.
    assert_eq!(run(&server), 70);
    drop(server);

    // The next process finds the state machines in the store, and updates them.
    folder.write("Shop.template.json", &cdk(80));
    let server = folder.serve("Shop.template.json", &["--store", &store]);
    assert_eq!(run(&server), 80);
    let versions = server.call("ListStateMachineVersions", machine("MachineF1A2"));
    assert_eq!(
        versions["stateMachineVersions"].as_array().map(Vec::len),
        Some(3)
    );
    let alias = json!({"stateMachineAliasArn": format!("{ARN}:stateMachine:MachineF1A2:live")});
    let alias = server.call("DescribeStateMachineAlias", alias);
    assert_eq!(
        alias["routingConfiguration"][0]["stateMachineVersionArn"],
        format!("{ARN}:stateMachine:MachineF1A2:3")
    );
    drop(server);

    // Nothing has changed.
    let server = folder.serve("Shop.template.json", &["--store", &store]);
    let versions = server.call("ListStateMachineVersions", machine("MachineF1A2"));
    assert_eq!(
        versions["stateMachineVersions"].as_array().map(Vec::len),
        Some(3)
    );
}

const PLAIN: &str = r#"
Conditions: {IsProd: !Equals [!Ref AWS::StackName, prod]}
Resources:
  Orders:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      StateMachineName: orders
      StateMachineType: EXPRESS
      DefinitionString: !Sub |
        {"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": "${AWS::Region}", "End": true}}}
  Refund:
    Type: AWS::StepFunctions::StateMachine
    Condition: IsProd
    Properties: {Definition: {StartAt: A, States: {A: {Type: Succeed}}}}
"#;

#[test]
fn a_plain_template_is_served_with_options_and_a_second_template() {
    let second = "Resources: {Other: {Type: AWS::StepFunctions::Activity}}";
    let folder = Folder::new(&[("plain.yaml", PLAIN), ("second.yaml", second)]);
    let second = folder.shown("second.yaml");
    let more = [
        "--template",
        &second,
        "--parameter",
        "AWS::StackName=prod",
        "--region",
        "eu-west-1",
    ];
    let server = folder.serve("plain.yaml", &more);
    folder.logged("plain.yaml: 2 state machines");
    folder.logged("second.yaml: no state machine, 1 activity");
    let arn = "arn:aws:states:eu-west-1:123456789012:stateMachine:orders";
    let started = server.call("StartSyncExecution", json!({"stateMachineArn": arn}));
    assert_eq!(started["output"], "\"eu-west-1\"");
}

/// A template with all kinds of errors: each is reported, with its location and a way out.
#[test]
fn all_errors_of_templates_are_reported_with_their_locations() {
    let template = r#"
Transform: [AWS::Serverless-2016-10-31, MyMacro]
Parameters:
  Stage: {Type: String}
Resources:
  Object:
    Type: AWS::Serverless::StateMachine
    Properties:
      Type: FAST
      Definition:
        StartAt: A
        States:
          A: {Type: Pass, Next: B}
          C: !If [Nothing, {Type: Succeed}, {Type: Fail}]
  Chosen:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition:
        StartAt: A
        States:
          A: !If [IsEast, {Type: Pass, Next: Dnoe}, {Type: Succeed}]
          Done: {Type: Succeed}
  Text:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: x
      DefinitionString: !Sub |
        {
          "StartAt": "A", "Comment": "${Stage}",
          "States": {"A": {"Type": "Task", "Resource": "${Charge.Arn}", "Next": "B"}}
        }
      Tags: [{Key: a}]
  Broken:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      DefinitionString: !Sub '{"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": "${Charge}", "Next": "B"}}}'
  File:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: file.asl.json
      DefinitionSubstitutions: {Seconds: soon, ChargeArn: !GetAtt Charge.Arn}
  Placeholder:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: placeholder.asl.yaml
      DefinitionSubstitutions: {ChargeArn: !GetAtt Charge.Arn}
  Missing:
    Type: AWS::Serverless::StateMachine
    Properties: {DefinitionUri: missing.asl.json}
  Bucket:
    Type: AWS::Serverless::StateMachine
    Properties: {DefinitionUri: {Bucket: b, Key: k.json}}
  Empty:
    Type: AWS::Serverless::StateMachine
  Charge:
    Type: AWS::Lambda::Function
  Activity:
    Type: AWS::StepFunctions::Activity
    Properties: {Name: !GetAtt Custom.Name}
  Custom: {Type: Custom::Thing}
Conditions:
  IsEast: !Equals [!Ref AWS::Region, us-east-1]
"#;
    let file = "{\n  \"StartAt\": \"A\", \"TimeoutSeconds\": ${Seconds},\n  \"States\": {}\n}";
    let placeholder =
        "StartAt: A\nStates:\n  A: {Type: Task, Resource: '${ChargeARN}', End: true}\n";
    let folder = Folder::new(&[
        ("template.yaml", template),
        ("file.asl.json", file),
        ("placeholder.asl.yaml", placeholder),
    ]);
    let (status, messages) = folder.refused(&["--template", "template.yaml"]);
    assert_eq!(status, Some(1), "{messages}");
    insta::assert_snapshot!(messages);
}

#[test]
fn unusable_templates_and_options_are_refused() {
    let yaml =
        "Resources: {Orders: {Type: AWS::SNS::Topic}}\nParameters: {Stage: {Type: String}}\n";
    let folder = Folder::new(&[
        ("t.yaml", yaml),
        ("definition.json", &pass("x")),
        ("broken.yaml", "Resources:\n  A: [\n"),
        (
            "twice.yaml",
            "Resources:\n  A: {Type: AWS::SNS::Topic}\n  A: {Type: AWS::SNS::Topic}\n",
        ),
    ]);
    let mut all = String::new();
    for arguments in [
        &["--template", "definition.json"][..],
        &["--template", "broken.yaml", "--template", "twice.yaml"],
        &["--template", "nothing.yaml"],
        &["--template", "t.yaml", "--parameter", "Stag=dev"],
        &["--template", "t.yaml", "--resource", "Order.TopicArn=a"],
        &["--template", "t.yaml", "--parameter", "Stage"],
        &["--template", "-"],
        &["--parameter", "Stage=dev"],
    ] {
        let (status, messages) = folder.refused(arguments);
        let status = status.expect("it ended by itself");
        all += &format!(
            "$ stepwright serve {}\n{messages}=> {status}\n\n",
            arguments.join(" ")
        );
    }
    insta::assert_snapshot!(all);
}

/// The server refuses what the template's author cannot see in the template: the other resources
/// are still deployed.
#[test]
fn errors_of_the_server_are_reported_at_the_resource() {
    let express = PLAIN.replace("EXPRESS", "STANDARD");
    let folder = Folder::new(&[("plain.yaml", PLAIN)]);
    let server = folder.serve("plain.yaml", &[]);
    folder.write(
        "plain.yaml",
        &format!("{express}  Next: {{Type: AWS::StepFunctions::Activity}}\n"),
    );
    folder.logged("created the activity `Next`");
    folder.logged("`Orders`: StateMachineTypeNotSupported: the server has this state machine with the type EXPRESS");
    assert_eq!(
        server.call("DescribeStateMachine", machine("orders"))["type"],
        "EXPRESS"
    );
    assert!(Path::new(&folder.shown("log")).exists());
}

const SCHEMAS: &str = r#"{
    "input": {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {"orderId": {"type": "string"}, "total": {"type": "number"}},
        "required": ["orderId", "total"]
    }
}"#;

#[test]
fn the_start_form_has_the_members_of_the_schema_next_to_the_definition() {
    let template = "
Resources:
  Orders:
    Type: AWS::Serverless::StateMachine
    Properties: {Name: orders, DefinitionUri: orders.asl.json}
  Other:
    Type: AWS::Serverless::StateMachine
    Properties: {Name: other, DefinitionUri: other.asl.json}
";
    let folder = Folder::new(&[
        ("template.yaml", template),
        ("orders.asl.json", &pass("a")),
        ("orders.schemas.json", SCHEMAS),
        ("other.asl.json", &pass("b")),
        ("other.schemas.json", r#"{"input": 1}"#),
    ]);
    let server = folder.serve("template.yaml", &[]);
    let page = |name: &str| server.get(&format!("/console/machine?name={name}")).1;
    let form = page("orders");
    for input in [
        "name=\"input.text:/orderId\"",
        "name=\"input.number:/total\"",
    ] {
        assert!(form.contains(input), "{input}: {form}");
    }
    let example = "{\n  &quot;orderId&quot;: &quot;&quot;,\n  &quot;total&quot;: 0\n}";
    assert!(form.contains(example), "{form}");
    // A file that cannot be read is a warning.
    folder.logged("`/input` is a number; write a JSON Schema");
    folder.logged("without it, the console has no form for the input");
    assert!(!page("other").contains("input.text:"));
    // A changed file changes the form.
    folder.write("orders.schemas.json", &SCHEMAS.replace("orderId", "number"));
    let begun = Instant::now();
    while !page("orders").contains("input.text:/number") {
        assert!(begun.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(50));
    }
    // The schema belongs to the definition of the file.
    let mut update = machine("orders");
    update["definition"] = Json::from(pass("c"));
    server.call("UpdateStateMachine", update);
    assert!(!page("orders").contains("input.text:"));
}
