//! Tests of the comparison of needed permissions with roles from AWS, templates and Terraform.

use stepwright_asl::StateMachine;
use stepwright_asl::json::Json;

use super::*;
use crate::policy::PolicyOptions;

/// The verdict on `dynamodb:PutItem` of the table `orders`.
fn verdict(statements: &str) -> Verdict {
    let machine = StateMachine::from_json(
        r#"{"StartAt": "Save", "States": {"Save": {"Type": "Task", "End": true,
            "Resource": "arn:aws:states:::dynamodb:putItem",
            "Parameters": {"TableName": "orders", "Item": {}}}}}"#,
    )
    .unwrap();
    let options = PolicyOptions::new("m")
        .region("eu-west-1")
        .account("123456789012");
    let role = format!(r#"{{"Statement": [{statements}]}}"#)
        .parse::<Json>()
        .unwrap();
    let role = RolePolicies::parse(&role).unwrap();
    let check = Policy::of(&machine, &options).check(&role);
    let [permission] = &check.permissions[..] else {
        panic!("{check:?}");
    };
    permission.verdict.clone()
}

const PUT: &str = r#"{"Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": "*"}"#;

#[test]
fn statements_that_cover_the_permission_grant_it() {
    for statements in [
        PUT,
        r#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#,
        r#"{"Effect": "Allow", "Action": ["DYNAMODB:put*"], "Resource": "arn:aws:dynamodb:*:*:table/or*"}"#,
        r#"{"Effect": "Allow", "NotAction": "s3:*", "Resource": "arn:aws:dynamodb:eu-west-1:123456789012:table/orders"}"#,
        r#"{"Effect": "Allow", "Action": "dynamodb:?utItem", "NotResource": "arn:aws:s3:::*"}"#,
        r#"{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringEquals": {"aws:RequestedRegion": ["eu-west-1", "us-east-1"]}}}"#,
        r#"{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "true"}}}"#,
        r#"{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringLike": {"aws:RequestedRegion": "eu-*"}}}"#,
        r#"{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringEqualsIgnoreCase": {"aws:RequestedRegion": "EU-West-1"}}}"#,
        r#"{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["us-*", "eu-central-1"]}}}"#,
        r#"{"Effect": "Allow", "Action": "*", "Resource": "*"}, {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}"#,
        r#"{"Effect": "Allow", "Action": "dynamodb:*", "Resource": ["arn:aws:sqs:*:*:q", "arn:aws:dynamodb:eu-west-1:123456789012:table/orders"]}"#,
        r#"{"Effect": "Allow", "Action": "*", "Resource": "*"}, {"Effect": "Deny", "Action": "dynamodb:*", "Resource": "arn:aws:dynamodb:*:*:table/other"}"#,
    ] {
        assert_eq!(verdict(statements), Verdict::Granted, "{statements}");
    }
}

#[test]
fn a_permission_is_missing_if_no_statement_can_allow_it_or_one_denies_it() {
    for statements in [
        "",
        r#"{"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "*"}"#,
        r#"{"Effect": "Allow", "Action": "*", "Resource": "arn:aws:dynamodb:*:*:table/other"}"#,
        r#"{"Effect": "Allow", "NotAction": "dynamodb:*", "Resource": "*"}"#,
        r#"{"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:dynamodb:*"}"#,
        r#"{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}}"#,
        r#"{"Effect": "Allow", "Action": "*", "Resource": "*"}, {"Effect": "Deny", "Action": "dynamodb:Put*", "Resource": "*"}"#,
        r#"{"Effect": "Allow", "Action": "*", "Resource": "*"}, {"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"}"#,
        r#"{"Effect": "Allow", "Action": "*", "Resource": "arn:aws:dynamodb:eu-west-1:999999999999:table/orders"}"#,
        r#"{"Effect": "Allow", "Action": "dynamodb:PutItems", "Resource": "*"}"#,
        r#"{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringEquals": {"aws:RequestedRegion": "eu-*"}}}"#,
        r#"{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringNotLike": {"aws:RequestedRegion": "eu-*"}}}"#,
        r#"{"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}}"#,
        r#"{"Effect": "Allow", "Action": "*", "Resource": "*"},
           {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}},
           {"Effect": "Deny", "Action": "dynamodb:*", "Resource": "*"}"#,
    ] {
        let verdict = verdict(statements);
        assert_eq!(verdict.as_str(), "missing", "{statements}: {verdict:?}");
    }
}

