//! Tests of listing placeholders, of finding out what they replace, and of filling them in.

use super::{Mismatch, SubstitutedValue, fill, in_machine, in_machine_with, mismatches};
use crate::model::StateMachine;
use proptest::prelude::*;

const MACHINE: &str = r#"{
    "QueryLanguage": "JSONata",
    "StartAt": "Charge",
    "States": {
        "Charge": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Arguments": {"FunctionName": "${ChargeArn}", "Payload": {"topic": "${Topic}"}}, "Next": "Ask"},
        "Ask": {"Type": "Task", "Resource": "${AskArn}", "TimeoutSeconds": 60, "Next": "Each"},
        "Each": {"Type": "Map", "Items": "{% [1] %}", "Next": "Ship", "ItemProcessor": {"StartAt": "Tell", "States": {
            "Tell": {"Type": "Pass", "Output": "{% 'to ' & '${Topic}' %}", "End": true}
        }}},
        "Ship": {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "Arguments": {"StateMachineArn": "${ShipArn}", "Input": "${Bucket}/${Topic}"}, "End": true}
    }
}"#;

fn machine() -> StateMachine {
    StateMachine::from_json(MACHINE).unwrap()
}

fn listed(found: &[super::Placeholder]) -> Vec<(&str, SubstitutedValue, Vec<&str>)> {
    found
        .iter()
        .map(|one| {
            let states = one.states().iter().map(String::as_str).collect();
            (one.name(), one.stands_for(), states)
        })
        .collect()
}

#[test]
fn placeholders_are_listed_with_their_meanings_and_states() {
    let found = in_machine(&machine());
    assert_eq!(
        listed(&found),
        [
            ("ChargeArn", SubstitutedValue::Function, vec!["Charge"]),
            (
                "Topic",
                SubstitutedValue::Value,
                vec!["Charge", "Tell", "Ship"]
            ),
            ("AskArn", SubstitutedValue::Function, vec!["Ask"]),
            ("ShipArn", SubstitutedValue::StateMachine, vec!["Ship"]),
            ("Bucket", SubstitutedValue::Value, vec!["Ship"]),
        ]
    );
}

#[test]
fn known_calls_override_the_meaning_guessed_from_the_text() {
    let known = [("Ask".to_owned(), SubstitutedValue::Activity)];
    let found = in_machine_with(&machine(), Some(&known.into_iter().collect()));
    let of = |name: &str| {
        found
            .iter()
            .find(|one| one.name() == name)
            .unwrap()
            .stands_for()
    };
    assert_eq!(of("AskArn"), SubstitutedValue::Activity);
    assert_eq!(of("ChargeArn"), SubstitutedValue::Value);
}

#[test]
fn filling_inserts_escaped_values_and_lists_missing_ones() {
    let value = |name: &str| (name == "Topic").then(|| "a'b\"c\\%}\n".to_owned());
    let filled = fill(&machine(), None, &value).unwrap();
    assert_eq!(filled.missing, [("Ship".to_owned(), "Bucket".to_owned())]);
    let json = filled.machine.to_value();
    let at = |pointer: &str| json.pointer(pointer).unwrap().as_str().unwrap().to_owned();
    assert_eq!(at("/States/Charge/Arguments/FunctionName"), "${ChargeArn}");
    assert_eq!(at("/States/Charge/Arguments/Payload/topic"), "a'b\"c\\%}\n");
    assert_eq!(
        at("/States/Each/ItemProcessor/States/Tell/Output"),
        r"{% 'to ' & 'a\u0027b\u0022c\\\u0025}\u000a' %}"
    );
    assert_eq!(at("/States/Ship/Arguments/Input"), "${Bucket}/a'b\"c\\%}\n");
}

#[test]
fn no_value_becomes_an_expression() {
    let value = |_: &str| Some("{% $states.input %}".to_owned());
    let filled = fill(&machine(), None, &value).unwrap();
    let json = filled.machine.to_value();
    let topic = json
        .pointer("/States/Charge/Arguments/Payload/topic")
        .unwrap();
    assert_eq!(
        topic.as_str(),
        Some(r"{% '{\u0025 $states.input \u0025}' %}")
    );
}

#[test]
fn placeholders_inside_values_are_not_replaced() {
    let value = |name: &str| Some(if name == "Topic" { "${Bucket}" } else { "b" }.to_owned());
    let filled = fill(&machine(), None, &value).unwrap();
    let json = filled.machine.to_value();
    let topic = json
        .pointer("/States/Charge/Arguments/Payload/topic")
        .unwrap();
    assert_eq!(topic.as_str(), Some("${Bucket}"));
}

