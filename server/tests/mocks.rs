use serde_json::{Value as Json, json};
use stepwright_engine::Engine;
use stepwright_testing::MockConfig;

use crate::support::{Api, ROLE, text};

const FILE: &str = r#"{
    "StateMachines": {"Orders": {"TestCases": {"Paid": {"Charge": "Paid"}, "Declined": {"Charge": "Declined"}}}},
    "MockedResponses": {
        "Paid": {"0": {"Throw": {"Error": "Throttled", "Cause": "busy"}}, "1": {"Return": {"Payload": {"id": "ch-1"}}}},
        "Declined": {"0": {"Throw": {"Error": "CardDeclined", "Cause": "no funds"}}}
    }
}"#;

fn api() -> Api {
    let mocks = MockConfig::parse(FILE).expect("it is a mock file");
    Api::over(Engine::builder().virtual_time().test_cases(mocks))
}

fn orders(api: &Api, name: &str, machine_type: &str) -> String {
    let definition = json!({"StartAt": "Charge", "States": {"Charge": {
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "OutputPath": "$.Payload",
        "Parameters": {"FunctionName": "charge", "Payload.$": "$"},
        "Retry": [{"ErrorEquals": ["Throttled"]}], "End": true}}});
    let created = api.call(
        "CreateStateMachine",
        json!({"name": name, "definition": definition.to_string(), "roleArn": ROLE, "type": machine_type}),
    );
    text(&created["stateMachineArn"])
}

fn ends(api: &Api, machine: &str) -> Json {
    let execution = api.start(machine, &json!({}));
    api.finished(&execution)
}

#[test]
fn a_suffix_of_the_arn_selects_a_test_case() {
    let api = api();
    let orders = orders(&api, "Orders", "STANDARD");
    let paid = ends(&api, &format!("{orders}#Paid"));
    assert_eq!(paid["output"], r#"{"id":"ch-1"}"#);
    assert_eq!(paid["stateMachineArn"], orders.as_str());
    let declined = ends(&api, &format!("{orders}#Declined"));
    assert_eq!(declined["error"], "CardDeclined");
    assert_eq!(declined["cause"], "no funds");
}

#[test]
fn without_a_case_nothing_is_mocked() {
    let api = api();
    let orders = orders(&api, "Orders", "STANDARD");
    for arn in [orders.clone(), format!("{orders}#")] {
        assert_eq!(ends(&api, &arn)["error"], "States.Runtime");
    }
}

#[test]
fn an_unknown_test_case_is_refused_with_the_known_ones() {
    let mocked = api();
    let refusal = |api: &Api, arn: &str| {
        let request = json!({"stateMachineArn": arn});
        api.refusal("StartExecution", request)
    };
    let arn = orders(&mocked, "Orders", "STANDARD");
    let refused = refusal(&mocked, &format!("{arn}#Paied"));
    assert!(refused.ends_with("it has `Paid`, `Declined`"), "{refused}");
    let other = orders(&mocked, "Other", "STANDARD");
    let refused = refusal(&mocked, &format!("{other}#Paid"));
    assert!(refused.ends_with("it has `Orders`"), "{refused}");
    let bare = Api::new();
    let arn = orders(&bare, "Orders", "STANDARD");
    let refused = refusal(&bare, &format!("{arn}#Paid"));
    assert!(refused.contains("--mocks"), "{refused}");
}

#[test]
fn a_synchronous_start_refuses_a_test_case() {
    let api = api();
    let orders = orders(&api, "Orders", "EXPRESS");
    let refused = api.refusal(
        "StartSyncExecution",
        json!({"stateMachineArn": format!("{orders}#Paid")}),
    );
    assert!(refused.starts_with("UnsupportedOperation: "), "{refused}");
}