#[test]
fn values_that_are_not_here_make_a_permission_undecidable() {
    for (statements, reason) in [
        (
            r#"{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringEquals": {"aws:PrincipalTag/team": "pay"}}}"#,
            "its condition on `aws:PrincipalTag/team` holds",
        ),
        (
            r#"{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringLike": {"aws:ResourceTag/stage": "prod*"}}}"#,
            "aws:ResourceTag/stage",
        ),
        (
            r#"{"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:dynamodb:*:*:table/${aws:username}"}"#,
            "table/orders",
        ),
        (
            r#"{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"DateLessThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}}}"#,
            "aws:CurrentTime",
        ),
        (
            r#"{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}"#,
            "aws:SourceIp",
        ),
        (
            r#"{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["a"]}}}"#,
            "dynamodb:LeadingKeys",
        ),
        (
            r#"{"Effect": "Allow", "Action": "*", "Resource": "*"}, {"Effect": "Deny", "Action": "*", "Resource": "arn:aws:dynamodb:*:*:table/${aws:PrincipalTag/table}"}"#,
            "table/orders",
        ),
        (
            r#"{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Null": {"aws:TokenIssueTime": "true"}}}"#,
            "aws:TokenIssueTime",
        ),
        (
            r#"{"Effect": "Allow", "Action": "*", "Resource": "arn:aws:dynamodb:eu-west-1:123456789012:table/${aws:PrincipalTag/table}"}"#,
            "is `arn:aws:dynamodb:eu-west-1:123456789012:table/orders`",
        ),
        (
            r#"{"Effect": "Allow", "Action": "*", "Resource": "*"}, {"Sid": "No", "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}"#,
            "`No` denies it if its condition on `aws:SourceIp` holds",
        ),
    ] {
        match verdict(statements) {
            Verdict::Undecidable { reason: found } => assert!(found.contains(reason), "{found}"),
            other => panic!("{statements}: {other:?}"),
        }
    }
}

