use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let mut items = Vec::new();
    items.push(order.items[0].clone());
    Charge { id: items[0].sku.clone() }
}

fn main() {}
