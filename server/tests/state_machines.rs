use serde_json::json;

use crate::support::{Api, ROLE, members, pass};

const ARN: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:greet";

#[test]
fn a_machine_is_described_as_it_was_created() {
    let api = Api::new();
    let definition = r#"{ "StartAt":"A", "States":{"A":{"Type":"Pass","End":true}} }"#;
    let created = api.call(
        "CreateStateMachine",
        json!({"name": "greet", "definition": definition, "roleArn": ROLE, "type": "EXPRESS"}),
    );
    assert_eq!(members(&created), ["stateMachineArn", "creationDate"]);
    assert_eq!(created["stateMachineArn"], ARN);
    let described = api.call("DescribeStateMachine", json!({"stateMachineArn": ARN}));
    assert_eq!(described["definition"], definition);
    assert_eq!(described["type"], "EXPRESS");
    assert_eq!(described["creationDate"], created["creationDate"]);
    assert_eq!(
        described["loggingConfiguration"],
        json!({"level": "OFF", "includeExecutionData": false})
    );
}

#[test]
fn creating_an_identical_state_machine_again_is_idempotent() {
    let api = Api::new();
    let request =
        |definition: &str| json!({"name": "greet", "definition": definition, "roleArn": ROLE});
    let text = pass().to_string();
    let first = api.call("CreateStateMachine", request(&text));
    assert_eq!(api.call("CreateStateMachine", request(&text)), first);
    // A definition with other formatting differs.
    assert_eq!(
        api.refusal("CreateStateMachine", request(&format!("{text} "))),
        format!("StateMachineAlreadyExists: State Machine Already Exists: '{ARN}'")
    );
}

#[test]
fn only_an_update_that_changes_something_creates_a_revision() {
    let api = Api::new();
    api.create("greet", &pass());
    let update = |definition: &str| {
        api.call(
            "UpdateStateMachine",
            json!({"stateMachineArn": ARN, "definition": definition}),
        )
    };
    let same = update(&pass().to_string());
    assert_eq!(members(&same), ["updateDate"]);
    let other = json!({"StartAt": "B", "States": {"B": {"Type": "Succeed"}}}).to_string();
    let first = update(&other);
    assert_eq!(members(&first), ["updateDate", "revisionId"]);
    assert_eq!(update(&other)["revisionId"], first["revisionId"]);
    let described = api.call("DescribeStateMachine", json!({"stateMachineArn": ARN}));
    assert_eq!(described["revisionId"], first["revisionId"]);
    assert_eq!(described["definition"], other);
    assert_eq!(
        api.refusal("UpdateStateMachine", json!({"stateMachineArn": ARN})),
        "MissingRequiredParameter: Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified"
    );
}

#[test]
fn a_deleted_machine_is_gone_and_may_be_deleted_again() {
    let api = Api::new();
    api.create("greet", &pass());
    for _ in 0..2 {
        let deleted = api.call("DeleteStateMachine", json!({"stateMachineArn": ARN}));
        assert_eq!(deleted, json!({}));
    }
    let missing = format!("StateMachineDoesNotExist: State Machine Does Not Exist: '{ARN}'");
    for operation in ["DescribeStateMachine", "StartExecution", "ListExecutions"] {
        assert_eq!(
            api.refusal(operation, json!({"stateMachineArn": ARN})),
            missing
        );
    }
    api.create("greet", &pass());
}

#[test]
fn machines_are_listed_in_pages() {
    let api = Api::new();
    for name in ["c", "a", "b"] {
        api.create(name, &pass());
    }
    let first = api.call("ListStateMachines", json!({"maxResults": 2}));
    assert_eq!(members(&first), ["stateMachines", "nextToken"]);
    let rest = api.call(
        "ListStateMachines",
        json!({"nextToken": first["nextToken"]}),
    );
    assert_eq!(members(&rest), ["stateMachines"]);
    assert_eq!(rest["stateMachines"][0]["name"], "c");
    assert_eq!(
        api.refusal("ListStateMachines", json!({"nextToken": "no"})),
        "InvalidToken: Invalid Token: 'Invalid token'"
    );
}

