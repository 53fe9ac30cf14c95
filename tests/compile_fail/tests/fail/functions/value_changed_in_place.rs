use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let mut items = order.items.clone();
    items.truncate(1);
    Charge { id: items[0].sku.clone() }
}

fn main() {}