#[test]
fn exports_of_the_command_line_are_read() {
    for role in [
        r#"{"RoleName": "r", "PolicyName": "p", "PolicyDocument": {"Statement": PUT}}"#,
        r#"{"RolePolicyList": [{"PolicyName": "p", "PolicyDocument": {"Statement": [PUT]}}], "AttachedManagedPolicies": []}"#,
        r#"[{"Version": "2012-10-17", "Statement": []}, {"Statement": PUT}]"#,
        r#"{"PolicyVersionList": [{"IsDefaultVersion": false, "Document": {"Statement": []}}, {"IsDefaultVersion": true, "Document": {"Statement": [PUT]}}]}"#,
    ] {
        let role = role.replace("PUT", PUT).parse::<Json>().unwrap();
        let role = RolePolicies::parse(&role).unwrap();
        assert_eq!(role.statements.len(), 1, "{role:?}");
    }
    let administrator = r#"{"RolePolicyList": [], "AttachedManagedPolicies": [{"PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}]}"#;
    let role = RolePolicies::parse(&administrator.parse::<Json>().unwrap()).unwrap();
    assert!(allows_everything(&role));
    assert!(RolePolicies::parse(&r#"{"Role": 1}"#.parse::<Json>().unwrap()).is_err());
}

#[test]
fn statements_that_allow_nothing_needed_are_unused() {
    let machine =
        StateMachine::from_json(r#"{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}"#)
            .unwrap();
    let role = RolePolicies::parse(
        &format!(r#"{{"Statement": {PUT}}}"#)
            .parse::<Json>()
            .unwrap(),
    );
    let check = Policy::of(&machine, &PolicyOptions::new("m")).check(&role.unwrap());
    assert!(check.is_granted() && check.permissions.is_empty());
    assert_eq!(check.unused, ["`dynamodb:PutItem`"]);
}

fn json(text: &str) -> Json {
    text.replace("PUT", PUT).parse::<Json>().unwrap()
}

const ACCOUNT: &str = r#"{
    "UserDetailList": [], "GroupDetailList": [],
    "RoleDetailList": [
        {"RoleName": "without", "RolePolicyList": [], "AttachedManagedPolicies": []},
        {"RoleName": "with", "Arn": "arn:aws:iam::1:role/with", "RolePolicyList": [],
         "AttachedManagedPolicies": [{"PolicyName": "put", "PolicyArn": "arn:aws:iam::1:policy/put"}]},
        {"RoleName": "aws", "AttachedManagedPolicies": [{"PolicyArn": "arn:aws:iam::aws:policy/X"}]}
    ],
    "Policies": [{"Arn": "arn:aws:iam::1:policy/put", "PolicyVersionList": [
        {"IsDefaultVersion": false, "Document": {"Statement": []}},
        {"IsDefaultVersion": true, "Document": {"Statement": [PUT]}}]}]
}"#;

#[test]
fn a_role_of_an_account_has_only_the_policies_that_are_attached_to_it() {
    let account = AccountDetails::of(&json(ACCOUNT)).unwrap();
    assert_eq!(account.roles(), ["without", "with", "aws"]);
    let statements = |role: &str| account.role(role).unwrap().unwrap().statements.len();
    assert_eq!(statements("without"), 0);
    assert_eq!(
        (statements("with"), statements("arn:aws:iam::1:role/with")),
        (1, 1)
    );
    let aws = account.role("aws").unwrap().unwrap();
    assert!(aws.statements.is_empty() && !aws.is_complete(), "{aws:?}");
    assert!(account.role("none").is_none());
    let error = RolePolicies::parse(&json(ACCOUNT)).unwrap_err().to_string();
    assert!(
        error.contains("several roles: `without`, `with`, `aws`"),
        "{error}"
    );
}

#[test]
fn a_document_with_percent_encoding_is_decoded() {
    let text = r#"{"PolicyName": "p", "PolicyDocument": "%7B%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22dynamodb%3A%2A%22%2C%22Resource%22%3A%22%2A%22%7D%5D%7D"}"#;
    let role = RolePolicies::parse(&json(text)).unwrap();
    assert_eq!(role.statements[0].name, "`dynamodb:*`");
}

#[test]
fn a_role_without_its_policies_leaves_its_permissions_open() {
    let role = r#"{"Role": {"RoleName": "r", "RoleId": "A", "AssumeRolePolicyDocument": {}}}"#;
    assert!(!RolePolicies::parse(&json(role)).unwrap().is_complete());
    let version = r#"{"PolicyVersion": {"VersionId": "v1", "Document": {"Statement": [PUT]}}}"#;
    let role = RolePolicies::parse(&json(version)).unwrap();
    assert_eq!(role.statements.len(), 1);
}

#[cfg(feature = "yaml")]
fn template_policies(template: &str) -> RolePolicies {
    let template =
        stepwright_asl::template::read_for_evaluation("template.yaml", template).unwrap();
    let role = TemplateRole::of(&template, "M").unwrap();
    role.policies().unwrap()
}

#[cfg(feature = "yaml")]
#[test]
fn what_a_template_computes_leaves_permissions_open() {
    let connector = "{Type: 'AWS::Serverless::Connector', Properties: {Source: {Id: M}, Destination: {Id: T}, Permissions: [Write]}}";
    for (machine, role) in [
        (
            "Type: 'AWS::Serverless::StateMachine', Properties: {}".to_owned(),
            connector,
        ),
        (
            "Type: 'AWS::Serverless::StateMachine', Connectors: {ToTable: {Properties: {}}}, Properties: {}".to_owned(),
            "{Type: 'AWS::SNS::Topic'}",
        ),
        (
            "Type: 'AWS::StepFunctions::StateMachine', Properties: {RoleArn: !GetAtt R.Arn}".to_owned(),
            "{Type: 'AWS::IAM::Role', Properties: {ManagedPolicyArns: !If [A, [x], []]}}",
        ),
        (
            "Type: 'AWS::StepFunctions::StateMachine', Properties: {RoleArn: !GetAtt R.Arn}".to_owned(),
            "{Type: 'AWS::IAM::Role', Properties: {Policies: [!If [A, {PolicyName: p, PolicyDocument: {}}, !Ref 'AWS::NoValue']]}}",
        ),
    ] {
        let template = format!("Resources:\n  M: {{{machine}}}\n  R: {role}\n");
        assert!(!template_policies(&template).is_complete(), "{template}");
    }
}

/// The verdicts on the calls of a SAM template, in the order of the policy.
#[cfg(feature = "yaml")]
fn template_verdicts(properties: &str, connectors: &str, states: &str) -> Vec<String> {
    let text = format!(
        "Mappings: {{Names: {{Bus: {{Name: orders}}}}}}
Resources:
  Topic: {{Type: 'AWS::SNS::Topic'}}
  Queue: {{Type: 'AWS::SQS::Queue'}}
  Save: {{Type: 'AWS::Serverless::Function'}}
  Table: {{Type: 'AWS::DynamoDB::Table'}}
  M:
    Type: AWS::Serverless::StateMachine
    Connectors: {connectors}
    Properties: {properties}
"
    );
    let template = stepwright_asl::template::read_for_evaluation("t.yaml", &text).unwrap();
    let role = TemplateRole::of(&template, "M").unwrap();
    let options = PolicyOptions::new("m")
        .region("${AWS::Region}")
        .account("${AWS::AccountId}");
    let machine = format!(r#"{{"StartAt": "A", "States": {{"A": {states}}}}}"#);
    let machine = role.definition(&machine.parse().unwrap());
    let machine = StateMachine::from_value(&machine).unwrap();
    let check = Policy::of(&machine, &options).check(&role.policies().unwrap());
    let permissions = check.permissions.iter();
    let verdicts = permissions.map(|one| format!("{} {}", one.verdict.as_str(), one.action));
    verdicts.collect()
}

#[cfg(feature = "yaml")]
#[test]
fn names_and_connectors_of_sam_are_those_of_the_resources() {
    let publish = r#"{"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Parameters": {"TopicArn": {"Ref": "Topic"}, "Message": "m"}, "End": true}"#;
    let send = r#"{"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Parameters": {"QueueUrl": {"Ref": "Queue"}, "MessageBody": "m"}, "End": true}"#;
    let invoke = r#"{"Type": "Task", "Resource": {"Fn::GetAtt": "Save.Arn"}, "End": true}"#;
    let put = r#"{"Type": "Task", "Resource": "arn:aws:states:::dynamodb:putItem", "Parameters": {"TableName": {"Ref": "Table"}, "Item": {}}, "End": true}"#;
    let event = r#"{"Type": "Task", "Resource": "arn:aws:states:::events:putEvents", "Parameters": {"Entries": [{"EventBusName": "orders"}]}, "End": true}"#;
    let choice = r#"{"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Parameters": {"TopicArn": {"Fn::If": ["A", "x", "y"]}, "Message": "m"}, "End": true}"#;
    for (properties, connectors, states, verdict) in [
        (
            "{Policies: [{SNSPublishMessagePolicy: {TopicName: !GetAtt Topic.TopicName}}]}",
            "{}",
            publish,
            "granted sns:Publish",
        ),
        // SAM makes an ARN of the name, so that an ARN is no name.
        (
            "{Policies: [{SNSPublishMessagePolicy: {TopicName: !Ref Topic}}]}",
            "{}",
            publish,
            "undecidable sns:Publish",
        ),
        (
            "{Policies: [{SQSSendMessagePolicy: {QueueName: !GetAtt Queue.QueueName}}]}",
            "{}",
            send,
            "granted sqs:SendMessage",
        ),
        (
            "{Policies: [{EventBridgePutEventsPolicy: {EventBusName: !FindInMap [Names, Bus, Name]}}]}",
            "{}",
            event,
            "granted events:PutEvents",
        ),
        (
            "{Policies: [{Statement: [{Effect: Allow, Action: 'sns:Publish', Resource: !If [A, x, y]}]}]}",
            "{}",
            choice,
            "granted sns:Publish",
        ),
        (
            "{Policies: [{Statement: [{Effect: Allow, Action: 'sns:Publish', Resource: !If [B, x, y]}]}]}",
            "{}",
            choice,
            "undecidable sns:Publish",
        ),
        (
            "{}",
            "{C: {Properties: {Destination: {Id: Save}, Permissions: [Write]}}}",
            invoke,
            "granted lambda:InvokeFunction",
        ),
        (
            "{}",
            "{C: {Properties: {Destination: [{Id: Save}, {Id: Table}], Permissions: [Read, Write]}}}",
            put,
            "granted dynamodb:PutItem",
        ),
        (
            "{}",
            "{C: {Properties: {Destination: {Id: Table}, Permissions: [Read]}}}",
            put,
            "missing dynamodb:PutItem",
        ),
        (
            "{}",
            "{C: {Properties: {Destination: {Arn: x}, Permissions: [Read]}}}",
            put,
            "undecidable dynamodb:PutItem",
        ),
    ] {
        let found = template_verdicts(properties, connectors, states);
        assert_eq!(found, [verdict], "{properties} {connectors}");
    }
}

#[cfg(feature = "yaml")]
#[test]
fn managed_policies_of_aws_are_known_by_their_services() {
    let publish = r#"{"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Parameters": {"TopicArn": {"Ref": "Topic"}, "Message": "m"}, "End": true}"#;
    let query = r#"{"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": {"Ref": "Save"}}, "End": true}"#;
    for (policy, states, verdict) in [
        ("AmazonSNSFullAccess", publish, "granted"),
        (
            "'arn:aws:iam::aws:policy/AmazonSNSFullAccess'",
            publish,
            "granted",
        ),
        ("CloudWatchLogsFullAccess", publish, "missing"),
        ("PowerUserAccess", publish, "granted"),
        ("AWSLambdaRole", query, "granted"),
        // The policy has actions of Lambda, and a later version may have others.
        ("AmazonDynamoDBFullAccess", query, "undecidable"),
        ("SomeOtherPolicy", query, "undecidable"),
        (
            "'arn:aws:iam::123456789012:policy/AWSLambdaRole'",
            query,
            "undecidable",
        ),
    ] {
        let found = template_verdicts(&format!("{{Policies: [{policy}]}}"), "{}", states);
        assert!(
            found.iter().all(|one| one.starts_with(verdict)),
            "{policy}: {found:?}"
        );
    }
}

/// The guide's statements have all resources of several actions, and actions that only some
/// machines need.
#[test]
fn an_action_is_needed_on_resources_of_its_types() {
    let machine = StateMachine::from_json(
        r#"{"StartAt": "Ask", "States": {"Ask": {"Type": "Task", "End": true,
            "Resource": "arn:aws:states:::athena:startQueryExecution",
            "Parameters": {"QueryString": "SELECT 1", "WorkGroup": "w"}}}}"#,
    )
    .unwrap();
    let options = PolicyOptions::new("m")
        .region("eu-west-1")
        .account("123456789012")
        .logging(true);
    let role = |statements: &str| {
        RolePolicies::parse(&json(&format!(r#"{{"Statement": [{statements}]}}"#))).unwrap()
    };
    let policy = Policy::of(&machine, &options);
    let check = policy.check(&role(""));
    let has = |action: &str, resource: &str| {
        let mut permissions = check.permissions.iter();
        permissions.any(|one| one.action == action && one.resource.contains(resource))
    };
    assert!(has("athena:startQueryExecution", "workgroup/w"));
    assert!(!has("athena:startQueryExecution", "datacatalog"));
    assert!(!has("athena:getDataCatalog", ""));
    assert!(has("glue:GetTable", "table/*") && !has("glue:GetTable", "userDefinedFunction"));
    assert!(!has("glue:DeleteTable", "") && !has("logs:PutLogEvents", ""));
    assert!(has("logs:CreateLogDelivery", ""));
    let messages: Vec<&str> = check
        .warnings
        .iter()
        .map(|one| one.message.as_str())
        .collect();
    assert!(
        messages
            .iter()
            .any(|one| one.contains("`glue:DeleteTable`")),
        "{messages:?}"
    );
    // What the role has is needed, so that its statement is not unused.
    let all = r#"{"Effect": "Allow", "Action": ["athena:*", "glue:*"], "Resource": "*"}"#;
    let check = policy.check(&role(all));
    assert!(check.unused.is_empty());
    let granted = |action: &str| -> Vec<&str> {
        let permissions = check.permissions.iter();
        let of_action = permissions.filter(|one| one.action == action);
        let granted = of_action.filter(|one| one.verdict == Verdict::Granted);
        granted.map(|one| one.resource.as_str()).collect()
    };
    const ARN: &str = "arn:aws:athena:eu-west-1:123456789012";
    assert_eq!(
        granted("athena:getDataCatalog"),
        [format!("{ARN}:datacatalog/*")]
    );
    assert!(!granted("glue:DeleteTable").is_empty());
}

const DISTRIBUTED: &str = r#"{"StartAt": "Each", "States": {"Each": {"Type": "Map", "End": true, "ItemProcessor": {
    "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
    "StartAt": "One", "States": {"One": {"Type": "Pass", "End": true}}}}}}"#;

