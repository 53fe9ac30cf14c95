use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Receipt {
        choice Size {
            when order.totl > 100.0 => Large;
            otherwise => Small;
        }
        fail Large;
        succeed Small { Receipt { order_id: order.id, charge_id: order.id } }
    }
}

fn main() {}
