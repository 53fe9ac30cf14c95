use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Receipt {
        task Charge {
            let charge = charge_card(order);
            next Fulfil;
        }
        succeed Fulfill { Receipt { order_id: order.id, charge_id: charge.id } }
    }
}

fn main() {}
