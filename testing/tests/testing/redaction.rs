//! Values of redacted fields in output for people.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stepwright::{Payload, TaskError, task, workflow};
use stepwright_runtime::history::HistoryQuery;
use stepwright_runtime::testing::{Expect, Mock, Mocks, expect, overlay};
use stepwright_runtime::{Engine, ExecutionFailed, MachineType, Redaction, StartOptions};

const SECRET: &str = "4111-1111";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
struct Card {
    holder: String,
    #[payload(redact)]
    #[serde(rename = "cardNumber")]
    number: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Payload)]
enum Means {
    Cash,
    Cards {
        by_name: BTreeMap<String, Vec<Option<Card>>>,
    },
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Payload)]
struct Order {
    id: String,
    means: Means,
    /// A type may contain itself.
    parts: Vec<Order>,
}

#[derive(Debug, thiserror::Error, TaskError)]
enum PaymentError {
    #[error("declined")]
    Declined { order: Value },
}

/// A type that only a task takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
struct Credentials {
    #[payload(redact)]
    password: String,
}

/// A type that only a task returns.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Payload)]
struct Session {
    #[payload(redact)]
    token: String,
}

#[task]
async fn charge(order: Order) -> Result<String, PaymentError> {
    let order = serde_json::to_value(order).unwrap_or_default();
    Err(PaymentError::Declined { order })
}

#[task]
async fn log_in(user: String, credentials: Credentials) -> Session;

workflow! {
    workflow Sale(order: Order) -> String {
        task LogIn {
            let _session = log_in(order.id, Credentials { password: "x".to_owned() });
            next Charge;
        }
        task Charge { let receipt = charge(order); end receipt; }
    }
}

fn order() -> Order {
    let card = Card {
        holder: "Ada".to_owned(),
        number: SECRET.to_owned(),
    };
    Order {
        id: "o-1".to_owned(),
        means: Means::Cards {
            by_name: [("main".to_owned(), vec![Some(card)])].into(),
        },
        parts: Vec::new(),
    }
}

async fn failed() -> ExecutionFailed {
    let token = SECRET.to_owned();
    let mocks = Mocks::new().task::<log_in>(Mock::returns(Session { token }));
    let engine = Engine::builder()
        .register::<Sale>()
        .tasks(mocks)
        .virtual_time()
        .build()
        .unwrap();
    let run = engine.start::<Sale>(order()).await.unwrap();
    run.await.unwrap_err()
}

/// Returns the message of a failed assertion.
fn message(failed: &ExecutionFailed, assert: impl FnOnce(Expect<'_>) -> Expect<'_>) -> String {
    let panic = catch_unwind(AssertUnwindSafe(|| {
        assert(expect(failed));
    }));
    *panic.unwrap_err().downcast::<String>().unwrap()
}

#[test]
fn the_redacted_fields_of_all_types_of_a_workflow_are_found() {
    let fields = ["cardNumber", "password", "token"];
    let expected = fields.into_iter().fold(Redaction::new(), Redaction::field);
    assert_eq!(Sale::definition().redaction(), &expected);
}

#[tokio::test]
async fn messages_and_diagrams_contain_no_redacted_value() {
    let failed = failed().await;
    assert!(
        failed.cause.as_deref().unwrap_or_default().contains(SECRET),
        "programs read the value"
    );
    let shown = failed.to_string();
    assert!(
        shown.contains("[redacted]") && !shown.contains(SECRET),
        "{shown}"
    );

    let order = json!({ "id": "o-1" });
    let credentials = Credentials {
        password: SECRET.to_owned(),
    };
    let messages = [
        message(&failed, |ended| ended.succeeded()),
        message(&failed, |ended| ended.cause("other")),
        message(&failed, |ended| ended.called("Charge", 2)),
        message(&failed, |ended| {
            ended.calls("Charge", [json!({ "id": "o-2" })])
        }),
        message(&failed, |ended| {
            ended.failed_with(PaymentError::Declined { order })
        }),
        message(&failed, |ended| {
            ended.task_calls::<log_in>([("o-1".to_owned(), credentials)])
        }),
    ];
    for message in messages {
        assert!(
            message.contains("[redacted]") && !message.contains(SECRET),
            "{message}"
        );
    }

    let definition = Sale::definition().machine().to_value();
    let overlay = overlay(&definition, &failed.history);
    let notes = overlay.mark("Charge").unwrap().notes.join(" ");
    assert!(
        notes.contains("[redacted]") && !notes.contains(SECRET),
        "{notes}"
    );
}

#[tokio::test]
async fn a_history_page_redacts_the_requested_fields() {
    let failed = failed().await;
    let whole = failed.history.to_json().to_string();
    assert!(whole.contains(SECRET), "programs read the value");
    let query = HistoryQuery::new().redact(failed.history.redaction());
    let printed = failed.history.page(&query).unwrap().to_json();
    let text = printed.to_string();
    assert!(
        text.contains("[redacted]") && !text.contains(SECRET),
        "{text}"
    );
    // Nothing else changes.
    let events = printed["events"].as_array().unwrap();
    assert_eq!(events.len(), failed.history.len());
    let names = events
        .iter()
        .filter_map(|event| event["stateEnteredEventDetails"]["name"].as_str());
    assert_eq!(names.collect::<Vec<_>>(), ["LogIn", "Charge"]);
}

/// Variables have their names outside of their values.
#[tokio::test]
async fn a_redacted_field_matches_a_variable_with_its_name() {
    let definition = r#"{"QueryLanguage": "JSONata", "StartAt": "Keep", "States": {"Keep": {
        "Type": "Pass", "Assign": {"card": "{% $states.input %}", "number": "{% $states.input.number %}"}, "End": true}}}"#;
    let engine = Engine::builder()
        .register_json("keep", definition, MachineType::Standard)
        .virtual_time()
        .build()
        .unwrap();
    let input = json!({ "number": SECRET, "holder": "Ada" });
    let report = engine
        .execute_machine("keep", input, StartOptions::new())
        .await
        .unwrap();
    let query = |path: &str| HistoryQuery::new().redact(&Redaction::new().path(path).unwrap());
    let exited = |path: &str| {
        let page = report.history.page(&query(path)).unwrap().to_json();
        page["events"][2]["stateExitedEventDetails"]["assignedVariables"].clone()
    };
    assert_eq!(
        exited("card.number"),
        json!({
            "card": r#"{"number":"[redacted]","holder":"Ada"}"#,
            "number": format!("\"{SECRET}\""),
        })
    );
    assert_eq!(
        exited("number"),
        json!({ "card": r#"{"number":"[redacted]","holder":"Ada"}"#, "number": r#""[redacted]""# })
    );
}

/// A name of the API's own, such as the state's `name`, is not a field of the execution's data.
#[tokio::test]
async fn the_names_of_the_api_are_not_redacted() {
    let failed = failed().await;
    let redaction = ["name", "input", "type", "error"]
        .into_iter()
        .fold(Redaction::new(), Redaction::field);
    let printed = failed
        .history
        .page(&HistoryQuery::new().redact(&redaction))
        .unwrap();
    assert_eq!(printed.to_json(), failed.history.to_json());
}