#[test]
fn an_invalid_definition_is_refused_with_the_message_of_aws() {
    let api = Api::new();
    let definition = json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "C": {"Type": "Succeed"}}});
    let refused = api.refusal(
        "CreateStateMachine",
        json!({"name": "m", "definition": definition.to_string(), "roleArn": ROLE}),
    );
    assert!(
        refused.starts_with("InvalidDefinition: Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET: Missing 'Next' target: B at /States/A/Next"),
        "{refused}"
    );
}

#[test]
fn invalid_names_arns_and_types_are_refused() {
    let api = Api::new();
    let create = |change: serde_json::Value| {
        let mut request = json!({"name": "m", "definition": pass().to_string(), "roleArn": ROLE});
        request
            .as_object_mut()
            .expect("it is one")
            .extend(change.as_object().expect("it is one").clone());
        api.refusal("CreateStateMachine", request)
    };
    assert_eq!(
        create(json!({"name": "a b"})),
        "InvalidName: Invalid Name: 'a b'"
    );
    assert_eq!(
        create(json!({"roleArn": "no"})),
        "InvalidArn: Invalid Role Arn: 'no'"
    );
    assert_eq!(
        create(json!({"type": "FAST"})),
        "ValidationException: 1 validation error detected: Value 'FAST' at 'type' failed to satisfy constraint: Member must satisfy enum value set: [STANDARD, EXPRESS]"
    );
    assert_eq!(
        create(json!({"tags": [{"key": ""}]})),
        "ValidationException: 1 validation error detected: Value '' at 'tags.1.member.key' failed to satisfy constraint: Member must have length greater than or equal to 1"
    );
    assert_eq!(
        create(json!({"definition": ""})),
        "ValidationException: 1 validation error detected: Value at 'definition' failed to satisfy constraint: Member must have length greater than or equal to 1"
    );
    assert_eq!(
        create(json!({"versionDescription": "first"})),
        "ValidationException: Version description can only be set when publish is true"
    );
    assert_eq!(
        create(json!({"loggingConfiguration": {"level": "ALL"}})),
        "InvalidLoggingConfiguration: Invalid Logging Configuration: Must specify exactly one Log Destination."
    );
    let logs = |arn: &str| {
        create(json!({"loggingConfiguration": {"level": "ALL",
            "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": arn}}]}}))
    };
    for arn in [
        "arn:aws:logs:eu-west-1:123456789012:log-group:/flow/orders",
        "arn:aws:logs:eu-west-1:123456789012:log-group:/flow/orders:log-stream:a",
    ] {
        assert_eq!(
            logs(arn),
            "InvalidLoggingConfiguration: Invalid Logging Configuration: Log Group ARN must be provided with '*' qualifier."
        );
    }
    for arn in [
        "flow/orders",
        "arn:aws:s3:::logs:*",
        "arn:aws:logs:eu-west-1:123456789012:log-group:",
        "arn:aws:logs:eu-west-1:123456789012:log-group::*",
        "arn:aws:logs:eu-west-1:123456789012:destination:orders:*",
    ] {
        assert_eq!(
            logs(arn),
            format!(
                "InvalidLoggingConfiguration: Invalid Logging Configuration: {arn} is not the ARN of a log group."
            )
        );
    }
    assert_eq!(
        api.refusal("DescribeStateMachine", json!({"stateMachineArn": "greet"})),
        "InvalidArn: Invalid Arn: 'Invalid ARN prefix: greet'"
    );
    assert_eq!(
        api.refusal("DescribeStateMachine", json!({})),
        "ValidationException: 1 validation error detected: Value null at 'stateMachineArn' failed to satisfy constraint: Member must not be null"
    );
    let elsewhere = ARN.replace("us-east-1", "eu-west-1");
    assert_eq!(
        api.refusal(
            "DescribeStateMachine",
            json!({"stateMachineArn": elsewhere})
        ),
        format!("StateMachineDoesNotExist: State Machine Does Not Exist: '{elsewhere}'")
    );
}
