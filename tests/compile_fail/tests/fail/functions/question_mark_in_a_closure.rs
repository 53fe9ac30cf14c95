use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Vec<Option<String>> {
    order.items.iter().map(|_| Some(order.items.first()?.sku.clone())).collect()
}

fn main() {}
