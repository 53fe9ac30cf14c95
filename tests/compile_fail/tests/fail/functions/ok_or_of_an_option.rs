use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let first = order.items.first().ok_or("no item");
    Charge { id: order.id }
}

fn main() {}
