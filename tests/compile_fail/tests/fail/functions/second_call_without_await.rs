use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Parcel {
    let first = pack_item(order.items[0].clone()).await;
    let second = pack_item(order.items[1].clone());
    if second.tracking.is_empty() { first } else { second }
}

fn main() {}
