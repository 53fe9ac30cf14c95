use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let total = std::cmp::max(order.items.len(), 5);
    Charge { id: order.id }
}

fn main() {}
