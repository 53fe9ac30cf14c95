use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    if order.total {
        refund(Charge { id: order.id.clone() }).await;
    }
    Charge { id: order.id }
}

fn main() {}
