//! The workflow as an async function. It differs from `workflow.rs` in its errors: they are values
//! of the type `OrderFailed`.

use super::domain::{Decision, Order, PaymentError, Receipt};
use super::tasks::{ask_approver, charge_card, ship};
use stepwright::function::*;

#[derive(Debug, thiserror::Error, TaskError)]
pub enum OrderFailed {
    #[error("{reason}")]
    #[task_error(name = "OrderRefused")]
    Refused { reason: String },
    #[error("no decision in three days")]
    #[task_error(name = "ApprovalExpired")]
    Expired,
    /// The gateway did not answer, also not after the retries.
    #[error(transparent)]
    #[task_error(transparent)]
    Payment(#[from] PaymentError),
}

/// An order. A person decides about a large one before the card is charged.
#[workflow]
pub async fn order_approval(order: Order) -> Result<Receipt, OrderFailed> {
    #[state(IsLarge)]
    if order.cents > 50_000 {
        // Waits until the approver opens the link. That may take days, and the process may be
        // restarted in between.
        #[state(Decide)]
        match ask_approver(&order, task_token())
            .timeout(days(3))
            .named("Ask")
            .await
        {
            Ok(Decision::Approved { .. }) => {}
            Ok(Decision::Refused { reason }) => return Err(OrderFailed::Refused { reason }),
            Err(Failed::Timeout) => return Err(OrderFailed::Expired),
            Err(Failed::Task(never)) => match never {},
        }
    }

    let payment = match charge_card(&order)
        .retry(
            |e| matches!(e, PaymentError::GatewayTimeout),
            every(secs(2)).times(5).backoff(2.0),
        )
        .named("Charge")
        .await
    {
        Ok(payment) => payment,
        Err(PaymentError::Declined { reason }) => return Err(OrderFailed::Refused { reason }),
        Err(e) => return Err(e.into()),
    };

    let tracking = ship(&order).await;
    #[state(Done)]
    Ok(Receipt {
        order: order.id,
        payment,
        tracking,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workflow;
    use serde_json::Value;
    use std::collections::BTreeMap;
    use stepwright_runtime::Engine;
    use stepwright_runtime::testing::{Mock, Mocks};

    /// The type of each state.
    fn states(definition: &Definition) -> BTreeMap<String, String> {
        let json: Value = serde_json::from_str(&definition.to_json()).expect("it is JSON");
        let states = json["States"].as_object().expect("there are states");
        let ty = |state: &Value| state["Type"].as_str().unwrap_or_default().to_owned();
        states
            .iter()
            .map(|(name, state)| (name.clone(), ty(state)))
            .collect()
    }

    #[test]
    fn both_versions_have_the_same_states() {
        let graph = workflow::OrderApproval::definition();
        assert_eq!(states(&graph), states(&OrderApproval::definition()));
    }

    fn order(customer: &str, cents: u64) -> Order {
        Order {
            id: "o-1".to_owned(),
            customer: customer.to_owned(),
            article: "a loom".to_owned(),
            cents,
        }
    }

    /// The output, or the name of the error.
    async fn on_engine<W: Workflow<Input = Order, Output = Receipt>>(
        order: Order,
    ) -> Result<Value, String> {
        // No approver answers.
        let mocks = Mocks::new().task::<ask_approver>(Mock::never().optional());
        let engine = Engine::builder()
            .register::<W>()
            .tasks(mocks)
            .virtual_time();
        let engine = engine.build().expect("the engine can be built");
        let run = engine.start::<W>(order).await.expect("it starts");
        let ended = run.await;
        ended
            .map(|receipt| serde_json::json!(receipt))
            .map_err(|failed| failed.error.unwrap_or_default())
    }

    #[tokio::test]
    async fn both_versions_and_the_plain_run_end_in_the_same_way() {
        for order in [
            order("Ada", 100),
            order("Mallory", 100),
            order("Ada", 70_000),
        ] {
            let expected = on_engine::<workflow::OrderApproval>(order.clone()).await;
            assert_eq!(on_engine::<OrderApproval>(order.clone()).await, expected);
            let plain = PlainRun::new().block_on(order_approval(order));
            let plain = plain
                .map(|receipt| serde_json::json!(receipt))
                .map_err(|failure| failure.error);
            assert_eq!(plain, expected);
        }
    }

    #[test]
    fn a_refusal_has_the_reason_of_the_approver() {
        let run = PlainRun::new().answer::<ask_approver, _>(|_| {
            let reason = "Grace refused it".to_owned();
            Some(Decision::Refused { reason })
        });
        let failure = run.block_on(order_approval(order("Ada", 70_000)));
        let failure = failure.expect_err("the order is refused");
        assert_eq!(failure.error, "OrderRefused");
        assert!(failure.cause.contains("Grace refused it"), "{failure}");
    }
}
