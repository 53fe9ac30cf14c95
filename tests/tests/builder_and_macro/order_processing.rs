//! `examples/order_processing`.

use super::domain::same;
use order_processing::{
    Decision, Item, Order, OrderError, OrderProcessing, Parcel, Payment, PaymentError, Receipt,
    charge_card, pack_item, refund_card, request_review, send_invoice, validate_order,
};
use stepwright::builder::{AnyInput, Body, FlowBuilder, Retry, States};
use stepwright::{arms, errors, expr};

#[test]
fn builder_and_macro_agree_on_order_processing() {
    let flow = FlowBuilder::<Order, Receipt>::new("OrderProcessing")
        .comment("Validates, charges and fulfils an order; refunds the card when fulfilment fails.")
        .timeout(7 * 24 * 60 * 60)
        .lambda_retries();
    let order = flow.parameter("order");
    let checked = flow.variable("checked");
    let decision = flow.variable::<Decision>("decision");
    let payment = flow.variable("payment");
    let parcels = flow.variable::<Vec<Parcel>>("parcels");
    let invoice = flow.variable("invoice");
    let reason = flow.variable::<String>("reason");

    let validate = flow.step("ValidateOrder");
    let triage = flow.step("Triage");
    let review = flow.step("Review");
    let decide = flow.step("Decide");
    let charge = flow.step("ChargeCard");
    let fulfil = flow.step("FulfillOrder");
    let refund = flow.step("RefundCustomer");
    let (done, reject) = (flow.step("Done"), flow.step("Reject"));
    let (expired, refunded) = (flow.step("Expired"), flow.step("Refunded"));

    flow.start_at(&validate);
    flow.task_with(&validate, validate_order {}, expr!([order] || order))
        .comment("Rejects malformed orders before any money moves.")
        .bind(&checked)
        .catch(
            errors!(OrderError::Invalid { reason }),
            reject.binding(&reason),
        )
        .next(&triage);
    flow.choice(&triage)
        .when(
            expr!([checked] || checked.total > 1_000.0 && !checked.customer.vip),
            &review,
        )
        .otherwise(&charge);
    flow.wait_for_task_token(
        &review,
        request_review {},
        expr!([checked] |_: AnyInput, token: String| (checked, token)),
    )
    .comment("A human decides about large orders.")
    .bind(&decision)
    .timeout(3 * 24 * 60 * 60)
    .heartbeat(24 * 60 * 60)
    .catch(States::TIMEOUT, &expired)
    .next(&decide);
    flow.choice(&decide).match_on(arms!(
        [decision]
            || match decision {
                Decision::Approved { .. } => &charge,
                Decision::Refused { reason } => &reject,
            }
    ));
    flow.task_with(
        &charge,
        charge_card {},
        expr!(
            [checked]
                || Payment {
                    amount: checked.total,
                    card: checked.card
                }
        ),
    )
    .bind(&payment)
    .retry(
        Retry::on(errors!(PaymentError::GatewayTimeout))
            .interval(2)
            .max_attempts(3)
            .backoff_rate(2.0),
    )
    .catch(
        errors!(PaymentError::Declined { reason }),
        reject.binding(&reason),
    )
    .next(&fulfil);

    let packing = Body::<Item, Parcel>::new();
    let item = packing.item("item");
    let pack_one = packing.step("PackItem");
    packing.start_at(&pack_one);
    packing
        .task_with(
            &pack_one,
            pack_item {},
            expr!([item, checked] || (item, checked.id)),
        )
        .end();
    let all = Body::<AnyInput, Vec<Parcel>>::new();
    let pack_all = all.step("PackItems");
    all.start_at(&pack_all);
    all.map(&pack_all, expr!([checked] || checked.items), packing)
        .max_concurrency(10)
        .end();
    let invoicing = Body::<AnyInput, _>::new();
    let send = invoicing.step("SendInvoice");
    invoicing.start_at(&send);
    invoicing
        .task_with(&send, send_invoice {}, expr!([payment] || payment))
        .end();
    flow.parallel(&fulfil, (all, invoicing))
        .comment("Packs every item and sends the invoice, at the same time.")
        .bind((&parcels, &invoice))
        .catch(States::ALL, &refund)
        .next(&done);
    flow.task_with(&refund, refund_card {}, expr!([payment] || payment))
        .next(&refunded);
    flow.succeed_with(
        &done,
        expr!(
            [checked, payment, parcels, invoice]
                || Receipt {
                    order_id: checked.id,
                    payment,
                    parcels,
                    invoice
                }
        ),
    );
    flow.fail(&reject, "OrderRejected", expr!([reason] || reason));
    flow.fail(&expired, "ReviewExpired", "no decision in time");
    flow.fail(&refunded, "FulfilmentFailed", "the card was refunded");

    same::<OrderProcessing, _, _>(&flow.build().unwrap());
}
