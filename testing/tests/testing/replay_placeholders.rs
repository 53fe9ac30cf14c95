//! Replay of a definition with placeholders, against a history of the definition that was deployed.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};
use stepwright::prelude::*;
use stepwright_runtime::testing::{Mock, Mocks, RecordedHistory, Replay, ReplayError, replay};
use stepwright_runtime::{Engine, StartOptions};

use crate::testing::support::{machine, run};

const CHARGE: &str = "arn:aws:lambda:us-east-1:123456789012:function:shop-charge-1A2B";
const REFUND: &str = "arn:aws:lambda:us-east-1:123456789012:function:shop-refund-3C4D";
const PACK: &str = "arn:aws:states:us-east-1:123456789012:activity:pack";
const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:orders";

/// Fills a definition as a template engine does.
fn deployed(definition: &Value, values: &[(&str, &str)]) -> Value {
    let mut text = definition.to_string();
    for (name, value) in values {
        let value = json!(value).to_string();
        text = text.replace(&format!("${{{name}}}"), value.trim_matches('"'));
    }
    assert!(!text.contains("${"), "{text}");
    serde_json::from_str(&text).unwrap()
}

async fn record(definition: &Value, values: &[(&str, &str)]) -> RecordedHistory {
    let mocks = Mocks::new().resource("*", Mock::output(json!({"Payload": 1})).optional());
    let report = run(&deployed(definition, values), &mocks, json!({"id": "o-1"})).await;
    RecordedHistory::from_json(&report.history.to_json()).unwrap()
}

fn invoke(function: &str, next: Value) -> Value {
    let mut state = json!({
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": function, "Payload.$": "$"}, "ResultPath": null,
    });
    state
        .as_object_mut()
        .unwrap()
        .extend(next.as_object().unwrap().clone());
    state
}

fn shop() -> Value {
    json!({"StartAt": "Charge", "States": {
        "Charge": invoke("${ChargeArn}", json!({"Next": "Refund"})),
        "Refund": invoke("${RefundArn}", json!({"Next": "Pack"})),
        "Pack": {"Type": "Task", "Resource": "${PackArn}", "TimeoutSeconds": 60, "ResultPath": null, "Next": "Tell"},
        "Tell": {
            "Type": "Task", "Resource": "arn:aws:states:::sns:publish", "ResultPath": null, "Next": "Again",
            "Parameters": {"TopicArn": "${TopicArn}", "Message": "shop ${Stage} has an order"},
        },
        "Again": invoke("${ChargeArn}", json!({"End": true})),
    }})
}

const SHOP: [(&str, &str); 5] = [
    ("ChargeArn", CHARGE),
    ("RefundArn", REFUND),
    ("PackArn", PACK),
    ("TopicArn", TOPIC),
    ("Stage", "prod"),
];

async fn error(definition: &Value, recorded: &RecordedHistory) -> String {
    let error = replay(&machine(definition), recorded).await.unwrap_err();
    assert!(matches!(error, ReplayError::Differs(_)), "{error:?}");
    error.to_string()
}

#[tokio::test]
async fn a_history_of_the_deployed_definition_replays_with_its_placeholders() {
    let recorded = record(&shop(), &SHOP).await;
    assert!(recorded.len() > 20, "{}", recorded.len());
    replay(&machine(&shop()), &recorded).await.unwrap();

    let machine = machine(&shop());
    let mut given = Replay::new(&machine, &recorded);
    for (name, value) in SHOP {
        given = given.substitute(name, value);
    }
    given.run().await.unwrap();
}

#[tokio::test]
async fn another_function_differs_if_the_placeholder_value_is_known() {
    let recorded = record(&shop(), &SHOP).await;
    let mut changed = shop();
    changed["States"]["Again"]["Parameters"]["FunctionName"] = json!("${RefundArn}");
    let text = error(&changed, &recorded).await;
    assert!(
        text.contains("TaskScheduled of `Again`: /parameters/FunctionName"),
        "{text}"
    );
    assert!(text.contains(&format!("now \"{REFUND}\"")), "{text}");
    assert!(text.contains("`${RefundArn}` is"), "{text}");

    let machine = machine(&shop());
    let given = Replay::new(&machine, &recorded).substitute("ChargeArn", REFUND);
    let text = given.run().await.unwrap_err().to_string();
    assert!(text.contains("TaskScheduled of `Charge`"), "{text}");
}

#[tokio::test]
async fn a_value_of_another_kind_differs() {
    let mut deployed = SHOP;
    deployed[3].1 = "arn:aws:sqs:us-east-1:123456789012:orders";
    let recorded = record(&shop(), &deployed).await;
    let text = error(&shop(), &recorded).await;
    assert!(
        text.contains("/parameters/TopicArn: recorded \"arn:aws:sqs:"),
        "{text}"
    );
    assert!(text.contains("now \"${TopicArn}\""), "{text}");

    let mut changed = shop();
    changed["States"]["Tell"]["Parameters"]["Message"] = json!("order of ${Stage}");
    let text = error(&changed, &record(&shop(), &SHOP).await).await;
    assert!(
        text.contains("/parameters/Message: recorded \"shop prod has an order\""),
        "{text}"
    );
}

