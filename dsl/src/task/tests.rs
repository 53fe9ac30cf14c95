//! The markers of `#[task]` and the error names of `derive(TaskError)`.

use super::*;
use crate::{Binder, Payload, TaskError, task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
struct Payment {
    amount: f64,
}

#[derive(Debug, thiserror::Error, TaskError)]
#[allow(dead_code)]
enum PaymentError {
    #[error("the gateway did not answer")]
    GatewayTimeout,
    #[error("declined: {reason}")]
    #[task_error(name = "CardDeclined")]
    Declined {
        reason: String,
        #[task_error(skip)]
        trace: std::time::Instant,
    },
    #[error("{0} of {1}")]
    Partly(u32, u32),
    #[error("not a number")]
    NoNumber(#[from] std::num::ParseIntError),
    #[error("in a file")]
    File {
        path: String,
        source: std::io::Error,
    },
}

#[derive(Debug, thiserror::Error, TaskError)]
#[error("over {limit}")]
struct LimitReached {
    limit: u32,
}

/// Charges a card.
#[task]
async fn charge_card(context: &TaskContext, payment: Payment) -> Result<String, PaymentError> {
    assert_eq!(context.execution(), None);
    if payment.amount < 0.0 {
        return Err(PaymentError::Declined {
            reason: "negative".to_owned(),
            trace: std::time::Instant::now(),
        });
    }
    Ok(format!("charged {}", payment.amount))
}

#[task(name = "Pack-Item", lambda_arn)]
async fn pack_item(sku: String, r#type: u8, mut count: u32) -> u32 {
    count += u32::from(r#type);
    count + sku.len() as u32
}

#[task]
async fn tick() {}

#[task(activity, context)]
async fn decide(question: String, task_token: String) -> Result<bool, LimitReached>;

/// Runs a future that is ready at the first poll.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the task waits"),
    }
}

fn run<T: Handler>(input: serde_json::Value) -> Result<T::Output, T::Error> {
    now(T::call(
        TaskContext::detached(),
        serde_json::from_value(input).unwrap(),
    ))
}

#[test]
fn the_payload_of_one_parameter_is_its_json() {
    assert_eq!(charge_card::NAME, "ChargeCard");
    assert_eq!(charge_card::PARAMETERS, ["payment"]);
    assert_eq!(charge_card::DEPLOY, Deploy::Lambda);
    const { assert!(!charge_card::SENDS_CONTEXT) };
    let charged = run::<charge_card>(serde_json::json!({ "amount": 2.5 }));
    assert_eq!(charged.unwrap(), "charged 2.5");
}

#[test]
fn the_payload_of_several_parameters_is_an_object() {
    assert_eq!(pack_item::NAME, "Pack-Item");
    assert_eq!(pack_item::FUNCTION, "pack_item");
    assert_eq!(pack_item::PARAMETERS, ["sku", "type", "count"]);
    assert_eq!(pack_item::DEPLOY, Deploy::LambdaArn);
    let packed = run::<pack_item>(serde_json::json!({ "sku": "ab", "type": 1, "count": 3 }));
    assert!(matches!(packed, Ok(6)));
}

#[test]
fn the_payload_without_parameters_is_an_empty_object() {
    assert!(run::<tick>(serde_json::json!({})).is_ok());
    let input: <tick as Task>::Input = serde_json::from_value(serde_json::json!({})).unwrap();
    assert_eq!(serde_json::to_string(&input).unwrap(), "{}");
}

#[test]
fn a_task_can_be_called_as_a_function() {
    assert_eq!(now(pack_item("x".to_owned(), 1, 1)), 3);
}

#[test]
fn a_declaration_is_bound_without_a_handler() {
    #[derive(Default)]
    struct Names(Vec<String>);

    impl TaskBinder for Names {
        fn handler<T: Handler>(&mut self, address: Address) {
            self.0.push(format!("{} at {}", T::NAME, address.resource));
        }

        fn declaration<T: Task>(&mut self, address: Address) {
            self.0
                .push(format!("{} declared at {}", T::NAME, address.resource));
        }
    }

    impl Binder for Names {
        fn workflow<W: crate::Workflow>(&mut self, _: Address) {}
    }

    let mut names = Names::default();
    decide::bind(&mut names, Address::of::<decide>(None));
    charge_card::bind(&mut names, Address::of::<charge_card>(None));
    assert_eq!(
        names.0,
        [
            "Decide declared at ${DecideArn}",
            "ChargeCard at arn:aws:states:::lambda:invoke"
        ]
    );
    const { assert!(decide::SENDS_CONTEXT) };
}

#[test]
fn an_error_has_one_name_everywhere() {
    assert_eq!(
        PaymentError::GatewayTimeout.name(),
        "PaymentError.GatewayTimeout"
    );
    assert_eq!(PaymentError::Partly(1, 2).name(), "PaymentError.Partly");
    assert_eq!(LimitReached { limit: 1 }.name(), "LimitReached");
    let names: Vec<_> = PaymentError::VARIANTS.iter().map(|row| row.error).collect();
    assert_eq!(
        names,
        [
            "PaymentError.GatewayTimeout",
            "CardDeclined",
            "PaymentError.Partly",
            "PaymentError.NoNumber",
            "PaymentError.File"
        ]
    );
    assert_eq!(
        crate::expr::error_names_of_variant::<PaymentError>("Declined").names,
        ["CardDeclined"]
    );
    assert_eq!(
        crate::expr::error_names_of_variant::<LimitReached>("LimitReached").names,
        ["LimitReached"]
    );
}

#[test]
fn error_fields_are_sent_unless_they_are_sources_or_skipped() {
    let fields = |index: usize| -> Vec<_> {
        PaymentError::VARIANTS[index]
            .fields
            .iter()
            .map(|(name, _)| *name)
            .collect()
    };
    assert_eq!(fields(1), ["reason"]);
    assert_eq!(fields(2), ["0", "1"]);
    assert_eq!(fields(3), Vec::<&str>::new());
    assert_eq!(fields(4), ["path"]);
}

#[test]
fn a_cause_is_json_with_the_error_fields() {
    assert_eq!(
        PaymentError::GatewayTimeout.cause(),
        r#"{"errorType":"PaymentError.GatewayTimeout","errorMessage":"the gateway did not answer"}"#
    );
    let error = run::<charge_card>(serde_json::json!({ "amount": -1.0 })).unwrap_err();
    assert_eq!(
        error.cause(),
        r#"{"errorType":"CardDeclined","errorMessage":"{\"message\":\"declined: negative\",\"fields\":{\"reason\":\"negative\"}}"}"#
    );
}
