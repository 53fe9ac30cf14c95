use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let parcels = map(&order.items).await;
    Charge { id: order.id }
}

fn main() {}
