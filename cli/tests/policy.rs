//! `stepwright policy`.

use crate::common::{Ran, examples, stepwright};
use serde_json::{Value, json};

fn policy(arguments: &[&str], stdin: &str) -> Ran {
    stepwright(&[&["policy"], arguments].concat(), stdin)
}

fn actions(ran: &Ran) -> Vec<String> {
    let policy: Value = serde_json::from_str(&ran.stdout).expect("is JSON");
    let statements = policy["Statement"]
        .as_array()
        .expect("has statements")
        .iter();
    let actions =
        statements.flat_map(|statement| statement["Action"].as_array().expect("has actions"));
    actions
        .map(|action| action.as_str().expect("is text").to_owned())
        .collect()
}

const ECS: &str = r#"{"StartAt": "Run it", "States": {"Run it": {"Type": "Task", "Resource": "arn:aws:states:::ecs:runTask.sync",
    "Parameters": {"Cluster": "c", "TaskDefinition": "job:7"}, "End": true}}}"#;

const ROLE: &str = "arn:aws:iam::123456789012:role/job";

#[test]
fn a_policy_is_printed_as_json() {
    let ran = policy(
        &[
            "checkout.asl.json",
            "--region",
            "eu-west-1",
            "--account",
            "123456789012",
        ],
        "",
    );
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(
        actions(&ran).contains(&"lambda:InvokeFunction".to_owned()),
        "{}",
        ran.stdout
    );
    assert!(!ran.stdout.contains(":*:"), "{}", ran.stdout);
    let yaml = "StartAt: A\nStates:\n  A:\n    Type: Task\n    Resource: arn:aws:states:::sns:publish\n    Parameters:\n      TopicArn: ${TopicArn}\n      Message: done\n    End: true\n";
    let ran = policy(&["-"], yaml);
    assert_eq!(
        (ran.status, actions(&ran)),
        (0, vec!["sns:Publish".to_owned()]),
        "{}",
        ran.stderr
    );
    assert!(ran.stdout.contains("\"${TopicArn}\""), "{}", ran.stdout);
}

#[test]
fn missing_region_account_and_name_are_reported() {
    let definition = json!({"StartAt": "M", "States": {"M": {"Type": "Map", "End": true, "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}}}})
    .to_string();
    let ran = policy(&["-", "--redrive"], &definition);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(
        ran.stdout
            .contains("arn:aws:states:*:*:execution:StateMachine/*"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stderr
            .contains("note: the policy assumes that the state machine is named `StateMachine`"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("--region eu-west-1"), "{}", ran.stderr);
    let ran = policy(
        &[
            "-",
            "--name",
            "Etl",
            "--region",
            "${AWS::Region}",
            "--account",
            "${AWS::AccountId}",
            "--partition",
            "${AWS::Partition}",
        ],
        &definition,
    );
    assert!(
        ran.stdout.contains(
            "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:stateMachine:Etl"
        ),
        "{}",
        ran.stdout
    );
    assert_eq!(ran.stderr, "");
}

#[test]
fn roles_to_pass_are_requested_and_accepted() {
    let ran = policy(&["-", "--region", "r", "--account", "1"], ECS);
    assert_eq!(ran.status, 0);
    assert!(!actions(&ran).contains(&"iam:PassRole".to_owned()));
    assert!(
        ran.stderr
            .contains("warning: state `Run it`: the machine must pass the roles"),
        "{}",
        ran.stderr
    );
    let ran = policy(
        &[
            "-",
            "--region",
            "r",
            "--account",
            "1",
            "--pass-role",
            &format!("Run it={ROLE}"),
        ],
        ECS,
    );
    assert!(ran.stdout.contains(ROLE), "{}", ran.stdout);
    assert_eq!(ran.stderr, "");
    let ran = policy(&["-", "--pass-role", &format!("Run={ROLE}")], ECS);
    assert_eq!(ran.status, 2);
    assert!(
        ran.stderr.contains("no state `Run`") && ran.stdout.is_empty(),
        "{}",
        ran.stderr
    );
    let ran = policy(&["-", "--pass-role", "Run it"], ECS);
    assert_eq!(ran.status, 2, "{}", ran.stderr);
}

#[test]
fn logging_and_tracing_options_add_permissions() {
    let definition = r#"{"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}"#;
    let ran = policy(&["-"], definition);
    assert_eq!(actions(&ran), ["*"]);
    let ran = policy(
        &["-", "--logging", "--tracing", "--type", "express"],
        definition,
    );
    let found = actions(&ran);
    assert!(
        found.contains(&"logs:PutLogEvents".to_owned())
            && found.contains(&"xray:PutTraceSegments".to_owned())
    );
}

#[test]
fn a_definition_with_errors_has_no_policy() {
    let ran = policy(&["-"], r#"{"StartAt": "A", "States": {}}"#);
    assert_eq!((ran.status, ran.stdout.as_str()), (1, ""));
    let ran = policy(&["-", "--type", "EXPRESS"], ECS);
    assert_eq!((ran.status, ran.stdout.as_str()), (1, ""), "{}", ran.stderr);
    assert_eq!(policy(&["nowhere.json"], "").status, 2);
    assert!(examples().is_dir());
}