#[cfg(feature = "yaml")]
#[test]
fn a_role_names_its_own_machine_by_each_form_of_a_template() {
    const ARN: &str = "arn:aws:states:${AWS::Region}:${AWS::AccountId}";
    // The policy that CDK writes for a Distributed Map.
    const CDK: &str = "!Join ['', ['arn:', !Ref 'AWS::Partition', ':states:', !Ref 'AWS::Region', ':', !Ref 'AWS::AccountId', ':execution:', !Select [6, !Split [':', !Ref M]], ':*']]";
    for (name, own) in [
        ("Name: spread-items", "spread-items"),
        (
            "Name: !Sub '${AWS::StackName}-items'",
            "${AWS::StackName}-items",
        ),
        ("Name: !Ref TheName", "${TheName}"),
        ("Name: !Join ['-', [a, !Ref Stage]]", "a-${Stage}"),
        ("Tracing: {}", "${M}"),
    ] {
        let written = (
            format!("!Sub '{ARN}:stateMachine:{own}'"),
            format!("!Sub '{ARN}:execution:{own}:*'"),
        );
        let by_reference = ("!Ref M".to_owned(), CDK.to_owned());
        for (machine, executions) in [written, by_reference] {
            // A template that does not name the machine can refer to it only.
            if own == "${M}" && machine != "!Ref M" {
                continue;
            }
            let text = format!(
                "Resources:\n  M:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n      {name}\n      Policies:\n        - Statement:\n            - {{Effect: Allow, Action: 'states:StartExecution', Resource: {machine}}}\n            - {{Effect: Allow, Action: ['states:DescribeExecution', 'states:StopExecution'], Resource: {executions}}}\n"
            );
            let template = stepwright_asl::template::read_for_evaluation("t.yaml", &text).unwrap();
            let role = TemplateRole::of(&template, "M").unwrap();
            let options = PolicyOptions::new(role.machine_name())
                .region("${AWS::Region}")
                .account("${AWS::AccountId}");
            let machine = StateMachine::from_json(DISTRIBUTED).unwrap();
            let check = Policy::of(&machine, &options).check(&role.policies().unwrap());
            assert!(check.is_granted(), "{text}\n{check:?}");
        }
    }
}

