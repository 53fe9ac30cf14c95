//! `examples/approval_service`.

use super::domain::same;
use stepwright::builder::{AnyInput, FlowBuilder, Retry, States};
use stepwright::{arms, errors, expr};

use self::service::domain::{Decision, Order, PaymentError, Receipt};
use self::service::tasks::{ask_approver, charge_card, ship};
use self::service::workflow::OrderApproval;

/// The example is a program, whose files this is a part of.
#[path = "../../../examples/approval_service/src"]
mod service {
    pub mod domain;
    #[allow(dead_code, reason = "the program makes the `Site`")]
    pub mod tasks;
    pub mod workflow;
}

#[test]
fn builder_and_macro_agree_on_the_approval_service() {
    let flow = FlowBuilder::<Order, Receipt>::new("OrderApproval")
        .comment("An order. A person decides about a large one before the card is charged.");
    let order = flow.parameter("order");
    let decision = flow.variable::<Decision>("decision");
    let payment = flow.variable("payment");
    let tracking = flow.variable("tracking");
    let reason = flow.variable::<String>("reason");

    let is_large = flow.step("IsLarge");
    let ask = flow.step("Ask");
    let decide = flow.step("Decide");
    let charge = flow.step("Charge");
    let send = flow.step("Ship");
    let (done, refused, expired) = (
        flow.step("Done"),
        flow.step("Refused"),
        flow.step("Expired"),
    );

    flow.start_at(&is_large);
    flow.choice(&is_large)
        .when(expr!([order] || order.cents > 50_000), &ask)
        .otherwise(&charge);
    flow.wait_for_task_token(
        &ask,
        ask_approver {},
        expr!([order] |_: AnyInput, token: String| (order, token)),
    )
    .comment(
        "Waits until the approver opens the link. That may take days, and the process may be restarted in between.",
    )
    .bind(&decision)
    .timeout(3 * 24 * 60 * 60)
    .catch(States::TIMEOUT, &expired)
    .next(&decide);
    flow.choice(&decide).match_on(arms!(
        [decision]
            || match decision {
                Decision::Approved { .. } => &charge,
                Decision::Refused { reason } => &refused,
            }
    ));
    flow.task_with(&charge, charge_card {}, expr!([order] || order))
        .bind(&payment)
        .retry(
            Retry::on(errors!(PaymentError::GatewayTimeout))
                .interval(2)
                .max_attempts(5)
                .backoff_rate(2.0),
        )
        .catch(
            errors!(PaymentError::Declined { reason }),
            refused.binding(&reason),
        )
        .next(&send);
    flow.task_with(&send, ship {}, expr!([order] || order))
        .bind(&tracking)
        .next(&done);
    flow.succeed_with(
        &done,
        expr!(
            [order, payment, tracking]
                || Receipt {
                    order: order.id,
                    payment,
                    tracking
                }
        ),
    );
    flow.fail(&refused, "OrderRefused", expr!([reason] || reason));
    flow.fail(&expired, "ApprovalExpired", "no decision in three days");

    same::<OrderApproval, _, _>(&flow.build().unwrap());
}
