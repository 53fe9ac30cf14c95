//! The meanings of placeholder values, derived from the fields that use them.

use super::address::SubstitutedValue;
use super::syntax::whole;
use super::text_location::TextLocation;
use crate::resource::{Resource, ResourceKind};
use std::fmt;

/// The meaning of a placeholder's value: `SQS queue URL`, or the field itself if nothing more is
/// known: `` `Message` of sns:publish ``.
///
/// `Display` returns the description.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueMeaning {
    words: String,
    known: Option<&'static KnownField>,
}

/// A field whose value has a known meaning.
#[derive(Debug, PartialEq, Eq)]
struct KnownField {
    /// The service of the field; empty for any service.
    service: &'static str,
    /// The name of the field.
    field: &'static str,
    words: &'static str,
    /// The usual suffix of the names of such resources in templates.
    noun: &'static str,
    /// The CloudFormation attribute with the value; empty if `Ref` returns it.
    attribute: &'static str,
}

/// Fields, each in a row: service, field, meaning, usual suffix, CloudFormation attribute.
macro_rules! fields {
    ($($service:literal $field:literal => $words:literal, $noun:literal, $attribute:literal;)*) => {
        &[$(KnownField {
            service: $service,
            field: $field,
            words: $words,
            noun: $noun,
            attribute: $attribute,
        }),*]
    };
}

/// Sources: the services' API references for the fields, CloudFormation's template reference for
/// the results of `Ref` and `Fn::GetAtt`.
const FIELDS: &[KnownField] = fields! {
    "" "FunctionName" => "Lambda function ARN", "Function", "Arn";
    "" "StateMachineArn" => "state machine ARN", "StateMachine", "";
    "" "ActivityArn" => "activity ARN", "Activity", "";
    "" "QueueUrl" => "SQS queue URL", "Queue", "";
    "" "TopicArn" => "SNS topic ARN", "Topic", "";
    "" "EventBusName" => "EventBridge event bus name", "EventBus", "";
    "" "ConnectionArn" => "EventBridge connection ARN", "Connection", "Arn";
    "dynamodb" "TableName" => "DynamoDB table name", "Table", "";
    "" "Bucket" => "S3 bucket name", "Bucket", "";
    "" "BucketName" => "S3 bucket name", "Bucket", "";
    "ecs" "Cluster" => "ECS cluster ARN", "Cluster", "Arn";
    "ecs" "TaskDefinition" => "ECS task definition ARN", "TaskDefinition", "";
    "batch" "JobQueue" => "Batch job queue ARN", "JobQueue", "";
    "batch" "JobDefinition" => "Batch job definition ARN", "JobDefinition", "";
    "glue" "JobName" => "Glue job name", "Job", "";
    "codebuild" "ProjectName" => "CodeBuild project name", "Project", "";
    "eks" "ClusterName" => "EKS cluster name", "Cluster", "";
    "athena" "WorkGroup" => "Athena workgroup name", "WorkGroup", "";
    "bedrock" "ModelId" => "Bedrock model id or ARN", "", "";
    "http" "ApiEndpoint" => "URL of an HTTPS endpoint", "", "";
    "apigateway" "ApiEndpoint" => "host name of an API Gateway API", "", "";
    "secretsmanager" "SecretId" => "secret ARN or name", "Secret", "";
    "" "RoleArn" => "IAM role ARN", "Role", "Arn";
    "" "ExecutionRoleArn" => "IAM role ARN", "Role", "Arn";
    "" "KmsKeyId" => "KMS key id", "Key", "";
    "" "KMSKeyId" => "KMS key id", "Key", "";
    "" "Subnets" => "subnet id", "Subnet", "";
    "" "SecurityGroups" => "security group id", "SecurityGroup", "GroupId";
};

/// The meanings of a `Resource`: a function, an activity, and a text that may be either.
const RESOURCES: &[KnownField; 3] = fields! {
    "" "" => "Lambda function ARN", "Function", "Arn";
    "" "" => "activity ARN", "Activity", "";
    "" "" => "Lambda function or activity ARN", "Function", "Arn";
};

impl ValueMeaning {
    /// The meaning of the placeholders in a text at this location.
    pub(super) fn of(place: &TextLocation<'_>, text: &str) -> ValueMeaning {
        let known = known_at(place, text);
        let what = match known {
            Some(known) => known.words.to_owned(),
            None => said(place),
        };
        if whole(text).is_some() {
            return ValueMeaning { words: what, known };
        }
        let article = if known.is_some() { "the " } else { "" };
        ValueMeaning {
            words: format!("a part of {article}{what}"),
            known: None,
        }
    }

    /// Whether the meaning is more specific than the name of the field.
    pub(super) fn is_known(&self) -> bool {
        self.known.is_some()
    }

