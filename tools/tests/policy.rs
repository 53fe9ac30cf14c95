//! Policies: worked examples from the notes, the project's own examples, and properties of every
//! policy.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};
use stepwright_asl::StateMachine;
use stepwright_asl::integrations::{optimized, services};
use stepwright_asl::json::Json;
use stepwright_tools::policy::{Policy, PolicyOptions, WarningKind};

/// Individual permissions: an action, a resource, a condition.
type Triples = BTreeSet<(String, String, String, String)>;

fn list(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items
            .iter()
            .map(|item| item.as_str().expect("is text").to_owned())
            .collect(),
        one => vec![one.as_str().expect("is text").to_owned()],
    }
}

fn triples(policy: &Value) -> Triples {
    let mut found = Triples::new();
    for statement in policy["Statement"].as_array().expect("has statements") {
        // A single element equals a list with one element.
        let condition = normal(&statement["Condition"]).to_string();
        for action in list(&statement["Action"]) {
            for resource in list(&statement["Resource"]) {
                let effect = statement["Effect"].as_str().expect("has one").to_owned();
                found.insert((effect, action.clone(), resource, condition.clone()));
            }
        }
    }
    found
}

fn normal(value: &Value) -> Value {
    match value {
        Value::Array(items) if items.len() == 1 => normal(&items[0]),
        Value::Array(items) => {
            let mut items: Vec<String> =
                items.iter().map(|item| normal(item).to_string()).collect();
            items.sort();
            json!(items)
        }
        Value::Object(members) => {
            let mut members: Vec<(&String, Value)> = members
                .iter()
                .map(|(key, value)| (key, normal(value)))
                .collect();
            members.sort_by_key(|(key, _)| key.as_str());
            members
                .into_iter()
                .map(|(key, value)| (key.clone(), value))
                .collect()
        }
        other => other.clone(),
    }
}

fn value(policy: &Policy) -> Value {
    serde_json::from_str(&policy.to_json()).expect("is JSON")
}

fn machine(definition: &Value) -> StateMachine {
    StateMachine::from_json(&definition.to_string()).expect("can be read")
}

fn options() -> PolicyOptions {
    PolicyOptions::new("Demo")
        .region("us-east-1")
        .account("123456789012")
}

/// A definition with sequential states.
fn chain(states: Value) -> Value {
    let mut states = states;
    let names: Vec<String> = states
        .as_object()
        .expect("is one")
        .keys()
        .cloned()
        .collect();
    for (name, next) in names.iter().zip(names.iter().skip(1)) {
        states[name]["Next"] = json!(next);
    }
    states[names.last().expect("has one")]["End"] = json!(true);
    json!({"StartAt": names[0], "States": states})
}

fn task(resource: &str, parameters: Value) -> Value {
    let resource = if resource.contains("arn:") || resource.starts_with("${") {
        resource.to_owned()
    } else {
        format!("arn:aws:states:::{resource}")
    };
    json!({"Type": "Task", "Resource": resource, "Parameters": parameters})
}

/// The policy and the warnings, for snapshots.
fn shown(definition: &Value, options: &PolicyOptions) -> String {
    let policy = Policy::of(&machine(definition), options);
    let mut lines = Vec::new();
    for statement in policy.statements() {
        let condition = statement
            .condition
            .as_ref()
            .map(|condition| format!("\n    if {}", Json::Object(condition.clone())));
        lines.push(format!(
            "{} {}\n    {}{}",
            statement.effect.as_str(),
            statement.actions.join(" "),
            statement.resources.join("\n    "),
            condition.unwrap_or_default()
        ));
    }
    lines.extend(
        policy
            .warnings()
            .iter()
            .map(|warning| format!("{}: {warning}", warning.kind.as_str())),
    );
    lines.extend(
        policy
            .roles()
            .iter()
            .map(|role| format!("{}: {}", role.role, role.to_value())),
    );
    lines.join("\n")
}

#[test]
fn substitutions_are_used_as_arns_or_names() {
    let definition = chain(json!({
        "Charge": task("lambda:invoke", json!({"FunctionName": "${ChargeCardArn}", "Payload.$": "$"})),
        "Old": task("${OldArn}", json!({})),
        "Save": task("dynamodb:putItem", json!({"TableName": "${OrdersTable}", "Item": {}})),
        "Find": task("aws-sdk:dynamodb:query", json!({"TableName": "${OrdersTable}", "IndexName": "byCustomer"})),
        "Tell": task("sns:publish", json!({"TopicArn": "${TopicArn}", "Message": "m"})),
        "Ask": task("sqs:sendMessage.waitForTaskToken", json!({"QueueUrl": "${QueueUrl}", "MessageBody": {}})),
        "Child": task("states:startExecution.sync:2", json!({"StateMachineArn": "${ChildArn}"})),
        "Build": task("codebuild:startBuild.sync", json!({"ProjectName": "${Stage}-build"})),
        "Emit": task("events:putEvents", json!({"Entries": [{"EventBusName": "${Bus}"}, {"Source": "s"}]})),
    }));
    insta::assert_snapshot!(shown(&definition, &options()));
}