#[test]
fn a_name_and_an_arn_of_one_terraform_resource_are_of_one_table() {
    let machine = StateMachine::from_json(
        r#"{"StartAt": "Save", "States": {"Save": {"Type": "Task", "End": true,
            "Resource": "arn:aws:states:::dynamodb:putItem",
            "Parameters": {"TableName": "${aws_dynamodb_table.orders.name}", "Item": {}}}}}"#,
    );
    let options = PolicyOptions::new("m")
        .partition("${data.aws_partition.current.partition}")
        .region("${data.aws_region.current.region}")
        .account("${data.aws_caller_identity.current.account_id}");
    let policy = Policy::of(&machine.unwrap(), &options);
    let verdict = |resource: &str| {
        let statement = format!(
            r#"{{"Statement": [{{"Effect": "Allow", "Action": "*", "Resource": "{resource}"}}]}}"#
        );
        let check = policy.check(&RolePolicies::parse(&json(&statement)).unwrap());
        check.permissions[0].verdict.as_str()
    };
    assert_eq!(verdict("${aws_dynamodb_table.orders.arn}"), "granted");
    assert_eq!(
        verdict("arn:*:dynamodb:*:*:table/${aws_dynamodb_table.orders.id}"),
        "granted"
    );
    assert_eq!(verdict("${aws_dynamodb_table.others.arn}"), "undecidable");
}

