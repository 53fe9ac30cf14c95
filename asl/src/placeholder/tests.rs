use super::{StandsFor, fill, in_machine, in_machine_with};
use crate::model::StateMachine;

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

fn listed(found: &[super::Placeholder]) -> Vec<(&str, StandsFor, Vec<&str>)> {
    found
        .iter()
        .map(|one| {
            let states = one.states().iter().map(String::as_str).collect();
            (one.name(), one.stands_for(), states)
        })
        .collect()
}

#[test]
fn placeholders_are_listed_with_what_they_stand_for_and_the_states_that_use_them() {
    let found = in_machine(&machine());
    assert_eq!(
        listed(&found),
        [
            ("ChargeArn", StandsFor::Function, vec!["Charge"]),
            ("Topic", StandsFor::Value, vec!["Charge", "Tell", "Ship"]),
            ("AskArn", StandsFor::Function, vec!["Ask"]),
            ("ShipArn", StandsFor::StateMachine, vec!["Ship"]),
            ("Bucket", StandsFor::Value, vec!["Ship"]),
        ]
    );
}

#[test]
fn what_calls_by_placeholders_is_known_better_than_the_text_tells() {
    let known = [("Ask".to_owned(), StandsFor::Activity)];
    let found = in_machine_with(&machine(), Some(&known.into_iter().collect()));
    let of = |name: &str| {
        found
            .iter()
            .find(|one| one.name() == name)
            .unwrap()
            .stands_for()
    };
    assert_eq!(of("AskArn"), StandsFor::Activity);
    assert_eq!(of("ChargeArn"), StandsFor::Value);
}

#[test]
fn values_stand_where_placeholders_of_the_users_stood() {
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
fn a_value_is_put_in_once() {
    let value = |name: &str| Some(if name == "Topic" { "${Bucket}" } else { "b" }.to_owned());
    let filled = fill(&machine(), None, &value).unwrap();
    let json = filled.machine.to_value();
    let topic = json
        .pointer("/States/Charge/Arguments/Payload/topic")
        .unwrap();
    assert_eq!(topic.as_str(), Some("${Bucket}"));
}
