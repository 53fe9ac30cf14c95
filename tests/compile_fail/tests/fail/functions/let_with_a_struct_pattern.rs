use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let Item { sku, .. } = order.items[0].clone();
    Charge { id: sku }
}

fn main() {}