#[test]
fn a_role_has_what_its_boundary_allows_too() {
    let machine = StateMachine::from_json(
        r#"{"StartAt": "Save", "States": {"Save": {"Type": "Task", "End": true,
            "Resource": "arn:aws:states:::dynamodb:putItem",
            "Parameters": {"TableName": "orders", "Item": {}}}}}"#,
    )
    .unwrap();
    let options = PolicyOptions::new("m").region("eu-west-1").account("1");
    let policy = Policy::of(&machine, &options);
    let verdict = |own: &str, boundary: &str| {
        let account = json(&format!(
            r#"{{"RoleDetailList": [{{"RoleName": "r",
                    "RolePolicyList": [{{"PolicyName": "p", "PolicyDocument": {{"Statement": [{own}]}}}}],
                    "PermissionsBoundary": {{"PermissionsBoundaryArn": "arn:aws:iam::1:policy/b"}}}}],
                "Policies": [{{"Arn": "arn:aws:iam::1:policy/b", "PolicyVersionList": [
                    {{"IsDefaultVersion": true, "Document": {{"Statement": [{boundary}]}}}}]}}]}}"#
        ));
        let check = policy.check(&RolePolicies::parse(&account).unwrap());
        check.permissions[0].verdict.as_str()
    };
    let other = r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}"#;
    let tagged = r#"{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringEquals": {"aws:PrincipalTag/a": "b"}}}"#;
    for (own, boundary, expected) in [
        ("PUT", "PUT", "granted"),
        ("PUT", other, "missing"),
        (other, "PUT", "missing"),
        ("PUT", tagged, "undecidable"),
        (tagged, "PUT", "undecidable"),
        (tagged, other, "missing"),
    ] {
        assert_eq!(verdict(own, boundary), expected, "{own} within {boundary}");
    }
}

