use stepwright::workflow;
use stepwright_compile_fail::*;

workflow! {
    workflow Orders(order: Order) -> Receipt {
        pass Label {
            let shout = order.id.repeat(3);
            let known = plain_function(order);
            let later = plain_function(order).await;
            next Done;
        }
        succeed Done { Receipt { order_id: order.id.to_upercase(), charge_id: order.id } }
    }
}

fn main() {}
