use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Receipt {
        task Charge { let charge = charge_card(order); next Done; }
        succeed Done { Receipt { order_id: ordr.id, charge_id: charge.id } }
    }
}

fn main() {}
