use serde_json::{Value as Json, json};

use crate::support::{Api, members, pass};

fn validate(api: &Api, definition: &str, more: Json) -> Json {
    let mut request = json!({"definition": definition});
    for (name, member) in more.as_object().into_iter().flatten() {
        request[name] = member.clone();
    }
    api.call("ValidateStateMachineDefinition", request)
}

/// Returns a definition with this number of errors, and one warning.
fn broken(errors: usize) -> String {
    let mut states = json!({"Start": {"Type": "Pass", "Parameters": {"path": "$.a"}, "End": true}});
    for index in 0..errors {
        states[format!("Lost{index}")] = json!({"Type": "Pass", "End": true});
    }
    json!({"StartAt": "Start", "States": states}).to_string()
}

#[test]
fn a_valid_definition_has_no_diagnostics() {
    let api = Api::new();
    assert_eq!(
        validate(&api, &pass().to_string(), json!({})),
        json!({"result": "OK", "diagnostics": [], "truncated": false})
    );
}

#[test]
fn a_diagnostic_has_a_code_and_a_location() {
    let api = Api::new();
    let found = validate(&api, &broken(1), json!({}));
    assert_eq!(members(&found), ["result", "diagnostics", "truncated"]);
    assert_eq!(found["result"], "FAIL");
    let diagnostic = &found["diagnostics"][0];
    assert_eq!(
        members(diagnostic),
        ["severity", "code", "message", "location"]
    );
    assert_eq!(diagnostic["severity"], "ERROR");
    assert_eq!(diagnostic["code"], "MISSING_TRANSITION_TARGET");
    assert_eq!(diagnostic["location"], "/States/Lost0");
    let endless = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "A"}}}"#;
    let found = validate(&api, endless, json!({}));
    assert_eq!(found["diagnostics"][0]["code"], "MISSING_END_STATE");
    assert_eq!(
        members(&found["diagnostics"][0]),
        ["severity", "code", "message"]
    );
}

#[test]
fn warnings_are_reported_on_request() {
    let api = Api::new();
    let found = validate(&api, &broken(0), json!({}));
    assert_eq!(
        found,
        json!({"result": "OK", "diagnostics": [], "truncated": false})
    );
    let found = validate(&api, &broken(0), json!({"severity": "WARNING"}));
    assert_eq!(found["result"], "OK");
    assert_eq!(found["diagnostics"][0]["severity"], "WARNING");
    assert_eq!(found["diagnostics"][0]["code"], "NO_DOLLAR");
}

#[test]
fn diagnostics_are_truncated_at_max_results() {
    let api = Api::new();
    let count = |errors: usize, most: Json| {
        let found = validate(&api, &broken(errors), json!({"maxResults": most}));
        let told = found["diagnostics"].as_array().map(Vec::len);
        (told.unwrap_or_default(), found["truncated"] == true)
    };
    assert_eq!(count(3, json!(3)), (3, false));
    assert_eq!(count(3, json!(2)), (2, true));
    assert_eq!(count(120, json!(0)), (100, true));
    assert_eq!(count(120, Json::Null), (100, true));
    let refused = api.refusal(
        "ValidateStateMachineDefinition",
        json!({"definition": "{}", "maxResults": 101}),
    );
    assert_eq!(
        refused,
        "ValidationException: 1 validation error detected: Value '101' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 100"
    );
}

#[test]
fn express_state_machines_refuse_wait_for_task_token() {
    let api = Api::new();
    let asks = json!({"StartAt": "Ask", "States": {"Ask": {"Type": "Task", "End": true,
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": "q", "MessageBody": {"token.$": "$$.Task.Token"}}}}});
    let asks = asks.to_string();
    assert_eq!(validate(&api, &asks, json!({}))["result"], "OK");
    let found = validate(&api, &asks, json!({"type": "EXPRESS"}));
    assert_eq!(found["result"], "FAIL");
}

/// Valid definitions can be created, and invalid ones are rejected with the same message.
#[test]
fn validation_and_creation_agree() {
    let api = Api::new();
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for (index, definition) in [
        pass().to_string(),
        broken(2),
        "{".to_owned(),
        "[]".to_owned(),
        "null".to_owned(),
        deep,
        r#"{"StartAt": "A"}"#.to_owned(),
        r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "InputPath": "$.[", "End": true}}}"#
            .to_owned(),
    ]
    .into_iter()
    .enumerate()
    {
        let found = validate(&api, &definition, json!({}));
        let request = json!({"name": format!("m{index}"), "definition": definition, "roleArn": crate::support::ROLE});
        let (status, body) = api.ask("CreateStateMachine", &request);
        assert_eq!(status == 200, found["result"] == "OK", "{body} {found}");
        if status != 200 {
            let message = body["message"].as_str().unwrap_or_default();
            let first = &found["diagnostics"][0];
            let first = format!(
                "{}: {}",
                first["code"].as_str().unwrap_or_default(),
                first["message"].as_str().unwrap_or_default()
            );
            assert!(message.contains(&first), "{message} {first}");
        }
    }
}