#[tokio::test]
async fn data_and_choices_follow_an_inferred_value() {
    let definition = json!({"QueryLanguage": "JSONata", "StartAt": "Stage", "States": {
        "Stage": {"Type": "Pass", "Output": {"stage": "${Stage}", "long": "{% $uppercase('${Stage}') & '!' %}"}, "Next": "Which"},
        "Which": {"Type": "Choice", "Default": "Other",
            "Choices": [{"Condition": "{% $states.input.stage = 'prod' %}", "Next": "Prod"}]},
        "Prod": {"Type": "Pass", "End": true},
        "Other": {"Type": "Fail", "Error": "Other"},
    }});
    let recorded = record_plain(&definition, &[("Stage", "prod")]).await;
    replay(&machine(&definition), &recorded).await.unwrap();
}

#[tokio::test]
async fn an_unknown_placeholder_is_refused_with_a_suggestion() {
    let recorded = record(&shop(), &SHOP).await;
    let machine = machine(&shop());
    let given = Replay::new(&machine, &recorded).substitute("ChargeArm", CHARGE);
    let error = given.run().await.unwrap_err();
    assert!(matches!(error, ReplayError::Substitution(_)), "{error:?}");
    assert_eq!(
        error.to_string(),
        "the definition has no placeholder `${ChargeArm}`; did you mean `ChargeArn`?"
    );
}

workflow! {
    workflow Telling(order: String) -> String {
        task Tell {
            let _sent: Value = service "arn:aws:states:::sns:publish" { TopicArn: placeholder!("TopicArn"), Message: order };
            end jsonata!("$states.result.MessageId", String);
        }
    }
}

#[tokio::test]
async fn substitutions_of_an_engine_are_used() {
    let mocks = Mocks::new().state("Tell", Mock::output(json!({"MessageId": "m"})));
    let engine = Engine::builder()
        .register::<Telling>()
        .substitute("TopicArn", TOPIC)
        .substitute("OfAnotherWorkflow", "x")
        .tasks(mocks)
        .virtual_time()
        .build()
        .unwrap();
    let run = engine.start_workflow::<Telling>("o-1".to_owned(), StartOptions::new());
    let report = run.await.unwrap().report().await;
    let recorded = RecordedHistory::from_json(&report.history.to_json()).unwrap();
    let definition = Telling::definition();
    let same = Replay::new(definition.machine(), &recorded).substitutions_of(&engine);
    same.run().await.unwrap();

    let other = Engine::builder().substitute("TopicArn", "arn:aws:sns:eu-west-1:1:other");
    let other = other.build().unwrap();
    let differs = Replay::new(definition.machine(), &recorded).substitutions_of(&other);
    let text = differs.clone().run().await.unwrap_err().to_string();
    assert!(text.contains("/parameters/TopicArn"), "{text}");
    differs.substitute("TopicArn", TOPIC).run().await.unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// For all values of placeholders, the original definition replays the history.
    #[test]
    fn any_values_are_inferred(values in prop::collection::vec("[ -~]{0,12}", 3)) {
        let definition = json!({"StartAt": "A", "States": {
            "A": {"Type": "Pass", "Result": {"first": "${First}", "in": "a ${Second} b"}, "Next": "B"},
            "B": {"Type": "Pass", "Parameters": {"all.$": "$", "third": ["${Third}", "${First}${Third}"]}, "End": true},
        }});
        // A value with the form of a placeholder looks like an open placeholder.
        prop_assume!(values.iter().all(|value| !value.contains("${")));
        let names = ["First", "Second", "Third"];
        let values: BTreeMap<&str, &str> = names.into_iter().zip(values.iter().map(String::as_str)).collect();
        let pairs: Vec<(&str, &str)> = values.into_iter().collect();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let recorded = record_plain(&definition, &pairs).await;
            replay(&machine(&definition), &recorded).await.unwrap();
        });
    }
}

async fn record_plain(definition: &Value, values: &[(&str, &str)]) -> RecordedHistory {
    let filled = deployed_texts(definition, values);
    let report = run(&filled, &Mocks::new(), json!({})).await;
    RecordedHistory::from_json(&report.history.to_json()).unwrap()
}

/// Puts the values into each text of a definition.
fn deployed_texts(definition: &Value, values: &[(&str, &str)]) -> Value {
    match definition {
        Value::String(text) => {
            let mut text = text.clone();
            for (name, value) in values {
                text = text.replace(&format!("${{{name}}}"), value);
            }
            json!(text)
        }
        Value::Array(items) => items
            .iter()
            .map(|item| deployed_texts(item, values))
            .collect(),
        Value::Object(members) => {
            let members = members.iter();
            let filled = members.map(|(key, value)| (key.clone(), deployed_texts(value, values)));
            Value::Object(filled.collect())
        }
        other => other.clone(),
    }
}
