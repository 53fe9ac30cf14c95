use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Receipt {
        task Charge { charge_card(order); next Done; }
        succeed Done { Receipt { order_id: order.id } }
    }
}

fn main() {}