#[test]
fn the_field_determines_the_meaning_of_a_placeholder() {
    let machine = StateMachine::from_json(
        r#"{
    "StartAt": "Send",
    "Comment": "of ${Team}",
    "States": {
        "Send": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Parameters": {"QueueUrl": "${OrdersUrl}", "MessageBody": {"TableName": "${Other}"}, "DelaySeconds": 1}, "Next": "Get"},
        "Get": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:dynamodb:getItem", "Credentials": {"RoleArn": "${Reader}"}, "Parameters": {"TableName": "${Orders}", "Key": {"id": {"S": "${Stage}-1"}}}, "Next": "Run"},
        "Run": {"Type": "Task", "Resource": "arn:aws:states:::ecs:runTask.sync", "Parameters": {"Cluster": "${Cluster}", "TaskDefinition": "${Image}", "NetworkConfiguration": {"AwsvpcConfiguration": {"Subnets": ["${SubnetA}", "${SubnetB}"]}}, "LaunchType": "${Launch}"}, "Next": "Call"},
        "Call": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "${Prefix}-call", "Payload": {"Bucket": "${Orders}"}}, "Next": "Ask"},
        "Ask": {"Type": "Task", "Resource": "${AskActivityArn}", "Next": "Work"},
        "Work": {"Type": "Task", "Resource": "${WorkArn}", "Next": "All"},
        "All": {"Type": "Map", "End": true,
            "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": "${In}", "Key": "${File}"}},
            "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "${Out}", "Prefix": "a"}},
            "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "X", "States": {"X": {"Type": "Pass", "Result": "${Text}", "End": true}}}}
    }
}"#,
    )
    .unwrap();
    let found = in_machine(&machine);
    let meanings: Vec<(&str, String, Option<String>)> = super::by_name(&found)
        .iter()
        .map(|one| {
            let reference = one.meanings[0].reference(one.name);
            (one.name, one.stands_for(), reference)
        })
        .collect();
    let expected = [
        ("Team", "a part of `Comment`", None),
        ("OrdersUrl", "SQS queue URL", Some("!Ref OrdersQueue")),
        ("Other", "`MessageBody.TableName` of sqs:sendMessage", None),
        ("Reader", "IAM role ARN", Some("!GetAtt ReaderRole.Arn")),
        ("Orders", "DynamoDB table name", Some("!Ref OrdersTable")),
        (
            "Stage",
            "a part of `Key.id.S` of aws-sdk:dynamodb:getItem",
            None,
        ),
        ("Cluster", "ECS cluster ARN", Some("!GetAtt Cluster.Arn")),
        (
            "Image",
            "ECS task definition ARN",
            Some("!Ref ImageTaskDefinition"),
        ),
        ("SubnetA", "subnet id", Some("!Ref SubnetASubnet")),
        ("SubnetB", "subnet id", Some("!Ref SubnetBSubnet")),
        ("Launch", "`LaunchType` of ecs:runTask", None),
        ("Prefix", "a part of the Lambda function ARN", None),
        ("AskActivityArn", "activity ARN", Some("!Ref AskActivity")),
        (
            "WorkArn",
            "Lambda function or activity ARN",
            Some("!GetAtt WorkFunction.Arn"),
        ),
        ("In", "S3 bucket name", Some("!Ref InBucket")),
        ("File", "`Key` of s3:getObject", None),
        ("Out", "S3 bucket name", Some("!Ref OutBucket")),
        ("Text", "`Result`", None),
    ];
    let expected: Vec<(&str, String, Option<String>)> = expected
        .into_iter()
        .map(|(name, words, reference)| (name, words.to_owned(), reference.map(str::to_owned)))
        .collect();
    assert_eq!(meanings, expected);
}

#[test]
fn known_calls_distinguish_functions_from_activities() {
    let known = [
        ("Ask".to_owned(), SubstitutedValue::Activity),
        ("Charge".to_owned(), SubstitutedValue::Function),
    ];
    let found = in_machine_with(&machine(), Some(&known.into_iter().collect()));
    let of = |name: &str| {
        let one = found.iter().find(|one| one.name() == name).unwrap();
        one.meanings()[0].to_string()
    };
    assert_eq!(of("AskArn"), "activity ARN");
    assert_eq!(of("ChargeArn"), "Lambda function ARN");
    assert_eq!(of("ShipArn"), "state machine ARN");
}

proptest! {
    /// Similar names, which can be mistaken for each other.
    #[test]
    fn each_missing_unknown_or_misspelt_name_is_reported_once(
        wanted in prop::collection::btree_set("(Charge|Ship|Topic)(Card)?(Arn|ARN|Url)?", 0..6),
        given in prop::collection::btree_set("(Charge|Ship|Topic)(Card)?(Arn|ARN|Url)?", 0..6),
    ) {
        let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
        let given: Vec<&str> = given.iter().map(String::as_str).collect();
        let (mut missing, mut unknown) = (Vec::new(), Vec::new());
        for one in mismatches(&wanted, &given) {
            match one {
                Mismatch::Missing { wanted: name } => missing.push(wanted[name]),
                Mismatch::Unknown { given: name } => unknown.push(given[name]),
                Mismatch::Misspelt { given: name, wanted: meant } => {
                    unknown.push(given[name]);
                    missing.push(wanted[meant]);
                }
            }
        }
        missing.sort_unstable();
        unknown.sort_unstable();
        let lacks = |names: &[&str], name: &&str| !names.contains(name);
        let expected: Vec<&str> = wanted.iter().copied().filter(|name| lacks(&given, name)).collect();
        prop_assert_eq!(missing, expected);
        let expected: Vec<&str> = given.iter().copied().filter(|name| lacks(&wanted, name)).collect();
        prop_assert_eq!(unknown, expected);
    }
}