#[test]
fn sdk_calls_are_allowed_on_the_resources_in_their_arguments() {
    let definition = chain(json!({
        "Object": task("aws-sdk:s3:getObject", json!({"Bucket": "in", "Key.$": "$.key"})),
        "Copy": task("aws-sdk:s3:copyObject", json!({"Bucket": "out", "Key": "b.csv", "CopySource": "in/a.csv"})),
        "Secret": task("aws-sdk:secretsmanager:getSecretValue", json!({"SecretId": "prod/db"})),
        "Parameter": task("aws-sdk:ssm:getParameter", json!({"Name": "/app/limit"})),
        "Start": task("aws-sdk:rds:startDBInstance", json!({"DbInstanceIdentifier": "orders"})),
        "List": task("aws-sdk:rds:describeDBInstances", json!({})),
        "Crawl": task("aws-sdk:glue:startCrawler", json!({"Name": "nightly"})),
        "Sync": task("aws-sdk:sfn:startSyncExecution", json!({"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:Fast"})),
        "Answer": task("aws-sdk:sfn:sendTaskSuccess", json!({"TaskToken.$": "$.token", "Output": "{}"})),
        "Data": task("aws-sdk:rdsdata:executeStatement", json!({"ResourceArn": "arn:aws:rds:us-east-1:123456789012:cluster:c", "SecretArn": "${SecretArn}", "Sql": "select 1"})),
        "Plan": task("aws-sdk:scheduler:createSchedule", json!({"Name": "n", "GroupName": "g", "Target": {"Arn": "x", "RoleArn": "arn:aws:iam::123456789012:role/plan"}})),
        "Run": task("aws-sdk:ec2:runInstances", json!({"ImageId": "ami"})),
        "Write": task("aws-sdk:dynamodb:transactWriteItems", json!({"TransactItems": [{"Put": {"TableName": "a"}}, {"Delete": {"TableName": "b"}}]})),
        "Batch": task("aws-sdk:dynamodb:batchWriteItem", json!({"RequestItems": {"a": []}})),
        "Sql": task("aws-sdk:dynamodb:executeStatement", json!({"Statement": "select * from \"a\""})),
        "Delete": task("aws-sdk:apigateway:deleteStage", json!({"RestApiId": "r", "StageName": "s"})),
        "Rename": task("aws-sdk:s3:renameObject", json!({"Bucket": "in", "Key": "k"})),
        "New": task("aws-sdk:s3:foldObject", json!({"Bucket": "in", "Key": "k"})),
        "Same": task("aws-sdk:lambda:invoke", json!({"FunctionName": "charge"})),
    }));
    insta::assert_snapshot!(shown(&definition, &options()));
}

#[test]
fn jobs_need_their_roles_and_rules() {
    let definition = chain(json!({
        "Train": task("sagemaker:createTrainingJob.sync", json!({"TrainingJobName": "job", "RoleArn": "arn:aws:iam::123456789012:role/train"})),
        "Deploy": task("sagemaker:createEndpoint", json!({"EndpointName": "Live", "EndpointConfigName": "Live-1"})),
        "Task": task("ecs:runTask.sync", json!({"Cluster": "c", "TaskDefinition": "job", "Overrides": {"TaskRoleArn.$": "$.role"}})),
        "Cluster": task("elasticmapreduce:createCluster.sync", json!({"Name": "c", "ServiceRole": "emr", "JobFlowRole": "${JobFlowRoleArn}"})),
        "Query": task("athena:startQueryExecution.sync", json!({"QueryString": "select 1"})),
        "Api": task("apigateway:invoke", json!({"ApiEndpoint": "abc.execute-api.us-east-1.amazonaws.com", "Method": "GET", "Stage": "prod", "Path": "/orders", "AuthType": "IAM_ROLE"})),
        "Model": task("bedrock:invokeModel", json!({"ModelId": "eu.anthropic.claude", "Input": {"S3Uri": "s3://prompts/one.json"}})),
        "Http": task("http:invoke", json!({"ApiEndpoint.$": "$.url", "Method": "POST", "Authentication": {"ConnectionArn": "${ConnectionArn}"}})),
        "Stop": task("codebuild:stopBuild", json!({"Id": "web:0a1b"})),
    }));
    insta::assert_snapshot!(shown(&definition, &options()));
}

