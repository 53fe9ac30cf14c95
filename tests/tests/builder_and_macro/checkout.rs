//! `examples/build_script`.

use super::domain::same;
use orders::{Checkout, Order, PaymentError, Receipt, charge_card};
use stepwright::builder::FlowBuilder;
use stepwright::{errors, expr};

#[test]
fn builder_and_macro_agree_on_the_build_script_workflow() {
    let flow = FlowBuilder::<Order, Receipt>::new("Checkout")
        .comment("Charges an order.")
        .timeout(60 * 60)
        .lambda_retries();
    let order = flow.parameter("order");
    let (receipt, reason) = (flow.variable("receipt"), flow.variable::<String>("reason"));
    let (check, charge, paid) = (flow.step("Check"), flow.step("Charge"), flow.step("Paid"));
    let (free, declined) = (flow.step("Free"), flow.step("Declined"));
    flow.start_at(&check);
    flow.choice(&check)
        .when(expr!([order] || order.total > 0.0), &charge)
        .otherwise(&free);
    flow.task_with(&charge, charge_card {}, expr!([order] || order))
        .bind(&receipt)
        .catch(
            errors!(PaymentError::Declined { reason }),
            declined.binding(&reason),
        )
        .next(&paid);
    flow.succeed_with(&paid, expr!([receipt] || receipt));
    flow.succeed_with(
        &free,
        expr!(
            [order]
                || Receipt {
                    order_id: order.id,
                    paid: 0.0
                }
        ),
    );
    flow.fail(&declined, "CardDeclined", expr!([reason] || reason));
    same::<Checkout, _, _>(&flow.build().unwrap());
}
