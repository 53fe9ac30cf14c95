use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let first = order.items.first().map_err(|_| 1);
    Charge { id: order.id }
}

fn main() {}