#[test]
fn a_distributed_map_starts_executions_of_its_own_machine() {
    let map = |reader: Value, writer: Value| {
        json!({"Type": "Map", "ItemReader": reader, "ResultWriter": writer, "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "In",
            "States": {"In": {"Type": "Pass", "End": true}}}})
    };
    let definition = json!({"StartAt": "A", "States": {
        "A": {"Type": "Parallel", "End": true, "Branches": [{"StartAt": "List", "States": {"List": {"Type": "Map", "End": true, "ItemProcessor": {
            "StartAt": "B", "States": chain(json!({
                "B": map(json!({"Resource": "arn:aws:states:::s3:listObjectsV2", "Parameters": {"Bucket": "in", "Prefix": "csv/"}}), json!({"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket.$": "$.out"}})),
                "C": map(json!({"Resource": "arn:aws:states:::s3:listObjectsV2", "ReaderConfig": {"Transformation": "LOAD_AND_FLATTEN", "InputType": "JSON"}, "Parameters": {"Bucket": "in", "Prefix.$": "$.p"}}), json!({"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "out", "Prefix": "done/"}})),
                "D": map(json!({"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "MANIFEST"}, "Parameters": {"Bucket": "in", "Key": "manifest.json"}}), json!({"WriterConfig": {"Transformation": "COMPACT"}})),
            }))["States"]}}}}]},
    }});
    insta::assert_snapshot!(shown(&definition, &options().redrive(true)));
}

#[test]
fn calls_with_credentials_list_the_permissions_of_their_role() {
    let mut far = task(
        "states:startExecution.sync:2",
        json!({"StateMachineArn": "arn:aws:states:us-east-1:999988887777:stateMachine:Far"}),
    );
    far["Credentials"] = json!({"RoleArn": "arn:aws:iam::999988887777:role/Target"});
    let mut table = task(
        "dynamodb:getItem",
        json!({"TableName": "orders", "Key": {}}),
    );
    table["Credentials"] = json!({"RoleArn": "arn:aws:iam::999988887777:role/Target"});
    let mut any = task(
        "dynamodb:getItem",
        json!({"TableName": "orders", "Key": {}}),
    );
    any["Credentials"] = json!({"RoleArn.$": "$.role"});
    let definition = chain(json!({"Far": far, "Table": table, "Any": any}));
    insta::assert_snapshot!(shown(&definition, &options()));
}

#[test]
fn a_machine_without_permissions_has_a_policy_that_denies() {
    for definition in [
        chain(json!({"A": {"Type": "Pass"}})),
        chain(
            json!({"A": task("arn:aws:states:us-east-1:123456789012:activity:approve", json!({}))}),
        ),
        chain(json!({"A": task("${ReviewActivityArn}", json!({}))})),
        chain(json!({"A": task("eks:call", json!({"ClusterName": "c"}))})),
    ] {
        let policy = Policy::of(&machine(&definition), &options());
        assert_eq!(
            policy.to_json(),
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":["*"],"Resource":["*"]}]}"#
        );
    }
}

#[test]
fn a_policy_that_is_too_long_has_a_warning() {
    let state = |index: usize| {
        let table = format!("table-{index:04}-{}", "x".repeat(100));
        (
            format!("S{index:04}"),
            task("dynamodb:putItem", json!({"TableName": table, "Item": {}})),
        )
    };
    let size_warning = |count: usize| {
        let policy = Policy::of(
            &machine(&chain((0..count).map(state).collect())),
            &options(),
        );
        let warning = policy
            .warnings()
            .iter()
            .find(|warning| warning.kind == WarningKind::Policy);
        warning
            .map(|warning| warning.to_string())
            .unwrap_or_default()
    };
    assert_eq!(size_warning(10), "");
    assert!(
        size_warning(45)
            .contains("fits an inline policy of a role (at most 10240), but not a managed policy"),
        "{}",
        size_warning(45)
    );
    assert!(
        size_warning(100).contains("split it"),
        "{}",
        size_warning(100)
    );
}

/// Checks that every action is valid, and every resource is `*`, an ARN or a placeholder for an
/// ARN.
fn well_formed(policy: &Policy) {
    let statements = policy
        .statements()
        .iter()
        .chain(policy.roles().iter().flat_map(|role| &role.statements));
    for statement in statements {
        assert!(!statement.actions.is_empty() && !statement.resources.is_empty());
        assert!(statement.actions.is_sorted() && statement.resources.is_sorted());
        for action in &statement.actions {
            let is_one = action.split_once(':').is_some_and(|(prefix, name)| {
                let small = prefix
                    .chars()
                    .all(|char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '-');
                small
                    && !prefix.is_empty()
                    && !name.is_empty()
                    && name
                        .chars()
                        .all(|char| char.is_ascii_alphanumeric() || char == '*')
            });
            assert!(is_one || action == "*", "{action}");
        }
        for resource in &statement.resources {
            let is_arn = resource.starts_with("arn:") && resource.matches(':').count() >= 5;
            assert!(
                is_arn || resource == "*" || resource.starts_with("${"),
                "{resource}"
            );
            assert!(!resource.chars().any(char::is_control), "{resource:?}");
        }
        if statement.resources.iter().any(|resource| resource == "*") {
            assert_eq!(statement.resources.len(), 1);
        }
    }
}

/// The text of an argument: names, ARNs, placeholders, expressions, and other texts.
fn argument() -> impl Strategy<Value = Value> {
    prop_oneof![
        "[a-zA-Z0-9_-]{1,12}".prop_map(Value::from),
        "[a-z0-9]{1,4}:[a-z0-9$]{1,6}".prop_map(Value::from),
        Just(json!("arn:aws:sqs:us-east-1:123456789012:q")),
        Just(json!("arn:aws:iam::123456789012:role/r")),
        Just(json!(
            "arn:aws:lambda:us-east-1:123456789012:function:f:prod"
        )),
        Just(json!(
            "arn:aws:states:us-east-1:123456789012:stateMachine:m"
        )),
        Just(json!("arn:aws:s3:us-east-1:123456789012:accesspoint/p")),
        Just(json!("https://sqs.us-east-1.amazonaws.com/123456789012/q")),
        Just(json!("s3://bucket/key")),
        Just(json!("arn:")),
        "\\$\\{[A-Z][a-zA-Z.:]{0,12}\\}".prop_map(Value::from),
        "\\{% [a-z$']{0,8} %\\}".prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
        Just(json!([])),
        proptest::collection::vec("[a-z:/${}]{0,8}".prop_map(Value::from), 0..3)
            .prop_map(Value::from),
        proptest::collection::btree_map(
            "(S3Uri|RoleArn|ConnectionArn|TableName|EventBusName|Put|x)",
            "[a-z:/${}]{0,8}".prop_map(Value::from),
            0..3
        )
        .prop_map(|map| json!(map)),
    ]
}

/// Resources in the tables, and some others.
fn resource() -> impl Strategy<Value = String> {
    let optimized = (
        any::<prop::sample::Index>(),
        "(|.sync|.sync:2|.waitForTaskToken|.wait)",
    )
        .prop_map(|(index, suffix)| {
            format!(
                "arn:aws:states:::{}{suffix}",
                index.get(optimized()).resource
            )
        });
    let sdk = (any::<prop::sample::Index>(), any::<prop::sample::Index>()).prop_map(
        |(service, action)| {
            let service = service.get(services());
            let actions: Vec<String> = service.actions().collect();
            let action = if actions.is_empty() {
                "doIt".to_owned()
            } else {
                action.get(&actions).clone()
            };
            format!("arn:aws:states:::aws-sdk:{}:{action}", service.name())
        },
    );
    prop_oneof![
        3 => optimized,
        3 => sdk,
        1 => Just("arn:aws:lambda:us-east-1:123456789012:function:f".to_owned()),
        1 => Just("arn:aws:states:us-east-1:123456789012:activity:a".to_owned()),
        1 => Just("${ChargeArn}".to_owned()),
        1 => any::<String>(),
        1 => "arn:aws:states:::[a-z0-9:.${}-]{0,20}",
    ]
}

/// A Task or a Map with arguments that its integration may accept.
fn state() -> impl Strategy<Value = Value> {
    let names = "(FunctionName|Qualifier|QueueUrl|TopicArn|TableName|IndexName|Bucket|Key|Prefix|StateMachineArn|TaskDefinition|Overrides|RoleArn|Role|ServiceRole|JobName|Name|Id|Ids|ProjectName|ApiEndpoint|Method|Stage|Path|AuthType|Authentication|InvocationConfig|Entries|ModelId|Input|Output|WorkGroup|ClusterId|SecretId|KeyId|CopySource|Statement|TransactItems|RequestItems|ResourceArn|Tags)(\\.\\$)?";
    let arguments = proptest::collection::btree_map(names, argument(), 0..6);
    (resource(), arguments, any::<bool>(), 0..8u8).prop_map(|(resource, arguments, arguments_given, more)| {
        let mut task = json!({"Type": "Task", "Resource": resource, "End": true});
        if arguments_given {
            task[if more % 2 == 0 { "Parameters" } else { "Arguments" }] = json!(arguments);
        }
        match more {
            0 => task["Credentials"] = json!({"RoleArn": arguments.values().next()}),
            1 => {
                return json!({"Type": "Map", "End": true, "Label": "l", "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "Parameters": arguments},
                    "ResultWriter": {"Resource": resource, "Parameters": arguments},
                    "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED"}, "StartAt": "T", "States": {"T": task}}});
            }
            2 => {
                return json!({"Type": "Parallel", "End": true, "Branches": [{"StartAt": "P", "States": {"P": task}}]});
            }
            _ => {}
        }
        task
    })
}

fn policy_of(states: &[Value], order: impl Iterator<Item = usize>) -> Option<Policy> {
    let states: serde_json::Map<String, Value> = order
        .map(|index| (format!("S{index}"), states[index].clone()))
        .collect();
    let definition = json!({"StartAt": "S0", "States": states});
    let machine = StateMachine::from_json(&definition.to_string()).ok()?;
    Some(Policy::of(
        &machine,
        &options()
            .redrive(true)
            .pass_role("S1", "arn:aws:iam::123456789012:role/given"),
    ))
}

proptest! {
    #[test]
    fn every_policy_is_well_formed(states in proptest::collection::vec(state(), 1..6)) {
        if let Some(policy) = policy_of(&states, 0..states.len()) {
            well_formed(&policy);
        }
    }

    #[test]
    fn a_policy_does_not_depend_on_the_order_of_states(states in proptest::collection::vec(state(), 1..6)) {
        let forward = policy_of(&states, 0..states.len());
        let backward = policy_of(&states, (0..states.len()).rev());
        prop_assert_eq!(forward, backward);
    }

    #[test]
    fn an_additional_state_removes_no_permission(states in proptest::collection::vec(state(), 2..6)) {
        let (Some(fewer), Some(more)) = (policy_of(&states, 0..states.len() - 1), policy_of(&states, 0..states.len())) else {
            return Ok(());
        };
        let more = triples(&value(&more));
        for (effect, action, resource, condition) in triples(&value(&fewer)) {
            let all = (effect.clone(), action.clone(), "*".to_owned(), condition.clone());
            let kept = effect == "Deny" || more.contains(&all) || more.contains(&(effect, action.clone(), resource.clone(), condition));
            prop_assert!(kept, "{} on {}", action, resource);
        }
    }
}

fn sdk(call: &str, arguments: Value) -> Policy {
    let machine = json!({"StartAt": "Call", "States": {"Call": {
        "Type": "Task", "Resource": format!("arn:aws:states:::aws-sdk:{call}"), "Parameters": arguments, "End": true}}});
    let machine = StateMachine::from_json(&machine.to_string()).expect("it is a machine");
    Policy::of(
        &machine,
        &PolicyOptions::new("M")
            .region("eu-west-1")
            .account("123456789012"),
    )
}

#[test]
fn role_arguments_need_pass_role_or_a_warning() {
    const ROLE: &str = "arn:aws:iam::123456789012:role/work";
    let passed = |policy: &Policy| {
        let statements = policy.statements().iter();
        let pass = statements.filter(|statement| statement.actions == ["iam:PassRole"]);
        pass.flat_map(|statement| statement.resources.clone())
            .collect::<Vec<_>>()
    };
    let has_warning = |policy: &Policy| {
        policy
            .warnings()
            .iter()
            .any(|warning| warning.kind == WarningKind::PassRole)
    };
    for (call, arguments) in [
        (
            "lambda:createFunction",
            json!({"FunctionName": "f", "Role": ROLE, "Code": {}}),
        ),
        (
            "sagemaker:createTrainingJob",
            json!({"TrainingJobName": "t", "RoleArn": ROLE}),
        ),
        (
            "glue:createJob",
            json!({"Name": "j", "Role": ROLE, "Command": {}}),
        ),
        (
            "scheduler:createSchedule",
            json!({"Name": "s", "Target": {"Arn": "a", "RoleArn": ROLE}}),
        ),
        ("pipes:createPipe", json!({"Name": "p", "RoleArn": ROLE})),
        (
            "emrserverless:startJobRun",
            json!({"ApplicationId": "a", "ExecutionRoleArn": ROLE}),
        ),
        (
            "firehose:createDeliveryStream",
            json!({"DeliveryStreamName": "d", "S3DestinationConfiguration": {"RoleARN": ROLE}}),
        ),
        (
            "transcribe:startTranscriptionJob",
            json!({"JobExecutionSettings": {"DataAccessRoleArn": ROLE}}),
        ),
        (
            "comprehend:startEntitiesDetectionJob",
            json!({"Anything": [ROLE]}),
        ),
    ] {
        let policy = sdk(call, arguments.clone());
        assert_eq!(passed(&policy), [ROLE], "{call}");
        assert!(!has_warning(&policy), "{call}: {:?}", policy.warnings());
        // The same arguments, computed at run time.
        let computed = arguments
            .to_string()
            .replace(&format!("Role\":\"{ROLE}\""), "Role.$\":\"$.role\"");
        let computed = computed
            .replace(&format!("Arn\":\"{ROLE}\""), "Arn.$\":\"$.role\"")
            .replace(&format!("ARN\":\"{ROLE}\""), "ARN.$\":\"$.role\"");
        let computed: Value = serde_json::from_str(&computed).expect("it is JSON");
        if computed != arguments {
            let policy = sdk(call, computed.clone());
            assert!(has_warning(&policy), "{call}: {computed}");
        }
    }
    for arguments in [
        json!({"IamInstanceProfile": {"Name": "p"}, "MinCount": 1}),
        json!({"LaunchTemplateData": {"IamInstanceProfile": {"Arn.$": "$.profile"}}}),
        json!({"Profile": "arn:aws:iam::123456789012:instance-profile/p"}),
    ] {
        assert!(
            has_warning(&sdk("ec2:runInstances", arguments.clone())),
            "{arguments}"
        );
    }
    // These calls pass no role.
    for (call, arguments) in [
        (
            "sts:assumeRole",
            json!({"RoleArn": ROLE, "RoleSessionName": "s"}),
        ),
        ("iam:getRole", json!({"RoleName": "work"})),
        ("dynamodb:scan", json!({"TableName": "t"})),
    ] {
        let policy = sdk(call, arguments);
        assert!(
            passed(&policy).is_empty() && !has_warning(&policy),
            "{call}: {policy}"
        );
    }
}

/// The resources of an action in the policy of a call of the SDK.
fn resources_of(call: &str, arguments: Value, action: &str) -> Vec<String> {
    let policy = sdk(call, arguments);
    let statements = policy.statements().iter();
    let of_action = statements.filter(|one| one.actions.iter().any(|known| known == action));
    let mut resources: Vec<String> = of_action.flat_map(|one| one.resources.clone()).collect();
    resources.sort();
    let name = |arn: String| arn.splitn(6, ':').nth(5).map_or(arn.clone(), str::to_owned);
    resources.into_iter().map(name).collect()
}

#[test]
fn a_call_needs_only_the_resources_of_its_arguments() {
    let index = json!({"TableName": "t", "IndexName": "i"});
    assert_eq!(
        resources_of("dynamodb:query", index, "dynamodb:Query"),
        ["table/t/index/i"]
    );
    let table = json!({"TableName": "t"});
    assert_eq!(
        resources_of("dynamodb:query", table, "dynamodb:Query"),
        ["table/t"]
    );
    let items = json!({"TransactItems": [
        {"Put": {"TableName": "a", "Item": {}}},
        {"Put": {"TableName": "b", "Item": {}}},
        {"Delete": {"TableName": "c", "Key": {}}},
    ]});
    let needed = |action: &str| resources_of("dynamodb:transactWriteItems", items.clone(), action);
    assert_eq!(needed("dynamodb:PutItem"), ["table/a", "table/b"]);
    assert_eq!(needed("dynamodb:DeleteItem"), ["table/c"]);
    assert_eq!(needed("dynamodb:UpdateItem"), [""; 0]);
    let machine = "arn:aws:states:us-east-1:123456789012:stateMachine:m";
    let list = json!({"StateMachineArn": machine});
    assert_eq!(
        resources_of("sfn:listExecutions", list, "states:ListExecutions"),
        ["stateMachine:m"]
    );
    let of = json!({"ExecutionArn.$": "$.arn"});
    let described = resources_of("sfn:describeExecution", of, "states:DescribeExecution");
    assert!(
        described.iter().all(|arn| !arn.contains("express")),
        "{described:?}"
    );
    assert!(!described.is_empty());
}

#[test]
fn a_role_has_what_its_template_needs() {
    use stepwright_asl::template::read_for_evaluation;
    use stepwright_tools::policy::TemplateRole;

    let template = |more: &str| {
        let text = format!(
            "Resources:
  Save: {{Type: AWS::Lambda::Function}}
  Orders:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: orders.asl.json
      DefinitionSubstitutions: {{F: !Ref Save}}
      {more}
"
        );
        let document = read_for_evaluation("template.yaml", &text).expect("it is YAML");
        TemplateRole::of(&document, "Orders").expect("it has a role")
    };
    let role = template("Policies: [{LambdaInvokePolicy: {FunctionName: !Ref Save}}]");
    let invoke = json!({"StartAt": "A", "States": {"A": {"Type": "Task", "End": true,
        "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "${F}"}}}});
    let machine = StateMachine::from_json(&invoke.to_string()).expect("it is valid");
    let machine = StateMachine::from_value(&role.definition(&machine.to_value()));
    let options = PolicyOptions::new("Orders")
        .region("${AWS::Region}")
        .account("${AWS::AccountId}");
    let policy = Policy::of(&machine.expect("it is valid"), &options);
    let check = policy.check(&role.policies().expect("it is a policy"));
    assert!(check.is_granted(), "{check:?}");

    for (more, is_logged, is_traced) in [
        ("Role: !GetAtt R.Arn", false, false),
        ("Logging: {Level: ALL, Destinations: []}", true, false),
        ("Logging: {Level: \"OFF\"}", false, false),
        // SAM adds the permission to its role.
        ("Tracing: {Enabled: true}", false, false),
        ("Role: r\n      Tracing: {Enabled: true}", false, true),
    ] {
        let role = template(more);
        let found = (role.is_logged(), role.is_traced());
        assert_eq!(found, (is_logged, is_traced), "{more}");
    }
}

#[test]
fn the_condition_of_the_policy_is_granted_by_the_same_one() {
    use stepwright_tools::policy::RolePolicies;

    let definition = json!({"StartAt": "A", "States": {"A": {"Type": "Task", "End": true,
        "Resource": "arn:aws:states:::http:invoke", "Parameters": {
            "ApiEndpoint.$": "$.url", "Method": "GET",
            "Authentication": {"ConnectionArn": "arn:aws:events:us-east-1:123456789012:connection/c/1"}}}}});
    let machine = StateMachine::from_json(&definition.to_string());
    let policy = Policy::of(&machine.expect("it is valid"), &PolicyOptions::new("m"));
    let own = RolePolicies::parse(&policy.to_value()).expect("it is a policy");
    assert!(policy.check(&own).is_granted(), "{:?}", policy.check(&own));
}

#[test]
fn an_unknown_service_is_a_warning_and_not_denied() {
    let unknown = sdk("nosuchservice:doIt", json!({}));
    assert!(unknown.statements().is_empty(), "{unknown}");
    assert!(
        unknown
            .warnings()
            .iter()
            .any(|warning| warning.kind == WarningKind::Unknown)
    );
}

/// The actions that a policy allows, each with its resources; and the texts of its warnings.
fn allowed(call: &str, arguments: Value) -> (Vec<String>, String) {
    let policy = sdk(call, arguments);
    let mut found: Vec<String> = policy
        .statements()
        .iter()
        .flat_map(|statement| {
            let resources = statement.resources.join(" ");
            let actions = statement.actions.iter();
            actions.map(move |action| format!("{action} {resources}"))
        })
        .collect();
    found.sort();
    let warnings: Vec<String> = policy.warnings().iter().map(ToString::to_string).collect();
    (found, warnings.join("\n"))
}

#[test]
fn some_arguments_need_further_actions() {
    let bedrock = "arn:aws:bedrock:eu-west-1";
    let rag = |model: &str| {
        json!({"Input": {"Text": "?"}, "RetrieveAndGenerateConfiguration": {"Type": "KNOWLEDGE_BASE",
            "KnowledgeBaseConfiguration": {"KnowledgeBaseId": "KB1", "ModelArn": model}}})
    };
    let profile = format!("{bedrock}:123456789012:inference-profile/eu.anthropic.claude");
    let invoke = format!(
        "bedrock:InvokeModel arn:aws:bedrock:*::foundation-model/anthropic.claude {profile}"
    );
    let get = format!("bedrock:GetInferenceProfile {profile}");
    for (call, arguments, needed) in [
        (
            "rekognition:detectLabels",
            json!({"Image": {"S3Object": {"Bucket": "in", "Name": "a.png"}}}),
            vec!["s3:GetObject arn:aws:s3:::in/a.png"],
        ),
        (
            "rekognition:compareFaces",
            json!({"SourceImage": {"S3Object": {"Bucket": "in", "Name": "a", "Version": "1"}}, "TargetImage": {"S3Object": {"Bucket": "in", "Name.$": "$.b"}}}),
            vec![
                "s3:GetObject arn:aws:s3:::in/*",
                "s3:GetObject arn:aws:s3:::in/a",
                "s3:GetObjectVersion arn:aws:s3:::in/a",
            ],
        ),
        (
            "textract:analyzeDocument",
            json!({"Document": {"S3Object": {"Bucket": "in", "Name": "a.pdf"}}, "FeatureTypes": ["FORMS"]}),
            vec!["s3:GetObject arn:aws:s3:::in/a.pdf"],
        ),
        (
            "textract:startDocumentAnalysis",
            json!({"DocumentLocation": {"S3Object": {"Bucket": "in", "Name": "a.pdf"}}, "FeatureTypes": ["FORMS"], "OutputConfig": {"S3Bucket": "out", "S3Prefix": "done/"}}),
            vec![
                "s3:GetObject arn:aws:s3:::in/a.pdf",
                "s3:PutObject arn:aws:s3:::out/done/*",
            ],
        ),
        (
            "transcribe:startTranscriptionJob",
            json!({"TranscriptionJobName": "j", "Media": {"MediaFileUri": "s3://in/a.mp3"}, "OutputBucketName": "out"}),
            vec![
                "s3:GetObject arn:aws:s3:::in/a.mp3",
                "s3:PutObject arn:aws:s3:::out/*",
            ],
        ),
        (
            "transcribe:startTranscriptionJob",
            json!({"TranscriptionJobName": "j", "Media": {"MediaFileUri": "https://s3.eu-west-1.amazonaws.com/in/a.mp3"}, "OutputBucketName": "out", "OutputKey": "t/"}),
            vec![
                "s3:GetObject arn:aws:s3:::in/a.mp3",
                "s3:PutObject arn:aws:s3:::out/t/*",
            ],
        ),
        (
            "transcribe:startCallAnalyticsJob",
            json!({"CallAnalyticsJobName": "j", "Media": {"MediaFileUri": "https://in.s3.eu-west-1.amazonaws.com/a.mp3"}, "OutputLocation": "s3://out"}),
            vec![
                "s3:GetObject arn:aws:s3:::in/a.mp3",
                "s3:PutObject arn:aws:s3:::out/*",
            ],
        ),
        (
            "polly:startSpeechSynthesisTask",
            json!({"OutputFormat": "mp3", "OutputS3BucketName": "out", "OutputS3KeyPrefix": "speech", "SnsTopicArn": "arn:aws:sns:eu-west-1:123456789012:t"}),
            vec![
                "s3:PutObject arn:aws:s3:::out/speech*",
                "sns:Publish arn:aws:sns:eu-west-1:123456789012:t",
            ],
        ),
        (
            "translate:translateText",
            json!({"Text": "x", "SourceLanguageCode": "auto", "TargetLanguageCode": "de"}),
            vec!["comprehend:DetectDominantLanguage *"],
        ),
        (
            "rdsdata:executeStatement",
            json!({"ResourceArn": "arn:aws:rds:eu-west-1:123456789012:cluster:c", "SecretArn": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-a1b2c3"}),
            vec![
                "secretsmanager:GetSecretValue arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-a1b2c3",
            ],
        ),
        (
            "redshiftdata:executeStatement",
            json!({"Sql": "select 1", "SecretArn": "db"}),
            vec![
                "secretsmanager:GetSecretValue arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-??????",
            ],
        ),
        (
            "secretsmanager:batchGetSecretValue",
            json!({"SecretIdList": ["a", "b"]}),
            vec![
                "secretsmanager:GetSecretValue arn:aws:secretsmanager:eu-west-1:123456789012:secret:a-?????? arn:aws:secretsmanager:eu-west-1:123456789012:secret:b-??????",
            ],
        ),
        (
            "dynamodb:exportTableToPointInTime",
            json!({"TableArn": "arn:aws:dynamodb:eu-west-1:123456789012:table/t", "S3Bucket": "out", "S3Prefix": "exports/"}),
            vec![
                "s3:AbortMultipartUpload arn:aws:s3:::out/exports/*",
                "s3:PutObject arn:aws:s3:::out/exports/*",
                "s3:PutObjectAcl arn:aws:s3:::out/exports/*",
            ],
        ),
        (
            "dynamodb:importTable",
            json!({"S3BucketSource": {"S3Bucket": "in"}, "InputFormat": "CSV"}),
            vec![
                "s3:GetObject arn:aws:s3:::in/*",
                "s3:ListBucket arn:aws:s3:::in",
            ],
        ),
        (
            "s3:putObject",
            json!({"Bucket": "b", "Key": "k", "Body": "x", "Tagging": "a=b", "ACL": "private", "ObjectLockMode": "GOVERNANCE", "ObjectLockLegalHoldStatus": "ON"}),
            vec![
                "s3:PutObject arn:aws:s3:::b/k",
                "s3:PutObjectAcl arn:aws:s3:::b/k",
                "s3:PutObjectLegalHold arn:aws:s3:::b/k",
                "s3:PutObjectRetention arn:aws:s3:::b/k",
                "s3:PutObjectTagging arn:aws:s3:::b/k",
            ],
        ),
        (
            "s3:copyObject",
            json!({"Bucket": "b", "Key": "k", "CopySource": "in/a?versionId=1", "Tagging": "a=b"}),
            vec![
                "s3:GetObjectVersion arn:aws:s3:::in/a",
                "s3:PutObject arn:aws:s3:::b/k",
                "s3:PutObjectTagging arn:aws:s3:::b/k",
            ],
        ),
        (
            "s3:deleteObjects",
            json!({"Bucket": "b", "Delete": {"Objects": [{"Key": "k", "VersionId": "1"}]}}),
            vec!["s3:DeleteObjectVersion arn:aws:s3:::b/*"],
        ),
        (
            "s3:getObjectAttributes",
            json!({"Bucket": "b", "Key": "k", "VersionId": "1"}),
            vec![
                "s3:GetObjectVersion arn:aws:s3:::b/k",
                "s3:GetObjectVersionAttributes arn:aws:s3:::b/k",
            ],
        ),
        (
            "bedrockagentruntime:retrieveAndGenerate",
            rag("eu.anthropic.claude"),
            vec![
                &get,
                &invoke,
                "bedrock:Retrieve arn:aws:bedrock:eu-west-1:123456789012:knowledge-base/KB1",
            ],
        ),
        (
            "bedrockagentruntime:retrieveAndGenerate",
            rag("arn:aws:bedrock:eu-west-1::foundation-model/m"),
            vec![
                "bedrock:InvokeModel arn:aws:bedrock:eu-west-1::foundation-model/m",
                "bedrock:Retrieve arn:aws:bedrock:eu-west-1:123456789012:knowledge-base/KB1",
            ],
        ),
    ] {
        let (found, _) = allowed(call, arguments.clone());
        for permission in &needed {
            let (action, resources) = permission.split_once(' ').expect("has resources");
            let has = found.iter().any(|one| {
                let (one, on) = one.split_once(' ').expect("has resources");
                one == action
                    && resources
                        .split(' ')
                        .all(|resource| on.split(' ').any(|on| on == resource))
            });
            assert!(has, "{call} {arguments} needs {permission}: {found:#?}");
        }
    }
}

#[test]
fn an_object_version_needs_the_action_for_versions_instead() {
    for (operation, current, version) in [
        ("getObject", "GetObject", "GetObjectVersion"),
        ("headObject", "GetObject", "GetObjectVersion"),
        ("deleteObject", "DeleteObject", "DeleteObjectVersion"),
        (
            "getObjectTagging",
            "GetObjectTagging",
            "GetObjectVersionTagging",
        ),
        (
            "putObjectTagging",
            "PutObjectTagging",
            "PutObjectVersionTagging",
        ),
        (
            "deleteObjectTagging",
            "DeleteObjectTagging",
            "DeleteObjectVersionTagging",
        ),
        ("getObjectAcl", "GetObjectAcl", "GetObjectVersionAcl"),
        ("putObjectAcl", "PutObjectAcl", "PutObjectVersionAcl"),
    ] {
        let call = format!("s3:{operation}");
        let on = |action: &str| format!("s3:{action} arn:aws:s3:::b/k");
        let (found, _) = allowed(&call, json!({"Bucket": "b", "Key": "k"}));
        assert_eq!(found, [on(current)], "{call}");
        for given in [
            json!({"Bucket": "b", "Key": "k", "VersionId": "1"}),
            json!({"Bucket": "b", "Key": "k", "VersionId.$": "$.v"}),
        ] {
            let (found, _) = allowed(&call, given);
            assert_eq!(found, [on(version)], "{call}");
        }
    }
}

#[test]
fn arguments_without_resources_need_no_further_actions() {
    for (call, arguments) in [
        (
            "rekognition:detectLabels",
            json!({"Image": {"Bytes.$": "$.image"}}),
        ),
        (
            "transcribe:getTranscriptionJob",
            json!({"TranscriptionJobName": "j"}),
        ),
        (
            "translate:translateText",
            json!({"Text": "x", "SourceLanguageCode": "en", "TargetLanguageCode": "de"}),
        ),
        (
            "polly:synthesizeSpeech",
            json!({"Text": "x", "OutputFormat": "mp3", "VoiceId": "Joanna"}),
        ),
        ("redshiftdata:listStatements", json!({})),
        ("s3:putObject", json!({"Bucket": "b", "Key": "k"})),
    ] {
        let (found, warnings) = allowed(call, arguments);
        assert!(found.len() <= 1, "{call}: {found:?}");
        assert!(
            !warnings.contains("may be needed") && !warnings.contains("may also require"),
            "{call}: {warnings}"
        );
    }
}

#[test]
fn a_computed_argument_is_a_warning_and_a_wider_permission() {
    for (call, arguments, needed, said) in [
        (
            "transcribe:startTranscriptionJob",
            json!({"TranscriptionJobName": "j", "Media": {"MediaFileUri.$": "$.uri"}}),
            "s3:GetObject arn:aws:s3:::*",
            "Media.MediaFileUri",
        ),
        (
            "polly:startSpeechSynthesisTask",
            json!({"OutputS3BucketName.$": "$.bucket"}),
            "s3:PutObject arn:aws:s3:::*",
            "OutputS3BucketName",
        ),
        (
            "translate:translateText",
            json!({"SourceLanguageCode.$": "$.from"}),
            "comprehend:DetectDominantLanguage *",
            "SourceLanguageCode",
        ),
        (
            "rdsdata:executeStatement",
            json!({"SecretArn.$": "$.secret"}),
            "secretsmanager:GetSecretValue arn:aws:secretsmanager:eu-west-1:123456789012:secret:*",
            "SecretArn",
        ),
        (
            "secretsmanager:batchGetSecretValue",
            json!({"Filters": [{"Key": "name", "Values": ["prod/"]}]}),
            "secretsmanager:GetSecretValue arn:aws:secretsmanager:eu-west-1:123456789012:secret:*",
            "Filters",
        ),
        (
            "s3:putObject",
            json!({"Bucket": "b", "Key.$": "$.k", "Tagging": "a=b"}),
            "s3:PutObjectTagging arn:aws:s3:::b/*",
            "Key",
        ),
    ] {
        let (found, warnings) = allowed(call, arguments);
        assert!(found.iter().any(|one| one == needed), "{call}: {found:#?}");
        let line = warnings
            .lines()
            .find(|line| line.contains(needed.split(' ').next().expect("is one")));
        assert!(
            line.is_some_and(|line| line.contains(&format!("`{said}`"))),
            "{call}: {warnings}"
        );
    }
    // A value that is computed as a whole determines whether these calls need additional actions.
    for (call, arguments, said) in [
        (
            "rekognition:detectLabels",
            json!({"Image.$": "$.image"}),
            "`s3:GetObject` may be needed",
        ),
        (
            "transcribe:startTranscriptionJob",
            json!({"Media.$": "$.media"}),
            "`s3:GetObject` may be needed",
        ),
        (
            "bedrockagentruntime:retrieveAndGenerate",
            json!({"RetrieveAndGenerateConfiguration.$": "$.c"}),
            "`bedrock:GetInferenceProfile`, `bedrock:InvokeModel`, `bedrock:Retrieve`",
        ),
    ] {
        let (_, warnings) = allowed(call, arguments);
        assert!(warnings.contains(said), "{call}: {warnings}");
    }
}

mod recordings {
    //! Tests with data outside of the repository.

    use super::*;
    use crate::recordings::files::{read, realworld};

    #[test]
    #[ignore = "needs the recordings in STEPWRIGHT_RECORDINGS"]
    fn the_worked_examples_have_the_expected_policies() {
        let examples: Value =
            serde_json::from_str(&read("integrations/examples.json")).expect("is JSON");
        let mut failed = Vec::new();
        for example in examples["examples"].as_array().expect("has them") {
            let given = &example["options"];
            let text = |key: &str| given[key].as_str().unwrap_or_default();
            let is = |key: &str| given[key] == true;
            let mut options = PolicyOptions::new(text("state_machine_name"))
                .partition(text("partition"))
                .region(text("region"))
                .account(text("account"))
                .logging(is("logging"))
                .tracing(is("tracing"))
                .redrive(is("redrive"));
            for (state, roles) in given["pass_roles"].as_object().into_iter().flatten() {
                for role in list(roles) {
                    options = options.pass_role(state, role);
                }
            }
            let policy = Policy::of(&machine(&example["definition"]), &options);
            let (found, wanted) = (triples(&value(&policy)), triples(&example["expected"]));
            if found != wanted {
                let more: Vec<_> = found.difference(&wanted).collect();
                let less: Vec<_> = wanted.difference(&found).collect();
                failed.push(format!(
                    "{}: too much {more:#?}, lacks {less:#?}",
                    example["name"]
                ));
            }
        }
        assert!(failed.is_empty(), "{}", failed.join("\n"));
    }

    #[test]
    #[ignore = "needs the recordings in STEPWRIGHT_RECORDINGS"]
    fn every_recorded_definition_has_a_well_formed_policy() {
        let mut count = 0;
        for (_, text) in realworld() {
            let Ok(value) = serde_json::from_str::<Value>(&text) else {
                continue;
            };
            let definition = if value["States"].is_object() {
                &value
            } else {
                &value["definition"]
            };
            let Ok(machine) = StateMachine::from_json(&definition.to_string()) else {
                continue;
            };
            count += 1;
            well_formed(&Policy::of(&machine, &PolicyOptions::new("Real")));
        }
        assert!(count >= 50, "{count}");
    }
}
