//! The connectors of AWS SAM whose source is a state machine.

use stepwright_asl::json::{Json, Object};

use super::pattern::Pattern;
use super::statement::{RoleStatement, SelectedPattern, Selection};
use super::template_text::TemplateResources;
use crate::policy::Effect;

/// The statements of connectors: the type of the destination, the category of `Permissions`, the
/// actions, and the resources. `{}` is the ARN of the destination, and `{name}` its name.
///
/// Source: `profiles.json` of <https://github.com/aws/serverless-application-model>, read in
/// November 2026.
const STATEMENTS: &[(&str, &str, &[&str], &[&str])] = &[
    (
        "AWS::DynamoDB::Table",
        "Read",
        &[
            "dynamodb:BatchGetItem",
            "dynamodb:ConditionCheckItem",
            "dynamodb:GetItem",
            "dynamodb:PartiQLSelect",
            "dynamodb:Query",
            "dynamodb:Scan",
        ],
        &["{}", "{}/index/*"],
    ),
    (
        "AWS::DynamoDB::Table",
        "Write",
        &[
            "dynamodb:BatchWriteItem",
            "dynamodb:DeleteItem",
            "dynamodb:PartiQLDelete",
            "dynamodb:PartiQLInsert",
            "dynamodb:PartiQLUpdate",
            "dynamodb:PutItem",
            "dynamodb:UpdateItem",
        ],
        &["{}", "{}/index/*"],
    ),
    (
        "AWS::Events::EventBus",
        "Write",
        &["events:PutEvents"],
        &["{}"],
    ),
    (
        "AWS::Lambda::Function",
        "Write",
        &["lambda:InvokeAsync", "lambda:InvokeFunction"],
        &["{}"],
    ),
    (
        "AWS::S3::Bucket",
        "Read",
        &[
            "s3:GetObject",
            "s3:GetObjectAcl",
            "s3:GetObjectLegalHold",
            "s3:GetObjectRetention",
            "s3:GetObjectTorrent",
            "s3:GetObjectVersion",
            "s3:GetObjectVersionAcl",
            "s3:GetObjectVersionForReplication",
            "s3:GetObjectVersionTorrent",
            "s3:ListBucket",
            "s3:ListBucketMultipartUploads",
            "s3:ListBucketVersions",
            "s3:ListMultipartUploadParts",
        ],
        &["{}", "{}/*"],
    ),
    (
        "AWS::S3::Bucket",
        "Write",
        &[
            "s3:AbortMultipartUpload",
            "s3:DeleteObject",
            "s3:DeleteObjectVersion",
            "s3:PutObject",
            "s3:PutObjectLegalHold",
            "s3:PutObjectRetention",
            "s3:RestoreObject",
        ],
        &["{}", "{}/*"],
    ),
    ("AWS::SNS::Topic", "Write", &["sns:Publish"], &["{}"]),
    ("AWS::SQS::Queue", "Write", &["sqs:SendMessage"], &["{}"]),
    (
        "AWS::StepFunctions::StateMachine",
        "Read",
        &["states:DescribeExecution"],
        &[EXECUTIONS],
    ),
    (
        "AWS::StepFunctions::StateMachine",
        "Read",
        &["events:DescribeRule"],
        &[RULE],
    ),
    (
        "AWS::StepFunctions::StateMachine",
        "Write",
        &["states:StartExecution"],
        &["{}"],
    ),
    (
        "AWS::StepFunctions::StateMachine",
        "Write",
        &["states:StopExecution"],
        &[EXECUTIONS],
    ),
    (
        "AWS::StepFunctions::StateMachine",
        "Write",
        &["events:PutRule", "events:PutTargets"],
        &[RULE],
    ),
];

const EXECUTIONS: &str =
    "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:execution:{name}:*";
const RULE: &str = "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule";

/// The statements of a connector; `None` if one of its destinations is unknown.
pub(super) fn statements(
    connector: &str,
    properties: &Object,
    resources: &TemplateResources,
) -> Option<Vec<RoleStatement>> {
    let destination = properties.get("Destination")?;
    let one = std::slice::from_ref(destination);
    let permissions = properties.get("Permissions")?.as_array()?;
    let mut statements = Vec::new();
    for destination in destination.as_array().unwrap_or(one) {
        let id = destination.get("Id")?.as_str()?;
        let kind = match resources.kind(id)? {
            "AWS::Serverless::Function" => "AWS::Lambda::Function",
            "AWS::Serverless::SimpleTable" => "AWS::DynamoDB::Table",
            "AWS::Serverless::StateMachine" => "AWS::StepFunctions::StateMachine",
            kind => kind,
        };
        let (arn, name) = (resources.variable(&format!("{id}.Arn")), resources.name(id));
        let of_kind = STATEMENTS.iter().filter(|(of, ..)| *of == kind);
        let mut of_kind = of_kind.peekable();
        of_kind.peek()?;
        let granted = of_kind.filter(|(_, category, ..)| {
            let mut permissions = permissions.iter().filter_map(Json::as_str);
            permissions.any(|permission| permission == *category)
        });
        statements.extend(granted.map(|(_, _, actions, on)| {
            let on = on.iter().map(|resource| {
                let resource = resource.replace("{}", &arn).replace("{name}", &name);
                let known = resources.filled_location(&resource);
                SelectedPattern::new(&known, Pattern::resource)
            });
            let actions = actions.iter();
            let actions = actions.map(|action| SelectedPattern::new(action, Pattern::action));
            RoleStatement {
                effect: Effect::Allow,
                actions: Selection::Listed(actions.collect()),
                resources: Selection::Listed(on.collect()),
                condition: None,
                name: format!("`{connector}`"),
            }
        }));
    }
    Some(statements)
}
