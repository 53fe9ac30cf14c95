use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    if order.vip {
        refund(Charge { id: order.id.clone() }).await;
    }
    if order.vip {
        sleep(secs(5)).await;
    }
    Charge { id: order.id }
}

fn main() {}
