use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Option<Charge> {
    let first = order.items.first()?;
    Some(Charge { id: first.sku.clone() })
}

fn main() {}
