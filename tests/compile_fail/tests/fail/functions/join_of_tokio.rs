use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let (first, second) = tokio::join!(pack_item(order.items[0].clone()), pack_item(order.items[1].clone()));
    Charge { id: format!("{}{}", first.tracking, second.tracking) }
}

fn main() {}
