use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let (first, second) = join!(pack_item(&order.items[0]), pack_item(&order.items[1])).await;
    Charge { id: format!("{}{}", first.tracking, second.tracking) }
}

fn main() {}
