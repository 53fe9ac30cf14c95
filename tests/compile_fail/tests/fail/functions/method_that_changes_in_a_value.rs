use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let mut items = order.items.clone();
    let last = items.pop().unwrap();
    Charge { id: last.sku }
}

fn main() {}
