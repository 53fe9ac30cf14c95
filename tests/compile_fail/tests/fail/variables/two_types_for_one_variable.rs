use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Receipt {
        choice Size {
            when order.vip => Validate;
            otherwise => Charge;
        }
        task Validate { let outcome = validate_order(order); next Done; }
        task Charge { let outcome = charge_card(order); next Done; }
        succeed Done { Receipt { order_id: order.id, charge_id: outcome.id } }
    }
}

fn main() {}
