use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    refund(Charge { id: order.id }).await;
    Charge { id: order.id }
}

fn main() {}
