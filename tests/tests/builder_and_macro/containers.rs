//! Parallels and maps.

use super::domain::*;
use stepwright::builder::{AnyInput, Body, FlowBuilder, States};
use stepwright::prelude::*;
use stepwright::{errors, expr};

workflow! {
    workflow Fulfilment(order: Order) -> (Vec<String>, String) {
        parallel Fulfil {
            let (parcels, invoice) =
                branch { task Pack { let parcels = pack(order.items); end parcels; } }
                branch { task Invoice { let sent = send_invoice(order); end sent; } };
            catch States::ALL => Refund;
            next PackAll;
        }
        map PackAll {
            max_concurrency 10;
            let packed = for item in order.items {
                task PackItem { let parcel = pack_item(item, order.id); end parcel; }
            };
            next Nested;
        }
        map Nested {
            max_concurrency order.delay;
            let lines = for one in order.items {
                pass Name { let name = one.sku; next Line; }
                pass Line { end format!("{name} of {}: {}", order.id, one.sku); }
            };
            next Both;
        }
        parallel Both {
            branch { task Charge { charge_card(Charge { amount: order.total, card: order.id }); end; } }
            branch { task Check { validate_order(order); end; } };
            catch {
                PaymentError::Declined { reason } | OrderError::Invalid { reason } => Reject,
                PaymentError::GatewayTimeout => Late,
            }
            next Done;
        }
        succeed Done { (parcels, format!("{invoice} {} {}", packed.len(), lines.len())) }
        fail Refund;
        fail Reject { "OrderRejected", reason }
        fail Late;
    }
}

#[test]
fn builder_and_macro_agree_on_parallels_and_maps() {
    let flow = FlowBuilder::<Order, (Vec<String>, String)>::new("Fulfilment");
    let order = flow.parameter("order");
    let (parcels, invoice) = (
        flow.variable::<Vec<String>>("parcels"),
        flow.variable::<String>("invoice"),
    );
    let (packed, lines) = (
        flow.variable::<Vec<String>>("packed"),
        flow.variable::<Vec<String>>("lines"),
    );
    let reason = flow.variable::<String>("reason");
    let (fulfil, pack_all, nested) = (
        flow.step("Fulfil"),
        flow.step("PackAll"),
        flow.step("Nested"),
    );
    let (both, done, refund) = (flow.step("Both"), flow.step("Done"), flow.step("Refund"));
    let (reject, late) = (flow.step("Reject"), flow.step("Late"));
    flow.start_at(&fulfil);

    let packing = Body::<AnyInput, _>::new();
    let state = packing.step("Pack");
    packing.start_at(&state);
    packing
        .task_with(&state, pack {}, expr!([order] || order.items))
        .end();
    let invoicing = Body::<AnyInput, _>::new();
    let state = invoicing.step("Invoice");
    invoicing.start_at(&state);
    invoicing
        .task_with(&state, send_invoice {}, expr!([order] || order))
        .end();
    flow.parallel(&fulfil, (packing, invoicing))
        .bind((&parcels, &invoice))
        .catch(States::ALL, &refund)
        .next(&pack_all);

    let each = Body::<Item, String>::new();
    let item = each.item("item");
    let state = each.step("PackItem");
    each.start_at(&state);
    each.task_with(
        &state,
        pack_item {},
        expr!([item, order] || (item, order.id)),
    )
    .end();
    flow.map(&pack_all, expr!([order] || order.items), each)
        .max_concurrency(10)
        .bind(&packed)
        .next(&nested);

    let each = Body::<Item, String>::new();
    let one = each.item("one");
    let name = each.variable::<String>("name");
    let (first, line) = (each.step("Name"), each.step("Line"));
    each.start_at(&first);
    each.pass_on(&first)
        .assign(&name, expr!([one] |_: AnyInput| one.sku))
        .next(&line);
    each.pass(
        &line,
        expr!([name, order, one] |_: AnyInput| format!("{name} of {}: {}", order.id, one.sku)),
    )
    .end();
    flow.map(&nested, expr!([order] || order.items), each)
        .max_concurrency(expr!([order] || order.delay))
        .bind(&lines)
        .next(&both);

    let charging = Body::<AnyInput, Paid>::new();
    let state = charging.step("Charge");
    charging.start_at(&state);
    charging
        .task_with(
            &state,
            charge_card {},
            expr!(
                [order]
                    || Charge {
                        amount: order.total,
                        card: order.id
                    }
            ),
        )
        .end();
    let checking = Body::<AnyInput, Checked>::new();
    let state = checking.step("Check");
    checking.start_at(&state);
    checking
        .task_with(&state, validate_order {}, expr!([order] || order))
        .end();
    flow.parallel(&both, (charging, checking))
        .catch(
            errors!(PaymentError::Declined { reason })
                .or_of(errors!(OrderError::Invalid { reason })),
            reject.binding(&reason),
        )
        .catch(errors!(PaymentError::GatewayTimeout), &late)
        .exhaustive()
        .next(&done);
    flow.succeed_with(
        &done,
        expr!(
            [parcels, invoice, packed, lines]
                || (
                    parcels,
                    format!("{invoice} {} {}", packed.len(), lines.len())
                )
        ),
    );
    flow.fail(&refund, (), ());
    flow.fail(&reject, "OrderRejected", expr!([reason] || reason));
    flow.fail(&late, (), ());
    same::<Fulfilment, _, _>(&flow.build().unwrap());
}
