//! The parts of the context object equal those of the whole object, for all kinds of access.

use serde_json::{Value as Json, json};
use stepwright_engine::{StartOptions, Status};
use stepwright_testing::{Mock, Mocks};

use crate::run::support::{engine, machine};

const PATHS: &[&str] = &[
    "Execution.Id",
    "Execution.Input",
    "Execution.Input.items",
    "Execution.Name",
    "Execution.RoleArn",
    "Execution.StartTime",
    "Execution.RedriveCount",
    "Execution.RedriveTime",
    "StateMachine",
    "StateMachine.Id",
    "StateMachine.Name",
    "State.EnteredTime",
    "State.Name",
    "State.RetryCount",
    "Task.Token",
    "Map.Item",
    "Map.Item.Index",
    "Map.Item.Value",
    "Map.Item.Value.a",
];

/// Returns the arguments of a task in a Map after its execution was redriven: a first task fails
/// once.
async fn given(language: &str, arguments: &str, payload: Json) -> Json {
    let state = json!({
        "Type": "Map",
        "Items": [{"a": 1}],
        "ItemProcessor": {"StartAt": "F", "States": {"F": {
            "Type": "Task", "Next": "T", "Resource": "arn:aws:states:::lambda:invoke",
            "Arguments": {"FunctionName": "f"}
        }, "T": {
            "Type": "Task", "End": true, "QueryLanguage": language,
            "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
            arguments: {"FunctionName": "f", "Payload": payload}
        }}}
    });
    let mut definition = machine(state);
    definition["QueryLanguage"] = json!("JSONata");
    let fails = Mock::failure("E", "once").times(1);
    let mocks = Mocks::new()
        .state("F", fails.then(Mock::output(json!({}))))
        .state("T", Mock::output(json!({})));
    let engine = engine(&definition, &mocks);
    let run = engine
        .start_machine("m", json!({"items": [1]}), StartOptions::new())
        .await
        .unwrap();
    assert_eq!(run.report().await.status, Status::Failed);
    let again = engine.redrive(run.id()).await.unwrap();
    assert_eq!(again.report().await.status, Status::Succeeded);
    mocks.calls()[2].parameters.to_json()["Payload"].clone()
}

fn payload(write: impl Fn(&str) -> (String, String)) -> Json {
    let write = |path: &&str| {
        let (key, read) = write(path);
        (key, Json::from(read))
    };
    PATHS
        .iter()
        .map(write)
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// Returns the values at the paths in the whole object.
fn expected(whole: &Json) -> Json {
    let found = PATHS.iter().map(|path| {
        let pointer = format!("/{}", path.replace('.', "/"));
        let found = whole
            .pointer(&pointer)
            .unwrap_or_else(|| panic!("{path} in {whole}"));
        ((*path).to_owned(), found.clone())
    });
    found.collect::<serde_json::Map<_, _>>().into()
}

#[tokio::test]
async fn jsonpath_reads_the_same_fields_as_the_whole_context_object() {
    let read = payload(|path| (format!("{path}.$"), format!("$$.{path}")));
    let given = given(
        "JSONPath",
        "Parameters",
        json!({"whole.$": "$$", "read": read}),
    )
    .await;
    assert_eq!(given["read"], expected(&given["whole"]));
}

#[tokio::test]
async fn jsonata_reads_the_same_fields_as_the_whole_context_object() {
    let alone = payload(|path| (path.to_owned(), format!("{{% $states.context.{path} %}}")));
    let inside = payload(|path| {
        let read = format!("{{% ($f := function() {{ $states.context.{path} }}; $f()) %}}");
        (path.to_owned(), read)
    });
    let read = json!({
        "whole": "{% $states.context %}",
        "alone": alone,
        "inside": inside,
        "names": "{% $keys($states.context) %}",
        "absent": "{% [$states.context.Execution.Absent, $states.context.Absent.Name, $states.context.Execution.Id.x] %}",
        "wildcard": "{% $states.context.*.Id %}",
    });
    let given = given("JSONata", "Arguments", read).await;
    let whole = &given["whole"];
    assert_eq!(given["alone"], expected(whole));
    assert_eq!(given["inside"], expected(whole));
    let names: Vec<&String> = whole.as_object().unwrap().keys().collect();
    assert_eq!(given["names"], json!(names));
    assert_eq!(given["absent"], json!([]));
    assert_eq!(
        given["wildcard"],
        json!([whole["Execution"]["Id"], whole["StateMachine"]["Id"]])
    );
}
