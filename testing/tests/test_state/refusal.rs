use serde_json::json;
use stepwright_testing::test_state::{MockInput, StateConfiguration, TestStateRequest};

use crate::test_state::{invoke, refused, tested};

#[tokio::test]
async fn a_pass_state_and_reveal_secrets_refuse_a_mock() {
    let pass = TestStateRequest::new(json!({"Type": "Pass", "End": true}));
    assert_eq!(
        refused(pass.mock(MockInput::result(json!({})))).await,
        "ValidationException: State type 'Pass' is not supported when a mock is specified"
    );
    let secret = TestStateRequest::new(invoke(json!({}))).mock(MockInput::result(json!({})));
    assert_eq!(
        refused(secret.reveal_secrets()).await,
        "ValidationException: TestState does not support RevealSecrets when a mock is specified."
    );
}

#[tokio::test]
async fn maps_parallels_and_sync_tasks_need_a_mock() {
    let map = json!({"Type": "Map", "End": true, "ItemProcessor": {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}});
    assert_eq!(
        refused(TestStateRequest::new(map.clone())).await,
        "InvalidDefinition: TestState API does not support Map or Parallel states. Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]"
    );
    let failures = StateConfiguration {
        map_iteration_failure_count: Some(0),
        ..StateConfiguration::default()
    };
    assert_eq!(
        refused(TestStateRequest::new(map).state_configuration(failures)).await,
        "ValidationException: TestState does not support MapIterationFailureCount when a mock is not specified."
    );
    assert_eq!(
        refused(TestStateRequest::new(invoke(json!({})))).await,
        "ValidationException: RoleArn must be specified when testing a Task state"
    );
    let job = invoke(json!({"Resource": "arn:aws:states:::glue:startJobRun.sync"}));
    assert!(
        refused(TestStateRequest::new(job))
            .await
            .contains("'.sync'")
    );
}

#[tokio::test]
async fn an_invalid_definition_is_refused_as_in_create_state_machine() {
    let text = "not JSON";
    assert!(refused(TestStateRequest::new(text)).await.starts_with(
        "InvalidDefinition: Invalid State Machine Definition: 'INVALID_JSON_DESCRIPTION: "
    ));
    let empty = json!({"Type": "Parallel", "Branches": [], "End": true});
    assert_eq!(
        refused(TestStateRequest::new(empty).mock(MockInput::result(json!([])))).await,
        "InvalidDefinition: Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: Value cannot be empty at /States/StateName/Branches'"
    );
    // Inside a container a target must exist.
    let lost = json!({"Type": "Map", "Next": "Anywhere", "ItemProcessor": {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}}}});
    let text = refused(TestStateRequest::new(lost).mock(MockInput::result(json!([])))).await;
    assert!(text.contains("MISSING_TRANSITION_TARGET"), "{text}");
    assert!(!text.contains("Anywhere"), "{text}");
}

#[tokio::test]
async fn a_named_state_is_found_at_any_depth() {
    let machine = json!({"StartAt": "P", "States": {"P": {"Type": "Parallel", "End": true, "Branches": [
        {"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": 1, "Next": "B"}, "B": {"Type": "Succeed"}}}
    ]}}});
    let request = TestStateRequest::new(machine);
    let response = tested(request.clone().state_name("A")).await;
    assert_eq!(response.next_state.as_deref(), Some("B"));
    assert_eq!(
        refused(request.clone().state_name("C")).await,
        "ValidationException: State not found in definition"
    );
    assert!(
        refused(request.state_name(""))
            .await
            .contains("'stateName'")
    );
}

#[tokio::test]
async fn inputs_variables_and_role_arns_must_be_valid() {
    let mut request = TestStateRequest::new(json!({"Type": "Succeed"}));
    request.input = Some("{".to_owned());
    assert!(
        refused(request.clone())
            .await
            .starts_with("InvalidExecutionInput: ")
    );
    request.input = None;
    request.variables = Some("[]".to_owned());
    assert!(
        refused(request.clone())
            .await
            .starts_with("ValidationException: ")
    );
    request.variables = None;
    let refused = refused(request.role_arn("me")).await;
    assert_eq!(refused, "InvalidArn: Invalid Arn: 'Invalid ARN prefix: me'");
}
