//! docs/reference/errors-on-the-wire.md: the page's statements about errors, for each transport.

mod languages;
mod page;
mod property;
mod transports;

use page::declared::Declared;
use page::{ByActivity, ByToken, Order, Orders, PaymentError, block, charge_card, page};
use serde_json::{Value, json};
use std::time::Duration;
use stepwright::{TaskError, Workflow};
use stepwright_aws::sfn::{ActivityWorker, CallbackSender};
use transports::{Ended, execute, with_lambda};

fn order(total: f64) -> Order {
    Order {
        id: "o-1".to_owned(),
        total,
    }
}

#[tokio::test]
async fn declined_is_caught_with_its_fields_on_each_transport() {
    let cases = [
        (1_001.0, "over the limit, at most 1000"),
        (-1.0, "the gateway is slow"),
        (1.0, "receipt of o-1"),
    ];
    for (total, said) in cases {
        let (order, said) = (order(total), Ok(json!(said)));
        assert_eq!(transports::in_process::<Orders>(&order).await, said);
        assert_eq!(
            transports::lambda::<Orders, charge_card>(&order).await,
            said
        );
        assert_eq!(
            transports::activity::<ByActivity, charge_card>(&order).await,
            said
        );
        assert_eq!(
            transports::token::<ByToken, charge_card>(&order).await,
            said
        );
    }
}

/// The end of a workflow whose Lambda function, which is implemented elsewhere, reports an error.
async fn reported(error: &Value) -> Ended {
    let error = error.clone();
    let engine = with_lambda::<Declared, _, _>(move |_| std::future::ready(Err(error.clone())));
    execute(&engine, Declared::NAME, &order(1_001.0)).await
}

#[test]
fn the_cause_equals_the_one_on_the_page() {
    let declined = PaymentError::Declined {
        reason: "over the limit".to_owned(),
        limit: 1_000.0,
        card: "4242".to_owned(),
    };
    let shown: Value = serde_json::from_str(&block("cause")).unwrap();
    assert_eq!(
        serde_json::from_str::<Value>(&declined.cause()).unwrap(),
        shown
    );
    assert_eq!(declined.name(), "CardDeclined");
    assert!(!declined.cause().contains("4242"));
    assert_eq!(
        PaymentError::GatewayTimeout.name(),
        "PaymentError.GatewayTimeout"
    );
    let asl = Orders::definition().to_json();
    let bound = "{% $parse($parse($states.errorOutput.Cause).errorMessage).fields.reason %}";
    assert!(asl.contains(bound) && page().contains(bound));
}

#[tokio::test]
async fn a_message_that_is_not_json_fails_a_catch_with_fields() {
    let error = json!({"errorType": "CardDeclined", "errorMessage": "sorry", "stackTrace": []});
    let failed = Err("States.QueryEvaluationError".to_owned());
    assert_eq!(reported(&error).await, failed);
    // Without fields the name is enough.
    let error = json!({"errorType": "PaymentError.GatewayTimeout", "errorMessage": "sorry"});
    assert_eq!(reported(&error).await, Ok(json!("the gateway is slow")));
}

#[tokio::test]
async fn other_exceptions_keep_their_names() {
    for name in [
        "KeyError",
        "java.lang.NullPointerException",
        "Sandbox.Timedout",
        "Runtime.ExitError",
    ] {
        let error = json!({"errorType": name, "errorMessage": "sorry"});
        assert_eq!(reported(&error).await, Err(name.to_owned()));
    }
}

/// The blocks of the page that only run on AWS.
#[allow(
    dead_code,
    reason = "it is compiled, as the page has it, and run by the other tests"
)]
mod compiled {
    use super::*;
    use stepwright_aws::sfn::{CallbackError, WorkerError, aws_sdk_sfn::Client};

    async fn worker(client: Client) -> Result<(), WorkerError> {
        ActivityWorker::new(&client)
            .activity::<charge_card>("arn:aws:states:us-east-1:123456789012:activity:charge")
            .concurrency(16)
            .heartbeat_timeout(Duration::from_secs(60))
            .run()
            .await
    }

    async fn token(
        client: Client,
        token: String,
        decision: Option<String>,
    ) -> Result<(), CallbackError> {
        let sender = CallbackSender::new(&client);
        match decision {
            Some(answer) => sender.send_task_success(&token, &answer).await?,
            None => {
                sender
                    .send_task_failure(&token, PaymentError::GatewayTimeout)
                    .await?
            }
        }
        Ok(())
    }

    mod one {
        use super::charge_card;

        #[tokio::main]
        async fn main() -> Result<(), stepwright_aws::lambda::Error> {
            stepwright_aws::lambda::run::<charge_card>().await
        }
    }

    mod many {
        use crate::page::Orders;
        use stepwright_aws::lambda::{Error, Tasks};

        struct Gateway;

        impl Gateway {
            async fn connect() -> Result<Self, Error> {
                Ok(Self)
            }
        }

        #[tokio::main]
        async fn main() -> Result<(), Error> {
            Tasks::new()
                .state(Gateway::connect().await?)
                .workflow::<Orders>()
                .run()
                .await
        }
    }
}
