use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Receipt {
        choice Size {
            when order.vip => Left;
            otherwise => Right;
        }
        pass Left { let note = order.id; next Done; }
        task Right { let charge = charge_card(order); next Done; }
        succeed Done { Receipt { order_id: order.id, charge_id: charge.id } }
    }
}

fn main() {}