#[cfg(feature = "yaml")]
#[test]
fn the_boundary_of_a_template_may_be_in_it() {
    let template = "Resources:
  M: {Type: 'AWS::StepFunctions::StateMachine', Properties: {RoleArn: !GetAtt R.Arn}}
  R: {Type: 'AWS::IAM::Role', Properties: {PermissionsBoundary: BOUNDARY}}
  B: {Type: 'AWS::IAM::ManagedPolicy', Properties: {PolicyDocument: {Statement: []}}}
";
    let of = |boundary: &str| template_policies(&template.replace("BOUNDARY", boundary));
    assert!(of("!Ref B").boundary.is_some() && of("!Ref B").is_complete());
    assert!(!of("'arn:aws:iam::aws:policy/X'").is_complete());
}

#[cfg(feature = "yaml")]
#[test]
fn the_document_of_a_policy_in_a_template_may_be_a_text() {
    let document = r#"{"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}"#;
    for kind in ["AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"] {
        let template = |document: &str| {
            format!(
                "Resources:
  M: {{Type: 'AWS::StepFunctions::StateMachine', Properties: {{RoleArn: !GetAtt R.Arn}}}}
  R: {{Type: 'AWS::IAM::Role', Properties: {{}}}}
  P: {{Type: '{kind}', Properties: {{Roles: [!Ref R], PolicyDocument: {document}}}}}
"
            )
        };
        let text = template_policies(&template(&format!("'{document}'")));
        let object = template_policies(&template(document));
        assert_eq!(format!("{text:?}"), format!("{object:?}"));
        assert_eq!((text.statements.len(), text.is_complete()), (1, true));
    }
}
