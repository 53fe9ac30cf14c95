use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let mut items = order.items.clone();
    for item in &mut items {
        item.quantity += 1;
    }
    for item in items.iter_mut() {
        item.quantity += 1;
    }
    Charge { id: items[0].sku.clone() }
}

fn main() {}
