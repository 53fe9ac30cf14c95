use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    #[state(Pack)]
    let first = pack_item(order.items[0].clone()).await;
    #[state(Pack)]
    let second = pack_item(order.items[1].clone()).await;
    Charge { id: format!("{}{}", first.tracking, second.tracking) }
}

fn main() {}