    /// Whether a text may be such a value: for example the ARN of a function, if the field calls a
    /// function. A meaning with several valid forms, and a part of a text, accept every text.
    ///
    /// ```
    /// use stepwright_asl::StateMachine;
    /// use stepwright_asl::placeholder::in_machine;
    ///
    /// let machine = StateMachine::from_json(r#"{"StartAt": "Tell", "States": {"Tell": {
    ///     "Type": "Task", "Resource": "arn:aws:states:::sns:publish",
    ///     "Parameters": {"TopicArn": "${TopicArn}", "Message": "done"}, "End": true
    /// }}}"#)?;
    /// let found = in_machine(&machine);
    /// let topic = &found[0].meanings()[0];
    /// assert!(topic.accepts("arn:aws:sns:us-east-1:123456789012:orders"));
    /// assert!(!topic.accepts("arn:aws:sqs:us-east-1:123456789012:orders"));
    /// # Ok::<(), stepwright_asl::Diagnostics>(())
    /// ```
    pub fn accepts(&self, value: &str) -> bool {
        let Some(known) = self.known else {
            return true;
        };
        let is_of = |service: &str| {
            let mut parts = value.splitn(6, ':');
            parts.next() == Some("arn") && parts.nth(1) == Some(service)
        };
        let kind = Resource::parse(value).kind();
        match known.words {
            // `lambda:invoke` also accepts a name, and a partial ARN that begins with the account.
            "Lambda function ARN" => !value.starts_with("arn:") || is_of("lambda"),
            "Lambda function or activity ARN" => is_of("lambda") || kind == ResourceKind::Activity,
            "activity ARN" => kind == ResourceKind::Activity,
            "state machine ARN" => is_of("states") && value.contains(":stateMachine:"),
            "SQS queue URL" => value.starts_with("http"),
            "SNS topic ARN" => is_of("sns"),
            "EventBridge connection ARN" => is_of("events"),
            "IAM role ARN" => is_of("iam"),
            _ => true,
        }
    }

    /// The reference to such a resource in CloudFormation and SAM, for a placeholder with this
    /// name: an intrinsic function, and the likely name of the resource in the template. For
    /// example, `!GetAtt ChargeCardFunction.Arn` for `ChargeCardArn`. `None` if the value is a
    /// parameter and not a resource.
    ///
    /// ```
    /// use stepwright_asl::StateMachine;
    /// use stepwright_asl::placeholder::in_machine;
    ///
    /// let machine = StateMachine::from_json(r#"{"StartAt": "Tell", "States": {"Tell": {
    ///     "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage",
    ///     "Parameters": {"QueueUrl": "${OrdersUrl}", "MessageBody": "${Text}"}, "End": true
    /// }}}"#)?;
    /// let found = in_machine(&machine);
    /// let reference = |index: usize| found[index].meanings()[0].reference(found[index].name());
    /// assert_eq!(reference(0).as_deref(), Some("!Ref OrdersQueue"));
    /// assert_eq!(reference(1), None);
    /// # Ok::<(), stepwright_asl::Diagnostics>(())
    /// ```
    pub fn reference(&self, name: &str) -> Option<String> {
        let known = self.known.filter(|known| !known.noun.is_empty())?;
        let endings = ["Arn", "ARN", "Url", "URL", "Name", "Id"];
        let stem = endings.iter().find_map(|ending| name.strip_suffix(ending));
        let stem = stem.filter(|stem| !stem.is_empty()).unwrap_or(name);
        let noun = if stem.ends_with(known.noun) {
            ""
        } else {
            known.noun
        };
        // Logical ids consist of letters and digits only.
        let id: String = stem.chars().filter(char::is_ascii_alphanumeric).collect();
        Some(match known.attribute {
            "" => format!("!Ref {id}{noun}"),
            attribute => format!("!GetAtt {id}{noun}.{attribute}"),
        })
    }
}

impl fmt::Display for ValueMeaning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)
    }
}

fn known_at(place: &TextLocation<'_>, text: &str) -> Option<&'static KnownField> {
    if place.path == "Resource" {
        let [function, activity, either] = RESOURCES;
        return Some(match place.address {
            Some(SubstitutedValue::Activity) => activity,
            Some(SubstitutedValue::Function) if place.is_certain => function,
            _ if Resource::parse(text).kind() == ResourceKind::Activity => activity,
            _ => either,
        });
    }
    let field = place.key.strip_suffix(".$").unwrap_or(place.key);
    if !place.is_argument && place.path != "Credentials.RoleArn" {
        return None;
    }
    let service = place.resource.map_or("", service);
    let is_meant = |known: &&KnownField| {
        known.field == field && (known.service.is_empty() || known.service == service)
    };
    FIELDS.iter().find(is_meant)
}

/// `dynamodb` of `arn:aws:states:::dynamodb:getItem` and of
/// `arn:aws:states:::aws-sdk:dynamodb:getItem`.
fn service(resource: &str) -> &str {
    let service = Resource::parse(resource).service();
    service.strip_prefix("aws-sdk:").unwrap_or(service)
}

/// The description from the field itself: `` `Message` of sns:publish ``.
fn said(place: &TextLocation<'_>) -> String {
    let integration = place
        .resource
        .and_then(|resource| Resource::parse(resource).plain_integration());
    let argument = ["Parameters.", "Arguments."]
        .iter()
        .find_map(|fields| place.path.split_once(fields));
    match (integration, argument) {
        (Some(integration), Some((_, argument))) => format!("`{argument}` of {integration}"),
        _ => format!("`{}`", place.path),
    }
}
