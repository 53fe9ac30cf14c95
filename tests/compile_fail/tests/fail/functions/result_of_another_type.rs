use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    pack_item(order.items[0].clone()).await
}

fn main() {}
