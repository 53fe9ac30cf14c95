//! Properties of the modules.

use stepwright_asl::integrations::{PermissionCondition, optimized};
use stepwright_asl::json::Json;

use super::arguments::{CallArguments, StaticValue};
use super::call::PolicyCall;
use super::conditions::{Applicability, applies};
use super::{PolicyOptions, names};

fn options() -> PolicyOptions {
    PolicyOptions::new("Demo")
        .region("us-east-1")
        .account("123456789012")
}

#[test]
fn every_form_of_a_function_name_becomes_an_arn() {
    let options = options();
    let found = |text: &str, qualifier| names::function(text, qualifier, &options);
    let own = "arn:aws:lambda:us-east-1:123456789012:function:charge";
    let both = |arn: &str| vec![format!("{arn}:*"), arn.to_owned()];
    assert_eq!(found("charge", None), both(own));
    assert_eq!(found(own, None), both(own));
    assert_eq!(found("charge:prod", None), [format!("{own}:prod")]);
    assert_eq!(found("charge", Some("7")), [format!("{own}:7")]);
    assert_eq!(found(&format!("{own}:prod"), None), [format!("{own}:prod")]);
    assert_eq!(
        found("999988887777:function:far", None),
        both("arn:aws:lambda:us-east-1:999988887777:function:far")
    );
    assert_eq!(found("${ChargeArn}", None), both("${ChargeArn}"));
    assert_eq!(found("${Charge}", None), both("${Charge}"));
    assert_eq!(
        found("${ChargeName}", None),
        both("arn:aws:lambda:us-east-1:123456789012:function:${ChargeName}")
    );
    assert_eq!(
        found(
            "arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:charge",
            None
        ),
        both("arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:charge")
    );
}

#[test]
fn a_queue_url_becomes_an_arn() {
    let options = options();
    for (url, arn) in [
        (
            "https://sqs.eu-west-1.amazonaws.com/1/q.fifo",
            Some("arn:aws:sqs:eu-west-1:1:q.fifo"),
        ),
        (
            "https://sqs.cn-north-1.amazonaws.com.cn/1/q",
            Some("arn:aws-cn:sqs:cn-north-1:1:q"),
        ),
        (
            "https://sqs.us-gov-west-1.amazonaws.com/1/q",
            Some("arn:aws-us-gov:sqs:us-gov-west-1:1:q"),
        ),
        (
            "https://eu-west-1.queue.amazonaws.com/1/q",
            Some("arn:aws:sqs:eu-west-1:1:q"),
        ),
        (
            "https://queue.amazonaws.com/1/q",
            Some("arn:aws:sqs:us-east-1:1:q"),
        ),
        (
            "https://sqs.${AWS::Region}.amazonaws.com/${AWS::AccountId}/${Queue}",
            Some("arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:${Queue}"),
        ),
        (
            "${aws_sqs_queue.jobs.url}",
            Some("${aws_sqs_queue.jobs.arn}"),
        ),
        (
            "${aws_sqs_queue.jobs.id}",
            Some("${aws_sqs_queue.jobs.arn}"),
        ),
        ("${aws_sqs_queue.jobs.url}/x", None),
        ("${QueueUrl}", None),
        ("https://sqs.eu-west-1.amazonaws.com/1", None),
        ("https://sqs.eu-west-1.amazonaws.com//", None),
        ("q", None),
    ] {
        assert_eq!(names::queue(url, &options).as_deref(), arn, "{url}");
    }
}

#[test]
fn models_task_definitions_executions_and_secrets_have_their_arns() {
    let options = options();
    assert_eq!(
        names::models("anthropic.claude-v2", &options),
        ["arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-v2"]
    );
    assert_eq!(
        names::models("us.anthropic.claude-v2", &options),
        [
            "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-v2",
            "arn:aws:bedrock:*::foundation-model/anthropic.claude-v2"
        ]
    );
    let of = |text: &str| names::task_definition(text, &options);
    let own = "arn:aws:ecs:us-east-1:123456789012:task-definition";
    assert_eq!(of("job"), format!("{own}/job:*"));
    assert_eq!(of("job:7"), format!("{own}/job:7"));
    assert_eq!(of(&format!("{own}/job")), format!("{own}/job:*"));
    assert_eq!(of(&format!("{own}/job:7")), format!("{own}/job:7"));
    assert_eq!(of("${Job}"), "${Job}");
    assert_eq!(of("${JobFamily}"), format!("{own}/${{JobFamily}}:*"));
    assert_eq!(
        names::executions("arn:aws:states:eu-west-1:1:stateMachine:Child:prod").as_deref(),
        Some("arn:aws:states:eu-west-1:1:execution:Child:*")
    );
    assert_eq!(names::executions("${ChildArn}"), None);
    assert_eq!(
        names::connection_secret("arn:aws:events:eu-west-1:1:connection/Stripe/8121").as_deref(),
        Some("arn:aws:secretsmanager:eu-west-1:1:secret:events!connection/Stripe/*")
    );
}

#[test]
fn arguments_are_literal_computed_or_absent() {
    let json: Json = r#"{"A": "a", "B.$": "$.b", "C": {"D": "{% $d %}", "E": 1}, "F": [{"G": "g"}, {"G.$": "$.g"}, {}], "H": "{% 'h' %}", "I": "{% 'i' & 'j' %}", "N": null, "L": []}"#
        .parse()
        .expect("is JSON");
    let arguments = CallArguments(Some(&json));
    let literal = |text: &str| StaticValue::Literal(text.to_owned());
    for (path, given) in [
        ("A", literal("a")),
        ("B", StaticValue::Computed),
        ("C", StaticValue::Computed),
        ("C.D", StaticValue::Computed),
        ("C.E", literal("1")),
        ("C.X", StaticValue::Absent),
        ("H", literal("h")),
        ("I", StaticValue::Computed),
        ("N", StaticValue::Absent),
        ("L", StaticValue::Absent),
        ("A.B", StaticValue::Absent),
        ("B.C", StaticValue::Computed),
        ("X", StaticValue::Absent),
    ] {
        assert_eq!(arguments.get(path), given, "{path}");
    }
    assert_eq!(
        arguments.all("F[].G"),
        [literal("g"), StaticValue::Computed, StaticValue::Absent]
    );
    // Without arguments, the input is passed.
    assert_eq!(CallArguments(None).get("A"), StaticValue::Computed);
}

#[test]
fn a_definition_hides_only_keys_and_service_linked_roles() {
    let nothing: Json = "{}".parse().expect("is JSON");
    let options = options();
    let call = PolicyCall {
        state: "A",
        arguments: CallArguments(Some(&nothing)),
        options: &options,
        abroad: false,
        sync: false,
        flattens: false,
        manifest: false,
    };
    let mut unseen: Vec<&str> = Vec::new();
    for line in optimized() {
        for permission in line.permissions.iter().chain(&line.sync_permissions) {
            if applies(permission, &call) == Applicability::Unseen {
                let when = permission.when.as_ref();
                unseen.extend(when.and_then(PermissionCondition::description));
            }
        }
    }
    unseen.sort_unstable();
    // Keys and service-linked roles.
    assert_eq!(
        unseen,
        [
            "bucket encrypted with a customer managed key",
            "first application in the account",
            "the queue is encrypted with a customer managed KMS key (not visible in the definition)",
            "the service-linked role does not exist yet",
            "the topic is encrypted with a customer managed KMS key",
        ]
    );
}
